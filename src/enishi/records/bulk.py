"""The bulk twins of `write.create` and `write.write`, for imports and bulk changes: the same rules and the same storing, each
once for all rows.

Within a transaction of the caller they set no savepoint: each would make SQLite's search index write out what it holds,
and what is refused is refused before anything is stored.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records.checking import (
    Changes,
    Errors,
    apply,
    check_lengths,
    check_references,
    check_unique,
    clean_values,
    held_values,
    merge_errors,
    prepare,
    shown_fields,
)
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.models import Operation
from enishi.records.rows import new
from enishi.records.storing import Written, store_changes, store_new
from enishi.records.visible import require


def create_many(
    entity: Entity,
    rows: Sequence[Mapping[str, Any]],
    *,
    by: User,
    operation: Operation | None,
    cleaned: bool = False,
    importing: bool = False,
) -> list[Any]:
    """Bulk twin of `create`: all rows or none.

    Args:
        importing: the rows come from a file; entities may ask less of them than of a form.
        cleaned: the rows have been through `clean_values` and the caller vouches for references and uniqueness.

    Raises:
        NotAllowed, Refused: with `row number: message`.
    """
    require(by, "create", entity)
    records = []
    taken: set[tuple[str, Any]] = set()
    columns = plain_columns(entity)
    now = timezone.now()
    told = {"created_at": now, "updated_at": now, "created_by_id": by.pk, "updated_by_id": by.pk}
    for number, row in enumerate(rows, 1):
        values, errors = row, Errors()
        if not cleaned:
            values, errors = clean_values(entity, row, creating=True)
            check_references(entity, values, by, errors)
        if not errors:
            record, changed, errors = draft(entity, values, columns, importing=importing, **told)
            if not cleaned:
                check_unique(entity, record, changed, errors, taken)
        if errors:
            raise Refused({"": [_("%(number)d行目: %(text)s") % {"number": number, "text": Refused(errors)}]})
        records.append(record)
    with transaction.atomic(savepoint=False):
        store_new(entity, records, by, operation)
    return records


def plain_columns(entity: Entity) -> dict[str, str]:
    """The column of each field that has one of its own (the owner's own fields share one)."""
    return {name: one.column for name, one in entity.fields.items() if not one.custom}


def draft(
    entity: Entity, values: Mapping[str, Any], columns: Mapping[str, str], **told: Any
) -> tuple[Any, set[str], Errors]:
    """A record of cleaned values with what follows from them, which of its fields aren't as they begin, and what the rules
    have against it.

    Args:
        columns: the entity's `plain_columns`, which are the same for all rows.
        told: columns that are no fields.
    """
    record = new(entity.model, **told)
    changed = _fill(entity, record, values, columns)
    entity.prepare(record, changed)
    errors = Errors()
    merge_errors(errors, entity.check(record, changed))
    check_lengths(entity, record, errors)
    return record, changed, errors


def _fill(entity: Entity, record: Any, values: Mapping[str, Any], columns: Mapping[str, str]) -> set[str]:
    """`apply` for a record that is just being made, on which nothing is cached."""
    held = record.__dict__
    changed = set()
    for name, value in values.items():
        column = columns.get(name)
        if column is None:
            changed |= set(apply(entity, record, {name: value}))
        elif held[column] != value:
            held[column] = value
            changed.add(name)
    return changed


def write_many(
    entity: Entity,
    pairs: Sequence[tuple[Any, Mapping[str, Any]]],
    *,
    by: User,
    operation: Operation | None,
    cleaned: bool = False,
    internal: bool = False,
    check: bool = True,
) -> list[Written]:
    """Bulk twin of `write`: (record as read in this transaction, values) pairs; all or none; unchanged ones drop out.

    Raises:
        NotAllowed, Refused
    """
    require(by, "change", entity)
    done: list[tuple[Any, Changes]] = []
    taken: set[tuple[str, Any]] = set()
    shown = shown_fields(entity)
    for record, row in pairs:
        values, errors = row, Errors()
        if not cleaned:
            values, errors = clean_values(entity, row, internal=internal)
            check_references(entity, values, by, errors)
        before = held_values(entity, record, [*values, *shown])
        changes = apply(entity, record, values)
        if changes and not errors:
            prepare(entity, record, changes, before)
            if check:
                merge_errors(errors, entity.check(record, set(changes)))
                check_lengths(entity, record, errors)
            if not cleaned:
                check_unique(entity, record, changes, errors, taken)
        if errors:
            title = entity.title(entity.model._default_manager.get(pk=record.pk))  # as stored, not as refused
            raise Refused({"": [_("「%(title)s」: %(text)s") % {"title": title, "text": Refused(errors)}]})
        if changes:
            done.append((record, changes))
    with transaction.atomic(savepoint=False):
        events = store_changes(entity, done, by, operation)
    return [Written(record, changes, event) for (record, changes), event in zip(done, events, strict=True)]
