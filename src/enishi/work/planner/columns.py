"""How entries stand on a page: columns with hours, lanes where they overlap, people with their colours, time that is free."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.access.names import user_names
from enishi.japanese.calendar import format_short
from enishi.work.planner.entries import Entry, mates

COLOURS = 12  # people that can be told apart by colour
MOST = 500  # people that the page offers, oneself first
SIDE_BY_SIDE = 12  # columns of people that a day shows at most
OPENS, CLOSES = 9 * 60, 18 * 60  # within which free time is looked for
SHORTEST = 30  # minutes that are worth proposing
LEAST = 25  # minutes that an entry covers on the page, so that its words can be read


@dataclass(frozen=True)
class Placed:
    """An entry with its lane among those it overlaps, and the colour of its person (0: none)."""

    entry: Entry
    lane: int = 0
    lanes: int = 1
    colour: int = 0


@dataclass(frozen=True)
class Person:
    """Somebody whose entries the page may show."""

    key: int
    name: str
    colour: int
    shown: bool
    url: str = ""


@dataclass
class Column:
    """A day, or somebody's day."""

    day: datetime.date
    whole: list[Placed] = field(default_factory=list)
    timed: list[Placed] = field(default_factory=list)
    person: Person | None = None


def lanes(entries: Sequence[Entry], colours: dict[int, int]) -> list[Placed]:
    """Entries with a time, each in the first lane that is free when it begins; those that overlap share the width."""
    made: list[Placed] = []
    group: list[tuple[Entry, int]] = []
    ends: list[int] = []
    until = -1

    def close() -> None:
        made.extend(Placed(one, lane, len(ends), colours.get(one.owner_id or 0, 0)) for one, lane in group)
        group.clear()
        ends.clear()

    for entry in sorted(entries, key=lambda one: (one.minute or 0, -one.end, one.key)):
        begin, end = entry.minute or 0, max(entry.end, (entry.minute or 0) + LEAST)
        if begin >= until:
            close()
        lane = next((number for number, free in enumerate(ends) if free <= begin), len(ends))
        if lane == len(ends):
            ends.append(end)
        else:
            ends[lane] = end
        group.append((entry, lane))
        until = max(until, end)
    close()
    return made


def columns_of(
    days: Sequence[datetime.date],
    held: dict[datetime.date, list[Entry]],
    people: Sequence[Person],
    *,
    side_by_side: bool,
) -> list[Column]:
    """A column per day, or, side by side, a column per person that is shown."""
    colours = {one.key: one.colour for one in people}
    made = []
    for day in days:
        entries = held.get(day, [])
        shown: Sequence[Person | None] = [one for one in people if one.shown] if side_by_side else [None]
        for person in shown:
            mine = [one for one in entries if person is None or one.owner_id == person.key]
            whole = [
                Placed(one, colour=colours.get(one.owner_id or 0, 0)) for one in mine if one.minute is None
            ]
            timed = lanes([one for one in mine if one.minute is not None], colours)
            made.append(Column(day, whole, timed, person))
        rest = [one for one in entries if one.owner_id not in colours] if side_by_side else []
        if rest:  # nobody's, or of people who have left
            whole = [Placed(one) for one in rest if one.minute is None]
            timed = lanes([one for one in rest if one.minute is not None], colours)
            made.append(Column(day, whole, timed, Person(0, _("担当なし・その他"), 0, True)))
    return made


def people_of(user: User, who: str, chosen: frozenset[int]) -> list[Person]:
    """Whose entries the person may look at: his team's, or all whose tasks his role sees; those chosen are shown, all where
    none are. Everybody's colour is his own, on every page and whoever looks."""
    if who == "me":
        return []
    owners = user.rights.owners("see", "task")
    oneself = Case(When(pk=user.pk, then=Value(0)), default=Value(1))
    found = User.objects.filter(is_active=True).order_by(oneself, "pk")
    if owners is not None:
        found = found.filter(pk__in=owners)
    if who == "team":
        found = found.filter(pk__in=mates(user))
    # Who only looks on has nothing to do here, and isn't given anything.
    users = [one for one in found[:MOST] if one == user or one.rights.reach("change", "task") != "none"]
    picked = [one for one in users if one.pk in chosen]
    colours = colours_of()
    return [Person(one.pk, str(one), colours.get(one.pk, 0), not picked or one.pk in chosen) for one in users]


def colours_of() -> dict[int, int]:
    """The colour of each user, by his place among all that there ever were: it stays when others come or leave, and two have the same only
    where there are more people than colours."""
    return {key: number % COLOURS + 1 for number, key in enumerate(sorted(user_names()))}


def free(columns: Sequence[Column], earliest: int) -> list[tuple[int, int]]:
    """When nobody of the columns has anything, from `earliest` (minute of the day) within the office's hours: spans of minutes."""
    busy = sorted((one.entry.minute or 0, one.entry.end) for column in columns for one in column.timed)
    made, at = [], max(OPENS, earliest)
    for begin, end in [*busy, (CLOSES, CLOSES)]:
        if min(begin, CLOSES) - at >= SHORTEST:
            made.append((at, min(begin, CLOSES)))
        at = max(at, end)
    return made


def clock(minute: int) -> str:
    """「09:30」."""
    return f"{minute // 60:02}:{minute % 60:02}"


def words_of(column: Column) -> str:
    """What a column is called."""
    if column.person is None:
        return format_short(column.day)
    return _("%(name)s %(day)s") % {"name": column.person.name, "day": format_short(column.day)}
