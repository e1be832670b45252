"""Tasks: done, undone, repeated; what is recorded in one step; reminders; Today."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from enishi.records import history, registry, write
from enishi.records.models import Event, Notification
from enishi.records.testing import HTMX, queries, snapshot, toast
from enishi.sales.pipelines.entity import default_pipeline, stages_of
from enishi.work import recording, views
from enishi.work.models import Activity, Task
from enishi.work.tasks.entity import is_late, next_due

pytestmark = [pytest.mark.django_db, pytest.mark.row("C4")]
TOKYO = ZoneInfo("Asia/Tokyo")


def at(text: str, zone: ZoneInfo = TOKYO) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.fixture
def account(alice: Any) -> Any:
    return write.create(registry.get("account"), {"name": "丸山"}, by=alice).record


def make(by: Any, **values: Any) -> Task:
    found: Task = write.create(registry.get("task"), {"name": "電話", **values}, by=by).record
    return found


class TestNextTime:
    @pytest.mark.parametrize(
        ("repeat", "due", "now", "following"),
        [
            ("daily", "2026-11-23 09:00", "2026-11-23 10:00", "2026-11-24 09:00"),
            (
                "daily",
                "2026-11-01 09:00",
                "2026-11-23 10:00",
                "2026-11-24 09:00",
            ),  # days that passed are left out
            ("daily", "2026-11-25 09:00", "2026-11-23 10:00", "2026-11-26 09:00"),  # done beforehand
            ("weekly", "2026-11-23 00:00", "2026-11-23 10:00", "2026-11-30 00:00"),
            ("biweekly", "2026-11-23 00:00", "2026-11-23 10:00", "2026-12-07 00:00"),
            ("monthly", "2026-01-15 00:00", "2026-01-15 10:00", "2026-02-15 00:00"),
            ("monthly", "2026-01-31 00:00", "2026-01-31 10:00", "2026-02-28 00:00"),
            ("monthly", "2026-01-31 00:00", "2026-03-01 10:00", "2026-03-31 00:00"),
            (
                "monthly",
                "2026-02-28 00:00",
                "2026-02-28 10:00",
                "2026-03-31 00:00",
            ),  # the month's end stays the month's end
            ("monthly", "2024-01-30 00:00", "2024-01-30 10:00", "2024-02-29 00:00"),
            ("monthly", "2026-12-31 23:30", "2027-01-01 00:00", "2027-01-31 23:30"),
            ("yearly", "2024-02-29 00:00", "2024-02-29 10:00", "2025-02-28 00:00"),
            ("yearly", "2027-02-28 00:00", "2027-02-28 10:00", "2028-02-29 00:00"),
            ("yearly", "2025-12-31 00:00", "2025-12-31 10:00", "2026-12-31 00:00"),
        ],
    )
    def test_the_next_time(self, repeat: str, due: str, now: str, following: str) -> None:
        assert next_due(at(due), repeat, at(now)) == at(following)

    @pytest.mark.parametrize(
        ("due", "following"),
        [
            ("2026-03-07 02:30", "2026-03-08 02:30"),
            ("2026-03-07 09:00", "2026-03-08 09:00"),
            ("2026-10-31 01:30", "2026-11-01 01:30"),
        ],
    )
    def test_daylight_saving_keeps_the_time_on_the_wall(
        self, settings: Any, due: str, following: str
    ) -> None:
        settings.TIME_ZONE = "America/New_York"
        zone = ZoneInfo("America/New_York")
        assert next_due(at(due, zone), "daily", at(due, zone)) == at(following, zone).astimezone(datetime.UTC)

    def test_each_month_end_of_four_years_once(self) -> None:
        due = at("2024-01-31 00:00")
        seen = [due]
        while len(seen) < 48:
            due = next_due(due, "monthly", due)
            seen.append(due.astimezone(TOKYO))
        assert [(one.year, one.month) for one in seen] == [(2024 + n // 12, n % 12 + 1) for n in range(48)]
        assert all((one + datetime.timedelta(days=1)).day == 1 for one in seen)


class TestDone:
    def test_one_tap_does_it_and_one_takes_it_back(self, account: Any, alice: Any, as_alice: Any) -> None:
        task = make(alice, about=f"account:{account.pk}", due_at="2026-12-01")
        answer = as_alice.post(f"/tasks/{task.pk}/done/", headers=HTMX)
        task.refresh_from_db()
        account.refresh_from_db()
        assert answer.status_code == 204 and task.done_at is not None and account.next_step == ""
        assert Event.objects.latest("pk").kind == "task_done"
        when, version = task.done_at, task.version
        assert as_alice.post(f"/tasks/{task.pk}/done/", headers=HTMX).status_code == 204
        task.refresh_from_db()
        assert (task.done_at, task.version) == (when, version)  # a second tap changes nothing
        assert as_alice.post(toast(answer)["undo_url"], headers=HTMX).status_code == 204
        task.refresh_from_db()
        account.refresh_from_db()
        assert task.done_at is None and account.next_step == "電話"

    def test_a_viewer_may_not(self, alice: Any, as_carol: Any) -> None:
        task, before = make(alice), snapshot()
        assert (
            as_carol.post(f"/tasks/{task.pk}/done/", headers=HTMX).status_code == 403
            and Task.objects.get().done_at is None
        )
        assert as_carol.post("/tasks/999999/done/").status_code in {403, 404}
        del before

    def test_a_repeating_one_makes_its_next_once(self, account: Any, alice: Any, bob: Any) -> None:
        entity = registry.get("task")
        task = make(
            alice,
            about=f"account:{account.pk}",
            due_at=timezone.now(),
            repeat="weekly",
            owner=bob.pk,
            remind_at=timezone.now() - datetime.timedelta(hours=1),
            priority="high",
        )
        for value in (timezone.now(), "", timezone.now()):  # done, taken back, done again
            write.write(entity, task.pk, {"done_at": value}, by=alice)
        following = Task.objects.exclude(pk=task.pk).get()
        assert (following.name, following.owner, following.repeat, following.priority, following.done_at) == (
            "電話",
            bob,
            "weekly",
            "high",
            None,
        )
        assert following.due_at - task.due_at == datetime.timedelta(days=7)
        assert (
            following.due_at - following.remind_at == task.due_at - task.remind_at
            and following.reminded_at is None
        )
        account.refresh_from_db()
        assert account.next_task_id == following.pk

    def test_many_done_at_once_make_one_next_each(self, alice: Any) -> None:
        tasks = [make(alice, due_at=timezone.now(), repeat="monthly") for _n in range(3)]
        write.write_many(
            registry.get("task"),
            [(Task.objects.get(pk=one.pk), {"done_at": timezone.now()}) for one in tasks],
            by=alice,
            operation=None,
        )
        assert Task.objects.filter(done_at=None).count() == 3

    def test_one_whose_customer_is_gone_is_done_all_the_same(self, account: Any, alice: Any) -> None:
        task = make(alice, about=f"account:{account.pk}", due_at=timezone.now(), repeat="daily")
        write.delete(registry.get("account"), [account.pk], by=alice)
        write.write(registry.get("task"), task.pk, {"done_at": timezone.now()}, by=alice)
        assert Task.objects.get(done_at=None).about == ""

    def test_the_last_of_all_days_has_no_next(self, alice: Any) -> None:
        task = make(alice, due_at="2999-12-31", repeat="yearly")
        write.write(registry.get("task"), task.pk, {"done_at": timezone.now()}, by=alice)
        assert Task.objects.count() == 1

    def test_a_day_without_a_time_is_late_only_when_it_is_over(self, alice: Any) -> None:
        task = make(alice, due_at="2026-11-23")
        assert (
            task.all_day
            and not is_late(task, at("2026-11-23 23:59"))
            and is_late(task, at("2026-11-24 00:00"))
        )
        write.write(registry.get("task"), task.pk, {"due_at": "2026-11-23 10:00"}, by=alice)
        task.refresh_from_db()
        assert (
            not task.all_day
            and not is_late(task, at("2026-11-23 09:59"))
            and is_late(task, at("2026-11-23 10:01"))
        )


@pytest.mark.row("F1")
class TestRecording:
    def test_a_visit_its_next_step_and_the_new_stage_in_one_go(self, account: Any, alice: Any) -> None:
        stages = stages_of(default_pipeline().pk)
        deal = write.create(registry.get("deal"), {"name": "更新", "account": account.pk}, by=alice).record
        done = recording.record(
            {
                "kind": "visit",
                "about": f"deal:{deal.pk}",
                "text": "会えた",
                "outcome": "success",
                "next_on": "2026-12-01",
                "next_name": "見積",
                "stage": str(stages[3].pk),
            },
            by=alice,
            key="a",
        )
        deal.refresh_from_db()
        account.refresh_from_db()
        assert done.activity is not None and done.activity.next_task == done.task and deal.stage == stages[3]
        assert (deal.next_step, account.next_step, account.last_contact_at) == (
            "見積",
            "見積",
            done.activity.at,
        )
        again = recording.record(
            {"kind": "visit", "about": f"deal:{deal.pk}", "text": "会えた", "next_on": "2026-12-01"},
            by=alice,
            key="a",
        )
        assert again.activity == done.activity and (Activity.objects.count(), Task.objects.count()) == (1, 1)

    @pytest.mark.parametrize(
        "bad",
        [{"about": ""}, {"about": "account:999999"}, {"about": "x"}, {"kind": "x"}, {"next_on": "いつか"}, {"next_on": "9999-01-01"}, {"outcome": "x"}, {"met": "999999"}, {"at": "x"},
         {"kind": "note", "text": ""}, {"kind": "task", "text": ""}, {"text": "あ" * 30_000}, {"next_on": "2026-12-01", "at": "0001-01-01"}],
    )  # fmt: skip
    def test_all_or_nothing(self, account: Any, alice: Any, as_alice: Any, bad: dict[str, str]) -> None:
        values = {
            "kind": "visit",
            "about": f"account:{account.pk}",
            "text": "会えた",
            "next_on": "2026-12-01",
            "idempotency_key": "b",
            **bad,
        }
        before = snapshot()
        for headers in ({}, HTMX):
            for more in ({}, {"composer": "1"}):
                assert as_alice.post("/record/", {**values, **more}, headers=headers).status_code in {
                    404,
                    422,
                }
        assert snapshot() == before

    def test_a_lost_deal_needs_its_reason_and_the_visit_waits_for_it(self, alice: Any, as_alice: Any) -> None:
        lost = next(one for one in stages_of(default_pipeline().pk) if one.outcome == "lost")
        deal = write.create(registry.get("deal"), {"name": "更新"}, by=alice).record
        values = {"kind": "visit", "about": f"deal:{deal.pk}", "text": "断られた", "stage": lost.pk}
        before = snapshot()
        answer = as_alice.post("/record/", values, headers=HTMX)
        assert (
            answer.status_code == 422
            and "失注理由" in answer.content.decode()
            and "断られた" in answer.content.decode()
        )
        assert snapshot() == before
        assert as_alice.post("/record/", {**values, "lost_reason": "競合"}, headers=HTMX).status_code == 204
        deal.refresh_from_db()
        assert (deal.outcome, deal.lost_reason) == ("lost", "競合")

    def test_the_form_asks_for_an_end_what_the_board_asks(self, alice: Any, as_alice: Any) -> None:
        stages = {one.outcome: one for one in stages_of(default_pipeline().pk)}
        made = [
            write.create(registry.get("deal"), {"name": name, "competitor": "東商"}, by=alice).record
            for name in ("更新", "増設")
        ]
        about = f"deal:{made[0].pk}"
        chosen = {"part": "people", "about": about, "stage_of": about, "stage": stages["lost"].pk}
        form = as_alice.get("/record/", chosen, headers=HTMX).content.decode()
        assert 'value="価格・予算"' in form and 'value="東商"' in form and 'name="lost_detail"' in form
        won = as_alice.get("/record/", {**chosen, "stage": stages["won"].pk}, headers=HTMX).content.decode()
        assert 'name="amount"' in won and 'name="closed_at"' in won
        other = {**chosen, "about": f"deal:{made[1].pk}"}  # of another deal nothing is chosen yet
        assert "lost_detail" not in as_alice.get("/record/", other, headers=HTMX).content.decode()
        values = {"kind": "visit", "about": about, "text": "断られた", "stage": stages["lost"].pk}
        told = {"lost_reason": "競合", "lost_to": "東商", "lost_detail": "納期", "name": "別の名前"}
        assert as_alice.post("/record/", {**values, **told}, headers=HTMX).status_code == 204
        made[0].refresh_from_db()
        assert (made[0].lost_reason, made[0].lost_to, made[0].lost_detail) == ("競合", "東商", "納期")
        assert made[0].name == "更新"  # only what is asked for

    def test_the_form_is_about_the_card_it_is_opened_from(
        self, account: Any, alice: Any, as_alice: Any
    ) -> None:
        deal = write.create(registry.get("deal"), {"name": "更新"}, by=alice).record

        def form(address: str) -> str:
            headers = {**HTMX, "HX-Current-URL": f"http://testserver{address}"}
            return str(as_alice.get("/record/", headers=headers).text)

        assert f'value="deal:{deal.pk}"' in form(f"/deals/{deal.pk}/?tab=facts")
        assert 'id="record-stage"' in form(f"/deals/{deal.pk}/")
        assert f'value="account:{account.pk}"' in form(f"/accounts/{account.pk}/")
        for other in (
            "/deals/",
            f"/deals/{deal.pk + 99}/",
            "/products/1/",
            "/nothing/1/",
            f"/deals/{10**18}/",
        ):
            assert 'id="record-stage"' not in form(other)

    def test_a_visit_is_taken_back_from_the_timeline(self, account: Any, alice: Any) -> None:
        done = recording.record(
            {"kind": "visit", "about": f"account:{account.pk}", "text": "x"}, by=alice, key=""
        )
        history.undo_event(Event.objects.get(entity="activity", record_id=done.activity.pk).pk, by=alice)
        account.refresh_from_db()
        assert account.last_contact_at is None


def test_reminders_come_once_to_the_one_who_does_it(alice: Any, bob: Any, as_bob: Any) -> None:
    task = make(alice, owner=bob.pk, remind_at=timezone.now() - datetime.timedelta(minutes=1))
    make(alice, owner=bob.pk, remind_at=timezone.now() + datetime.timedelta(hours=1))
    make(alice, owner=None, remind_at=timezone.now() - datetime.timedelta(minutes=1))
    assert (views.remind(), views.remind()) == (1, 0)
    assert Notification.objects.get().user == bob
    assert f"/tasks/{task.pk}/" in as_bob.get("/record/notifications/").content.decode()
    write.write(
        registry.get("task"), task.pk, {"remind_at": timezone.now() - datetime.timedelta(seconds=1)}, by=bob
    )
    assert views.remind() == 1  # put off, so reminded again


def test_reminders_are_in_the_language_of_the_reader(alice: Any, bob: Any) -> None:
    type(bob).objects.filter(pk=bob.pk).update(language="en")
    for owner in (alice, bob):
        make(alice, owner=owner.pk, remind_at=timezone.now() - datetime.timedelta(minutes=1))
    assert views.remind() == 2
    told = dict(Notification.objects.values_list("user__email", "text"))
    assert told[alice.email].startswith("まもなく: ") and told[bob.email].startswith("Soon: ")


@pytest.mark.row("C5")
class TestToday:
    def test_it_shows_ones_own_late_and_due_tasks_and_deals_without_a_next_step(
        self, account: Any, alice: Any, bob: Any, as_bob: Any
    ) -> None:
        now = timezone.now()
        for name, days, owner in (
            ("遅れた電話", -2, bob),
            ("今日の電話", 0, bob),
            ("来月の電話", 30, bob),
            ("アリスの電話", -2, alice),
        ):
            make(
                alice,
                name=name,
                due_at=timezone.localtime(now).date() + datetime.timedelta(days=days),
                owner=owner.pk,
                about=f"account:{account.pk}",
            )
        write.create(registry.get("deal"), {"name": "手のない案件", "owner": bob.pk}, by=alice)
        birthday = (
            timezone.localdate().replace(year=1980)
            if timezone.localdate() != datetime.date(2028, 2, 29)
            else datetime.date(1980, 2, 29)
        )
        write.create(
            registry.get("contact"), {"family_name": "誕生", "birthday": birthday, "owner": bob.pk}, by=alice
        )
        page = as_bob.get("/today/").content.decode()
        assert (
            "遅れた電話" in page
            and "今日の電話" in page
            and "手のない案件" in page
            and "誕生" in page
            and "丸山" in page
        )
        assert "来月の電話" not in page and "アリスの電話" not in page

    def test_it_costs_the_same_with_five_and_with_sixty(
        self, account: Any, alice: Any, as_alice: Any
    ) -> None:
        def grow(count: int) -> None:
            write.create_many(
                registry.get("task"),
                [
                    {
                        "name": f"電話{n}",
                        "due_at": timezone.now() - datetime.timedelta(days=n % 3),
                        "owner": alice.pk,
                        "about": f"account:{account.pk}",
                    }
                    for n in range(count)
                ],
                by=alice,
                operation=None,
            )
            write.create_many(
                registry.get("deal"),
                [{"name": f"案件{n}", "account": account.pk, "owner": alice.pk} for n in range(count)],
                by=alice,
                operation=None,
            )
            write.create_many(
                registry.get("contact"),
                [
                    {
                        "family_name": f"姓{n}",
                        "account": account.pk,
                        "owner": alice.pk,
                        "birthday": timezone.localdate().replace(
                            year=1980, day=min(timezone.localdate().day, 28)
                        ),
                    }
                    for n in range(count)
                ],
                by=alice,
                operation=None,
            )

        grow(5)
        as_alice.get("/today/")
        few = len(queries(as_alice, "/today/"))
        grow(55)
        assert len(queries(as_alice, "/today/")) == few


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("現地調査の訪問", "visit"),
        ("訪問日程の電話", "call"),
        ("お打ち合わせ", "meeting"),
        ("ＴＥＬ", "call"),
        ("見積の提出", ""),
    ],
)
def test_an_appointment_is_what_its_words_say(words: str, kind: str) -> None:
    assert recording._said(words) == kind
