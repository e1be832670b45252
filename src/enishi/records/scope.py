"""Where an event shows: on its own record and on those it is carried up to (a deal's visit on its account)."""

from collections.abc import Sequence
from typing import Any

from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import Linked
from enishi.records.models import Event, EventSubject, Link
from enishi.records.rows import insert_rows, new


def place(entity: Entity, pairs: Sequence[tuple[Any, Event]]) -> None:
    """Puts stored events of records on the timelines they belong to."""
    if not entity.has_timeline:
        return
    for linked in entity.linked:
        if linked.carries_up:
            linked.values([record for record, _event in pairs])  # in one query, not one per record
    rows = []
    for record, event in pairs:
        for name, key in dict.fromkeys([(entity.name, record.pk), *entity.parents(record)]):
            rows.append(
                new(EventSubject, event_id=event.pk, entity=name, record_id=key, at=event.at, kind=event.kind)
            )
    insert_rows(EventSubject, rows)


def place_links(changes: Sequence[tuple[Linked, Event, set[int]]]) -> None:
    """Puts events on the timelines of those that a connection was tied to or taken from."""
    rows = [
        new(EventSubject, event_id=event.pk, entity=linked.to, record_id=key, at=event.at, kind=event.kind)
        for linked, event, keys in changes
        if not (linked.carries_up and event.version == 1)  # `place` has done that
        for key in sorted(keys)
    ]
    if rows:
        held = set(
            EventSubject.objects.filter(event_id__in={row.event_id for row in rows}).values_list(
                "event_id", "entity", "record_id"
            )
        )
        insert_rows(
            EventSubject, [row for row in rows if (row.event_id, row.entity, row.record_id) not in held]
        )


def replace(entity: Entity, record: Any) -> None:
    """Places all events of a record anew after its parents changed, with those of what is about it."""
    _replace_one(entity, record)
    below = Link.objects.filter(relation="about", to_entity=entity.name, to_id=record.pk, direct=True)
    for name, key in below.values_list("from_entity", "from_id"):
        other = registry.find(name)
        row = other.model._default_manager.filter(pk=key).first() if other else None
        if other is not None and row is not None:
            other.settle([row], [{"": None}], None)
            _replace_one(other, row)


def _replace_one(entity: Entity, record: Any) -> None:
    events = list(Event.objects.filter(entity=entity.name, record_id=record.pk))
    EventSubject.objects.filter(event__in=events).exclude(entity=entity.name, record_id=record.pk).delete()
    own = (entity.name, record.pk)
    insert_rows(
        EventSubject,
        [
            EventSubject(event_id=event.pk, entity=name, record_id=key, at=event.at, kind=event.kind)
            for event in events
            for name, key in dict.fromkeys(entity.parents(record))
            if (name, key) != own
        ],
    )


def withdraw(entity: Entity, record_ids: Sequence[int]) -> None:
    """Takes a deleted record's events off the other timelines; `replace` brings them back."""
    EventSubject.objects.filter(event__entity=entity.name, event__record_id__in=record_ids).exclude(
        entity=entity.name
    ).delete()
