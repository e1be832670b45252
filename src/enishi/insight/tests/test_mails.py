"""Reports by mail: when, to whom, what each gets, and each once; through a real mail server."""

import datetime
import io
import re
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import python_calamine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from tests.support.mail import Sink

from enishi.access.models import AccessLog, Role, User
from enishi.access.rights import RECORD_ACTIONS
from enishi.insight.mails import content, picture, schedule, sending
from enishi.insight.models import Dashboard, Report, ReportMail, ReportMailing
from enishi.insight.reports import engine
from enishi.people.models import Account
from enishi.records import registry, write
from enishi.sales.documents import pdf
from enishi.work.daysoff.models import CompanyWeek, DayOff

pytestmark = [pytest.mark.django_db, pytest.mark.row("F4")]
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture(autouse=True)
def _fresh(settings: Any) -> Any:
    settings.PUBLIC_URL = "https://crm.example.jp"
    engine.forget()


@pytest.fixture
def report(alice: User, bob: User) -> Report:
    """Accounts by owner: two of bob's, three of alice's."""
    rows = [
        {"name": f"社{n}", "industry": "製造" if n % 2 else "小売<b>", "owner": (alice if n < 3 else bob).pk} for n in range(5)
    ]  # fmt: skip
    write.create_many(registry.get("account"), rows, by=alice, operation=None)
    spec = {"rows": [{"field": "industry"}], "measures": [{"op": "count"}], "chart": "bar"}
    return Report.objects.create(name="業種ごと", owner=alice, share="all", entity="account", spec=spec)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def mail_of(report: Report, *people: User, **more: Any) -> ReportMail:
    values = {"kind": "report", "key": str(report.pk), "owner": report.owner, "every": "day", "hour": 8}
    made = ReportMail.objects.create(
        **{**values, "next_at": timezone.now() - datetime.timedelta(hours=1), **more}
    )
    made.recipients.set(people)
    return made


def run() -> int:
    """What the worker does: what is due is queued, then sent; how many went out."""
    sending.queue()
    waiting = ReportMailing.objects.filter(state="waiting").order_by("pk").values_list("pk", flat=True)
    return sum(sending.send.func(key) for key in list(waiting))


@pytest.mark.parametrize(
    ("values", "after", "next_at"),
    [
        ({"every": "day"}, "2026-11-30 07:59", "2026-11-30 08:00"),
        ({"every": "day"}, "2026-11-30 08:00", "2026-12-01 08:00"),
        (
            {"every": "business_day"},
            "2026-11-20 09:00",
            "2026-11-24 08:00",
        ),  # over a weekend and 勤労感謝の日
        ({"every": "week", "weekday": 0}, "2026-11-30 08:01", "2026-12-07 08:00"),
        ({"every": "month", "day": 31}, "2027-02-01 00:00", "2027-02-28 08:00"),
        ({"every": "month", "day": 31}, "2027-02-28 09:00", "2027-03-31 08:00"),
        ({"every": "month", "day": 1, "hour": 0}, "2026-12-31 23:59", "2027-01-01 00:00"),
    ],
)
def test_the_next_time_is_reckoned_in_japan(values: dict[str, Any], after: str, next_at: str) -> None:
    mail = ReportMail(**{"hour": 8, **values})
    assert schedule.following(mail, at(after).astimezone(datetime.UTC)) == at(next_at)


def test_business_days_are_those_of_the_company_even_when_it_says_so_later(
    report: Report, alice: User, as_alice: Client, smtp: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at("2026-12-04 09:00")  # a Friday
    monkeypatch.setattr(timezone, "now", lambda: now)
    DayOff.objects.create(day=datetime.date(2026, 12, 7), name="棚卸")
    form = {"every": "business_day", "weekday": "0", "day": "1", "hour": "8", "to": [str(alice.pk)]}
    saved = as_alice.post(f"/reports/{report.pk}/mail/", form, follow=True).text
    assert "次は2026/12/08 08:00" in saved and "営業日（会社の休みを除く）" in as_alice.get(f"/reports/{report.pk}/mail/").text  # fmt: skip
    DayOff.objects.create(day=datetime.date(2026, 12, 8))  # what was reckoned lies on it now
    for text in ("2026-12-07 12:00", "2026-12-08 12:00"):
        now = at(text)
        assert run() == 0, text
    now = at("2026-12-09 08:00:05")
    assert run() == 1
    CompanyWeek.objects.create(pk=1, weekdays=list(range(7)))  # closed for good
    for text in ("2027-02-01 08:00:05", "2027-02-02 08:00:05", "2027-02-03 08:00:05"):
        now = at(text)
        run()
    assert len(smtp.messages) <= 2  # at most what was due before


@pytest.mark.once
def test_each_gets_what_he_may_see_with_picture_and_file(
    report: Report, alice: User, bob: User, carol: User, smtp: Sink
) -> None:
    own = {
        "default": dict.fromkeys([*RECORD_ACTIONS], "own") | {"export": "none"},
        "entities": {},
        "fields": {},
    }
    bob.role = Role.objects.create(name="自分だけ", rights=own).key
    bob.save()
    carol.is_active = False
    carol.save()
    mail_of(report, alice, bob, carol)
    assert run() == 2
    got = {str(one["To"]): one for one in smtp.messages}
    assert set(got) == {alice.email, bob.email}
    texts = {to: one.get_body(("plain",)).get_content() for to, one in got.items()}  # type: ignore[union-attr]
    assert "小売<b>: 3" in texts[alice.email] and "製造: 2" in texts[alice.email]
    assert "小売<b>: 1" in texts[bob.email] and "製造: 1" in texts[bob.email]
    html = got[alice.email].get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "小売&lt;b&gt;" in html and f"https://crm.example.jp/reports/{report.pk}/" in html
    parts = {part.get_content_type(): part for part in got[alice.email].walk()}
    if pdf.available():
        assert f"cid:{parts['image/png']['Content-ID'].strip('<>')}" in html
        picture = Image.open(io.BytesIO(parts["image/png"].get_content()))
        assert picture.width == 1280 and len(picture.convert("RGB").getcolors(1 << 20) or []) > 5
    book = parts["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]
    assert str(book.get_filename()).startswith("業種ごと_")
    rows = python_calamine.load_workbook(io.BytesIO(book.get_content())).get_sheet_by_index(0).to_python()
    assert ["小売<b>", 3.0] in rows and ["合計", 5.0] in rows
    assert not any(
        "sheet" in part.get_content_type() for part in got[bob.email].walk()
    )  # who may not take out
    assert "書き出しの権限がないため" in got[bob.email].get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert list(AccessLog.objects.filter(action="export").values_list("user", flat=True)) == [alice.pk]


def test_what_is_no_longer_shared_or_hidden_is_not_sent_and_says_why(
    report: Report, alice: User, bob: User, as_alice: Client, smtp: Sink
) -> None:
    mail_of(report, bob)
    Report.objects.update(share="mine")
    assert run() == 0 and smtp.messages == []
    row = ReportMailing.objects.get()
    assert (row.state, row.problem) == ("left", "gone")
    assert "送りませんでした" in as_alice.get("/report-mails/").text
    words = {
        "late": "2日間送信できませんでした。", "gone": "削除されたか、この人には共有されていません。", "nothing": "この人に見せられるレポートがありません。",
        "broken": "レポートを作成できませんでした。", "551 nobody here": "551 nobody here",
    }  # fmt: skip
    assert set(ReportMailing.Problem.values) < set(words)
    for problem, said in words.items():
        ReportMailing.objects.update(problem=problem)
        assert said in as_alice.get("/report-mails/").text
    User.objects.filter(pk=alice.pk).update(language="en")
    ReportMailing.objects.update(problem="late")
    page = as_alice.get("/report-mails/").text
    assert "2日間" not in page and "two days" in page


def test_a_mail_is_sent_once_by_two_workers_after_a_day_of_rest_and_under_a_clock_that_steps(
    report: Report, alice: User, smtp: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at("2026-12-01 08:00:30")
    monkeypatch.setattr(timezone, "now", lambda: now)
    mail = mail_of(report, alice, next_at=at("2026-11-21 08:00"))  # the worker slept for ten days
    stale = ReportMail.objects.get(pk=mail.pk)
    assert run() == 1
    assert (
        sending._queue_one(stale, at("2026-12-02 08:00"), now) is False
    )  # the other worker, which read before
    key = ReportMailing.objects.get().pk
    assert sending.send.func(key) is False  # and its task
    mail.refresh_from_db()
    assert mail.next_at == at("2026-12-02 08:00")
    assert run() == 0
    now = at("2026-12-02 08:00:10")
    assert run() == 1
    now = at("2026-12-02 07:30")  # set back: 8 o'clock comes a second time
    assert run() == 0
    mail.refresh_from_db()
    assert mail.next_at == at("2026-12-02 08:00")
    now = at("2026-12-02 08:00:05")
    assert run() == 0
    now = at("2030-01-01 09:00")  # set years ahead, and back
    assert run() == 1  # the one of the 3rd, too early
    now = at("2026-12-02 10:00")
    sending.queue()
    now = at("2026-12-03 08:01")
    assert run() == 0
    now = at("2026-12-04 08:01")
    assert run() == 1
    assert len(smtp.messages) == 4
    assert len({str(one["Message-ID"]) for one in smtp.messages}) == 4


def test_what_the_server_does_not_take_is_tried_again_and_what_a_worker_left_behind_is_taken_up(
    report: Report, alice: User, smtp: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at("2026-12-01 08:00:30")
    monkeypatch.setattr(timezone, "now", lambda: now)
    mail_of(report, alice, next_at=at("2026-12-01 08:00"))
    smtp.refuse = "451 busy"
    assert run() == 0
    row = ReportMailing.objects.get()
    assert (row.state, row.tries) == ("waiting", 1) and "451" in row.problem
    taken_out = AccessLog.objects.filter(action="export")
    assert not taken_out.exists()  # nothing has left the house yet
    smtp.refuse = ""
    assert sending.send.func(row.pk) is True and taken_out.count() == 1
    ReportMailing.objects.update(
        state="sending", touched_at=now
    )  # a worker died between taking it up and sending
    assert run() == 0
    now += datetime.timedelta(minutes=31)
    assert run() == 1
    ReportMailing.objects.update(state="waiting", tries=4)
    smtp.refuse = "550 no"
    assert sending.send.func(row.pk) is False
    row.refresh_from_db()
    assert row.state == "failed" and "550" in row.problem


def test_a_dashboard_goes_as_one_mail_and_the_browser_draws_it(
    report: Report, alice: User, bob: User, as_alice: Client, as_bob: Client, as_carol: Client, smtp: Sink
) -> None:
    hidden = Report.objects.create(name="秘密", owner=alice, share="mine", entity="account", spec=report.spec)
    tiles = [{"report": str(one.pk), "wide": False, "look": "chart"} for one in (report, hidden)]
    board = Dashboard.objects.create(name="朝会", owner=alice, share="all", tiles=tiles)
    form = {"every": "month", "weekday": "0", "day": "31", "hour": "8", "to": [str(alice.pk), str(bob.pk)]}
    assert as_carol.post(f"/dashboards/{board.pk}/mail/", form).status_code == 403
    wrong = as_alice.post(f"/dashboards/{board.pk}/mail/", {"every": "year", "hour": "25"})
    assert wrong.status_code == 422 and all(
        words in wrong.text for words in ("送る間隔を選んで", "時刻を選び直して", "送る相手を選んで")
    )
    blind = as_alice.post(f"/reports/{hidden.pk}/mail/", form)
    assert blind.status_code == 422 and "さんはこのレポートを見られない" in blind.text
    assert as_alice.post(f"/dashboards/{board.pk}/mail/", form).status_code == 302
    mail = ReportMail.objects.get()
    assert "毎月 月末 8時" in as_alice.get("/report-mails/").text
    for client, address, status in (
        (as_bob, "edit", 404), (as_bob, "delete", 404), (as_bob, "try", 404), (as_carol, "leave", 404), (as_alice, "try", 302),
    ):  # fmt: skip
        assert client.post(f"/report-mails/{mail.pk}/{address}/", form).status_code == status, address
    ReportMail.objects.update(next_at=timezone.now())
    assert run() == 3  # the trial, and one for each
    bodies = [one.get_body(("html",)).get_content() for one in smtp.messages]  # type: ignore[union-attr]
    assert ["秘密" in one for one in bodies] == [True, True, False] and all(
        "業種ごと" in one for one in bodies
    )
    assert as_bob.post(f"/report-mails/{mail.pk}/leave/").status_code == 302
    assert list(mail.recipients.all()) == [alice]
    assert "朝会" not in as_bob.get("/report-mails/").text
    assert as_alice.post(f"/report-mails/{mail.pk}/delete/").status_code == 302
    assert not ReportMail.objects.exists()


def test_a_list_of_many_mails_asks_no_more_than_one_of_few(
    report: Report, alice: User, bob: User, as_alice: Client
) -> None:
    def more(number: int) -> None:
        for n in range(number):
            made = Report.objects.create(
                name=f"別{n}", owner=alice, share="all", entity="account", spec=report.spec
            )
            mail = mail_of(made, alice, bob)
            for day in (1, 2):
                for user in (alice, bob):
                    moment = at(f"2025-03-0{day} 08:00")
                    ReportMailing.objects.create(
                        mail=mail, user=user, due_at=moment, touched_at=moment, state="sent"
                    )

    asked = []
    for number in (2, 10):
        more(number)
        as_alice.get("/report-mails/")
        with CaptureQueriesContext(connection) as held:
            page = as_alice.get("/report-mails/").text
        asked.append(len(held))
    assert asked[1] <= asked[0] + 1  # every two seconds the plan of what was drawn is looked at anew
    assert page.count("2025/03/02") == 24 and "2025/03/01" not in page  # of each only the last time
    Report.objects.filter(name="別0").update(share="mine", owner=bob)
    assert as_alice.get("/report-mails/").text.count("（見られないレポート）</b>") == 2


def test_two_levels_of_headings_stand_in_the_mail_and_its_file(
    report: Report, alice: User, smtp: Sink
) -> None:
    spec = {
        "rows": [{"field": "industry"}, {"field": "owner"}], "column": {"field": "status"}, "chart": "none",
        "measures": [{"op": "count"}, {"op": "sum", "field": "employees"}],
    }  # fmt: skip
    Report.objects.update(spec=spec)
    Account.objects.update(employees=10, status="active", owner=alice)
    column = registry.get("account").field("status").text("active")
    mail_of(report, alice)
    assert run() == 1
    html, text = (smtp.messages[0].get_body((kind,)).get_content() for kind in ("html", "plain"))  # type: ignore[union-attr]
    head = html.split("<thead>")[1].split("</thead>")[0].split("</tr>")
    cells = [re.findall(r"<th([^>]*)>([^<]*)</th>", line) for line in head]
    assert [word for _more, word in cells[0]] == ["業種", "担当", column, "合計"]
    figures = ["件数", cells[1][1][1]]
    assert [word for _more, word in cells[1]] == figures * 2 and "従業員" in figures[1]
    spans = [("rowspan" in more, "colspan" in more) for more, _word in cells[0]]
    assert spans == [(True, False)] * 2 + [(False, True)] * 2
    text = text.replace("\r\n", "\n")
    assert f"業種 / 担当: {column} | 合計\n（{' / '.join(figures)}）\n" in text
    assert f"小売<b> / {alice.name}: 3 / 30名 | 3 / 30名\n" in text and "合計: 5 / 50名 | 5 / 50名" in text
    (book,) = (part for part in smtp.messages[0].iter_attachments() if "sheet" in part.get_content_type())
    rows = python_calamine.load_workbook(io.BytesIO(book.get_content())).get_sheet_by_index(0).to_python()
    assert ["業種", "担当", *(f"{one} {word}" for one in (column, "合計") for word in figures)] in rows
    assert ["小売<b>", alice.name, 3.0, 30.0, 3.0, 30.0] in rows


def test_a_picture_that_fails_does_not_hold_up_the_figures(
    report: Report, alice: User, smtp: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_told: Any) -> Any:
        raise RuntimeError("no fonts")

    monkeypatch.setattr(picture, "png", broken)
    mail_of(report, alice)
    assert run() == 1
    assert "小売<b>: 3" in smtp.body() and "<img" not in smtp.messages[0].as_string()
    # What can't be counted at all is tried again, and says so.
    monkeypatch.setattr(content, "show", broken)
    ReportMailing.objects.update(state="waiting")
    assert sending.send.func(ReportMailing.objects.get().pk) is False
    row = ReportMailing.objects.get()
    assert (row.state, row.problem) == ("waiting", "broken")


def test_what_another_worker_takes_up_in_between_is_left_to_him(
    report: Report, alice: User, bob: User, smtp: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = at("2026-12-01 08:00:30")
    monkeypatch.setattr(timezone, "now", lambda: now)
    mail_of(report, alice, bob, next_at=at("2026-12-01 08:00"))
    sending.queue()
    now += datetime.timedelta(minutes=31)
    queued: list[int] = []
    real = sending.send

    def enqueue(key: int) -> None:
        queued.append(key)
        if len(queued) == 1:  # another worker begins with the other one, and hasn't sent it yet
            begun = now + datetime.timedelta(seconds=1)
            ReportMailing.objects.exclude(pk=key).update(state="sending", touched_at=begun)

    monkeypatch.setattr(sending, "send", SimpleNamespace(enqueue=enqueue))
    sending.queue()
    assert len(queued) == 1 and ReportMailing.objects.exclude(pk=queued[0]).get().state == "sending"
    done = [real.func(key) for key in ReportMailing.objects.values_list("pk", flat=True)]
    assert sorted(done) == [False, True] and len(smtp.messages) == 1
