"""Where an event shows: on its own record and on those it is carried up to (a deal's visit on its account)."""

from collections.abc import Sequence
from typing import Any

from enishi.records import journal, registry
from enishi.records.entity import Entity
from enishi.records.fields import Linked
from enishi.records.models import Event, EventSubject, Link
from enishi.records.rows import insert_rows, new

BATCH = 500


def place(entity: Entity, pairs: Sequence[tuple[Any, Event]], *, alone: bool = False) -> None:
    """Puts stored events of records on the timelines they belong to, or on the records' own alone."""
    if not entity.has_timeline:
        return
    above = {} if alone else entity.parents_of([record for record, _event in pairs])
    rows = []
    for record, event in pairs:
        for name, key in dict.fromkeys([(entity.name, record.pk), *above.get(record.pk, ())]):
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


def replace(entity: Entity, *records: Any) -> None:
    """Places all events of records anew after their parents changed, with those of what is about them."""
    _replace(entity, records)
    below = Link.objects.filter(
        relation="about", to_entity=entity.name, to_id__in=[record.pk for record in records], direct=True
    )
    groups: dict[str, list[int]] = {}
    for name, key in below.values_list("from_entity", "from_id"):
        groups.setdefault(name, []).append(key)
    for name, keys in groups.items():
        other = registry.find(name)
        for start in range(0, len(keys), BATCH) if other is not None else ():
            rows = list(other.model._default_manager.filter(pk__in=keys[start : start + BATCH]))  # type: ignore[union-attr]
            other.settle(rows, [{"": None}] * len(rows), None)  # type: ignore[union-attr]
            _replace(other, rows)  # type: ignore[arg-type]


def _replace(entity: Entity, records: Sequence[Any]) -> None:
    """Only what stands wrong is touched: most of what moves has moved already."""
    if not entity.has_timeline or not records:
        return
    above = entity.parents_of(records)
    events = {}
    for event in Event.objects.filter(entity=entity.name, record_id__in=list(above)).only(
        "at", "kind", "record_id"
    ):
        events[event.pk] = event
    wanted = {
        (pk, name, key)
        for pk, event in events.items()
        for name, key in [(entity.name, event.record_id), *above[event.record_id]]
    }
    keys, wrong, held = list(events), [], set()
    for start in range(0, len(keys), BATCH):
        rows = EventSubject.objects.filter(event__in=keys[start : start + BATCH])
        for pk, *place in rows.values_list("pk", "event_id", "entity", "record_id"):
            if tuple(place) in wanted and tuple(place) not in held:
                held.add(tuple(place))
            else:
                wrong.append(pk)
    for start in range(0, len(wrong), BATCH):
        journal.delete_rows(EventSubject.objects.filter(pk__in=wrong[start : start + BATCH]))
    insert_rows(
        EventSubject,
        [
            new(EventSubject, event_id=pk, entity=name, record_id=key, at=events[pk].at, kind=events[pk].kind)
            for pk, name, key in sorted(wanted - held)
        ],
    )


def withdraw(entity: Entity, record_ids: Sequence[int]) -> None:
    """Takes a deleted record's events off the other timelines; `replace` brings them back."""
    # In two steps, each by its index: as one, a planner that doesn't know yet how many there are reads both tables through.
    events = Event.objects.filter(entity=entity.name, record_id__in=record_ids)
    keys = list(events.values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        elsewhere = EventSubject.objects.filter(event__in=keys[start : start + BATCH])
        journal.delete_rows(elsewhere.exclude(entity=entity.name))
