"""The calendar: days of a span, whose entries, what is left out, a fixed number of queries."""

import datetime
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from enishi.access.models import Team, User
from enishi.japanese.calendar import holiday_name
from enishi.records import registry, write
from enishi.records.testing import HTMX, queries
from enishi.work.models import Task
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


@pytest.mark.parametrize(
    ("year", "count", "moved"),
    [
        # 国民の祝日に関する法律, Article 3: (2) a holiday on a Sunday moves to the next day that is none, (3) a day between two is one.
        (2026, 18, {"05-06": "憲法記念日 振替休日", "09-22": "国民の休日"}),
        (2027, 17, {"03-22": "春分の日 振替休日"}),
        (2028, 16, {}),  # none falls on a Sunday; the equinox of autumn is on 22 September, a Friday
    ],
)
def test_holidays_of_the_years_to_come(year: int, count: int, moved: dict[str, str], as_alice: Any) -> None:
    first = datetime.date(year, 1, 1)
    days = [first + datetime.timedelta(days=n) for n in range(366)]
    held = {f"{day:%m-%d}": name for day in days if day.year == year and (name := holiday_name(day))}
    assert len(held) == count
    assert {day: name for day, name in held.items() if "休日" in name} == moved
    equinoxes = {day for day, name in held.items() if name in {"春分の日", "秋分の日"}}
    assert equinoxes == {2026: {"03-20", "09-23"}, 2027: {"03-21", "09-23"}, 2028: {"03-20", "09-22"}}[year]
    for day, name in moved.items():
        assert name in as_alice.get("/calendar/", {"on": f"{year}-{day}"}).content.decode()


@pytest.mark.parametrize("on", ["", "x", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_any_address_answers(as_alice: Any, on: str) -> None:
    for span in ("day", "week", "month", "agenda", "x"):
        assert as_alice.get("/calendar/", {"span": span, "on": on, "who": "x"}).status_code == 200


def test_what_belongs_to_nobody_or_to_somebody_who_left_has_a_column(
    as_alice: Any, alice: Any, bob: Any, carol: Any
) -> None:
    task(bob, "馬場の件", "2031-03-05 09:00")
    nobody, left = (task(alice, name, "2031-03-05 10:00") for name in ("担当のない件", "加藤の件"))
    Task.objects.filter(pk=nobody.pk).update(owner=None)
    Task.objects.filter(pk=left.pk).update(owner=carol)
    carol.is_active = False
    carol.save()
    address = "/calendar/?span=day&who=all&on=2031-03-05"
    text = as_alice.get(address).content.decode()
    parts = text.split('<section class="month-day')[1:]
    assert all(f'data-owner="{one.pk}"' in part for one, part in zip((alice, bob), parts, strict=False))
    assert len(parts) == 3 and "担当なし・その他" in parts[2] and 'data-owner=""' in parts[2]
    assert ["馬場の件" in part for part in parts] == [False, True, False]
    for title in ("担当のない件", "加藤の件"):
        assert [title in part for part in parts] == [False, False, True], title
    # It is nobody's to be free; and without anything in it there is no such column.
    assert "10:00〜18:00" in text
    for shown in (f"{address}&people={bob.pk}", "/calendar/?span=day&who=all&on=2031-03-06", "/calendar/?span=day&on=2031-03-05"):  # fmt: skip
        assert "担当なし・その他" not in as_alice.get(shown).content.decode(), shown
    moved = as_alice.post("/calendar/move/", {"entity": "task", "record": nobody.pk, "day": "2031-03-05", "minute": "600", "owner": bob.pk}, headers=HTMX)  # fmt: skip
    assert moved.status_code == 204 and Task.objects.get(pk=nobody.pk).owner_id == bob.pk


def test_of_many_people_oneself_and_the_first_stand_side_by_side_and_the_page_says_so(
    as_alice: Any, alice: Any, monkeypatch: Any
) -> None:
    people = [User.objects.create_user(f"m{n}@example.jp", name=f"社員{n:02}") for n in range(11)]
    address = "/calendar/?span=day&who=all&on=2031-03-05"
    assert "人数が多いため" not in as_alice.get(address).content.decode()
    last = User.objects.create_user("zz@example.jp", name="最後の人", role="admin")
    client = Client()
    client.force_login(last)
    task(last, "最後の件", "2031-03-05 09:00")
    task(people[-1], "十一人目の件", "2031-03-05 09:00")
    write.write(
        registry.get("task"), task(last, "担当のない件", "2031-03-05 11:00").pk, {"owner": None}, by=last
    )
    for most in (500, 12):  # however many are offered
        monkeypatch.setattr("enishi.work.planner.columns.MOST", most)
        text = client.get(address).content.decode()
        owners = re.findall(r'data-owner="(\d+)"', text)
        assert owners == [str(one) for one in (last.pk, alice.pk, *(one.pk for one in people[:10]))], most
        assert most == 12 or "人数が多いため、はじめの12人を並べています" in text
        assert "最後の件" in text and (most == 12 or "十一人目の件" not in text) and "担当のない件" in text
    monkeypatch.undo()
    chosen = client.get(f"{address}&people={people[-1].pk}").content.decode()
    assert re.findall(r'data-owner="(\d+)"', chosen) == [str(people[-1].pk)] and "十一人目の件" in chosen
    assert "担当のない件" not in chosen
    assert "人数が多いため" not in chosen
    every = ",".join(str(one.pk) for one in (alice, *people, last))
    assert "人数が多いため" in client.get(f"{address}&people={every}").content.decode()  # as many as before
    for span in ("week", "month", "agenda"):  # one calendar for all: nobody is left out
        text = client.get(f"/calendar/?span={span}&who=all&on=2031-03-05").content.decode()
        assert "十一人目の件" in text and "人数が多いため" not in text, span


def test_nobody_is_free_on_a_day_that_is_over(as_alice: Any, bob: Any) -> None:
    today = timezone.localdate()
    task(bob, "一日中", f"{today + datetime.timedelta(days=1)} 08:00", minutes=720)
    for ahead, told in ((-1, ""), (1, "30分以上空いている時間はありません"), (2, "09:00〜18:00")):
        text = as_alice.get(f"/calendar/?span=day&who=all&on={today + datetime.timedelta(days=ahead)}").content.decode()  # fmt: skip
        assert ("cal-free" in text) == bool(told) and told in text, ahead
    assert "cal-free" not in as_alice.get(f"/calendar/?span=day&on={today}").content.decode()
