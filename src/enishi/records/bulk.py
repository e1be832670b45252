"""The bulk twins of `write.create` and `write.write`, for imports and bulk changes: the same rules and the same storing, each
once for all rows.

Within a transaction of the caller they set no savepoint: each would make SQLite's search index write out what it holds,
and what is refused is refused before anything is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records import formulas, registry, rules
from enishi.records.checking import (
    Changes,
    Errors,
    Pointed,
    Used,
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
    prepare,
    shown_fields,
    with_unseen,
)
from enishi.records.entity import Entity
from enishi.records.errors import Refused, RowRefused
from enishi.records.fields import (
    Choice,
    Date,
    FieldKind,
    Money,
    Number,
    Person,
    Reference,
    Stage,
    Words,
    YesNo,
)
from enishi.records.fields.links import load as load_links
from enishi.records.limits import seen_by
from enishi.records.models import Operation
from enishi.records.rows import new
from enishi.records.storing import Written, store_changes, store_new
from enishi.records.visible import reached, require

ALIKE = (Choice, Date, Number, Person, Reference, YesNo)


def changeable(entity: Entity) -> list[FieldKind]:
    """The fields of which many records may well be given the same value: not what they are called, where they are reached, what they cost, and
    not what the bar above them offers by itself."""
    offered = {"owner", "tags", "status", entity.status_field, entity.board.field if entity.board else ""}
    several = {name for group in entity.together for name in group}
    apart = {entity.title_field, entity.subtitle_field, *entity.imports.keys, *entity.not_in_bulk, "position"}
    if entity.is_line:
        apart.add(entity.rights_through)
    return [
        one
        for one in entity.fields.values()
        if one.editable
        and not (one.hidden or one.unique or one.computed or one.linked)
        and one.name not in offered | apart
        and (one.name not in several or isinstance(one, Choice))
        and (isinstance(one, ALIKE) or type(one) is Words)
        and not isinstance(one, Money | Stage)
        and one.visible_if is None
    ]


@dataclass(slots=True)
class Draft:
    """A record that isn't stored yet: cleaned values with what follows from them, which of its fields aren't as they begin,
    and what the rules have against it."""

    record: Any
    changed: set[str]
    errors: Errors


Packed = tuple[dict[str, Any], set[str], Errors]  # a draft on its way between two processes


class Drafter:
    """Drafts records of one entity; what is the same for all of them is found once."""

    def __init__(self, entity: Entity, by: User, *, importing: bool = False) -> None:
        """`importing`: the values come from a file; entities may ask less of them than of a form."""
        now = timezone.now()
        self.entity = entity
        # The owner's own fields share a column.
        self.columns = {
            name: one.column for name, one in entity.fields.items() if not (one.custom or one.linked)
        }
        self.told = {"created_at": now, "updated_at": now, "created_by_id": by.pk, "updated_by_id": by.pk}
        self.told["importing"] = importing
        self.blank: dict[str, Any] = new(entity.model, **self.told).__dict__

    def draft(self, values: Mapping[str, Any]) -> Draft:
        """A record of cleaned values."""
        record = new(self.entity.model, **self.told)
        changed = self._fill(record, values)
        self.entity.prepare(record, changed)
        formulas.derive(self.entity, record)
        errors = Errors()
        merge_errors(errors, self.entity.check(record, changed))
        check_lengths(self.entity, record, errors)
        return Draft(record, changed, errors)

    def pack(self, draft: Draft) -> Packed:
        """The draft without what every draft begins with: small enough to send by the ten thousand."""
        begun = self.blank.get
        held = {
            name: value
            for name, value in draft.record.__dict__.items()
            if (first := begun(name, self)) is not value and first != value and name != "_state"
        }
        return held, draft.changed, draft.errors

    def unpack(self, packed: Packed) -> Draft:
        """The draft that another process's drafter of this entity packed."""
        held, changed, errors = packed
        record = new(self.entity.model, **self.told)
        record.__dict__.update(held)
        return Draft(record, changed, errors)

    def _fill(self, record: Any, values: Mapping[str, Any]) -> set[str]:
        """`apply` for a record that is just being made, on which nothing is cached."""
        held, columns = record.__dict__, self.columns
        changed = set()
        for name, value in values.items():
            column = columns.get(name)
            if column is None:
                changed |= set(apply(self.entity, record, {name: value}))
            elif held[column] != value:
                held[column] = value
                changed.add(name)
        return changed


def create_many(
    entity: Entity,
    rows: Sequence[Mapping[str, Any]],
    *,
    by: User,
    operation: Operation | None,
    cleaned: bool = False,
) -> list[Any]:
    """Bulk twin of `create`: all rows or none.

    Args:
        cleaned: the rows have been through `clean_values` and the caller vouches for references and uniqueness.

    Raises:
        NotAllowed, Refused: with `row number: message`.
    """
    if not cleaned:
        drafts = draft_many(entity, rows, by=by)
        check_drafts(entity, drafts)
        return create_drafted(entity, drafts, by=by, operation=operation)
    require(by, "create", entity.whole)
    drafter = Drafter(entity.whole, by)
    return create_drafted(entity, [drafter.draft(row) for row in rows], by=by, operation=operation)


def draft_many(
    entity: Entity, rows: Sequence[Mapping[str, Any]], *, by: User, full: bool = False
) -> list[Draft]:
    """Drafts of raw values, whose references are looked up for all of them at once; locks and stores nothing. What else the rules have
    against them stands in the drafts.

    Args:
        full: with the rules that are asked of one record at a form and not of a file (see `rules.check`), and its maker as the owner.

    Raises:
        NotAllowed, RowRefused
    """
    asked, entity = seen_by(entity, by), entity.whole
    require(by, "create", entity)
    drafter = Drafter(entity, by)
    made = [clean_values(asked, row, creating=True) for row in rows]
    owned = full and entity.field("owner").editable and not entity.finds_owner(by)
    drafts = []
    with registry.whole():
        known = Pointed(entity, [values for values, _errors in made], by)
        for number, (values, errors) in enumerate(made):
            begin_hidden(entity, asked, values)
            check_references(entity, values, by, errors, known)
            if owned and "owner" not in values:
                values["owner"] = by.pk
            if not errors:
                draft = drafter.draft(values)
                errors = draft.errors
                if full:
                    rules.check(entity, draft.record, draft.changed, errors, asked)
            if errors:
                raise _refused(number, errors)
            drafts.append(draft)
    return drafts


def check_drafts(entity: Entity, drafts: Sequence[Draft]) -> None:
    """Whether no value that tells records apart is taken, by the others or by what is stored: a query per field for all of them.

    Raises:
        RowRefused
    """
    entity = entity.whole
    taken: set[tuple[str, Any]] = set()
    used = Used(entity, [draft.record for draft in drafts])
    for number, draft in enumerate(drafts):
        check_unique(entity, draft.record, draft.changed, draft.errors, taken, used)
        if draft.errors:
            raise _refused(number, draft.errors)


def create_drafted(
    entity: Entity, drafts: Sequence[Draft], *, by: User, operation: Operation | None
) -> list[Any]:
    """Stores drafts of cleaned values, of which the caller vouches for references and uniqueness: all or none.

    Raises:
        NotAllowed, Refused: with `row number: message`.
    """
    entity = entity.whole
    require(by, "create", entity)
    limited = reached(entity, by, "create") is not None
    for number, draft in enumerate(drafts):
        if limited:
            check_owner(entity, draft.record, by, draft.errors)
        if draft.errors:
            raise _refused(number, draft.errors)
    records = [draft.record for draft in drafts]
    with registry.whole(), transaction.atomic(savepoint=False):
        store_new(entity, records, by, operation)
    return records


def _refused(row: int, errors: Errors) -> RowRefused:
    said = _("%(number)d行目: %(text)s") % {"number": row + 1, "text": Refused(errors)}
    return RowRefused(row, errors, said)


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
    asked, entity = entity.whole if internal else seen_by(entity, by), entity.whole
    require(by, "change", entity, *(record for record, _row in pairs))
    done: list[tuple[Any, Changes]] = []
    made = [clean_values(asked, row, internal=internal) for _record, row in pairs] if not cleaned else []
    with registry.whole():
        known = Pointed(entity, [values for values, _errors in made], by)
    taken: set[tuple[str, Any]] = set()
    shown, watched = shown_fields(entity), formulas.watched(entity)
    load_links(entity, [record for record, _row in pairs], {name for _record, row in pairs for name in row})
    found = [(record, made[n][0] if made else row) for n, (record, row) in enumerate(pairs)]
    kept = [row for _record, row in found] if internal else with_unseen(entity, found, by)
    for number, (record, values) in enumerate(found):
        errors = Errors() if cleaned else made[number][1]
        if not cleaned:
            check_references(entity, moved(entity, record, values), by, errors, known)
        values = kept[number]
        before = held_values(entity, record, [*values, *shown])
        summed = held_values(entity, record, watched)
        changes = apply(entity, record, values)
        if changes and not internal:
            check_locked(entity, record, changes, errors)
        if changes and not errors:
            prepare(entity, record, changes, before)
            formulas.note_moved(entity, record, summed)
            if check:
                merge_errors(errors, entity.check(record, set(changes)))
                if not cleaned:
                    rules.check(entity, record, set(changes), errors, asked)
                check_lengths(entity, record, errors)
            if not cleaned:
                check_unique(entity, record, changes, errors, taken)
        if errors:
            title = entity.title(entity.model._default_manager.get(pk=record.pk))  # as stored, not as refused
            said = _("「%(title)s」: %(text)s") % {"title": title, "text": Refused(errors)}
            raise RowRefused(number, errors, said)
        if changes:
            done.append((record, changes))
    with registry.whole(), transaction.atomic(savepoint=False):
        events = store_changes(entity, done, by, operation)
    return [Written(record, changes, event) for (record, changes), event in zip(done, events, strict=True)]
