"""What may be stored: raw values made into values, and the rules over them. Nothing here writes.

Serves `records.write` (one record, for a person) and `records.bulk` (many, for a file or a bulk change).
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import CharField, Q
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records import formulas, registry
from enishi.records.entity import Entity
from enishi.records.fields import AnyRecord, Lines, Linked, Reference
from enishi.records.fields.any_record import parse
from enishi.records.fields.link_edits import LinkEdit
from enishi.records.limits import unseen
from enishi.records.visible import permits, sees_all, visible

Changes = dict[str, tuple[Any, Any]]
Errors = dict[str, list[str]]
MOST_AT_ONCE = 100  # conditions joined by OR in one question


def clean_values(
    entity: Entity, values: Mapping[str, Any], *, internal: bool = False, creating: bool = False
) -> tuple[dict[str, Any], Errors]:
    """Raw values by field name as values, and the errors by field name.

    Names are looked up in the entity; a field that may not be written by hand is refused unless `internal`.
    """
    cleaned: dict[str, Any] = {}
    errors: Errors = {}
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
        if (found.required or found.filled) and found.is_empty(cleaned[name]):
            errors[name] = [_("%(label)sを入力してください。") % {"label": found.label}]
    if creating:
        for name, found in entity.fields.items():
            if name in values or name in errors:
                continue
            default = found.beginning()
            if default is not None:
                cleaned[name] = default
            elif found.required and found.editable:
                errors[name] = [_("%(label)sを入力してください。") % {"label": found.label}]
    return cleaned, errors


def begin_hidden(entity: Entity, asked: Entity, cleaned: dict[str, Any]) -> None:
    """What a new record begins with in fields that its maker doesn't see."""
    for name, found in entity.fields.items():
        if name not in asked.fields and name not in cleaned and (default := found.beginning()) is not None:
            cleaned[name] = default


def check_owner(entity: Entity, record: Any, by: User, errors: Errors) -> None:
    """A new record belongs to somebody for whom its maker may make records."""
    if not permits(by, "create", entity, record):
        errors.setdefault("owner", []).append(
            _("この担当では登録できません。自分か、自分のチームの人を選んでください。")
        )


class Pointed:
    """Of what many rows' references and connections point to, what is there for a person: a query per field for all of them."""

    def __init__(self, entity: Entity, rows: Iterable[Mapping[str, Any]], by: User) -> None:
        wanted: dict[str, set[int]] = {}
        for row in rows:
            for name, value in row.items():
                found = entity.fields[name]
                if isinstance(found, Linked):
                    wanted.setdefault(name, set()).update(key for key, _role in _pairs(value))
                elif isinstance(found, Reference) and value:
                    wanted.setdefault(name, set()).add(value)
        self.there: dict[str, set[int]] = {}
        for name, keys in wanted.items():
            rows_there = visible(entity.fields[name].target, by)  # type: ignore[attr-defined]
            self.there[name] = set(rows_there.filter(pk__in=keys).values_list("pk", flat=True))


def _pairs(value: Any) -> tuple[tuple[int, str | None], ...]:
    return value.added if isinstance(value, LinkEdit) else value


def moved(entity: Entity, record: Any, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Of a change's values the pointing ones that are other than the record's: what it pointed to before may be out of sight."""
    made: dict[str, Any] = {}
    for name, value in cleaned.items():
        found = entity.field(name)
        held: Any = found.get(record)
        if held == value or not (found.lists or isinstance(found, Reference | Lines | Linked | AnyRecord)):
            continue
        if found.lists:
            made[name] = [key for key in value if key not in (held or ())]
        else:
            made[name] = found.without(value, found.pointed(held)) if isinstance(found, Lines) else value
    return made


def with_unseen(
    entity: Entity, pairs: Sequence[tuple[Any, Mapping[str, Any]]], by: User
) -> list[Mapping[str, Any]]:
    """The values of changes, with what their records are tied to and the person doesn't see: it was in none of what he read and sent
    back, and stays. Where only one may be tied, another takes its place and nothing doesn't."""
    made: list[Mapping[str, Any]] = [values for _record, values in pairs]
    for name in {name for values in made for name in values}:
        found = entity.fields.get(name)
        if not (isinstance(found, Linked) or (found is not None and found.lists)):
            continue
        target = found.target if isinstance(found, Linked) else registry.whole_entities()[found.lists]
        if sees_all(target, by):
            continue
        gone: dict[int, list[Any]] = {}
        for place, (record, values) in enumerate(pairs):
            value = values.get(name)
            if name not in values or isinstance(value, LinkEdit):
                continue
            if value and isinstance(found, Linked) and not found.many:
                continue
            kept = {_key(one) for one in value or ()}
            if missing := [one for one in found.get(record) or () if _key(one) not in kept]:
                gone[place] = missing
        keys = {_key(one) for missing in gone.values() for one in missing}
        seen = set(visible(target, by).filter(pk__in=keys).values_list("pk", flat=True)) if keys else set()
        for place, missing in gone.items():
            if held := [one for one in missing if _key(one) not in seen]:
                value = [*(made[place][name] or ()), *held]
                made[place] = {**made[place], name: value if found.lists else tuple(value)}
    return made


def _key(one: Any) -> int:
    """The key of one that a connection's value (with its role) or a list of keys holds."""
    return int(one[0] if isinstance(one, tuple | list) else one)


def check_references(
    entity: Entity, cleaned: Mapping[str, Any], by: User, errors: Errors, known: Pointed | None = None
) -> None:
    """What is pointed to must be there for this person, and in a role that the connection has. `known`: where it was asked for many."""
    for name, value in cleaned.items():
        found = entity.field(name)
        if isinstance(found, Linked):
            wanted = {key for key, _role in _pairs(value)}
            if known is not None:
                there = len(wanted & known.there.get(name, set()))
            else:
                there = visible(found.target, by).filter(pk__in=wanted).count() if wanted else 0
            if len(wanted) != there:
                errors[name] = [
                    _("選んだ%(label)sが見つかりません。選び直してください。") % {"label": found.label}
                ]
            elif unknown := found.unknown_roles({role for _key, role in _pairs(value) if role}):
                errors[name] = [
                    _("%(label)sに「%(role)s」という役割はありません。%(roles)sから選んでください。")
                    % {"label": found.label, "role": unknown[0][:40], "roles": _("、").join(found.roles)}
                ]
        elif known is not None and isinstance(found, Reference):
            if value and value not in known.there.get(name, set()):
                errors[name] = [
                    _("選んだ%(label)sが見つかりません。選び直してください。") % {"label": found.label}
                ]
        elif isinstance(found, Lines):
            for inner, keys in found.pointed(value).items():
                target = found.fields[inner]
                if len(keys) != visible(target.target, by).filter(pk__in=keys).count():  # type: ignore[attr-defined]
                    errors[name] = [
                        _("選んだ%(label)sが見つかりません。選び直してください。") % {"label": target.label}
                    ]
        elif found.lists and value:
            there = visible(registry.whole_entities()[found.lists], by).filter(pk__in=value).count()
            if there != len(set(value)):
                errors[name] = [
                    _("選んだ%(label)sが見つかりません。選び直してください。") % {"label": found.label}
                ]
        elif isinstance(found, Reference | AnyRecord) and value and not _is_there(found, value, by):
            errors[name] = [
                _("選んだ%(label)sが見つかりません。選び直してください。") % {"label": found.label}
            ]


def _is_there(found: Reference | AnyRecord, value: Any, by: User) -> bool:
    """Whether the person sees what a value points to."""
    if isinstance(found, Reference):
        return visible(found.target, by).filter(pk=value).exists()
    pair = parse(value)
    target = registry.find(pair[0]) if pair else None
    if pair is None or target is None:
        return False
    return (
        sees_all(target, by) or visible(target, by).filter(pk=pair[1]).exists()
    )  # that it is there was asked before


class Used:
    """Which values of fields that tell records apart are used by living records, of those that a batch of new ones has."""

    def __init__(self, entity: Entity, records: Iterable[Any]) -> None:
        self.values: dict[str, set[Any]] = {}
        records = list(records)
        hold(
            entity,
            [
                one.name
                for one in entity.fields.values()
                if one.unique and any(not one.is_empty(one.get(row)) for row in records)
            ],
        )
        for found in entity.fields.values():
            if not found.unique or found.linked:
                continue
            mine = {value for value in map(found.get, records) if not found.is_empty(value)}
            rows = entity.model._default_manager.filter(deleted_at=None)
            self.values[found.name] = (
                {found.get(row) for row in rows.filter(found.lookup("in")(sorted(mine)))} if mine else set()
            )
        self.once = self._only_ones(entity, [held for one in records if (held := _once(entity, one))])

    @staticmethod
    def _only_ones(entity: Entity, wanted: Sequence[dict[str, Any]]) -> dict[tuple[Any, ...], set[int]]:
        """Which living records are what there may be only one of, by its values."""
        made: dict[tuple[Any, ...], set[int]] = {}
        rows = entity.model._default_manager.filter(deleted_at=None)
        for start in range(0, len(wanted), MOST_AT_ONCE):
            some = {tuple(one.items()): one for one in wanted[start : start + MOST_AT_ONCE]}
            asked = reduce(or_, (Q(**one) for one in some.values()))
            for names in {tuple(one) for one in some.values()}:
                for key, *values in rows.filter(asked).values_list("pk", *names):
                    made.setdefault(tuple(values), set()).add(key)
        return made


def hold(entity: Entity, names: Iterable[str], value: Any = None) -> None:
    """Until the transaction ends nobody else stores the same value of a field that tells records apart; of a batch (without `value`)
    nobody stores any. SQLite lets one write at a time anyway.

    Two levels, so that a batch of a thousand takes one lock: its own is of the field, one record's is a shared one of the field and
    one of the value. They are taken in one order by all.
    """
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for field in sorted(f"{entity.name}.{name}" for name in names):
            if value is None:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [field])
            else:
                cursor.execute(
                    "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0)), pg_advisory_xact_lock(hashtextextended(%s, 1))",
                    [field, f"{field}={value}"],
                )


def _once(entity: Entity, record: Any) -> dict[str, Any]:
    """What no second living record may have; nothing where a part of it is empty."""
    held = entity.once(record)
    return {} if any(value is None for value in held.values()) else held


def once_names(entity: Entity, record: Any) -> set[str]:
    """The fields that make it the only one of its kind (`Entity.once`)."""
    return {name.removesuffix("_id") for name in entity.once(record)}


def check_once(
    entity: Entity,
    record: Any,
    changed: Iterable[str],
    errors: Errors,
    taken: set[tuple[str, Any]] | None = None,
    used: Used | None = None,
) -> None:
    """Refuses a second record of what there may be only one of (`Entity.once`)."""
    held = _once(entity, record)
    if not held or (record.pk and not once_names(entity, record) & set(changed)):
        return
    mine = ("", tuple(held.values()))
    if used is not None:
        is_there = bool(used.once.get(mine[1], set()) - {record.pk})
    else:
        rivals = entity.model._default_manager.filter(deleted_at=None, **held).exclude(pk=record.pk)
        is_there = rivals.exists()
    if (taken is not None and mine in taken) or is_there:
        errors.setdefault("", []).append(entity.twice(record))
    if taken is not None:
        taken.add(mine)


def check_unique(
    entity: Entity,
    record: Any,
    changed: Iterable[str],
    errors: Errors,
    taken: set[tuple[str, Any]] | None = None,
    used: Used | None = None,
) -> None:
    """`taken`: what earlier records of the same batch use; `used`: what stored ones do, where it was asked for all of the batch."""
    check_once(entity, record, changed, errors, taken, used)
    names = {*changed, *(one.name for one in entity.fields.values() if one.within and one.within in changed)}
    for name in sorted(names):
        found = entity.field(name)
        value = found.get(record)
        if not found.unique or found.is_empty(value):
            continue
        if used is None:
            hold(entity, [name], None if taken is not None else value)
        mine = (value, entity.field(found.within).get(record)) if found.within else value
        if taken is not None:
            if (name, mine) in taken:
                errors[name] = [
                    _("%(label)s「%(value)s」が2件以上あります。")
                    % {"label": found.label, "value": found.text(value)}
                ]
                continue
            taken.add((name, mine))
        other = found.rivals(record, value).first() if used is None or value in used.values[name] else None
        if other is not None:
            errors[name] = [
                _("%(label)s「%(value)s」は「%(title)s」が使っています。")
                % {"label": found.label, "value": found.text(value), "title": entity.title(other)}
                if not unseen(entity, {other.pk})
                else _("%(label)s「%(value)s」はすでに使われています。")
                % {"label": found.label, "value": found.text(value)}
            ]


def taken_out_of_sight(
    entity: Entity, rows: Sequence[Mapping[str, Any]], by: User
) -> dict[tuple[str, Any], list[str]]:
    """Of the values of a file's rows those that must be there once and that a record has which the person doesn't see, with what is to be
    said of it; what he sees he is asked about by what the file is known by."""
    made: dict[tuple[str, Any], list[str]] = {}
    if sees_all(entity, by):
        return made
    entity = entity.whole
    for found in entity.fields.values():
        if not found.unique or found.linked or found.within:
            continue
        mine = {value for row in rows if not found.is_empty(value := row.get(found.name))}
        rivals = entity.model._default_manager.filter(deleted_at=None).filter(
            found.lookup("in")(sorted(mine))
        )
        held = {row.pk: found.get(row) for row in rivals} if mine else {}
        seen = set(visible(entity, by).filter(pk__in=held).values_list("pk", flat=True))
        for key, value in held.items():
            if key not in seen:
                said = _("%(label)s「%(value)s」はすでに使われています。")
                made[found.name, value] = [said % {"label": found.label, "value": found.text(value)}]
    return made


@lru_cache(maxsize=64)
def _limited(model: Any) -> tuple[tuple[Any, str, int], ...]:
    return tuple(
        (one, one.attname, one.max_length)
        for one in model._meta.concrete_fields
        if isinstance(one, CharField) and one.max_length
    )


def check_lengths(entity: Entity, record: Any, errors: Errors) -> None:
    """What follows from other values (a name split in two) must fit its column too: PostgreSQL would refuse all of it."""
    held = record.__dict__
    for column, name, longest in _limited(entity.model):
        value = held.get(name)
        if value and len(value) > longest:
            errors.setdefault(column.name if column.name in entity.fields else "", []).append(
                _("%(label)sは%(longest)d文字までです（今は%(length)d文字）。短くしてください。")
                % {"label": column.verbose_name, "longest": longest, "length": len(value)}
            )


def apply(entity: Entity, record: Any, cleaned: Mapping[str, Any]) -> Changes:
    """Puts cleaned values on the record and tells what really changed."""
    changes: Changes = {}
    for name, value in cleaned.items():
        found = entity.field(name)
        old = found.get(record)
        value = found.against(old, value)
        if old != value:
            found.put(record, value)
            changes[name] = (old, value)
    return changes


def prepare(entity: Entity, record: Any, changes: Changes, before: Mapping[str, Any]) -> None:
    """Lets the entity set what follows from the changes, and adds to them what a person would see change with them
    (a stage sets the probability), so that the history tells it and an undo brings all of it back."""
    entity.prepare(record, set(changes))
    formulas.derive(entity, record)
    for name, old in before.items():
        new = entity.field(name).get(record)
        if new != old:
            changes[name] = (old, new)
        else:
            changes.pop(name, None)


def shown_fields(entity: Entity) -> list[str]:
    """The fields on the card: what a person would see change (nothing that is changed elsewhere changes connections)."""
    fields = entity.fields
    return [
        name
        for section in entity.sections
        for name in section.fields
        if name in fields and not (fields[name].linked or fields[name].computed)
    ]


def held_values(entity: Entity, record: Any, names: Iterable[str]) -> dict[str, Any]:
    """What is stored of these fields."""
    return {name: entity.field(name).get(record) for name in dict.fromkeys(names)}


def check_locked(entity: Entity, record: Any, changed: Iterable[str], errors: Errors) -> None:
    """What is closed (an invoice that was issued) isn't changed by hand."""
    if text := entity.locked(record, set(changed)):
        errors.setdefault("", []).append(text)


def merge_errors(errors: Errors, more: Mapping[str, list[str]]) -> None:
    """Adds further messages by field."""
    for name, messages in more.items():
        errors.setdefault(name, []).extend(messages)
