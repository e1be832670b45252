"""Daily reports: filled from the day, sent in, commented by those who may see them."""

import datetime
import re
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from enishi.access.models import Role, Team, User
from enishi.access.rights import RECORD_ACTIONS
from enishi.records import checking, registry, write
from enishi.records.errors import Refused
from enishi.records.models import Notification
from enishi.records.testing import EntityTests, snapshot
from enishi.sales.leads.operations import Into, convert_lead
from enishi.work.daily.filling import done_text, next_day, plan_text
from enishi.work.daily.models import DailyComment, DailyReport
from enishi.work.recording import record

pytestmark = [pytest.mark.django_db, pytest.mark.row("C9")]


class TestReports(EntityTests):
    entity = "daily_report"
    edits = ("result", "新しい気づき", "新しい気づき")

    def values(self, number: int) -> dict[str, Any]:
        day = timezone.localdate() - datetime.timedelta(days=number)
        return {"day": day.isoformat(), "done": f"訪問{number}件"}


class TestComments(EntityTests):
    entity = "daily_comment"
    edits = ("text", "新しいひとこと", "新しいひとこと")

    @pytest.fixture(autouse=True)
    def _report(self, bob: User) -> None:
        self.report = write.create(registry.get("daily_report"), {"done": "訪問"}, by=bob).record

    def values(self, number: int) -> dict[str, Any]:
        return {"report": self.report.pk, "text": f"{number}つめの返事"}


@pytest.fixture
def day(alice: User, bob: User) -> datetime.date:
    """Bob's today: a visit, a finished task, a moved deal; a visit planned for the next business day; and what is others' or of other days."""
    today = timezone.localdate()
    account = write.create(registry.get("account"), {"name": "丸山製作所"}, by=bob).record
    about = f"account:{account.pk}"
    noon = timezone.make_aware(datetime.datetime.combine(today, datetime.time(12)))
    for kind, text, when, owner in (
        ("visit", "見積を説明\n詳しくは後で", noon, bob), ("call", "昨日の電話", noon - datetime.timedelta(days=1), bob),
        ("call", "青木の電話", noon, alice),
    ):  # fmt: skip
        values = {
            "kind": kind,
            "text": text,
            "at": when,
            "about": about,
            "owner": owner.pk,
            "outcome": "success",
        }
        write.create(registry.get("activity"), values, by=owner)
    tasks = registry.get("task")
    finished = write.create(tasks, {"name": "資料送付", "about": about}, by=bob).record
    write.write(tasks, finished.pk, {"done_at": noon}, by=bob)
    following = timezone.make_aware(datetime.datetime.combine(next_day(today), datetime.time(14, 30)))
    write.create(
        tasks,
        {"name": "工場見学", "kind": "visit", "due_at": following, "all_day": False, "about": about},
        by=bob,
    )
    write.create(tasks, {"name": "来月の件", "due_at": following + datetime.timedelta(days=30)}, by=bob)
    deals = registry.get("deal")
    deal = write.create(deals, {"name": "設備更新", "account": account.pk}, by=bob).record
    for name in ("アプローチ", "提案・見積"):
        stage = deal.pipeline.stages.get(name=name)
        write.write(deals, deal.pk, {"stage": stage.pk}, by=bob)
    return today


def test_it_is_filled_from_what_was_recorded_that_day(bob: User, day: datetime.date) -> None:
    assert done_text(bob, day).split("\n") == [
        "・12:00 訪問 見積を説明（丸山製作所） → 成功", "・完了 資料送付（丸山製作所）", "・案件 設備更新 → 提案・見積",
    ]  # fmt: skip
    plan = plan_text(bob, day)
    assert "14:30 訪問 工場見学（丸山製作所）" in plan and "来月の件" not in plan
    assert next_day(datetime.date(2026, 11, 20)) == datetime.date(
        2026, 11, 24
    )  # over a weekend and a holiday


def test_a_visit_that_was_planned_is_told_once(bob: User) -> None:
    today = timezone.localdate()
    noon = timezone.make_aware(datetime.datetime.combine(today, datetime.time(12)))
    account = write.create(registry.get("account"), {"name": "丸山製作所"}, by=bob).record
    about, tasks = f"account:{account.pk}", registry.get("task")
    planned = []
    for name, kind in (
        ("工場見学", "visit"),
        ("納品日の確認", "call"),
        ("見本の送付", "todo"),
        ("二度目の訪問", "visit"),
    ):
        given = {"name": name, "kind": kind, "about": about, "due_at": noon, "owner": bob.pk}
        planned.append(write.create(tasks, given, by=bob).record)
    # One is recorded with its outcome, one is ticked off and recorded by itself, two are only ticked off.
    given = {"kind": "meeting", "about": about, "text": "", "at": noon, "task": planned[0].pk}
    record(given, by=bob, key="1")
    for task in planned[1:]:
        write.write(tasks, task.pk, {"done_at": noon}, by=bob)
    call = {"kind": "call", "about": about, "text": "金曜でよい", "at": noon, "owner": bob.pk}
    write.create(registry.get("activity"), call, by=bob)
    assert done_text(bob, today).split("\n") == [
        "・12:00 打ち合わせ 工場見学（丸山製作所）", "・12:00 電話 金曜でよい（丸山製作所）",
        "・完了 見本の送付（丸山製作所）", "・完了 二度目の訪問（丸山製作所）",
    ]  # fmt: skip


def test_converted_leads_are_told_to_who_converted_them(alice: User, bob: User) -> None:
    leads = registry.get("lead")
    lead = write.create(leads, {"name": "青木 一郎", "company": "青木商店"}, by=bob).record
    convert_lead(lead.pk, {"account": Into(values={"name": "青木商店"}), "deal": Into(values={})}, by=bob)
    write.create(leads, {"name": "伊藤 花子"}, by=bob)
    told = done_text(bob, timezone.localdate())
    assert told == "・リード 青木 一郎（青木商店） → 取引先・案件に転換"
    assert done_text(alice, timezone.localdate()) == ""


def test_it_is_written_sent_in_and_corrected(as_bob: Client, bob: User, day: datetime.date) -> None:
    page = as_bob.get("/daily/").text
    assert "見積を説明" in page and "工場見学" in page and "青木の電話" not in page
    sent = {"on": day.isoformat(), "done": "訪問1件", "result": "好感触", "plan": "見学", "go": "draft"}
    for _tap in range(2):
        assert as_bob.post("/daily/", sent).status_code == 302
    report = DailyReport.objects.get()
    assert (report.owner, report.day, report.submitted_at) == (bob, day, None) and bob.name in report.name
    assert (
        "見積を説明" not in as_bob.get("/daily/").text and "見積を説明" in as_bob.get("/daily/?fill=1").text
    )
    as_bob.post("/daily/", {**sent, "result": "とても好感触", "go": "submit", "version": report.version})
    report.refresh_from_db()
    assert report.submitted_at is not None and report.result == "とても好感触"
    at = report.submitted_at
    again = {**sent, "result": "とても好感触", "go": "submit", "version": report.version}
    assert as_bob.post("/daily/", again).status_code == 302
    report.refresh_from_db()
    assert report.submitted_at == at and "提出済み" in as_bob.get("/daily/").text
    assert f'href="/daily-reports/{report.pk}/"' in as_bob.get("/daily-reports/?preset=mine").text


def test_what_another_screen_saved_first_is_not_written_over_unseen(
    as_bob: Client, bob: User, day: datetime.date
) -> None:
    sent = {"on": day.isoformat(), "done": "電話で書いた", "result": "", "plan": "", "go": "draft"}
    as_bob.post("/daily/", {**sent, "done": "パソコンで\r\n書いた"})
    report = DailyReport.objects.get()
    answer = as_bob.post("/daily/", sent)  # a telephone that opened the page before
    report.refresh_from_db()
    assert answer.status_code == 422 and report.done == "パソコンで\n書いた"
    assert "先に保存されました（今日したこと）" in answer.text and "電話で書いた" in answer.text
    write.write(registry.get("daily_report"), report.pk, {"done": "上司が直した"}, by=bob)
    stale = {**sent, "version": report.version}
    answer = as_bob.post("/daily/", stale)
    assert answer.status_code == 422 and "先に保存されました" in answer.text and "電話で書いた" in answer.text
    again = re.search(r'name="version" value="(\d+)"', answer.text)
    assert again and as_bob.post("/daily/", {**sent, "version": again[1]}).status_code == 302
    report.refresh_from_db()
    assert report.done == "電話で書いた"


def test_nothing_is_sent_in_empty_and_no_day_twice(
    as_bob: Client, as_carol: Client, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot()
    answer = as_bob.post("/daily/", {"done": " ", "go": "submit"})
    assert answer.status_code == 422 and "まだ何も書かれていません" in answer.text
    assert (
        as_carol.get("/daily/").status_code == 403
        and as_carol.post("/daily/", {"done": "x"}).status_code == 403
    )
    assert snapshot() == before
    reports, today = registry.get("daily_report"), timezone.localdate()
    first = write.create(reports, {"done": "x"}, by=bob).record
    with pytest.raises(Refused, match="もうあります"):
        write.create(reports, {"done": "y"}, by=bob)
    with pytest.raises(Refused, match="先の日付"):
        write.create(reports, {"day": today + datetime.timedelta(days=3)}, by=bob)
    write.delete(reports, [first.pk], by=bob)
    as_bob.post("/daily/", {"on": "9999-12-31", "done": "書き直し", "go": "submit"})
    assert DailyReport.objects.get(deleted_at=None).done == "書き直し"
    with pytest.raises(Refused, match="もうあります"):
        write.restore(reports, [first.pk], by=bob)
    monkeypatch.setattr(checking, "check_once", lambda *_told: None)  # another request was faster
    with pytest.raises(Refused, match="もうあります"):
        write.create(reports, {"done": "y"}, by=bob)
    with pytest.raises(Refused, match="もうあります"):
        rows = [{"done": text, "day": "2026-11-02", "owner": bob.pk} for text in "ab"]
        write.create_many(reports, rows, by=bob, operation=None)


def test_reports_that_two_requests_had_made_at_once_become_one_with_the_update(bob: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX daily_report_once")
    rows = [
        DailyReport.objects.create(owner=bob, day="2026-11-02", done=text, name="x")
        for text in ("訪問3件", "訪問3件", "電話2件")
    ]
    DailyComment.objects.create(report=rows[2], text="お疲れさま")
    import_module("enishi.work.migrations.0005_daily_once").leave_one_a_day(apps, None)
    kept = DailyReport.objects.get(deleted_at=None)
    assert (kept.pk, kept.done, kept.comments.get().text) == (rows[0].pk, "訪問3件\n\n電話2件", "お疲れさま")


def test_a_superior_comments_and_the_writer_is_told(
    client: Client, as_bob: Client, alice: User, bob: User
) -> None:
    report = write.create(registry.get("daily_report"), {"done": "訪問"}, by=bob).record
    team = Team.objects.create(name="営業部")
    rights = {
        "default": dict.fromkeys(RECORD_ACTIONS, "own"),
        "entities": {"daily_report": {"see": "team", "create": "own", "change": "own"}},
    }
    role = Role.objects.create(name="課長", rights=rights)
    chief = User.objects.create_user("chief@example.jp", "x", name="課長 一", role=role.key, team=team)
    client.force_login(chief)
    sent = {"report": report.pk, "text": "よく聞けました", "idempotency_key": "k1"}
    assert client.post("/daily/comment/", sent).status_code == 404  # not yet of the team
    bob.team = team
    bob.save()
    for _tap in range(2):
        assert client.post("/daily/comment/", sent).status_code == 302
    said = DailyComment.objects.get()
    assert (said.owner, said.text, said.report) == (chief, "よく聞けました", report)
    told = Notification.objects.get()
    assert told.user == bob and "課長 一さん" in told.text and told.url == f"/daily-reports/{report.pk}/"
    for page in (as_bob.get(told.url).text, as_bob.get("/daily/").text, client.get(told.url).text):
        assert "よく聞けました" in page
    assert client.post(f"/daily-reports/{report.pk}/field/done/", {"done": "x"}).status_code in {403, 404}
    type(chief).objects.filter(pk=chief.pk).update(language="en")
    as_bob.post("/daily/comment/", {"report": report.pk, "text": "ありがとうございます"})
    assert (
        " commented on the daily report " in Notification.objects.get(user=chief).text
    )  # his language, not Bob's
    assert (
        Notification.objects.filter(user=chief).count() == 1
        and Notification.objects.filter(user=bob).count() == 1
    )
    assert client.post("/daily/comment/", {"report": report.pk, "text": " "}).status_code == 422


def test_who_only_looks_says_nothing_and_a_role_sees_no_others(
    as_carol: Client, client: Client, bob: User, alice: User
) -> None:
    report = write.create(registry.get("daily_report"), {"done": "秘密の訪問"}, by=alice).record
    assert as_carol.post("/daily/comment/", {"report": report.pk, "text": "x"}).status_code == 403
    assert "コメントする" not in as_carol.get(f"/daily-reports/{report.pk}/").text
    bob.role = Role.objects.create(
        name="自分だけ", rights={"default": dict.fromkeys(RECORD_ACTIONS, "own")}
    ).key
    bob.save()
    client.force_login(bob)
    assert client.post("/daily/comment/", {"report": report.pk, "text": "x"}).status_code == 404
    assert "秘密の訪問" not in client.get("/daily-reports/").text and not DailyComment.objects.exists()
