"""The one way in: every write of a record goes through here, and through nothing else.

In one transaction: rights, input rules and the expected version are checked, only the fields that changed are
stored, and the change event is added. `create`/`write` serve a person at a form, `create_many`/`write_many` are
their bulk twins for imports and bulk changes; both end in the same two functions that touch the database.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import CharField
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.japanese.text import clean as clean_text
from enishi.records import scope, search
from enishi.records.entity import Entity
from enishi.records.errors import Clash, Conflict, NotFound, Refused
from enishi.records.fields import FieldKind, Pointer, Reference
from enishi.records.models import Event, IdempotencyKey, Link, Operation, Tag
from enishi.records.rows import insert_rows, update_rows
from enishi.records.visible import require, visible

BATCH = 500
Changes = dict[str, tuple[Any, Any]]


@dataclass
class Written:
    """What a write did: the record as stored, what changed from what to what, and the event that tells it."""

    record: Any
    changes: Changes = field(default_factory=dict)
    event: Event | None = None
    created: bool = False


# --- checking -------------------------------------------------------------------------------------
def clean_values(
    entity: Entity, values: Mapping[str, Any], *, internal: bool = False, creating: bool = False
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """Raw values by field name as values, and the errors by field name.

    Names are looked up in the entity; a field that may not be written by hand is refused unless `internal`.
    """
    cleaned: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, raw in values.items():
        try:
            found = entity.field(name)
        except KeyError:
            errors[name] = [_("「%(name)s」という項目はありません。") % {"name": str(name)[:40]}]
            continue
        if not found.editable and not internal:
            errors[name] = [_("「%(label)s」は書き込めない項目です。") % {"label": found.label}]
            continue
        try:
            cleaned[name] = found.clean(raw)
        except ValidationError as error:
            errors[name] = list(error.messages)
            continue
        if found.required and found.is_empty(cleaned[name]):
            errors[name] = [_("%(label)sを入力してください。") % {"label": found.label}]
    if creating:
        for name, found in entity.fields.items():
            if name in values or name in errors:
                continue
            default = found.default() if callable(found.default) else found.default
            if default is not None:
                cleaned[name] = default
            elif found.required:
                errors[name] = [_("%(label)sを入力してください。") % {"label": found.label}]
    return cleaned, errors


def _check_references(
    entity: Entity, cleaned: Mapping[str, Any], by: User, errors: dict[str, list[str]]
) -> None:
    for name, value in cleaned.items():
        found = entity.field(name)
        if (
            isinstance(found, Reference)
            and value is not None
            and not visible(found.target, by).filter(pk=value).exists()
        ):
            errors[name] = [
                _("選んだ%(label)sが見つかりません。選び直してください。") % {"label": found.label}
            ]


def _check_unique(
    entity: Entity,
    record: Any,
    changed: Iterable[str],
    errors: dict[str, list[str]],
    taken: set[tuple[str, Any]] | None = None,
) -> None:
    """`taken`: what earlier records of the same batch use."""
    for name in changed:
        found = entity.field(name)
        value = found.get(record)
        if not found.unique or found.is_empty(value):
            continue
        if taken is not None:
            if (name, value) in taken:
                errors[name] = [
                    _("%(label)s「%(value)s」が2件以上あります。")
                    % {"label": found.label, "value": found.text(value)}
                ]
                continue
            taken.add((name, value))
        other = (
            entity.model._default_manager.filter(found.lookup()(value), deleted_at=None)
            .exclude(pk=record.pk)
            .first()
        )
        if other is not None:
            errors[name] = [
                _("%(label)s「%(value)s」は「%(title)s」が使っています。")
                % {"label": found.label, "value": found.text(value), "title": entity.title(other)}
            ]


@lru_cache(maxsize=64)
def _limited(model: Any) -> tuple[Any, ...]:
    return tuple(one for one in model._meta.concrete_fields if isinstance(one, CharField) and one.max_length)


def _check_lengths(entity: Entity, record: Any, errors: dict[str, list[str]]) -> None:
    """What follows from other values (a name split in two) must fit its column too: PostgreSQL would refuse all of it."""
    for column in _limited(entity.model):
        length = len(getattr(record, column.attname) or "")
        if length > column.max_length:
            errors.setdefault(column.name if column.name in entity.fields else "", []).append(
                _("%(label)sは%(longest)d文字までです（今は%(length)d文字）。短くしてください。")
                % {"label": column.verbose_name, "longest": column.max_length, "length": length}
            )


def _apply(entity: Entity, record: Any, cleaned: Mapping[str, Any]) -> Changes:
    """Puts cleaned values on the record and tells what really changed."""
    changes: Changes = {}
    for name, value in cleaned.items():
        found = entity.field(name)
        old = found.get(record)
        if old != value:
            found.put(record, value)
            changes[name] = (old, value)
    return changes


def _prepare(entity: Entity, record: Any, changes: Changes, before: Mapping[str, Any]) -> None:
    """Lets the entity set what follows from the changes, and adds to them what a person would see change with them
    (a stage sets the probability), so that the history tells it and an undo brings all of it back."""
    entity.prepare(record, set(changes))
    for name, old in before.items():
        new = entity.field(name).get(record)
        if new != old:
            changes[name] = (old, new)
        else:
            changes.pop(name, None)


def _held_values(entity: Entity, record: Any, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """What is stored of the fields on the card and of those about to change."""
    shown = [name for section in entity.sections for name in section.fields if name in entity.fields]
    return {name: entity.field(name).get(record) for name in dict.fromkeys([*cleaned, *shown])}


# --- one record -----------------------------------------------------------------------------------
def create(
    entity: Entity,
    values: Mapping[str, Any],
    *,
    by: User,
    operation: Operation | None = None,
    key: str = "",
    internal: bool = False,
) -> Written:
    """Makes a record.

    Args:
        values: raw or cleaned values by field name.
        key: an idempotency key; a second call with the same key by the same person returns what the first made.
        internal: the program itself writes (fields that follow from others may be given).

    Raises:
        NotAllowed, Refused
    """
    require(by, "create", entity)
    key = clean_text(key)[:80]
    cleaned, errors = clean_values(entity, values, internal=internal, creating=True)
    with transaction.atomic():
        if key:
            held = _held(by, key, entity)
            if held is not None:
                return held
        _check_references(entity, cleaned, by, errors)
        record = entity.model(created_by=by, updated_by=by)
        if "owner" not in cleaned and entity.field("owner").editable:
            cleaned["owner"] = by.pk
        changed = set(_apply(entity, record, cleaned))
        if not errors:
            entity.prepare(record, changed)
            _merge_errors(errors, entity.check(record, changed))
            _check_lengths(entity, record, errors)
            _check_unique(entity, record, changed, errors)
        if errors:
            raise Refused(errors)
        events = _store_new(entity, [record], by, operation)
        if key:
            try:
                with transaction.atomic():
                    IdempotencyKey.objects.create(user=by, key=key, entity=entity.name, record_id=record.pk)
            except IntegrityError:
                transaction.set_rollback(True)
                raise Again from None
        return Written(record, {}, events[0], created=True)


class Again(Exception):
    """Another request with the same idempotency key was faster."""


def create_once(entity: Entity, values: Mapping[str, Any], *, by: User, key: str, **more: Any) -> Written:
    """`create` for callers that may be repeated at the same time (a double click, a resend)."""
    try:
        return create(entity, values, by=by, key=key, **more)
    except Again:
        held = _held(by, key, entity)
        if held is None:
            raise NotFound from None
        return held


def _held(by: User, key: str, entity: Entity) -> Written | None:
    row = IdempotencyKey.objects.filter(user=by, key=clean_text(key)[:80]).first()
    if row is None:
        return None
    if row.entity != entity.name:
        raise Refused({"": [_("同じ受付番号で別の登録が済んでいます。画面を開き直してください。")]})
    record = entity.model._default_manager.filter(pk=row.record_id).first()
    return Written(record) if record is not None else None


def write(
    entity: Entity,
    record_id: int,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    operation: Operation | None = None,
    internal: bool = False,
) -> Written:
    """Changes fields of one record.

    Args:
        version: the version the person saw. Where the record has gone on since, changes to other fields than
            those others changed are merged; the same field with another value is a conflict and nothing is stored.

    Raises:
        NotAllowed, NotFound, Refused, Conflict
    """
    require(by, "change", entity)
    cleaned, errors = clean_values(entity, values, internal=internal)
    with transaction.atomic():
        record = (
            visible(entity, by).select_for_update().filter(pk=record_id).first()
            if record_id < 2**63
            else None
        )
        if record is None:
            raise NotFound
        if version is not None and version != record.version:
            _check_version(entity, record, cleaned, values, version)
        moved = {
            name: value
            for name, value in cleaned.items()
            if isinstance(entity.field(name), Reference) and entity.field(name).get(record) != value
        }
        _check_references(entity, moved, by, errors)
        before = _held_values(entity, record, cleaned)
        changes = _apply(entity, record, cleaned)
        if changes and not errors:
            _prepare(entity, record, changes, before)
            _merge_errors(errors, entity.check(record, set(changes)))
            _check_lengths(entity, record, errors)
            _check_unique(entity, record, changes, errors)
        if errors:
            raise Refused(errors)
        if not changes:
            return Written(record)
        events = _store_changes(entity, [(record, changes)], by, operation)
        return Written(record, changes, events[0])


def _merge_errors(errors: dict[str, list[str]], more: Mapping[str, list[str]]) -> None:
    for name, messages in more.items():
        errors.setdefault(name, []).extend(messages)


def _check_version(
    entity: Entity, record: Any, cleaned: Mapping[str, Any], values: Mapping[str, Any], version: int
) -> None:
    """Field-level merge: raises Conflict where others changed one of these fields to another value since `version`."""
    since = Event.objects.filter(entity=entity.name, record_id=record.pk, version__gt=version).order_by(
        "version"
    )
    touched: dict[str, Event] = {}
    for event in since.select_related("actor"):
        for name in event.data.get("changes", ()):
            touched[name] = event
    clashes, last = [], None
    for name, mine in cleaned.items():
        found = entity.field(name)
        theirs = found.get(record)
        if name in touched and theirs != mine:
            last = touched[name]
            clashes.append(
                Clash(
                    name,
                    found.label,
                    found.to_json(theirs),
                    found.to_json(mine),
                    found.text(theirs) or _("（空）"),
                    found.text(mine) or _("（空）"),
                )
            )
    if clashes and last is not None:
        raise Conflict(clashes, record.version, str(last.actor or _("ほかの人")), last.at, dict(values))


# --- many records ---------------------------------------------------------------------------------
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
    for number, row in enumerate(rows, 1):
        values, errors = (dict(row), {}) if cleaned else clean_values(entity, row, creating=True)
        if not cleaned:
            _check_references(entity, values, by, errors)
        record = entity.model(created_by=by, updated_by=by)
        record.importing = importing
        changed = set(_apply(entity, record, values))
        if not errors:
            entity.prepare(record, changed)
            _merge_errors(errors, entity.check(record, changed))
            _check_lengths(entity, record, errors)
            if not cleaned:
                _check_unique(entity, record, changed, errors, taken)
        if errors:
            raise Refused({"": [_("%(number)d行目: %(text)s") % {"number": number, "text": Refused(errors)}]})
        records.append(record)
    with transaction.atomic():
        _store_new(entity, records, by, operation)
    return records


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
    for record, row in pairs:
        values, errors = (dict(row), {}) if cleaned else clean_values(entity, row, internal=internal)
        if not cleaned:
            _check_references(entity, values, by, errors)
        before = _held_values(entity, record, values)
        changes = _apply(entity, record, values)
        if changes and not errors:
            _prepare(entity, record, changes, before)
            if check:
                _merge_errors(errors, entity.check(record, set(changes)))
                _check_lengths(entity, record, errors)
            if not cleaned:
                _check_unique(entity, record, changes, errors, taken)
        if errors:
            title = entity.title(entity.model._default_manager.get(pk=record.pk))  # as stored, not as refused
            raise Refused({"": [_("「%(title)s」: %(text)s") % {"title": title, "text": Refused(errors)}]})
        if changes:
            done.append((record, changes))
    with transaction.atomic():
        events = _store_changes(entity, done, by, operation)
    return [Written(record, changes, event) for (record, changes), event in zip(done, events, strict=True)]


def delete(
    entity: Entity, record_ids: Sequence[int], *, by: User, operation: Operation | None = None
) -> list[Event]:
    """Puts records into the bin, where they rest for 30 days.

    Raises:
        NotAllowed, NotFound
    """
    require(by, "delete", entity)
    with transaction.atomic():
        records = list(
            visible(entity, by).select_for_update().filter(pk__in=[key for key in record_ids if key < 2**63])
        )
        if not records:
            raise NotFound
        return _set_deleted(entity, records, by, operation, deleted=True)


def restore(
    entity: Entity, record_ids: Sequence[int], *, by: User, operation: Operation | None = None
) -> list[Event]:
    """Takes records out of the bin, with their timelines and connections.

    Raises:
        NotAllowed, NotFound
    """
    from enishi.records.visible import in_bin

    require(by, "delete", entity)
    with transaction.atomic():
        records = list(
            in_bin(entity, by).select_for_update().filter(pk__in=[key for key in record_ids if key < 2**63])
        )
        if not records:
            raise NotFound
        unique = [one.name for one in entity.fields.values() if one.unique]
        for record in records:
            errors: dict[str, list[str]] = {}
            _check_unique(entity, record, unique, errors)  # somebody may have got the number since
            if errors:
                raise Refused(errors)
        return _set_deleted(entity, records, by, operation, deleted=False)
