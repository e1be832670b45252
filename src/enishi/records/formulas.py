"""Computed fields kept up to date: arithmetic when the record itself is stored, sums over connections when what is connected changes.

What is computed is no change of anybody's: it raises no version and stands in no history; values are rows' own, filtered, sorted and
exported like all others.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Avg, Count, Max, Min, Sum

from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import Linked
from enishi.records.fields.formulas import Formula, as_number
from enishi.records.rows import update_rows

BATCH, DEEPEST = 500, 5
AGGREGATES = {"count": Count, "sum": Sum, "max": Max, "min": Min, "avg": Avg}


def derive(entity: Entity, record: Any) -> None:
    """Computes the arithmetic of a record that is about to be stored; what hangs on another result comes after it."""
    if not entity.formulas:
        return
    expressions = [one for one in entity.formulas if one.rollup is None]
    for _round in range(3):
        before = [one.get(record) for one in expressions]
        for one in expressions:
            one.put(record, one.compute(record))
        if [one.get(record) for one in expressions] == before:
            return


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


def _above(entity: Entity, records: Sequence[Any], changes: Sequence[dict[str, Any]], depth: int) -> None:
    """The sums of others that go over these records."""
    for owner, one, reference in rollups(entity):
        assert one.rollup is not None
        wanted: set[int] = set()
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
                for pairs in change.get(mine) or ():
                    wanted |= {key for key, _role in pairs}
        refresh(owner, wanted, depth=depth)


def refresh(entity: Entity, keys: Iterable[int], *, depth: int = 0) -> None:
    """Computes all sums of these records anew, what is computed of them, and the sums that go over those: up to five floors, so that
    sums that go round in a circle come to an end."""
    every = sorted(set(keys))
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
                    _above(entity, changed, [{}] * len(changed), depth + 1)


def _summed(entity: Entity, one: Formula, keys: list[int]) -> dict[int, Decimal | None]:
    """The sum of each of these records, in one query (two over a drawn connection)."""
    assert one.rollup is not None
    function, over, name = one.rollup
    found = source(entity, over)
    if found is None:
        return {}
    other, reference = found
    alive = other.model._default_manager.filter(deleted_at=None)
    counted = other.fields.get(name) or other.retired.get(name)  # what is out of use keeps its values
    what: Any = "pk" if function == "count" else counted.expression() if counted is not None else None
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
    ties = (
        linked.links()
        .filter(**{f"{linked.here}_id__in": keys})
        .values_list(f"{linked.here}_id", f"{linked.there}_id")
    )
    pairs = list(ties)
    held = alive.filter(pk__in={theirs for _mine, theirs in pairs})
    values: dict[int, Any] = (
        dict.fromkeys(held.values_list("pk", flat=True), 1)
        if function == "count"
        else dict(held.values_list("pk", what))
    )
    grouped: dict[int, list[Decimal]] = {}
    for mine, theirs in pairs:
        value = as_number(values.get(theirs))
        if value is not None:
            grouped.setdefault(mine, []).append(value)
    return {mine: _of_list(function, numbers) for mine, numbers in grouped.items()}


def _of_list(function: str, numbers: list[Decimal]) -> Decimal:
    if function == "count":
        return Decimal(len(numbers))
    if function == "sum":
        return sum(numbers, Decimal(0))
    if function == "avg":
        return sum(numbers, Decimal(0)) / len(numbers)
    return max(numbers) if function == "max" else min(numbers)


def recompute(entity: Entity) -> None:
    """Everything of an entity anew, in steps, and what goes over it: after a formula was drawn, changed or brought back."""
    if not entity.formulas:
        return
    last = 0
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
                _above(entity, changed, [{}] * len(changed), 0)
        last = records[-1].pk
        refresh(entity, [record.pk for record in records])
