"""What is due soon: records with a day that the owner marked as a deadline or renewal (`Date.due_days`) and that nothing is planned for yet."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from enishi.access.models import User
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import Date
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


def coming(user: User, today: datetime.date, most: int = MOST) -> list[Due]:
    """What is due soon of the records that a person looks after, the earliest first; a query per marked field, and one for the names.

    What is over (a lost deal, a finished task) and what has a next step already isn't there.
    """
    found: list[tuple[datetime.date, Entity, Date, int]] = []
    for entity in registry.all_entities():
        for one in marked(entity):
            rows = entity.handed_over(visible(entity, user).filter(owner=user))
            if hasattr(entity.model, "next_step_at"):
                rows = rows.filter(next_step_at=None, next_task_id=None)
            within = one.day_range(
                today - datetime.timedelta(days=PAST), today + datetime.timedelta(days=one.due_days)
            )
            picked = (
                rows.filter(within)
                .order_by(one.expression(), "pk")
                .only("pk", "custom" if one.custom else one.column)
            )
            for record in picked[:most]:
                day = one.day_of(one.get(record))
                if day is not None:
                    found.append((day, entity, one, record.pk))
    found.sort(key=lambda each: (each[0], each[1].code, each[3]))
    titles: dict[str, dict[int, str]] = {}
    for _day, entity, _one, _key in found[:most]:
        if entity.name not in titles:
            titles[entity.name] = entity.titles(key for _d, each, _o, key in found[:most] if each is entity)
    return [
        Due(entity, key, titles[entity.name].get(key, ""), one.label, day)
        for day, entity, one, key in found[:most]
    ]
