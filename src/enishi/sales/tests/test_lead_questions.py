"""What is asked of leads and what it counts; who waits today; what a conversion carries along; figures by source."""

import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from enishi.records import attachments, registry, write
from enishi.records.design import operations
from enishi.records.errors import Refused
from enishi.records.history import undo_operation
from enishi.records.models import Attachment
from enishi.records.testing import HTMX
from enishi.records.timeline import page
from enishi.sales.leads import questions
from enishi.sales.leads.operations import Into, convert_lead
from enishi.sales.models import Lead, LeadQuestion, Stage
from enishi.work.models import Activity, Task

pytestmark = [pytest.mark.row("C1"), pytest.mark.django_db]


def answers(*words: str) -> dict[str, str]:
    """Values of the questions in their order."""
    return dict(zip([one.field for one in questions.held()], words, strict=False))


def make(by: Any, **more: Any) -> Any:
    values = {"family_name": "高橋", "given_name": "直子", "company": "青葉工業", "source": "展示会"} | more
    return write.create(registry.get("lead"), values, by=by).record


def test_the_usual_questions_score_a_lead_propose_its_heat_and_their_answers_go_with_the_deal(
    alice: Any, as_alice: Client, as_bob: Client, bob: Any
) -> None:
    assert as_bob.post("/settings/lead-questions/", {"action": "begin"}).status_code == 403
    assert as_alice.post("/settings/lead-questions/", {"action": "begin"}).status_code == 302
    assert (
        as_alice.post("/settings/lead-questions/", {"action": "begin"}).status_code == 302
    )  # adds nothing twice
    assert LeadQuestion.objects.count() == 4
    lead = make(bob, **answers("確保済み", "決裁者と話せている"))
    assert lead.score == 50  # 6 of 12
    shown = as_bob.get(f"/leads/{lead.pk}/").content.decode()
    assert "4問中 2問" in shown and "50点" in shown and "温度感を「ふつう」にする" in shown
    assert "まだ聞いていないこと: 必要性の確認、時期の確認" in shown
    write.write(registry.get("lead"), lead.pk, {questions.held()[3].field: "3か月以内"}, by=bob)
    assert as_bob.post(f"/leads/{lead.pk}/heat/").status_code == 302
    lead.refresh_from_db()
    assert (lead.score, lead.heat) == (75, "hot")
    assert as_bob.post(f"/leads/{lead.pk}/heat/").status_code == 422  # nothing more to propose
    assert f'href="/leads/{lead.pk}/"' in as_bob.get("/leads/?preset=promising").content.decode()
    deal = convert_lead(lead.pk, {"account": Into(), "deal": Into()}, by=bob).records["deal"]
    told = {str(one.label): one.value_text(deal) for one in registry.get("deal").own}
    assert told == {
        "予算の確認": "確保済み", "決裁者の確認": "決裁者と話せている", "必要性の確認": "", "時期の確認": "3か月以内",
    }  # fmt: skip


def test_points_that_change_score_every_lead_anew_and_a_question_that_is_dropped_counts_no_longer(
    alice: Any, as_alice: Client, bob: Any
) -> None:
    questions.ask("競合", [("なし", 2), ("あり", 0)], by=alice)
    operations.add_field("lead", "formula", "倍", {"formula": {"expression": "{見込み点} * 2"}}, by=alice)
    lead, other = make(bob, **answers("なし")), make(bob)
    asked = DBTaskResult.objects.filter(task_path__endswith="tasks.compute_entity")
    before = asked.count()
    assert (lead.score, other.score) == (100, None)
    version = lead.version
    values = [one.value for one in registry.get("lead").fields[questions.held()[0].field].options]  # type: ignore[attr-defined]
    field = questions.held()[0].field
    as_alice.post("/settings/lead-questions/", {"action": "weigh", f"p-{field}-{values[0]}": "1", f"p-{field}-{values[1]}": "4"})  # fmt: skip
    questions.rescore.func()
    lead.refresh_from_db()
    assert (lead.score, lead.version) == (25, version)
    assert asked.count() == before + 1  # the owner's formulas follow
    wrong = as_alice.post("/settings/lead-questions/", {"action": "weigh", f"p-{field}-{values[0]}": "99"})
    assert wrong.status_code == 422 and "点は0から10まで" in wrong.content.decode()
    as_alice.post("/settings/lead-questions/", {"action": "drop", "field": field})
    questions.rescore.func()
    assert not Lead.objects.exclude(score=None).exists()
    assert registry.get("lead").fields[field].value_text(Lead.objects.get(pk=lead.pk)) == "なし"
    as_alice.post("/settings/lead-questions/", {"action": "take", "field": field})
    assert questions.held()[0].points == {values[0]: 1, values[1]: 0}
    with pytest.raises(Refused, match="答えを2つ以上"):
        questions.ask("ひとつ", [("だけ", 1)], by=alice)


def test_a_question_whose_field_was_taken_out_of_sight_counts_no_longer_until_it_is_back(
    alice: Any, as_alice: Client, bob: Any, as_bob: Client
) -> None:
    questions.ask("競合", [("なし", 2), ("あり", 0)], by=alice)
    questions.ask("時期", [("今年", 2), ("来年", 0)], by=alice)
    rivals, when = (one.field for one in questions.held())
    lead = make(bob, **answers("なし", "来年"))
    assert lead.score == 50

    def score(client: Client, action: str, field: str) -> tuple[int | None, int | None]:
        """After the designer's button: what the leads come to that were there, and one that is made now."""
        waiting = DBTaskResult.objects.filter(task_path__endswith="questions.rescore")
        before = waiting.count()
        sent = {"back": "1"} if action == "back" else {}
        assert client.post(f"/settings/design/lead/fields/{field}/retire/", sent).status_code == 302
        assert waiting.count() == before + 1  # the worker scores anew
        questions.rescore.func()
        made = make(
            bob, family_name="新", **{rivals: "なし"} if rivals in registry.get("lead").fields else {}
        )
        return Lead.objects.get(pk=lead.pk).score, made.score

    assert score(as_alice, "retire", when) == (100, 100)
    shown = as_bob.get(f"/leads/{lead.pk}/").content.decode()
    assert "1問中 1問" in shown and "100点" in shown
    page = as_alice.get("/settings/lead-questions/").content.decode()
    assert f'name="p-{rivals}-' in page and f'name="p-{when}-' not in page
    assert score(as_alice, "retire", rivals) == (None, None)
    assert "見込みの確認" not in as_bob.get(f"/leads/{lead.pk}/").content.decode()
    assert as_alice.get("/settings/lead-questions/").status_code == 200
    assert score(as_alice, "back", rivals) == (100, 100)
    assert score(as_alice, "back", when) == (50, 50)


def test_points_that_are_no_numbers_are_refused_in_words_and_answers_that_are_not_there_are_not_kept(
    alice: Any, as_alice: Client
) -> None:
    questions.ask("競合", [("なし", 2), ("あり", 0)], by=alice)
    field, before = questions.held()[0].field, dict(questions.held()[0].points)
    first = next(iter(before))
    address = "/settings/lead-questions/"
    for junk in ("abc", "-1", "3.5", "11", "9" * 400, "①", "٣", "NaN", "1e1"):
        answer = as_alice.post(address, {"action": "weigh", f"p-{field}-{first}": junk})
        assert answer.status_code == 422 and "点は0から10までの数で" in answer.content.decode(), junk
        answer = as_alice.post(address, {"action": "add", "label": "別", "answer": ["a", "b"], "worth": [junk, "1"]})  # fmt: skip
        assert answer.status_code == 422 and "点は0から10までの数で" in answer.content.decode(), junk
    assert questions.held()[0].points == before
    sent = {"action": "weigh", f"p-{field}-{first}": "", f"p-{field}-zzz": "9", "p-f\x0099-a": "1", "p-f999-o1": "5", "p-name-x": "3", "p-": "1"}  # fmt: skip
    assert as_alice.post(address, sent).status_code == 302
    assert questions.held()[0].points == before | {first: 0}  # an empty one is 0
    for action in ("drop", "take"):
        assert as_alice.post(address, {"action": action, "field": "x\x00y"}).status_code in {302, 404}
    assert as_alice.post(address, {"action": "weigh", f"p-{field}-{first}": "７"}).status_code == 302
    assert questions.held()[0].points[first] == 7


def test_who_does_not_see_a_question_does_not_see_the_score(alice: Any, bob: Any, as_bob: Client) -> None:
    from enishi.access.models import Role

    questions.ask("競合", [("なし", 2), ("あり", 0)], by=alice)
    field = questions.held()[0].field
    lead = make(bob, **answers("なし"))
    rights = {"default": dict.fromkeys(("see", "create", "change"), "all"), "entities": {}, "fields": {"lead": {field: "hidden"}}}  # fmt: skip
    bob.role = Role.objects.create(name="一部", rights=rights).key
    bob.save()
    shown = as_bob.get(f"/leads/{lead.pk}/?columns=score").content.decode()
    assert "100点" not in shown and "見込みの確認" not in shown
    assert "100" not in as_bob.get("/leads/?columns=score&filter=").content.decode().split("<tbody", 1)[-1]
    assert as_bob.post(f"/leads/{lead.pk}/heat/").status_code == 422


def test_hot_and_quiet_leads_wait_on_today_and_are_done_in_one_tap_that_can_be_taken_back(
    bob: Any, alice: Any, as_bob: Client
) -> None:
    hot = make(bob, heat="hot", mobile="090-1111-2222")
    quiet, fresh = make(bob, family_name="佐藤"), make(bob, family_name="鈴木")
    planned, theirs = make(bob, family_name="田中", heat="hot"), make(alice, family_name="伊藤", heat="hot")
    day = datetime.timedelta(days=1)
    Lead.objects.filter(pk=quiet.pk).update(created_at=timezone.now() - 9 * day)
    write.create(registry.get("task"), {"name": "訪問", "about": f"lead:{planned.pk}", "due_at": timezone.now() + 3 * day}, by=bob)  # fmt: skip
    shown = as_bob.get("/today/").content.decode()
    places = [shown.find(f'id="today-lead-{one.pk}"') for one in (hot, quiet, fresh, planned, theirs)]
    assert 0 < places[0] < places[1] < places[2] and places[3:] == [
        -1,
        -1,
    ]  # whom nobody called yet waits from the first hour
    assert 'href="tel:09011112222"' in shown and "温度感が高い・まだ連絡していません" in shown
    answer = as_bob.post(f"/leads/{hot.pk}/touched/", headers=HTMX)
    assert answer.status_code == 204
    hot.refresh_from_db()
    call = Activity.objects.get()
    assert (call.kind, call.about, hot.status) == ("call", f"lead:{hot.pk}", "working")
    assert f'id="today-lead-{hot.pk}"' not in as_bob.get("/today/").content.decode()
    assert "/undo/operation/" in answer.headers["HX-Trigger"]
    event = page(registry.get("lead"), hot.pk, bob).items[0].event
    undo_operation(event.operation_id or 0, by=bob)
    hot.refresh_from_db()
    assert (hot.status, hot.last_contact_at) == ("new", None)
    assert not Activity.objects.filter(deleted_at=None).exists()


def test_a_conversion_carries_timeline_files_tasks_tags_and_source_and_its_undo_brings_all_back(
    bob: Any, as_bob: Client, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    lead = make(bob, tags=["VIP"], need="入れ替え")
    entity = registry.get("lead")
    file = attachments.store(entity, lead.pk, SimpleUploadedFile("見積依頼.txt", b"x"), by=bob)
    note = write.create(registry.get("activity"), {"kind": "call", "text": "初回の電話", "about": f"lead:{lead.pk}"}, by=bob).record  # fmt: skip
    task = write.create(registry.get("task"), {"name": "訪問", "about": f"lead:{lead.pk}", "due_at": "2026-12-10"}, by=bob).record  # fmt: skip
    done = convert_lead(lead.pk, {"account": Into(), "contact": Into(), "deal": Into()}, by=bob)
    for kind, record in done.records.items():
        assert (record.tags, record.source) == (["VIP"], "展示会"), kind
        items = page(registry.get(kind), record.pk, bob).items
        assert any(one.attachment is not None and one.attachment.pk == file.pk for one in items), kind
        assert any((one.event.entity, one.event.record_id) == ("activity", note.pk) for one in items), kind
    deal = done.records["deal"]
    assert "見積依頼.txt" in as_bob.get(f"/deals/{deal.pk}/").content.decode()
    assert Task.objects.get(pk=task.pk).about == f"deal:{deal.pk}"
    undo_operation(done.operation.pk, by=bob)
    lead.refresh_from_db()
    assert (lead.status, lead.deal_id, lead.tags) == ("new", None, ["VIP"])
    assert Task.objects.get(pk=task.pk).about == f"lead:{lead.pk}"
    assert Attachment.objects.get(pk=file.pk).deleted_at is None
    for kind, record in done.records.items():
        assert registry.get(kind).model._default_manager.get(pk=record.pk).deleted_at is not None
    assert "見積依頼.txt" in as_bob.get(f"/leads/{lead.pk}/").content.decode()


def test_figures_by_source_tell_rates_and_days_and_lead_to_the_leads_behind_them(
    bob: Any, as_bob: Client
) -> None:
    first, second = make(bob), make(bob, family_name="佐藤", email="s@example.jp")
    make(bob, family_name="鈴木", source="紹介")
    day = datetime.timedelta(days=1)
    Lead.objects.filter(pk=first.pk).update(created_at=timezone.now() - 10 * day)
    deal = convert_lead(first.pk, {"account": Into(), "deal": Into()}, by=bob).records["deal"]
    convert_lead(second.pk, {"account": Into(), "deal": Into(values={"name": "別の案件"})}, by=bob)
    won = Stage.objects.get(outcome="won", pipeline=deal.pipeline_id)
    write.write(registry.get("deal"), deal.pk, {"stage": won.pk}, by=bob)
    type(deal).objects.filter(pk=deal.pk).update(closed_at=timezone.now() + 4 * day)
    answer = as_bob.get("/leads/figures/")
    line = next(one for one in answer.context["lines"] if one["source"] == "展示会")
    assert (line["n"], line["converted"], line["deals"], line["won"], line["rate"], line["won_rate"]) == (2, 2, 2, 1, 100, 50)  # fmt: skip
    assert (line["convert_days"], line["won_days"]) == (5.0, 4.0)
    listed = as_bob.get(line["won_url"]).content.decode()
    assert f'href="/leads/{first.pk}/"' in listed and f'href="/leads/{second.pk}/"' not in listed
    assert f'href="/leads/{second.pk}/"' in as_bob.get(line["deals_url"]).content.decode()


def test_figures_by_source_follow_what_is_deleted_and_brought_back(bob: Any, as_bob: Client) -> None:
    day, leads, deals = datetime.timedelta(days=1), registry.get("lead"), registry.get("deal")
    some = [make(bob, family_name=name) for name in ("一", "二", "三")]
    for lead, before in zip(some, (10, 2, 4), strict=True):
        Lead.objects.filter(pk=lead.pk).update(created_at=timezone.now() - before * day)
    made = convert_lead(some[0].pk, {"account": Into(), "deal": Into()}, by=bob).records["deal"]
    convert_lead(some[1].pk, {"account": Into(), "deal": Into(record_id=made.pk)}, by=bob)
    won = Stage.objects.get(outcome="won", pipeline=made.pipeline_id)
    write.write(deals, made.pk, {"stage": won.pk, "amount": 500}, by=bob)
    # The first was converted four days before the deal was won, the second long after.
    type(made).objects.filter(pk=made.pk).update(closed_at=timezone.now() + 4 * day)
    Lead.objects.filter(pk=some[1].pk).update(converted_at=timezone.now() + 90 * day)

    def line() -> dict[str, Any]:
        found = as_bob.get("/leads/figures/").context["lines"]
        return next((one for one in found if one["source"] == "展示会"), {"n": 0})

    def told() -> list[Any]:
        return [line().get(name) for name in ("n", "converted", "deals", "won", "amount", "convert_days", "won_days")]  # fmt: skip

    whole = [3, 2, 1, 1, 500, 51.0, 2.0]
    assert told() == whole
    write.delete(leads, [some[0].pk], by=bob)
    assert told() == [2, 1, 1, 1, 500, 92.0, 0.0]
    write.delete(leads, [some[1].pk, some[2].pk], by=bob)
    assert told()[0] == 0
    write.restore(leads, [one.pk for one in some], by=bob)
    assert told() == whole
    write.delete(deals, [made.pk], by=bob)
    gone = line()
    assert (gone["won"], gone["amount"], gone["won_days"], gone["convert_days"]) == (0, 0, None, 51.0)
    for name in ("deals", "won"):  # what is counted is what the list behind it shows
        listed = as_bob.get(gone[f"{name}_url"]).content.decode()
        assert listed.count('data-id="') == (2 * gone[name] if name == "deals" else gone[name]), name
    write.restore(deals, [made.pk], by=bob)
    assert told() == whole


def test_own_fields_drawn_before_are_not_drawn_twice_on_deals(alice: Any) -> None:
    operations.add_field("deal", "choice", "予算の確認", {"choices": [{"label": "確保済み"}, {"label": "未定"}]}, by=alice)  # fmt: skip
    questions.begin(by=alice)
    assert [str(one.label) for one in registry.get("deal").own].count("予算の確認") == 1
    section = next(one for one in registry.get("lead").sections if str(one.label) == "見込みの確認")
    assert len(section.fields) == 4
