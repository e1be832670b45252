"""Values that all rows of a sheet get: what a list of visitors doesn't say of itself, such as the fair where they came from."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from enishi.exchange import headings
from enishi.exchange.sheet import PERSON
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind, Lines, Linked, SeveralChoices

if TYPE_CHECKING:
    from django.http import QueryDict

    from enishi.exchange.mapping import Plan

MOST = 20
INPUT = "all-"  # before the target, in the wizard's form


def takes(entity: Entity, one: FieldKind) -> bool:
    """Whether all rows may have the same of it: nothing that tells records apart, nothing of several parts."""
    apart = {*entity.imports.keys, entity.title_field, entity.subtitle_field, *PERSON}
    return (
        headings.takes(one) and one.name not in apart and not (one.unique or isinstance(one, Lines | Linked))
    )


def targets(plan: "Plan") -> list[tuple[str, list[tuple[str, str]]]]:
    """The fields that no column goes to, by entity, for the wizard's choice."""
    used = {column.target for column in plan.columns} | set(plan.for_all)
    made = []
    for entity in plan.entities:
        free = [
            (target, one.label)
            for one in entity.fields.values()
            if takes(entity, one) and (target := f"{entity.name}.{one.name}") not in used
        ]
        if free:
            made.append((str(entity), free))
    return made


def field_of(target: str) -> FieldKind | None:
    """The field that a target names, if all rows may have the same of it."""
    name, _dot, field = target.partition(".")
    entity = registry.find(name)
    found = entity.fields.get(field) if entity is not None else None
    return found if entity is not None and found is not None and takes(entity, found) else None


def read(plan: "Plan", posted: "QueryDict") -> None:
    """What the person chose in the wizard: values of fields, one more field, one less."""
    for target in list(plan.for_all):
        if (name := f"{INPUT}{target}") in posted or f"{name}__shown" in posted:
            several = isinstance(field_of(target), SeveralChoices)
            plan.for_all[target] = ",".join(posted.getlist(name)) if several else posted.get(name, "")
    plan.for_all.pop(posted.get("all_less", ""), None)
    more = posted.get("all_more", "")
    if field_of(more) is not None and len(plan.for_all) < MOST:
        plan.for_all.setdefault(more, "")
    for column in plan.columns:  # a column goes there now
        plan.for_all.pop(column.target, None)


def _read(plan: "Plan") -> Iterator[tuple[str, FieldKind, Any, list[str]]]:
    """What is given: target, field, value and what is wrong with it."""
    for target, raw in plan.for_all.items():
        found = field_of(target)
        if found is None or raw == "":
            continue
        try:
            yield target, found, found.clean(raw), []
        except ValidationError as error:
            yield target, found, None, list(error.messages)
        except (ValueError, OverflowError):
            yield target, found, None, [_("値を確かめてください。")]


def values(plan: "Plan") -> list[tuple[str, str, Any]]:
    """Entity, field and value of what is given and can be read."""
    return [
        (target.partition(".")[0], found.name, value)
        for target, found, value, wrong in _read(plan)
        if not wrong and not found.is_empty(value)
    ]


def errors(plan: "Plan") -> dict[str, list[str]]:
    """Why a value can't be read, by target."""
    return {target: wrong for target, _found, _value, wrong in _read(plan) if wrong}


def fill(held: Mapping[str, dict[str, Any]], given: Iterable[tuple[str, str, Any]]) -> None:
    """Puts the values into a row's records, but where the row says itself what it is."""
    for entity, name, value in given:
        if row := held.get(entity):
            row.setdefault(name, value)


def named(plan: "Plan", words: Iterable[str]) -> dict[str, str]:
    """`field=value` as written on the command line, by target: the field by name or label, of the main entity unless another stands before
    it (`account.source=…`).

    Raises:
        LookupError: with the word that names nothing.
    """
    made: dict[str, str] = {}
    for word in words:
        name, mark, value = word.partition("=")
        owner, dot, field = name.strip().rpartition(".")
        entities = [registry.find(owner)] if dot else [registry.find(plan.main), *plan.entities]
        found = next(
            (
                f"{entity.name}.{one.name}"
                for entity in entities
                if entity is not None
                for one in entity.fields.values()
                if field and field in {one.name, one.label} and takes(entity, one)
            ),
            "",
        )
        if not mark or not found or not value.strip():
            raise LookupError(word)
        made[found] = value.strip()
    return made
