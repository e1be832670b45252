"""The day's visits in their order, each with its address and number; the outcome of a visit with what comes next; lines of 今日."""

import datetime
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from enishi.access.models import Role
from enishi.people.models import Account, Contact
from enishi.records import registry, write
from enishi.records.design import operations
from enishi.records.dues import key_of
from enishi.records.limits import serving
from enishi.records.models import Operation
from enishi.records.testing import HTMX, changed_tables, queries, snapshot, toast
from enishi.sales.pipelines.entity import stages_of
from enishi.work.models import Activity, Attended, DayOff, Task
from enishi.work.planner.route import Stop, legs, stops_of
from enishi.work.tests.test_planner import DAY, at, task

pytestmark = [pytest.mark.django_db]


def account(by: Any, name: str, **values: Any) -> Any:
    return write.create(registry.get("account"), {"name": name, **values}, by=by).record


@pytest.mark.row("C4")
def test_stops_in_order_with_address_and_number(as_alice: Any, alice: Any, bob: Any) -> None:
    firm = account(alice, "丸山製作所", prefecture="東京都", address="墨田区錦糸7-17-8", phone="03-1234-5678")
    deal = write.create(registry.get("deal"), {"name": "設備更新", "account": firm.pk}, by=alice).record
    person = write.create(registry.get("contact"), {"family_name": "渡邊", "mobile": "090-1111-2222", "account": firm.pk}, by=alice).record  # fmt: skip
    lone = account(alice, "住所なし商店")
    task(alice, "午後", "2026-11-25 15:00", kind="visit", about=f"deal:{deal.pk}")
    task(alice, "終日", "2026-11-25 00:00", kind="visit", about=f"account:{lone.pk}")
    task(alice, "朝", "2026-11-25 09:00", kind="visit", about=f"contact:{person.pk}")
    task(alice, "電話", "2026-11-25 10:00", kind="call", about=f"account:{firm.pk}")
    task(bob, "同僚の", "2026-11-25 10:00", kind="visit", about=f"account:{firm.pk}")
    with serving(alice):
        stops = stops_of(alice, DAY)
    assert [(one.time, one.title, one.address, one.call) for one in stops] == [
        ("09:00", "朝", "東京都墨田区錦糸7-17-8", "09011112222"), ("15:00", "午後", "東京都墨田区錦糸7-17-8", "0312345678"), ("", "終日", "", ""),
    ]  # fmt: skip
    text = as_alice.get("/calendar/route/?on=2026-11-25").content.decode()
    assert text.index("朝") < text.index("午後") < text.index("終日")
    assert "tel:0312345678" in text and "geo:0,0?q=" in text and "住所のない訪問先が1件" in text
    few = len(queries(as_alice, "/calendar/route/?on=2026-11-25"))
    for number in range(6):
        more = account(alice, f"客{number}", prefecture="東京都", address="港区1-1")
        task(alice, f"訪問{number}", "2026-11-25 11:00", kind="visit", about=f"account:{more.pk}")
    assert len(queries(as_alice, "/calendar/route/?on=2026-11-25")) <= few


@pytest.mark.row("C4")
def test_one_link_for_all_and_several_for_many() -> None:
    stops = [Stop("", str(n), "", n, address=f"東京都{n} & 区") for n in range(13)]
    stops[3].address = ""
    (first, second) = legs(stops)
    query = parse_qs(urlsplit(first["url"]).query)
    assert len(query["waypoints"][0].split("|")) == 9 and query["destination"] == ["東京都10 & 区"]
    query = parse_qs(urlsplit(second["url"]).query)
    assert (query["origin"], query["waypoints"], query["destination"]) == (["東京都10 & 区"], ["東京都11 & 区"], ["東京都12 & 区"])  # fmt: skip
    assert legs([]) == [] and "waypoints" not in legs(stops[:1])[0]["url"]


@pytest.mark.row("F2")
def test_a_hidden_address_is_in_no_link(alice: Any, bob: Any) -> None:
    firm = account(alice, "丸山製作所", prefecture="東京都", address="墨田区錦糸7-17-8", phone="03-1234-5678")
    task(bob, "訪問", "2026-11-25 09:00", kind="visit", about=f"account:{firm.pk}")
    role = Role.objects.create(name="委託", rights={"default": {"see": "all", "create": "all", "change": "all"}, "fields": {"account": {"address": "hidden", "phone": "hidden"}}})  # fmt: skip
    bob.role = role.key
    bob.save()
    with serving(bob):
        (stop,) = stops_of(bob, DAY)
    assert (stop.about, stop.address, stop.call) == ("丸山製作所", "", "")


def record(client: Any, planned: Any, **values: Any) -> Any:
    sent = {"task": planned.pk, "kind": "visit", "outcome": "ongoing", "text": "話した", **values}
    return client.post("/record/", sent, headers=HTMX)


@pytest.mark.row("C4")
def test_a_planned_visit_becomes_its_record_and_the_next_appointment(as_alice: Any, alice: Any) -> None:
    firm = account(alice, "丸山製作所")
    planned = task(alice, "説明", "2026-11-25 10:00", kind="visit", about=f"account:{firm.pk}", minutes=45)
    form = as_alice.get(f"/record/?task={planned.pk}", headers=HTMX).content.decode()
    assert "丸山製作所" in form and 'value="2026-11-25T10:00"' in form and "来週" in form
    answer = record(as_alice, planned, at="2026-11-25T10:00", next_on="2026-12-09", next_time="14:30", todo_name="見積書を送る", todo_on="2026-12-01")  # fmt: skip
    assert answer.status_code == 204
    done = Activity.objects.get()
    assert (done.about, done.at, done.minutes, done.outcome) == (f"account:{firm.pk}", at("2026-11-25 10:00"), 45, "ongoing")  # fmt: skip
    visit, todo = Task.objects.exclude(pk=planned.pk).order_by("-kind")
    assert (visit.kind, visit.due_at, visit.all_day, done.next_task_id) == ("visit", at("2026-12-09 14:30"), False, visit.pk)  # fmt: skip
    assert (todo.name, todo.due_at, todo.all_day) == ("見積書を送る", at("2026-12-01 00:00"), True)
    planned.refresh_from_db()
    assert planned.done_at is not None
    operation = Operation.objects.get()
    assert f"/undo/operation/{operation.pk}/" in answer.headers["HX-Trigger"]
    assert as_alice.post(f"/undo/operation/{operation.pk}/", headers=HTMX).status_code == 204
    planned.refresh_from_db()
    assert planned.done_at is None
    assert not Activity.objects.filter(deleted_at=None).exists()
    assert Task.objects.filter(deleted_at=None).count() == 1


@pytest.mark.row("C4")
def test_a_resent_form_records_once_and_a_wrong_one_nothing(as_alice: Any, alice: Any) -> None:
    firm = account(alice, "丸山製作所")
    planned = task(alice, "説明", "2026-11-25 10:00", kind="visit", about=f"account:{firm.pk}")
    before = snapshot()
    for wrong in ({"next_on": "2026-02-30"}, {"next_time": "25:00", "next_on": "2026-12-01"}, {"next_time": "14:30", "next_name": "再訪"}, {"at": "x"}):  # fmt: skip
        assert record(as_alice, planned, **wrong).status_code == 422, wrong
    assert changed_tables(before, snapshot()) == []
    for _again in range(2):
        assert record(as_alice, planned, idempotency_key="k1", next_on="2026-12-09").status_code == 204
    assert (Activity.objects.count(), Task.objects.count()) == (1, 2)


@pytest.mark.row("F2")
def test_the_outcome_of_anothers_visit_follows_the_role(
    as_bob: Any, as_carol: Any, alice: Any, bob: Any
) -> None:
    firm = account(alice, "丸山製作所")
    planned = task(alice, "説明", "2026-11-25 10:00", kind="visit", about=f"account:{firm.pk}")
    role = Role.objects.create(
        name="営業", rights={"default": {"see": "all", "create": "all", "change": "own"}}
    )
    bob.role = role.key
    bob.save()
    before = snapshot("access.AccessLog")
    for client in (as_bob, as_carol):
        assert client.get(f"/record/?task={planned.pk}", headers=HTMX).status_code == 403
        assert record(client, planned).status_code == 403
    assert changed_tables(before, snapshot("access.AccessLog")) == []


@pytest.mark.row("C5")
def test_today_shows_what_comes_near_with_its_reason_and_is_done_in_one_tap(
    as_alice: Any, alice: Any
) -> None:
    today = timezone.localdate()
    firm = account(alice, "丸山製作所")
    deal = write.create(registry.get("deal"), {"name": "設備更新", "account": firm.pk}, by=alice).record
    person = write.create(registry.get("contact"), {"family_name": "渡邊"}, by=alice).record
    Contact.objects.filter(pk=person.pk).update(
        birthday=(today + datetime.timedelta(days=1)).replace(year=1980)
    )
    drawn = operations.add_entity("保守契約", slug="contracts", by=alice).name
    end = operations.add_field(drawn, "date", "満了日", {"due_days": 60}, by=alice).key
    near = write.create(
        registry.get(drawn), {"name": "複合機", end: today + datetime.timedelta(days=20)}, by=alice
    ).record
    write.create(
        registry.get(drawn), {"name": "遠い契約", end: today + datetime.timedelta(days=90)}, by=alice
    )
    text = as_alice.get("/today/").content.decode()
    for word in (
        "次の予定なし",
        "渡邊 様 誕生日",
        "明日",
        "複合機",
        "満了日",
        "あと20日",
        "この順番について",
    ):
        assert word in text, word
    assert "遠い契約" not in text
    assert text.index("渡邊 様") < text.index("複合機") < text.index("設備更新")
    for name, pk, day in (
        ("birthday", person.pk, today + datetime.timedelta(days=1)),
        (drawn, near.pk, today + datetime.timedelta(days=20)),
    ):
        key = key_of(name, pk, day)
        answer = as_alice.post(f"/today/attend/?key={key}", headers=HTMX)
        assert answer.status_code == 204
        assert f"today-{name}-{pk}" not in as_alice.get("/today/").content.decode()
        assert as_alice.post(f"/today/attend/?key={key}&undo=1", headers=HTMX).status_code == 204
        assert f"today-{name}-{pk}" in as_alice.get("/today/").content.decode()
    # What was seen to stays away until its day is over, however early that was; another day is another line.
    assert as_alice.post(f"/today/attend/?key={key}", headers=HTMX).status_code == 204
    assert Attended.objects.get().until > today + datetime.timedelta(days=45)
    write.write(registry.get(drawn), near.pk, {end: today + datetime.timedelta(days=25)}, by=alice)
    assert f"today-{drawn}-{near.pk}" in as_alice.get("/today/").content.decode()
    DayOff.objects.create(day=today + datetime.timedelta(days=1), name="休業")
    answer = as_alice.post(f"/today/plan/?about=deal:{deal.pk}", headers=HTMX)
    made = Task.objects.get()
    assert answer.status_code == 204 and made.kind == "call" and timezone.localtime(made.due_at).date() > today + datetime.timedelta(days=1)  # fmt: skip
    assert as_alice.post(f"/today/plan/?about=deal:{deal.pk}", headers=HTMX).status_code == 422
    assert f"today-deal-{deal.pk}" not in as_alice.get("/today/").content.decode()
    undo = answer.headers["HX-Trigger"].split("/undo/event/")[1].split("/")[0]
    as_alice.post(f"/undo/event/{undo}/", headers=HTMX)
    assert f"today-deal-{deal.pk}" in as_alice.get("/today/").content.decode()


@pytest.mark.row("C5")
def test_a_birthday_of_29_february_is_kept_on_1_march_and_none_drowns_in_deals(alice: Any) -> None:
    from enishi.site.pages.growing import growing

    for number in range(25):
        write.create(registry.get("deal"), {"name": f"案件{number}", "amount": 1}, by=alice)
    for number, day in enumerate(
        (datetime.date(1980, 2, 29), datetime.date(1990, 3, 2), datetime.date(1990, 3, 9))
    ):
        made = write.create(registry.get("contact"), {"family_name": f"客{number}"}, by=alice).record
        Contact.objects.filter(pk=made.pk).update(birthday=day)
    rows, more = growing(alice, datetime.date(2027, 2, 26))
    assert [row["title"] for row in rows[:2]] == ["客0 様 誕生日", "客1 様 誕生日"]
    assert "3/1" in rows[0]["reason"] and len(rows) == 14 and more
    (leap, _other) = growing(alice, datetime.date(2028, 2, 28))[0][:2]
    assert "明日" in leap["reason"]


@pytest.mark.row("F2")
def test_what_found_no_room_on_today_stands_in_a_list(as_alice: Any, alice: Any) -> None:
    today = timezone.localdate()
    made = operations.add_entity("契約書", slug="contracts", icon="file", by=alice).name
    end = operations.add_field(made, "date", "終了日", {"due_days": 60}, by=alice).key
    soon = today + datetime.timedelta(days=20)
    for number in range(9):
        lead = write.create(
            registry.get("lead"), {"family_name": f"待つ人{number}", "heat": "hot"}, by=alice
        ).record
        write.create(registry.get(made), {"name": f"契約{number}", end: soon.isoformat()}, by=alice)
        person = write.create(registry.get("contact"), {"family_name": f"祝う人{number}"}, by=alice).record
        Contact.objects.filter(pk=person.pk).update(
            birthday=today.replace(year=1980 if (today.month, today.day) == (2, 29) else 1990)
        )
        firm = account(alice, f"買う社{number}")
        Account.objects.filter(pk=firm.pk).update(
            buy_state="on", buy_next_on=today, buy_last_on=today, buy_count=3, buy_every=30
        )
    for number in range(13):
        write.create(registry.get("deal"), {"name": f"案件{number}", "amount": 1}, by=alice)
    assert lead.heat == "hot"
    page = as_alice.get("/today/").content.decode()
    links = [unescape(one) for one in re.findall(r'<a class="today-row link" href="([^"]+)"', page)]
    assert [one.partition("?")[0] for one in links] == [
        "/leads/",
        "/contracts/",
        "/today/",
        "/accounts/",
        "/deals/",
    ]
    names = (("待つ人", 9), ("契約", 9), ("祝う人", 9), ("買う社", 9), ("案件", 13))
    for link, (name, count) in zip(links, names, strict=True):
        listed = as_alice.get(link).content.decode()
        assert all(f"{name}{number}" in listed for number in range(count)), link
    whole = as_alice.get(links[2]).content.decode()
    assert (
        "part=rows&amp;all=birthday" in whole
        and "all=birthday" not in as_alice.get("/today/?part=rows&all=birthday").content.decode()
    )


@pytest.mark.row("F2")
def test_one_tap_asks_for_rights(as_carol: Any, as_bob: Any, alice: Any, bob: Any) -> None:
    firm = account(alice, "丸山製作所")
    person = write.create(registry.get("contact"), {"family_name": "渡邊"}, by=alice).record
    asked = (f"/today/plan/?about=account:{firm.pk}", f"/today/attend/?key=birthday:{person.pk}:20261201")
    for address in asked:
        assert as_carol.post(address, headers=HTMX).status_code == 403
    role = Role.objects.create(
        name="自分だけ", rights={"default": {"see": "own", "create": "all", "change": "own"}}
    )
    bob.role = role.key
    bob.save()
    for address in (
        *asked,
        "/today/attend/?key=x",
        f"/today/attend/?key=birthday:{person.pk}",
        f"/today/attend/?key=birthday:{person.pk}:20261301",
        f"/today/attend/?key=birthday:{person.pk}:20991201",
        "/today/attend/?key=nothing:1:20261201",
        "/today/plan/?about=task:1",
    ):
        assert as_bob.post(address, headers=HTMX).status_code == 404, address
    assert not Attended.objects.exists() and not Task.objects.exists()


@pytest.mark.row("C5")
def test_a_second_tap_on_a_lead_makes_no_second_call_and_no_error(as_bob: Any, bob: Any) -> None:
    lead = write.create(registry.get("lead"), {"family_name": "佐藤", "heat": "hot"}, by=bob).record
    first, second = (as_bob.post(f"/leads/{lead.pk}/touched/", headers=HTMX) for _tap in range(2))
    assert (first.status_code, second.status_code) == (204, 204)
    assert (toast(second).get("level"), Activity.objects.count()) == (toast(first).get("level"), 1)
    assert as_bob.post(toast(first)["undo_url"], headers=HTMX).status_code == 204
    lead.refresh_from_db()
    assert lead.status == "new" and not Activity.objects.filter(deleted_at=None).exists()
    assert f'id="today-lead-{lead.pk}"' in as_bob.get("/today/").content.decode()
    # What was taken back was never done: the next tap counts.
    assert "/undo/operation/" in as_bob.post(f"/leads/{lead.pk}/touched/", headers=HTMX).headers["HX-Trigger"]
    assert Activity.objects.filter(deleted_at=None).count() == 1


def form_of(client: Any, **values: Any) -> dict[str, str]:
    """What a browser would send of the record form."""
    text = client.get("/record/", values, headers=HTMX).content.decode()
    chosen = re.search(r'<option value="(\d+)" selected', text.partition('name="stage"')[2])
    was = re.search(r'name="stage_was" value="(\d+)"', text)
    assert chosen is not None and was is not None
    return {"kind": "visit", "text": "話した", "stage": chosen[1], "stage_was": was[1], **values}


@pytest.mark.row("C4")
def test_a_stage_that_moved_meanwhile_is_said_and_one_left_alone_stays(as_alice: Any, alice: Any) -> None:
    deal = write.create(registry.get("deal"), {"name": "設備更新"}, by=alice).record
    second, third = stages_of(deal.pipeline_id)[1:3]
    about = f"deal:{deal.pk}"
    left_alone, moved = form_of(as_alice, about=about), {**form_of(as_alice, about=about), "stage": third.pk}
    write.write(registry.get("deal"), deal.pk, {"stage": second.pk}, by=alice)
    answer = as_alice.post("/record/", left_alone, headers=HTMX)
    deal.refresh_from_db()
    assert (answer.status_code, deal.stage_id) == (204, second.pk)
    assert "動かしました" not in toast(answer)["message"]
    before = snapshot()
    refused = as_alice.post("/record/", moved, headers=HTMX)
    text = refused.content.decode()
    assert refused.status_code == 422 and changed_tables(before, snapshot()) == []
    assert f"案件は「{second.name}」に動いています" in text
    # What was chosen stays, against where the deal stands now: saving once more means it.
    assert f'<option value="{third.pk}" selected' in text and f'name="stage_was" value="{second.pk}"' in text
    assert "話した" in text
    again = as_alice.post("/record/", {**moved, "stage_was": second.pk}, headers=HTMX)
    assert f"「{third.name}」へ動かしました" in toast(again)["message"]
    # Where somebody else has moved it to the very stage, nothing is left to be moved or refused.
    same = as_alice.post("/record/", {**moved, "stage_was": second.pk}, headers=HTMX)
    assert same.status_code == 204 and "動かしました" not in toast(same)["message"]


@pytest.mark.row("C4")
def test_what_a_stage_calls_for_is_said_in_the_form_and_nothing_chosen_is_lost(
    as_alice: Any, alice: Any
) -> None:
    firm = account(alice, "丸山製作所")
    person = write.create(registry.get("contact"), {"family_name": "渡邊", "account": firm.pk}, by=alice).record  # fmt: skip
    deal = write.create(registry.get("deal"), {"name": "設備更新", "account": firm.pk}, by=alice).record
    stages = stages_of(deal.pipeline_id)
    operations.change_field("deal", "amount", {"required_from": f"s{stages[1].pk}"}, by=alice)
    lost = next(one for one in stages if one.outcome == "lost")
    about, before = f"deal:{deal.pk}", snapshot()
    for stage, more, told in (
        (stages[1], {"next_on": "2027-02-01", "met": person.pk, "outcome": "ongoing"}, "金額を入力してください"),
        (lost, {}, "失注理由を"),
    ):  # fmt: skip
        sent = {**form_of(as_alice, about=about), "stage": stage.pk, **more}
        refused = as_alice.post("/record/", sent, headers=HTMX)
        text = refused.content.decode()
        assert refused.status_code == 422 and told in text, text
        assert f'<option value="{stage.pk}" selected' in text and "話した" in text
        for value in ("2027-02-01", f"{person.pk}", "ongoing") if more else ():
            assert re.search(f'value="{value}"[^>]*( checked|aria-label)', text), value
    refused = as_alice.post("/record/", {**sent, "lost_reason": "競合", "next_on": "2026-02-30"}, headers=HTMX).content.decode()  # fmt: skip
    assert 'value="競合" checked' in refused and "「2026-02-30」という日付はありません" in refused
    assert changed_tables(before, snapshot()) == []
    composer = as_alice.post("/record/", {**sent, "composer": "1"}, headers=HTMX)
    assert composer.status_code == 422 and "失注理由を" in toast(composer)["message"]


@pytest.mark.row("C4")
def test_what_came_of_a_to_do_is_of_the_kind_one_says(as_alice: Any, alice: Any) -> None:
    firm = account(alice, "丸山製作所")
    todo = task(alice, "見積", "2026-11-25 10:00", kind="todo", about=f"account:{firm.pk}")
    visit = task(alice, "訪問", "2026-11-25 10:00", kind="visit", about=f"account:{firm.pk}")
    text = as_alice.get(f"/record/?task={todo.pk}", headers=HTMX).content.decode()
    assert 'name="kind" value="note" checked' in text and 'name="kind" value="call"' in text
    assert 'value="task"' not in text  # a to-do doesn't come of a to-do
    fixed = as_alice.get(f"/record/?task={visit.pk}", headers=HTMX).content.decode()
    assert '<input type="hidden" name="kind" value="visit">' in fixed and 'type="radio" name="kind"' not in fixed  # fmt: skip
    for kind, status in (("", 204), ("task", 422), ("nonsense", 422)):
        answer = record(as_alice, todo, kind=kind)
        assert answer.status_code == status, kind
    assert Activity.objects.get().kind == "note" and Task.objects.count() == 2


@pytest.mark.row("C4")
def test_a_visit_whose_customer_is_gone_or_unseen_still_gives_its_form(
    as_alice: Any, as_bob: Any, alice: Any, bob: Any
) -> None:
    firm, other = account(alice, "丸山製作所"), account(bob, "近藤鉄工")
    mine, his = (task(by, "訪問", "2026-11-25 10:00", kind="visit", about=f"account:{firm.pk}") for by in (alice, bob))  # fmt: skip
    bob.role = Role.objects.create(name="自分だけ", rights={"default": {"see": "own", "create": "all", "change": "own"}}).key  # fmt: skip
    bob.save()
    opened = as_alice.get(f"/record/?task={mine.pk}", headers=HTMX)
    assert opened.status_code == 200 and "丸山製作所" in opened.content.decode()
    write.delete(registry.get("account"), [firm.pk], by=alice)
    for client, planned in ((as_alice, mine), (as_bob, his)):
        text = client.get(f"/record/?task={planned.pk}", headers=HTMX).content.decode()
        assert "丸山製作所" not in text and 'data-name="about"' in text or 'name="about"' in text
        for about in ("", f"account:{firm.pk}", "account:99999999", "nothing:1", "x"):
            refused = record(client, planned, about=about)  # the form was opened before, or forged
            told = refused.content.decode()
            assert refused.status_code == 422 and "話した" in told, (about, refused.status_code)
            assert "選んでください" in told or "見つかりません" in told, told
    assert not Activity.objects.exists()
    assert record(as_bob, his, about=f"account:{other.pk}").status_code == 204
    assert Activity.objects.get().about == f"account:{other.pk}"
    for address in (f"/record/?about=account:{firm.pk}", "/record/?about=x", f"/record/?part=people&about=account:{firm.pk}"):  # fmt: skip
        assert as_alice.get(address, headers=HTMX).status_code == 200, address


@pytest.mark.row("F8")
def test_today_costs_as_many_queries_for_much_as_for_little(as_alice: Any, alice: Any) -> None:
    today, made = timezone.localdate(), []
    for few in (2, 8):
        for number in range(few):
            firm = account(alice, f"客{few}-{number}")
            task(alice, "電話", f"{today} 00:00", about=f"account:{firm.pk}")
            write.create(registry.get("deal"), {"name": f"案件{number}", "account": firm.pk}, by=alice)
            write.create(registry.get("lead"), {"family_name": f"姓{number}", "heat": "hot"}, by=alice)
            birthday = today.replace(year=1984) if (today.month, today.day) != (2, 29) else today
            write.create(registry.get("contact"), {"family_name": f"名{number}", "account": firm.pk, "birthday": birthday}, by=alice)  # fmt: skip
        Account.objects.update(
            buy_state="on", buy_next_on=today, buy_last_on=today, buy_every=30, buy_count=3
        )
        Account.objects.update(next_step_at=None, next_task_id=None)
        made.append(len(queries(as_alice, "/today/")))
    text = as_alice.get("/today/").content.decode()
    for kind, most in (("task", 10), ("deal", 10), ("lead", 8), ("birthday", 8), ("purchase", 5)):
        assert text.count(f'id="today-{kind}-') == most, kind
    assert made[0] == made[1]
