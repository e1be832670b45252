"""Reports by mail: when, to whom, what each gets, and each once; through a real mail server."""

import datetime
import io
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import python_calamine
from django.test import Client
from django.utils import timezone
from PIL import Image
from tests.support.mail import Sink

from enishi.access.models import AccessLog, Role, User
from enishi.access.rights import RECORD_ACTIONS
from enishi.insight.mails import schedule, sending
from enishi.insight.models import Dashboard, Report, ReportMail, ReportMailing
from enishi.insight.reports import engine
from enishi.records import registry, write
from enishi.sales.documents import pdf

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
    report: Report, alice: User, bob: User, smtp: Sink
) -> None:
    mail_of(report, bob)
    Report.objects.update(share="mine")
    assert run() == 0 and smtp.messages == []
    row = ReportMailing.objects.get()
    assert (row.state, row.problem) == ("left", "gone")
    assert row.said == "削除されたか、この人には共有されていません。"


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
    smtp.refuse = ""
    assert sending.send.func(row.pk) is True
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
