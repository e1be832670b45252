"""Computed fields kept up to date: arithmetic when the record itself is stored, sums over connections when what is connected changes.

What is computed is no change of anybody's: it raises no version and stands in no history; values are rows' own, filtered, sorted and
exported like all others.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Avg, Count, F, Max, Min, OuterRef, Subquery, Sum

from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import Linked
from enishi.records.fields.formulas import Formula, as_number, names_in
from enishi.records.rows import update_rows

BATCH, DEEPEST = 500, 5
AGGREGATES = {"count": Count, "sum": Sum, "max": Max, "min": Min, "avg": Avg}


def derive(entity: Entity, record: Any) -> None:
    """Computes the arithmetic of a record that is about to be stored; what hangs on another result comes after it."""
    for one in _in_order(entity) if entity.formulas else ():
        one.put(record, one.compute(record))


def _in_order(entity: Entity) -> list[Formula]:
    """An entity's expressions, each behind those that it is made of."""
    held = entity.__dict__.get("_formula_order")  # an entity is made anew when anything is drawn
    if held is None:
        expressions = {one.name: one for one in entity.formulas if one.rollup is None}
        made: dict[str, Formula] = {}
        seen: set[str] = set()

        def add(name: str) -> None:
            if name in expressions and name not in seen:
                seen.add(name)
                for other in names_in(expressions[name].expression_text):
                    add(other)
                made[name] = expressions[name]

        for name in expressions:
            add(name)
        held = entity.__dict__["_formula_order"] = list(made.values())
    return held


def goes_round(entity: Entity, mine: str, made_of: Iterable[tuple[str, str]]) -> bool:
    """Whether a field that is made of these fields (entity, field) would be made of itself, however far round."""
    left, seen = list(made_of), set[tuple[str, str]]()
    while left:
        one = left.pop()
        if one == (entity.name, mine):
            return True
        other = registry.find(one[0])
        found = other.fields.get(one[1]) if other is not None else None
        if one not in seen and isinstance(found, Formula):
            left += found.follows()
        seen.add(one)
    return False


def source(entity: Entity, over: str) -> tuple[Entity, str] | None:
    """What a sum goes over: the other entity and, where it is a built-in reference, its field ("deal.account")."""
    found = entity.fields.get(over)
    if isinstance(found, Linked):
        return found.target, ""
    name, _dot, field = over.partition(".")
    other = registry.find(name)
    if other is not None and any(one.name == field and one.to == entity.name for one in other.references):
        return other, field
    return None


def rollups(other: Entity) -> list[tuple[Entity, Formula, str]]:
    """All sums that go over this entity's records: (whose, the field, the built-in reference or "")."""
    held = other.__dict__.get("_rollups")  # an entity is made anew when anything is drawn
    if held is not None:
        return held  # type: ignore[no-any-return]
    found: list[tuple[Entity, Formula, str]] = []
    for entity in registry.all_entities():
        for one in entity.formulas:
            if (
                one.rollup is not None
                and (over := source(entity, one.rollup[1])) is not None
                and over[0].name == other.name
            ):
                found.append((entity, one, over[1]))
    other.__dict__["_rollups"] = found
    return found


def touched(entity: Entity, records: Sequence[Any], changes: Sequence[dict[str, Any]]) -> None:
    """Brings the sums up to date that go over these records; `changes` by field as (old, new), as storing gives them."""
    _above(entity, records, changes, 0)
    tied = {one.rollup[1] for one in entity.formulas if one.rollup is not None} & set(entity.fields)
    if tied:
        pairs = zip(records, changes, strict=True)
        refresh(entity, [record.pk for record, change in pairs if not change or tied & set(change)])


def follow(entity: Entity, records: Sequence[Any], columns: Sequence[str] = ()) -> None:
    """Stores what the program itself reckoned of records (the sum of their orders, their next step; no columns: all of them), with what the
    owner's formulas make of it, on them and above them."""
    stored: set[str] = set(columns)
    for record in records if entity.formulas else ():
        before = dict(record.custom)
        derive(entity, record)
        if record.custom != before and columns:
            stored.add("custom")
    update_rows(entity.model, records, stored or None)
    _above(entity, records, [dict.fromkeys(stored, (None, None)) for _record in records], 0)


def _above(entity: Entity, records: Sequence[Any], changes: Sequence[dict[str, Any]], depth: int) -> None:
    """The sums of others that go over these records."""
    found_keys: dict[str, tuple[Entity, set[int]]] = {}
    for owner, one, reference in rollups(entity):
        assert one.rollup is not None
        pairs = zip(records, changes, strict=True)
        if not any(_moves(entity, owner, one, reference, record, change) for record, change in pairs):
            continue
        wanted = found_keys.setdefault(owner.name, (owner, set()))[1]
        if reference:
            found = entity.fields[reference]
            wanted |= {key for record in records if (key := found.get(record)) is not None}
            wanted |= {
                pair[0] for change in changes if (pair := change.get(reference)) and pair[0] is not None
            }
        else:
            linked = owner.fields[one.rollup[1]]
            assert isinstance(linked, Linked)
            rows = linked.links().filter(**{f"{linked.there}_id__in": [record.pk for record in records]})
            wanted |= set(rows.values_list(f"{linked.here}_id", flat=True))
            mine = linked.back_name
            for change in changes:
                for ends in change.get(mine) or ():
                    wanted |= {key for key, _role in ends}
    for owner, wanted in found_keys.values():
        refresh(owner, wanted, depth=depth)


MOVED = "_moved"  # on a record: the fields that sums look at and that have another value than was stored


def watched(entity: Entity) -> list[str]:
    """Fields of an entity's records that sums of others are made of, whoever or whatever changes them."""
    if not rollups(entity):
        return []
    names = {one.rollup[2] for _owner, one, _reference in rollups(entity) if one.rollup is not None}
    for _round in range(DEEPEST):
        made = [entity.fields.get(name) or entity.retired.get(name) for name in names]
        names |= {each for one in made if isinstance(one, Formula) for each in names_in(one.expression_text)}
    return [name for name in sorted(names) if (one := entity.fields.get(name)) is not None and not one.linked]


def note_moved(entity: Entity, record: Any, before: Mapping[str, Any]) -> None:
    """Remembers which of the watched fields have become others (`before`: what was stored of them), for the sums that follow."""
    if before:
        record.__dict__[MOVED] = {
            name for name, value in before.items() if entity.field(name).get(record) != value
        }


def _moves(
    entity: Entity, owner: Entity, one: Formula, reference: str, record: Any, change: Mapping[str, Any]
) -> bool:
    """Whether a sum may be another after this change: one of a hundred thousand invoices got a note, which no sum holds."""
    if not change or "deleted_at" in change:  # it is new, goes or comes back
        return True
    assert one.rollup is not None
    function, over, name = one.rollup
    if (reference or owner.fields[over].back_name) in change:  # type: ignore[attr-defined]
        return True
    return function != "count" and not _stays(entity, name, change, record.__dict__.get(MOVED), 0)


def _stays(
    entity: Entity, name: str, change: Mapping[str, Any], moved: Collection[str] | None, depth: int
) -> bool:
    """Whether a field has certainly the value that it had: it was looked at (`moved`), or a person fills it and didn't, or what it is
    computed of stays."""
    found = entity.fields.get(name) or entity.retired.get(name)
    if found is None or name in change or depth > DEEPEST:
        return False
    if isinstance(found, Formula):
        named = names_in(found.expression_text)
        return found.rollup is None and all(_stays(entity, each, change, moved, depth + 1) for each in named)
    return name not in moved if moved is not None and name in entity.fields else found.editable


def refresh(entity: Entity, keys: Iterable[int], *, depth: int = 0) -> None:
    """Computes all sums of these records anew, what is computed of them, and the sums that go over those: up to five floors, so that
    sums that go round in a circle come to an end."""
    every, names = sorted(set(keys)), [one.name for one in entity.formulas]
    sums = [one for one in entity.formulas if one.rollup is not None]
    if not sums:
        return
    for start in range(0, len(every), BATCH):
        part = every[start : start + BATCH]
        with transaction.atomic():
            records = list(
                entity.model._default_manager.filter(pk__in=part)
                .select_for_update(of=("self",), no_key=True)
                .order_by("pk")
            )
            found = {one.name: _summed(entity, one, part) for one in sums}
            changed = []
            for record in records:
                before = dict(record.custom)
                for one in sums:
                    one.put(
                        record,
                        one.formed(
                            found[one.name].get(
                                record.pk,
                                Decimal(0) if one.rollup and one.rollup[0] in {"count", "sum"} else None,
                            )
                        ),
                    )
                derive(entity, record)
                if record.custom != before:
                    changed.append(record)
            if changed:
                update_rows(entity.model, changed, ("custom",))
                if depth < DEEPEST:
                    _above(entity, changed, [dict.fromkeys(names, (None, None))] * len(changed), depth + 1)


def _summed(entity: Entity, one: Formula, keys: list[int]) -> dict[int, Decimal | None]:
    """The sum of each of these records, in one query."""
    assert one.rollup is not None
    function, over, name = one.rollup
    found = source(entity, over)
    if found is None:
        return {}
    other, reference = found
    alive = other.model._default_manager.filter(deleted_at=None)
    counted = other.fields.get(name) or other.retired.get(name)  # what is out of use keeps its values
    what: Any = F("pk") if function == "count" else counted.expression() if counted is not None else None
    if what is None:
        return {}
    if reference:
        column = other.fields[reference].column
        rows = (
            alive.filter(**{f"{column}__in": keys})
            .order_by()
            .values(column)
            .annotate(n=AGGREGATES[function](what))
        )
        return {row[column]: as_number(row["n"]) for row in rows}
    linked = entity.fields[over]
    assert isinstance(linked, Linked)
    # A value per link, so that the database adds up: one record may have a hundred thousand others. By the key alone: the link says of
    # what entity it is, and before its statistics are made PostgreSQL would go through all records of that entity for each.
    mine, theirs = f"{linked.here}_id", f"{linked.there}_id"
    held = other.model._base_manager.filter(pk=OuterRef(theirs), deleted_at=None)
    value = Subquery(held.values(summed=what)[:1])
    ties = linked.links().filter(**{f"{mine}__in": keys}).annotate(value=value)
    rows = ties.order_by().values(mine).annotate(n=AGGREGATES[function]("value"))
    return {row[mine]: as_number(row["n"]) for row in rows}


def recompute(entity: Entity) -> None:
    """Everything of an entity anew, in steps, and what goes over it: after a formula was drawn, changed or brought back."""
    if not entity.formulas:
        return
    last, names = 0, [one.name for one in entity.formulas]
    while True:
        rows = entity.model._default_manager.filter(pk__gt=last).order_by("pk")
        with transaction.atomic():
            records = list(rows.select_for_update(of=("self",), no_key=True)[:BATCH])
            if not records:
                return
            changed = []
            for record in records:
                before = dict(record.custom)
                derive(entity, record)
                if record.custom != before:
                    changed.append(record)
            if changed:
                update_rows(entity.model, changed, ("custom",))
                _above(entity, changed, [dict.fromkeys(names, (None, None))] * len(changed), 0)
        last = records[-1].pk
        refresh(entity, [record.pk for record in records])
