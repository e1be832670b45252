"""The record form of the ＋: with somebody new, with an appointment."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from enishi.access.models import Role, User
from enishi.records import registry, write
from enishi.records.models import Operation
from enishi.records.testing import HTMX
from enishi.sales.models import Deal, Lead
from enishi.work.models import Activity, Task

pytestmark = [pytest.mark.django_db, pytest.mark.row("A8")]


def test_somebody_new_becomes_a_lead_with_what_was_talked(as_bob: Client, bob: User) -> None:
    found = as_bob.get("/pick/", {"q": "株式会社はじめて商店", "fresh": "1"}).json()["results"]
    assert found[-1]["value"] == "lead:+株式会社はじめて商店" and "リード" in found[-1]["detail"]
    assert as_bob.get("/pick/", {"q": "はじめて"}).json()["results"] == []  # forms that make none
    sent = {
        "about": found[-1]["value"], "kind": "visit", "text": "展示会で立ち話", "next_on": timezone.localdate().isoformat(), "idempotency_key": "1",
    }  # fmt: skip
    assert as_bob.get("/record/", {"about": found[-1]["value"]}, headers=HTMX).text.count("はじめて商店") >= 2
    for _tap in range(2):
        assert as_bob.post("/record/", sent, headers=HTMX).status_code == 204
    lead = Lead.objects.get()
    assert (lead.company, lead.owner) == ("株式会社はじめて商店", bob)
    assert Activity.objects.get().about == Task.objects.get().about == f"lead:{lead.pk}"
    operation = Operation.objects.get(events__entity="lead")
    as_bob.post(f"/undo/operation/{operation.pk}/", headers=HTMX)
    assert not Lead.objects.filter(deleted_at=None).exists()
    person = {"about": "lead:+青木 一郎", "kind": "call", "text": "折り返し", "idempotency_key": "2"}
    as_bob.post("/record/", person, headers=HTMX)
    made = Lead.objects.get(deleted_at=None)
    assert (made.family_name, made.given_name, made.company) == ("青木", "一郎", "")


def test_what_is_refused_makes_no_lead(as_bob: Client, bob: User) -> None:
    answer = as_bob.post("/record/", {"about": "lead:+青木商店", "kind": "note", "text": " "}, headers=HTMX)
    assert answer.status_code == 422 and not Lead.objects.exists()
    assert (
        'value="青木商店"' in answer.text and 'value="lead:+青木商店"' in answer.text
    )  # nothing typed is lost
    rights: dict[str, Any] = {
        "default": dict.fromkeys(("see", "create", "change"), "all"), "entities": {"lead": {"see": "all"}}, "fields": {},
    }  # fmt: skip
    User.objects.filter(pk=bob.pk).update(role=Role.objects.create(name="電話係", rights=rights).key)
    assert as_bob.get("/pick/", {"q": "青木", "fresh": "1"}).json()["results"] == []
    sent = {"about": "lead:+青木商店", "kind": "visit", "text": "訪問"}
    assert as_bob.post("/record/", sent, headers=HTMX).status_code == 403 and not Activity.objects.exists()


def test_an_appointment_has_its_time_and_kind(as_bob: Client, bob: User) -> None:
    account = write.create(registry.get("account"), {"name": "丸山製作所"}, by=bob).record
    form = as_bob.get("/record/", headers=HTMX).text
    assert "予定・タスク" in form and "日時・期限" in form
    sent = {
        "about": f"account:{account.pk}",
        "kind": "task",
        "text": "工場を訪問",
        "next_on": "2026-12-03",
        "next_time": "14:30",
    }
    assert as_bob.post("/record/", sent, headers=HTMX).status_code == 204
    task = Task.objects.get()
    assert (task.kind, task.all_day) == ("visit", False)
    assert f"{timezone.localtime(task.due_at):%m-%d %H:%M}" == "12-03 14:30"
    sent |= {"text": "見積を送る", "next_time": "", "idempotency_key": "2"}
    as_bob.post("/record/", sent, headers=HTMX)
    assert Task.objects.latest("pk").kind == "todo"
    sent |= {"next_on": "", "next_time": "10:00", "idempotency_key": "3"}
    assert as_bob.post("/record/", sent, headers=HTMX).status_code == 422  # a time without its day


def test_the_form_of_an_appointment_speaks_of_one(as_bob: Client) -> None:
    page = as_bob.get("/tasks/new/", {"kind": "visit", "due_at": "2026-12-03T10:00"}).text
    assert "予定を登録" in page and ">日時<" in page and ">期限<" not in page
    page = as_bob.get("/tasks/new/").text
    assert "タスクを登録" in page and ">期限<" in page
    refused = as_bob.post("/tasks/new/", {"kind": "visit", "name": ""}).text
    assert "予定を登録" in refused


def test_the_note_below_a_deals_lines_isnt_its_sum(as_bob: Client, bob: User) -> None:
    lines = [{"text": "トナー", "quantity": "3", "unit_price": "1000"}]
    deal = write.create(registry.get("deal"), {"name": "更新", "lines": lines}, by=bob).record
    page = as_bob.get(f"/deals/{deal.pk}/").text
    assert Deal.objects.get().amount == 3000
    sums = page[page.index("lines-sums") : page.index("案件の金額になっています")]
    assert "</dl>" in sums and "<dt></dt>" not in page
