"""An entry given another time: what is stored, what is refused, whose rights hold; people side by side and their free time."""

import datetime
from typing import Any

import pytest

from enishi.access.models import Role, Team, User
from enishi.records import registry, write
from enishi.records.testing import HTMX, changed_tables, snapshot
from enishi.work.models import Activity, Task
from enishi.work.planner.columns import Column, Placed, columns_of, free, lanes, people_of
from enishi.work.planner.entries import Entry, between
from enishi.work.tests.test_planner import DAY, at, task

pytestmark = [pytest.mark.django_db, pytest.mark.row("C4")]


def move(client: Any, record: Any, entity: str = "task", **values: Any) -> Any:
    sent = {"entity": entity, "record": record.pk, "version": record.version, "day": "2026-11-26", **values}
    return client.post("/calendar/move/", sent, headers=HTMX)


def when(record: Any) -> tuple[str, bool, int | None]:
    record.refresh_from_db()
    return f"{record.due_at.astimezone(at('2026-11-25').tzinfo):%m-%d %H:%M}", record.all_day, record.minutes


def test_another_hour_day_and_length_and_its_undo(as_alice: Any, alice: Any) -> None:
    held = task(alice, "訪問", "2026-11-25 10:00", kind="visit", remind_at=at("2026-11-25 09:30"))
    answer = move(as_alice, held, minute="825", minutes="90")
    assert answer.status_code == 204 and "11/26(" in answer.headers["HX-Trigger"].encode().decode(
        "unicode_escape"
    )
    assert when(held) == ("11-26 13:45", False, 90)
    assert held.remind_at == at("2026-11-26 13:15")
    event = registry.get("task").model.objects.get(pk=held.pk)
    undo = answer.headers["HX-Trigger"].split("/undo/event/")[1].split("/")[0]
    assert as_alice.post(f"/undo/event/{undo}/", headers=HTMX).status_code == 204
    assert when(event) == ("11-25 10:00", False, None)


def test_the_month_keeps_the_time_and_the_top_takes_the_whole_day(as_alice: Any, alice: Any) -> None:
    held = task(alice, "訪問", "2026-11-25 10:00")
    move(as_alice, held, minute="")
    assert when(held) == ("11-26 10:00", False, None)
    move(as_alice, held, minute="all", day="2026-11-27")
    assert when(held) == ("11-27 00:00", True, None)
    move(as_alice, held, minute="", day="2026-11-28")
    assert when(held) == ("11-28 00:00", True, None)
    move(as_alice, held, minute="600")
    assert when(held) == ("11-26 10:00", False, None)


def test_what_was_done_is_corrected_too(as_alice: Any, alice: Any) -> None:
    made = write.create(registry.get("activity"), {"kind": "visit", "text": "話した", "at": at("2026-11-25 10:00")}, by=alice).record  # fmt: skip
    assert move(as_alice, made, "activity", minute="660", minutes="30").status_code == 204
    held = Activity.objects.get(pk=made.pk)
    assert (held.at, held.minutes) == (at("2026-11-26 11:00"), 30)


@pytest.mark.parametrize(
    "wrong",
    [{"minute": "1440"}, {"minute": "-1"}, {"minute": "x"}, {"day": "2026-02-30"}, {"day": ""}, {"minutes": "0", "minute": "60"}, {"minutes": "1441", "minute": "60"}, {"day": "9999-12-31"}, {"owner": "999999", "minute": "60"}, {"version": "99", "minute": "60"}],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(as_alice: Any, alice: Any, wrong: dict[str, str]) -> None:
    held = task(alice, "訪問", "2026-11-25 10:00")
    before = snapshot()
    answer = move(as_alice, held, **wrong)
    assert answer.status_code == 422 and "toast" in answer.headers["HX-Trigger"]
    assert changed_tables(before, snapshot()) == []


def test_others_changed_it_meanwhile(as_alice: Any, alice: Any, bob: Any) -> None:
    held = task(alice, "訪問", "2026-11-25 10:00")
    write.write(registry.get("task"), held.pk, {"due_at": at("2026-11-25 15:00")}, by=bob)
    assert move(as_alice, held, minute="600").status_code == 409
    assert when(held)[0] == "11-25 15:00"


def test_only_what_one_may_change(as_alice: Any, as_bob: Any, as_carol: Any, alice: Any, bob: Any) -> None:
    held = task(alice, "私の", "2026-11-25 10:00", kind="visit")
    assert move(as_carol, held, minute="60").status_code == 403
    role = Role.objects.create(name="営業", rights={"entities": {"task": {"see": "all", "create": "all", "change": "own"}}})  # fmt: skip
    bob.role = role.key
    bob.save()
    assert move(as_bob, held, minute="60").status_code == 403
    own = task(bob, "同僚の", "2026-11-25 11:00")
    held_entries, _many = between(bob, DAY, DAY, "all")
    assert {one.title: one.moves for one in held_entries[DAY]} == {"私の": False, "同僚の": True}
    assert move(as_bob, own, minute="60").status_code == 204
    role.rights["entities"]["task"]["see"] = "own"
    role.save()
    assert move(as_bob, held, minute="60").status_code == 404
    again = User.objects.get(pk=bob.pk)
    assert [one.key for one in people_of(again, "all", frozenset())] == [bob.pk]


def test_a_fixed_field_stays(as_bob: Any, alice: Any, bob: Any) -> None:
    held = task(bob, "訪問", "2026-11-25 10:00")
    role = Role.objects.create(name="固定", rights={"default": {"see": "all", "create": "all", "change": "all"}, "fields": {"task": {"minutes": "fixed", "owner": "fixed"}}})  # fmt: skip
    bob.role = role.key
    bob.save()
    assert move(as_bob, held, minute="60", minutes="30", owner=str(alice.pk)).status_code == 204
    held = Task.objects.get(pk=held.pk)
    assert (held.minutes, held.owner_id) == (None, bob.pk)


def entry(minute: int, length: int, owner: int = 1) -> Entry:
    return Entry(DAY, "", "", "", "", "", "", "open", minute=minute, length=length, owner_id=owner)


def test_what_overlaps_shares_the_width() -> None:
    made = lanes([entry(600, 60), entry(630, 60), entry(660, 30), entry(720, 60)], {})
    assert [(one.lane, one.lanes) for one in made] == [(0, 2), (1, 2), (0, 2), (0, 1)]


def test_free_time_of_several() -> None:
    columns = [
        Column(DAY, timed=[Placed(entry(9 * 60, 60)), Placed(entry(13 * 60, 60))]),
        Column(DAY, timed=[Placed(entry(10 * 60 + 15, 45)), Placed(entry(17 * 60, 120))]),
    ]
    assert free(columns, 0) == [(660, 780), (840, 1020)]
    assert free(columns, 12 * 60 + 45) == [(840, 1020)]
    assert free([], 0) == [(540, 1080)]


def test_a_day_of_the_team_stands_side_by_side(as_alice: Any, alice: Any, bob: Any) -> None:
    team = Team.objects.create(name="営業一課")
    for user in (alice, bob):
        user.team = team
        user.save()
    task(alice, "私の", "2026-11-25 09:00")
    task(bob, "同僚の", "2026-11-25 09:30")
    text = as_alice.get("/calendar/?span=day&who=team&on=2026-11-25").content.decode()
    assert f'data-owner="{alice.pk}"' in text and f'data-owner="{bob.pk}"' in text
    only = as_alice.get(f"/calendar/?span=day&who=team&on=2026-11-25&people={bob.pk}").content.decode()
    assert f'data-owner="{alice.pk}"' not in only and "同僚の" in only and "私の" not in only
    week = as_alice.get(f"/calendar/?who=team&on=2026-11-25&people={bob.pk}").content.decode()
    assert "同僚の" in week and "私の" not in week
    people = people_of(alice, "team", frozenset())
    assert len({one.colour for one in people}) == 2
    held, _many = between(alice, DAY, DAY, "team")
    assert [[one.entry.title for one in column.timed] for column in columns_of([DAY], held, people, side_by_side=True)] == [["私の"], ["同僚の"]]  # fmt: skip


def test_a_persons_colour_is_the_same_for_everybody(alice: Any, bob: Any, carol: Any) -> None:
    User.objects.filter(pk=carol.pk).update(role="member")
    carol.refresh_from_db()

    def seen(by: Any, chosen: frozenset[int] = frozenset()) -> dict[int, int]:
        return {one.key: one.colour for one in people_of(by, "all", chosen)}

    before = seen(alice)
    assert before == seen(bob) == seen(carol, frozenset({bob.pk})) and len(set(before.values())) == 3
    for number in range(12):
        User.objects.create_user(f"u{number}@example.jp", "x", name=f"人{number}")
    after = seen(bob, frozenset({alice.pk}))
    assert {key: after[key] for key in before} == before


def test_who_only_looks_on_has_no_column(alice: Any, bob: Any, carol: Any) -> None:
    assert carol.role == "viewer"
    assert {one.key for one in people_of(alice, "all", frozenset())} == {alice.pk, bob.pk}


def test_dropped_in_anothers_column_it_is_his(as_alice: Any, alice: Any, bob: Any) -> None:
    held = task(alice, "訪問", "2026-11-25 10:00")
    assert move(as_alice, held, day="2026-11-25", minute="600", owner=str(bob.pk)).status_code == 204
    assert Task.objects.get(pk=held.pk).owner_id == bob.pk


def test_the_feed_tells_how_long(alice: Any) -> None:
    from icalendar import Calendar

    from enishi.records.limits import serving
    from enishi.work.planner.feed import calendar_of

    task(alice, "長い訪問", "2026-11-25 10:00", minutes=90)
    with serving(alice):
        made: Any = Calendar.from_ical(calendar_of(alice, DAY))
    (event,) = made.walk("VEVENT")
    assert event.decoded("dtend") - event.decoded("dtstart") == datetime.timedelta(minutes=90)
