"""What stands in the calendar: open tasks on the day they are due, and what was done, on the day it was done."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from enishi.access.models import User
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import Date
from enishi.records.fields.any_record import load_titles
from enishi.records.visible import permits, visible
from enishi.work.about import CONTACT_KINDS
from enishi.work.tasks.entity import is_late

MOST = 1000
WHO = ("me", "team", "all")
USUAL = 60  # minutes that something takes where nobody wrote how long
DATES = {"task": "due_at", "activity": "at"}  # the field by which an entity stands in the calendar


@dataclass(frozen=True)
class Entry:
    """One line of a day."""

    day: datetime.date
    time: str  # 「09:30」, nothing for whole days
    title: str
    about: str
    owner: str  # nothing in one's own calendar
    url: str
    kind: str
    state: str  # open, late, done
    entity: str = "task"
    key: int = 0
    version: int = 0
    minute: int | None = None  # of the day at which it begins; None for whole days
    length: int = USUAL  # minutes
    owner_id: int | None = None
    moves: bool = False  # whether the person may give it another time
    stretches: bool = False  # and another length
    records: bool = False  # whether what came of it can be recorded from here

    @property
    def end(self) -> int:
        """The minute of the day at which it ends, at most the day's last."""
        return min((self.minute or 0) + self.length, 24 * 60)


def between(
    user: User,
    first: datetime.date,
    last: datetime.date,
    who: str,
    people: Collection[int | None] | None = None,
) -> tuple[dict[datetime.date, list[Entry]], bool]:
    """Entries of the days from `first` to `last`, whole days first, then by time; and whether there were too many.

    A task that was done is left out: what was done of it is its activity, so that no visit stands here twice.
    Entities whose day or title the person's role doesn't see are left out. `people`: only theirs (None: what nobody holds). A fixed number of queries.
    """
    tasks = rows_between("task", "due_at", user, first, last, who, {"done_at": None}, people=people)
    activities = rows_between(
        "activity", "at", user, first, last, who, {"kind__in": CONTACT_KINDS}, people=people
    )
    load_titles([*tasks[:MOST], *activities[:MOST]])
    owners = _owner_names([*tasks, *activities]) if who != "me" else {}
    now = timezone.now()
    make = _Making(user, owners)
    made = [
        make.entry("task", one, one.due_at, whole=one.all_day, state="late" if is_late(one, now) else "open")
        for one in tasks[:MOST]
    ] + [make.entry("activity", one, one.at, whole=False, state="done") for one in activities[:MOST]]
    held: dict[datetime.date, list[Entry]] = {}
    for entry in sorted(made, key=lambda one: (one.day, one.time)):
        held.setdefault(entry.day, []).append(entry)
    return held, len(tasks) > MOST or len(activities) > MOST


def mates(user: User) -> frozenset[int]:
    """Who is of a person's team: the people of his team, those of teams below it that his role reaches, and himself."""
    team = User.objects.filter(team=user.team_id).values_list("pk", flat=True) if user.team_id else ()
    return user.rights.team | {user.pk, *team}


def rows_between(
    name: str,
    field: str,
    user: User,
    first: datetime.date,
    last: datetime.date,
    who: str,
    only: dict[str, Any],
    *,
    latest: bool = False,
    people: Collection[int | None] | None = None,
) -> list[Any]:
    """Records of an entity whose `field` lies in these days, one's own ("me"), the team's or all that the person sees, in order
    of that field (`latest`: the last first), at most one more than `MOST`; none where his role doesn't see the field or the title."""
    seen = {key.partition("__")[0] for key in only}  # what is hidden from a role is no condition either
    entity = registry.find(name)
    if entity is None or not {field, entity.title_field, *seen} <= set(entity.fields):
        return []
    found = entity.field(field)
    assert isinstance(found, Date)
    rows = visible(entity, user).filter(found.day_range(first, last), **only)
    if who == "me":
        rows = rows.filter(owner=user)
    elif people is not None and "owner" in entity.fields:
        free = Q(owner=None) if None in people else Q()
        rows = rows.filter(Q(owner__in=[one for one in people if one is not None]) | free)
    elif who == "team":
        rows = rows.filter(owner__in=mates(user))
    order = (f"-{field}", "-pk") if latest else (field, "pk")
    return list(rows.order_by(*order)[: MOST + 1])


def _owner_names(rows: list[Any]) -> dict[int, str]:
    keys = {row.owner_id for row in rows if row.owner_id}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=keys)} if keys else {}


def editable(entity: Entity, name: str) -> bool:
    """Whether the person's role may write a field of the (limited) entity."""
    return name in entity.fields and entity.field(name).editable


class _Making:
    """Makes entries for one person; looks up once what is the same for all of them."""

    def __init__(self, user: User, owners: dict[int, str]) -> None:
        self.user, self.owners = user, owners
        self.records = (
            user.rights.reach("create", "activity") != "none" and registry.find("activity") is not None
        )

    def entry(self, name: str, record: Any, at: datetime.datetime, *, whole: bool, state: str) -> Entry:
        """The line of one record."""
        entity, local = registry.get(name), timezone.localtime(at)
        about = record._about_titles.get(record.about, "") if "about" in entity.fields else ""
        owned = "owner" in entity.fields
        kind = record.kind if "kind" in entity.fields else ""
        may = permits(self.user, "change", entity, record)
        moves = may and editable(entity, DATES[name]) and (name != "task" or editable(entity, "all_day"))
        length = record.minutes if "minutes" in entity.fields else None
        return Entry(
            local.date(), "" if whole else f"{local:%H:%M}", entity.title(record), about,
            self.owners.get(record.owner_id, "") if owned else "", entity.url(record.pk), kind, state,
            entity=name, key=record.pk, version=record.version, minute=None if whole else local.hour * 60 + local.minute,
            length=min(length or USUAL, 24 * 60), owner_id=record.owner_id if owned else None, moves=moves,
            stretches=moves and not whole and editable(entity, "minutes"),
            records=name == "task" and may and self.records and kind in CONTACT_KINDS and bool(about),
        )  # fmt: skip
