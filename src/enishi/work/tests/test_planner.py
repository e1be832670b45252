"""The calendar: days of a span, whose entries, what is left out, a fixed number of queries."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from enishi.access.models import Team
from enishi.records import registry, write
from enishi.records.testing import queries
from enishi.work.planner.entries import between
from enishi.work.planner.views import days_of

pytestmark = [pytest.mark.django_db, pytest.mark.row("C4")]
TOKYO = ZoneInfo("Asia/Tokyo")
DAY = datetime.date(2026, 11, 25)


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text).replace(tzinfo=TOKYO)


def task(by: Any, name: str, due: str, **values: Any) -> Any:
    return write.create(registry.get("task"), {"name": name, "due_at": at(due), **values}, by=by).record


def titles(by: Any, who: str = "me", last: datetime.date = DAY) -> list[tuple[str, str, str]]:
    held, _too_many = between(by, DAY, last, who)
    return [(one.time, one.title, one.state) for entries in held.values() for one in entries]


def test_days() -> None:
    assert days_of("day", DAY) == [DAY]
    assert (days_of("week", DAY)[0].isoformat(), days_of("week", DAY)[-1].isoformat()) == (
        "2026-11-22",
        "2026-11-28",
    )
    assert days_of("week", datetime.date(2026, 11, 22))[0].isoformat() == "2026-11-22"
    month = days_of("month", DAY)
    assert (month[0].isoformat(), month[-1].isoformat()) == ("2026-11-01", "2026-12-05")
    assert len(days_of("agenda", DAY)) == 14


def test_whole_days_stand_first_and_what_was_done_is_there_once(alice: Any) -> None:
    account = write.create(registry.get("account"), {"name": "丸山"}, by=alice).record
    task(alice, "訪問", "2026-11-25 13:30", kind="visit")
    task(alice, "資料", "2026-11-25 00:00")
    task(alice, "翌日", "2026-11-26 00:00")
    held = task(alice, "済み", "2026-11-25 10:00")
    write.write(registry.get("task"), held.pk, {"done_at": at("2026-11-25 10:40")}, by=alice)
    for kind in ("visit", "note"):
        write.create(
            registry.get("activity"),
            {
                "kind": kind,
                "text": f"{kind}の話",
                "about": f"account:{account.pk}",
                "at": at("2026-11-25 10:30"),
            },
            by=alice,
        )
    found = [(time, title) for time, title, _state in titles(alice)]
    assert found == [("", "資料"), ("10:30", "visitの話"), ("13:30", "訪問")]


def test_whose(alice: Any, bob: Any) -> None:
    task(alice, "私の", "2026-11-25 09:00")
    task(bob, "同僚の", "2026-11-25 09:30")
    assert [title for _time, title, _state in titles(alice)] == ["私の"]
    assert [title for _time, title, _state in titles(alice, "team")] == ["私の"]
    assert [title for _time, title, _state in titles(alice, "all")] == ["私の", "同僚の"]
    team = Team.objects.create(name="営業一課")
    for user in (alice, bob):
        user.team = team
        user.save()
    assert [title for _time, title, _state in titles(alice, "team")] == ["私の", "同僚の"]


def test_queries_do_not_grow(as_alice: Any, alice: Any, bob: Any) -> None:
    address = "/calendar/?on=2026-11-25&who=all"
    task(alice, "a", "2026-11-25 09:00")
    task(bob, "b", "2026-11-25 09:00")
    few = len(queries(as_alice, address))
    for number in range(12):
        task(bob if number % 2 else alice, f"b{number}", "2026-11-25 10:00")
    assert len(queries(as_alice, address)) <= few


@pytest.mark.parametrize("span", ["day", "week", "month", "agenda"])
def test_page(as_alice: Any, alice: Any, span: str) -> None:
    held = task(alice, "<b>近藤様</b>を訪問", "2026-11-25 13:30", kind="visit")
    answer = as_alice.get("/calendar/", {"span": span, "on": "2026-11-25"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'href="/tasks/{held.pk}/"' in text and "&lt;b&gt;近藤様" in text and "13:30" in text
    assert "<b>近藤様" not in text


def test_holiday_and_plan(as_alice: Any) -> None:
    text = as_alice.get("/calendar/", {"on": "2026-11-25"}).content.decode()
    assert "勤労感謝の日" in text
    assert "due_at=2026-11-25T10%3A00" in text
    form = as_alice.get("/tasks/new/", {"due_at": "2026-11-25T10:00", "all_day": "", "kind": "visit"})
    assert "2026-11-25T10:00" in form.content.decode()


@pytest.mark.parametrize("on", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_any_address_answers(as_alice: Any, on: str) -> None:
    for span in ("day", "week", "month", "agenda", "x"):
        assert as_alice.get("/calendar/", {"span": span, "on": on, "who": "x"}).status_code == 200
