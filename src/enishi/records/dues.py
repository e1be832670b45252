"""What is due soon: records with a day that the owner marked as a deadline or renewal (`Date.due_days`) and that nothing is planned for yet."""

import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from enishi.access.models import User
from enishi.records import registry
from enishi.records.conditions import Scope, compile_condition
from enishi.records.entity import Entity
from enishi.records.fields import Date
from enishi.records.pages.board_cards import RUNNING
from enishi.records.visible import visible

PAST = 30  # days for which what has passed is still shown
MOST = 10


@dataclass(frozen=True)
class Due:
    """A record and the day on which something is due with it."""

    entity: Entity
    key: int
    title: str
    label: str  # of the field
    day: datetime.date


def marked(entity: Entity) -> Iterator[Date]:
    """The fields of an entity on whose day something is due, as the person who is served sees them."""
    return (
        one for one in entity.fields.values() if isinstance(one, Date) and one.due_days and not one.hidden
    )


def nearest(
    user: User, today: datetime.date, most: int = MOST, but: Collection[str] = frozenset()
) -> tuple[list[Due], list[tuple[Entity, Date]]]:
    """What is due soon of the records that a person looks after, the earliest first, and the fields of which there is more than that; a
    query per marked field, and one for the names.

    What is over (a lost deal, a finished task, an own entity's last stage) and what has a next step already isn't there.

    Args:
        but: what was seen to, as `key_of` writes it.
    """
    found: list[tuple[datetime.date, Entity, Date, int]] = []
    for entity in registry.all_entities():
        for one in marked(entity):
            rows = visible(entity, user).filter(
                compile_condition(entity.whole, {"all": _wanted(entity)}, Scope.of(user))
            )
            within = one.day_range(
                today - datetime.timedelta(days=PAST), today + datetime.timedelta(days=one.due_days)
            )
            picked = (
                rows.filter(within)
                .order_by(one.expression(), "pk")
                .only("pk", "custom" if one.custom else one.column)
            )
            done = sum(key.startswith(f"{entity.name}:") for key in but)
            for record in picked[: most + done + 1]:
                day = one.day_of(one.get(record))
                if day is not None and key_of(entity.name, record.pk, day) not in but:
                    found.append((day, entity, one, record.pk))
    found.sort(key=lambda each: (each[0], each[1].code, each[3]))
    titles: dict[str, dict[int, str]] = {}
    for _day, entity, _one, _key in found[:most]:
        if entity.name not in titles:
            titles[entity.name] = entity.titles(key for _d, each, _o, key in found[:most] if each is entity)
    made = [
        Due(entity, key, titles[entity.name].get(key, ""), one.label, day)
        for day, entity, one, key in found[:most]
    ]
    cut = {(entity.name, one.name): (entity, one) for _day, entity, one, _key in found[most:]}
    return made, list(cut.values())


def condition(entity: Entity, one: Date, today: datetime.date) -> dict[str, Any]:
    """What `nearest` looks for by one field, as a list asks it."""
    first, last = today - datetime.timedelta(days=PAST), today + datetime.timedelta(days=one.due_days)
    within = {"field": one.name, "op": "between", "value": [first.isoformat(), last.isoformat()]}
    return {
        "all": [
            within,
            *(part for part in _wanted(entity) if part.get("not", part)["field"] in entity.fields),
        ]
    }


def key_of(name: str, key: int, day: datetime.date) -> str:
    """What a line about a record and its day is called: "contracts:12:20270131"."""
    return f"{name}:{key}:{day:%Y%m%d}"


def _wanted(entity: Entity) -> list[dict[str, Any]]:
    """One's own records that aren't over and that nothing is planned for."""
    wanted: list[dict[str, Any]] = [{"field": "owner", "op": "is", "value": "me"}]
    wanted += [
        {"field": name, "op": "empty"}
        for name in ("next_step_at", "next_step")
        if name in entity.whole.fields
    ]
    if entity.running:
        wanted.append(entity.running)
    if values := _end_values(entity):
        assert entity.board is not None
        wanted.append({"not": {"field": entity.board.field, "op": "in", "value": values}})
    return wanted


def _end_values(entity: Entity) -> list[Any]:
    """The stages of an own entity in which its records have come to their end."""
    field: Any = entity.fields.get(entity.board.field) if entity.drawn and entity.board is not None else None
    return [one.value for one in getattr(field, "options", ()) if one.outcome and one.outcome not in RUNNING]
