"""The only functions that touch the database: everything that `records.write` and `records.bulk` let through ends in one of
`store_new`, `store_changes` and `set_deleted`. Each runs in its caller's transaction, and as the program itself: what goes into history
and search is whole, whoever writes.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from enishi.access.models import User
from enishi.records import formulas, journal, scope, search
from enishi.records.checking import Changes
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.fields import FieldKind, Lines, Pointer
from enishi.records.models import Event, Link, Operation, Tag
from enishi.records.rows import insert_rows, new, update_rows
from enishi.records.visible import machine

BATCH = 500
NOTHING: Changes = {"version": (None, None)}  # no value changed, yet it is no new record

P = ParamSpec("P")
R = TypeVar("R")


def _by_itself(work: Callable[P, R]) -> Callable[P, R]:
    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        with machine():
            return work(*args, **kwargs)

    return done


@dataclass
class Written:
    """What a write did: the record as stored, what changed from what to what, and the event that tells it."""

    record: Any
    changes: Changes = field(default_factory=dict)
    event: Event | None = None
    created: bool = False


# What dependants write while a record settles (an affiliation behind a contact) belongs to the same operation,
# so that it is undone with it.
_operation: ContextVar[Operation | None] = ContextVar("operation", default=None)


def running() -> Operation | None:
    """The operation that the storing which is under way belongs to; for `Entity.settle`."""
    return _operation.get()


_quiet: ContextVar[bool] = ContextVar("quiet", default=False)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Around what only follows from a merge: that a hundred records point elsewhere now stands in the history of each, not a
    hundred times on the timeline of the one that they point to."""
    token = _quiet.set(True)
    try:
        yield
    finally:
        _quiet.reset(token)


def _settle(
    entity: Entity, records: Sequence[Any], changes: Sequence[Any], by: User, operation: Operation | None
) -> None:
    token = _operation.set(operation)
    try:
        entity.settle(records, changes, by)
        formulas.touched(entity, records, changes)
    finally:
        _operation.reset(token)


@contextlib.contextmanager
def held_once(entity: Entity) -> Iterator[None]:
    """Around statements that the database may refuse because of `Entity.once`: somebody was faster, and the later is told so."""
    try:
        yield
    except IntegrityError as error:
        # PostgreSQL says it in the language of its server; its code (unique_violation) is the same in all.
        unique = getattr(error.__cause__, "sqlstate", "") == "23505" or "UNIQUE constraint" in str(error)
        if not unique or type(entity).once is Entity.once:
            raise
        raise Refused({"": [entity.twice()]}) from error


def _sums_over(lines: Lines, stored: Sequence[Sequence[tuple[Any, dict[str, Any]]]]) -> None:
    """The sums over lines (how much of a product was ordered) follow those of all documents that were stored together, once."""
    moved = [pair for one in stored for pair in one]
    if moved and formulas.rollups(lines.target):
        formulas.touched(lines.target, [row for row, _change in moved], [change for _row, change in moved])


@_by_itself
def store_new(entity: Entity, records: Sequence[Any], by: User, operation: Operation | None) -> list[Event]:
    """New records with all that hangs on them; returns the events that tell of them."""
    if not records:
        return []
    operation = operation or _operation.get()
    now = timezone.now()
    for record in records:
        record.created_at = record.updated_at = now
    entity.assign(records, by)
    for found in entity.numbers:
        found.number(records)
        if found.name == entity.title_field:
            for record in records:
                entity.prepare(record, {found.name})
    with held_once(entity):
        insert_rows(entity.model, records)
    for linked in entity.linked:
        linked.store([(record, (), value) for record in records if (value := linked.put_on(record))])
    for lines in entity.lines:
        stored = [lines.store(record, rows, by) for record in records if (rows := lines.put_on(record))]
        _sums_over(lines, stored)
    told = _told(entity, by, operation)
    events = [
        new(
            Event,
            at=entity.event_time(record) or now,
            kind=entity.created_kind(record),
            record_id=record.pk,
            version=1,
            data=entity.created_data(record),
            **told,
        )
        for record in records
    ]
    insert_rows(Event, events)
    scope.place(entity, list(zip(records, events, strict=True)))
    scope.place_links(
        [
            (linked, event, {key for key, _role in linked.put_on(record)})
            for linked in entity.linked
            for record, event in zip(records, events, strict=True)
        ]
    )
    _tag(entity, [record for record in records if record.tags])
    search.index(entity, records, new=True)
    _settle(entity, records, [{} for _record in records], by, operation)
    return events


@_by_itself
def store_changes(
    entity: Entity, done: Sequence[tuple[Any, Changes]], by: User, operation: Operation | None
) -> list[Event]:
    """Changed records; returns the events, each with old and new value by field."""
    if not done:
        return []
    operation = operation or _operation.get()
    now = timezone.now()
    for record, _changes in done:
        record.version += 1
        record.updated_at, record.updated_by = now, by
    with held_once(entity):
        update_rows(entity.model, [record for record, _changes in done])
    for linked in entity.linked:
        linked.store([(record, *changes[linked.name]) for record, changes in done if linked.name in changes])
    for found in entity.lines:
        pairs = [(record, changes[found.name][1]) for record, changes in done if found.name in changes]
        _sums_over(found, [found.store(record, value, by) for record, value in pairs])
    told = _told(entity, by, operation)
    events, quiet = [], _quiet.get()
    labels = _Labels(entity)
    labels.gather(changes for _record, changes in done)
    for record, changes in done:
        data: dict[str, Any] = {
            "changes": {
                name: [entity.field(name).to_json(old), entity.field(name).to_json(new)]
                for name, (old, new) in changes.items()
            }
        }
        words = labels.words(changes)
        if words:
            data["labels"] = words
        kind = "merged" if quiet else entity.event_kind(changes)
        events.append(
            new(Event, at=now, kind=kind, record_id=record.pk, version=record.version, data=data, **told)
        )
    insert_rows(Event, events)
    pairs = [(record, event) for (record, _changes), event in zip(done, events, strict=True)]
    scope.place(entity, pairs, alone=quiet)
    scope.place_links(
        [
            (linked, event, set(dict(changes[linked.name][0])) ^ set(dict(changes[linked.name][1])))
            for linked in entity.linked
            for (_record, changes), event in zip(done, events, strict=True)
            if linked.name in changes and not quiet
        ]
    )
    moved = {one.name for one in entity.references if one.carries_up}
    moved |= {one.name for one in entity.linked if one.carries_up} | set(entity.parent_fields)
    placed = [record for record, changes in done if moved & set(changes)]
    if placed:
        scope.replace(entity, *placed)
    _tag(entity, [record for record, changes in done if "tags" in changes])
    search.index(entity, [record for record, _changes in done if record.deleted_at is None])
    _settle(
        entity,
        [record for record, _changes in done],
        [changes or NOTHING for _record, changes in done],
        by,
        operation,
    )
    return events


@_by_itself
def set_deleted(
    entity: Entity, records: Sequence[Any], by: User, operation: Operation | None, *, deleted: bool
) -> list[Event]:
    """Records into the bin, or out of it; returns the events."""
    now = timezone.now()
    gone = (now, by.pk) if deleted else (None, None)
    before: dict[Any, list[int]] = {}
    for record in records:
        before.setdefault(record.deleted_at, []).append(record.pk)
    for record in records:
        record.version += 1
        record.updated_at, record.updated_by_id = now, by.pk
        record.deleted_at, record.deleted_by_id = gone
    journal.touching(entity.model, [record.pk for record in records])
    # What is set is the same for all; the versions can't have moved since they were read under lock.
    with held_once(entity):
        entity.model._default_manager.filter(pk__in=[record.pk for record in records]).update(
            version=F("version") + 1, updated_at=now, updated_by=by, deleted_at=gone[0], deleted_by_id=gone[1]
        )
    for found in entity.lines:
        found.follow(before, by, gone[0])
    if deleted:
        scope.withdraw(entity, [record.pk for record in records])
        search.forget(entity, [record.pk for record in records])
    else:
        search.index(entity, records)
    if type(entity).title is not Entity.title:
        search.name_references(records, entity.references)
    told = {**_told(entity, by, operation), "at": now, "kind": "deleted" if deleted else "restored"}
    events = [
        new(Event, record_id=record.pk, version=record.version, data={"title": entity.title(record)}, **told)
        for record in records
    ]
    insert_rows(Event, events)
    scope.place(entity, list(zip(records, events, strict=True)))
    _settle(entity, records, [{"deleted_at": (None, now)} for _record in records], by, operation)
    if not deleted:
        scope.replace(entity, *records)
    return events


def set_merged(
    entity: Entity, records: Sequence[Any], into: int, by: User, operation: Operation
) -> list[Event]:
    """Records that were merged into another: they leave lists and search, their timelines stay where they were carried up to."""
    now = timezone.now()
    for record in records:
        record.version += 1
        record.updated_at, record.updated_by_id = now, by.pk
        record.deleted_at, record.deleted_by_id = now, by.pk
    columns = ("version", "updated_at", "updated_by_id", "deleted_at", "deleted_by_id")
    update_rows(entity.model, records, columns)
    search.forget(entity, [record.pk for record in records])
    told = {**_told(entity, by, operation), "at": now, "kind": "merged"}
    events = [
        new(
            Event,
            record_id=record.pk,
            version=record.version,
            data={"title": entity.title(record), "into": into},
            **told,
        )
        for record in records
    ]
    insert_rows(Event, events)
    scope.place(entity, list(zip(records, events, strict=True)), alone=True)
    _settle(entity, records, [{"deleted_at": (None, now)} for _record in records], by, operation)
    return events


def _told(entity: Entity, by: User, operation: Operation | None) -> dict[str, Any]:
    """What all events of one storing have in common."""
    return {
        "entity": entity.name,
        "actor_id": by.pk,
        "operation_id": operation.pk if operation else None,
    }


def _tag(entity: Entity, records: Sequence[Any]) -> None:
    """Brings the look-up rows of tags in line with what the records hold."""
    if not records:
        return
    names = {name for record in records for name in record.tags}
    Tag.objects.bulk_create([Tag(name=name) for name in names], ignore_conflicts=True)
    keys = dict(Tag.objects.filter(name__in=names).values_list("name", "pk"))
    held = Link.objects.filter(
        relation="tag", from_entity=entity.name, from_id__in=[record.pk for record in records]
    )
    old = {(from_id, to_id): pk for pk, from_id, to_id in held.values_list("pk", "from_id", "to_id")}
    wanted = {(record.pk, keys[name]): None for record in records for name in record.tags}
    gone = [pk for tie, pk in old.items() if tie not in wanted]
    if gone:
        journal.delete_rows(Link.objects.filter(pk__in=gone))
    insert_rows(
        Link,
        [
            Link(relation="tag", from_entity=entity.name, from_id=from_id, to_entity="tag", to_id=to_id)
            for from_id, to_id in wanted
            if (from_id, to_id) not in old
        ],
    )


class _Labels:
    """Names behind stored keys (an account's, a user's), as they were when the change was made."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        self.known: dict[str, dict[Any, str]] = {}

    def gather(self, all_changes: Iterable[Changes]) -> None:
        """One query per pointing field for the whole batch."""
        wanted: dict[str, set[Any]] = {}
        for changes in all_changes:
            for name, pair in changes.items():
                if self.named(self.entity.field(name)):
                    wanted.setdefault(name, set()).update(value for value in pair if value)
        for name, keys in wanted.items():
            self.known[name] = self.entity.field(name).labels_for(keys)

    @staticmethod
    def named(found: FieldKind) -> bool:
        """Whether the stored value needs a name beside it."""
        return isinstance(found, Pointer) or found.linked or found.kind == "any_record"

    def words(self, changes: Changes) -> dict[str, list[str]]:
        """Old and new name by field."""
        return {
            name: [self.known[name].get(value, "") for value in changes[name]]
            for name in changes
            if name in self.known
        }
