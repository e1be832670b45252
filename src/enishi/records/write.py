"""The one way in: every write of a record goes through here, and through nothing else.

In one transaction: rights, input rules and the expected version are checked, only the fields that changed are
stored, and the change event is added. `create`/`write` serve a person at a form, `create_many`/`write_many`
(`records.bulk`) are their bulk twins for imports and bulk changes. What is checked stands in `records.checking`; all
of them end in the same three functions that touch the database, in `records.storing`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.japanese.text import clean as clean_text
from enishi.records import formulas, registry, rules
from enishi.records.bulk import create_many, write_many
from enishi.records.checking import (
    apply,
    begin_hidden,
    check_lengths,
    check_locked,
    check_owner,
    check_references,
    check_unique,
    clean_values,
    held_values,
    merge_errors,
    moved,
    once_names,
    prepare,
    shown_fields,
    with_unseen,
)
from enishi.records.entity import Entity
from enishi.records.errors import Clash, Conflict, NotFound, Refused
from enishi.records.fields.link_edits import LinkEdit
from enishi.records.limits import seen_by
from enishi.records.models import Event, IdempotencyKey, Operation
from enishi.records.prepared import first
from enishi.records.storing import Written, set_deleted, store_changes, store_new
from enishi.records.visible import in_bin, not_found, require, visible

__all__ = [
    "Again", "Written", "clean_values", "create", "create_many", "create_once", "delete", "restore", "write",
    "write_many",
]  # fmt: skip


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
    asked, entity = entity.whole if internal else seen_by(entity, by), entity.whole
    require(by, "create", entity)
    key = clean_text(key)[:80]
    cleaned, errors = clean_values(asked, values, internal=internal, creating=True)
    begin_hidden(entity, asked, cleaned)
    with registry.whole(), transaction.atomic():
        if key:
            held = _held(by, key, entity)
            if held is not None:
                return held
        check_references(entity, cleaned, by, errors)
        record = entity.model(created_by=by, updated_by=by)
        if "owner" not in cleaned and entity.field("owner").editable and not entity.finds_owner(by):
            cleaned["owner"] = by.pk
        changed = set(apply(entity, record, cleaned))
        check_owner(entity, record, by, errors)
        whole = not errors
        if whole:
            entity.prepare(record, changed)
            formulas.derive(entity, record)
            merge_errors(errors, entity.check(record, changed))
        rules.check(
            entity, record, changed, errors, asked
        )  # what is missing is told together with what is wrong
        if whole:
            check_lengths(entity, record, errors)
            check_unique(entity, record, changed, errors)
        if errors:
            raise Refused(errors)
        events = store_new(entity, [record], by, operation)
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
    except (Again, Refused) as error:
        # Where there may be only one, the first of the two stands in the way of the second before its key does.
        held = _held(by, key, entity) if key else None
        if held is None:
            raise (NotFound if isinstance(error, Again) else error) from None
        return held


def _key_row(user: Any, key: Any) -> Any:
    return IdempotencyKey.objects.filter(user=user, key=key)


def _held(by: User, key: str, entity: Entity) -> Written | None:
    row = first("idempotency key", _key_row, by.pk, clean_text(key)[:80])
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
    asked, entity = entity.whole if internal else seen_by(entity, by), entity.whole
    require(by, "change", entity)
    cleaned, errors = clean_values(asked, values, internal=internal)
    with registry.whole(), transaction.atomic():
        entity.hold_above([record_id] if record_id < 2**63 else [])
        record = (
            visible(entity, by).select_for_update().filter(pk=record_id).first()
            if record_id < 2**63
            else None
        )
        if record is None:
            raise not_found(entity, by, record_id)
        require(by, "change", entity, record)
        if version is not None and version != record.version:
            _check_version(entity, record, cleaned, values, version)
        check_references(entity, moved(entity, record, cleaned), by, errors)
        if not internal:
            cleaned = dict(with_unseen(entity, [(record, cleaned)], by)[0])
        before = held_values(entity, record, [*cleaned, *shown_fields(entity)])
        summed = held_values(entity, record, formulas.watched(entity))
        changes = apply(entity, record, cleaned)
        if changes and not internal:
            check_locked(entity, record, changes, errors)
        whole = bool(changes) and not errors
        if whole:
            prepare(entity, record, changes, before)
            formulas.note_moved(entity, record, summed)
            merge_errors(errors, entity.check(record, set(changes)))
        rules.check(entity, record, set(changes), errors, asked)
        if whole:
            check_lengths(entity, record, errors)
            check_unique(entity, record, changes, errors)
        if errors:
            raise Refused(errors)
        if not changes:
            return Written(record)
        events = store_changes(entity, [(record, changes)], by, operation)
        return Written(record, changes, events[0])


def check_version(entity: Entity, record: Any, values: Mapping[str, Any], version: int, *, by: User) -> None:
    """For a record read under lock in a change of many: whether these raw values may go onto it though it has gone on since `version`.

    Raises:
        Conflict
    """
    cleaned, _errors = clean_values(seen_by(entity, by), values)
    _check_version(entity.whole, record, cleaned, values, version)


def _check_version(
    entity: Entity, record: Any, cleaned: Mapping[str, Any], values: Mapping[str, Any], version: int
) -> None:
    """Field-level merge: raises Conflict where others changed one of these fields to another value since `version`, Refused where there
    is no such version yet."""
    if version > record.version:
        raise Refused({"": [_("版%(version)dはまだありません（今は%(now)dです）。読み直してからもう一度お試しください。") % {"version": version, "now": record.version}]})  # fmt: skip
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
        if isinstance(mine, LinkEdit):  # says itself what was added and what was taken out
            continue
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


# --- the bin ---------------------------------------------------------------------------------------
def delete(
    entity: Entity, record_ids: Sequence[int], *, by: User, operation: Operation | None = None
) -> list[Event]:
    """Puts records into the bin, where they rest for 30 days.

    Raises:
        NotAllowed, NotFound
    """
    entity = entity.whole
    require(by, "delete", entity)
    with registry.whole(), transaction.atomic():
        keys = [key for key in record_ids if key < 2**63]
        entity.hold_above(keys)
        records = list(visible(entity, by).select_for_update().filter(pk__in=keys))
        if not records:
            raise NotFound
        require(by, "delete", entity, *records)
        for record in records:
            if text := entity.locked(record, {"deleted_at"}):
                raise Refused(
                    {"": [_("「%(title)s」: %(text)s") % {"title": entity.title(record), "text": text}]}
                )
        return set_deleted(entity, records, by, operation, deleted=True)


def restore(
    entity: Entity, record_ids: Sequence[int], *, by: User, operation: Operation | None = None
) -> list[Event]:
    """Takes records out of the bin, with their timelines and connections.

    Raises:
        NotAllowed, NotFound
    """
    entity = entity.whole
    require(by, "delete", entity)
    with registry.whole(), transaction.atomic():
        keys = [key for key in record_ids if key < 2**63]
        entity.hold_above(keys)
        records = list(in_bin(entity, by).select_for_update().filter(pk__in=keys))
        if not records:
            raise NotFound
        require(by, "delete", entity, *records)
        unique = [one.name for one in entity.fields.values() if one.unique]
        for record in records:
            errors: dict[str, list[str]] = {}
            check_unique(
                entity, record, {*unique, *once_names(entity, record)}, errors
            )  # somebody may have got the number since
            if errors:
                raise Refused(errors)
        return set_deleted(entity, records, by, operation, deleted=False)
