"""What stands in the calendar: open tasks on the day they are due, and what was done, on the day it was done."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from enishi.access.models import User
from enishi.records import registry
from enishi.records.fields import Date
from enishi.records.fields.any_record import load_titles
from enishi.records.visible import visible
from enishi.work.about import CONTACT_KINDS
from enishi.work.tasks.entity import is_late

MOST = 1000
WHO = ("me", "team", "all")


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


def between(
    user: User, first: datetime.date, last: datetime.date, who: str
) -> tuple[dict[datetime.date, list[Entry]], bool]:
    """Entries of the days from `first` to `last`, whole days first, then by time; and whether there were too many.

    A task that was done is left out: what was done of it is its activity, so that no visit stands here twice.
    Entities whose day or title the person's role doesn't see are left out. A fixed number of queries.
    """
    tasks = rows_between("task", "due_at", user, first, last, who, {"done_at": None})
    activities = rows_between("activity", "at", user, first, last, who, {"kind__in": CONTACT_KINDS})
    load_titles([*tasks[:MOST], *activities[:MOST]])
    owners = _owner_names([*tasks, *activities]) if who != "me" else {}
    now = timezone.now()
    made = [
        _entry(
            "task", one, one.due_at, owners, whole=one.all_day, state="late" if is_late(one, now) else "open"
        )
        for one in tasks[:MOST]
    ] + [_entry("activity", one, one.at, owners, whole=False, state="done") for one in activities[:MOST]]
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
    elif who == "team":
        rows = rows.filter(owner__in=mates(user))
    order = (f"-{field}", "-pk") if latest else (field, "pk")
    return list(rows.order_by(*order)[: MOST + 1])


def _owner_names(rows: list[Any]) -> dict[int, str]:
    keys = {row.owner_id for row in rows if row.owner_id}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=keys)} if keys else {}


def _entry(
    name: str, record: Any, at: datetime.datetime, owners: dict[int, str], *, whole: bool, state: str
) -> Entry:
    entity, local = registry.get(name), timezone.localtime(at)
    about = record._about_titles.get(record.about, "") if "about" in entity.fields else ""
    owner = owners.get(record.owner_id, "") if "owner" in entity.fields else ""
    return Entry(
        local.date(), "" if whole else f"{local:%H:%M}", entity.title(record), about, owner, entity.url(record.pk),
        record.kind if "kind" in entity.fields else "", state,
    )  # fmt: skip
