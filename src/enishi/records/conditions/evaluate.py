"""The same language in plain Python, slow and simple: what the compiler is tested against, and what decides
about one record in hand (automation)."""

import datetime
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.records.conditions import tree as trees
from enishi.records.conditions.tree import BadCondition, Scope, Tree, leaf_field, leaf_value
from enishi.records.entity import Entity
from enishi.records.fields import Date, FieldKind
from enishi.records.models import Event, EventSubject, Link


def matches(entity: Entity, tree: Tree | None, record: Any, scope: Scope) -> bool:
    """Whether the tree holds for this record.

    Raises:
        BadCondition: as the compiler.
    """
    if not tree:
        return True
    trees.check_size(tree)
    return _matches(entity, tree, record, scope)


def _matches(entity: Entity, tree: Tree | None, record: Any, scope: Scope) -> bool:
    if not tree:
        return True
    if "all" in tree:
        return all([_matches(entity, one, record, scope) for one in tree["all"]])  # noqa: C419 (bad parts are told of)
    if "any" in tree:
        found = [_matches(entity, one, record, scope) for one in tree["any"]]
        return not found or any(found)
    if "not" in tree:
        return not _matches(entity, tree["not"], record, scope)
    for key, decide in _NODES.items():
        if key in tree:
            return decide(entity, tree, record, scope)
    raise BadCondition(_("絞り込み条件の形式が正しくありません。"))


def _leaf(entity: Entity, tree: Tree, record: Any, scope: Scope) -> bool:
    found, op = leaf_field(entity, tree)
    value = leaf_value(found, op, tree, scope)
    held = found.get(record)
    special = found.leaf_holds(op, held, value)
    if special is not None:
        return special
    if isinstance(found, Date) and (bounds := trees.date_range(op, value, scope.today)):
        day = found.day_of(held)
        return day is not None and bounds[0] <= day <= bounds[1]
    return OPERATORS[op](found, held, value)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[FieldKind, Any, Any], bool]:
    return lambda found, held, value: held is not None and compare(held, value)


OPERATORS: dict[str, Callable[[FieldKind, Any, Any], bool]] = {
    "is": lambda found, held, value: held == value,
    "is_not": lambda found, held, value: held != value,
    "in": lambda found, held, values: held in values,
    "not_in": lambda found, held, values: held not in values,
    "gte": _ordered(lambda held, value: held >= value),
    "lte": _ordered(lambda held, value: held <= value),
    "gt": _ordered(lambda held, value: held > value),
    "lt": _ordered(lambda held, value: held < value),
    "between": _ordered(lambda held, values: values[0] <= held <= values[1]),
    "contains": lambda found, held, value: value.lower() in (held or "").lower(),
    "not_contains": lambda found, held, value: value.lower() not in (held or "").lower(),
    "starts": lambda found, held, value: (held or "").lower().startswith(value.lower()),
    "empty": lambda found, held, value: found.is_empty(held),
    "not_empty": lambda found, held, value: not found.is_empty(held),
}


def _search(entity: Entity, tree: Tree, record: Any, scope: Scope) -> bool:
    from enishi.japanese.search import normalise_for_search
    from enishi.records.search import LONGEST_QUERY, LONGEST_TEXT

    if not isinstance(tree["search"], str):
        raise BadCondition(_("検索する文字が正しくありません。"))
    text = normalise_for_search(entity.search_text(record)[:LONGEST_TEXT])
    terms = normalise_for_search(tree["search"][:LONGEST_QUERY]).split()
    return entity.in_search and bool(terms) and all(term in text for term in terms)


def _of(entity: Entity, tree: Tree, record: Any, scope: Scope) -> bool:
    body = tree["of"]
    found = trees.pointed(entity, body)
    other = found.target.model.objects.filter(pk=found.get(record), deleted_at=None).first()
    return other is not None and _matches(found.target, body.get("where"), other, scope)


def _has(entity: Entity, tree: Tree, record: Any, scope: Scope) -> bool:
    body = tree["has"]
    tied = trees.linked(entity, body)
    if tied is not None:
        alive = tied.target.model._default_manager.filter(
            pk__in=[key for key, _role in tied.get(record)], deleted_at=None
        )
        return _enough(sum(_matches(tied.target, body.get("where"), row, scope) for row in alive), body)
    other, reference, relation = trees.related(entity, body)
    rows = other.model._default_manager.filter(deleted_at=None)
    if reference is not None:
        rows = rows.filter(**{reference.column: record.pk})
    else:
        keys = Link.objects.filter(
            relation=relation, from_entity=other.name, to_entity=entity.name, to_id=record.pk
        ).values_list("from_id", flat=True)
        rows = rows.filter(pk__in=list(keys))
    return _enough(sum(_matches(other, body.get("where"), row, scope) for row in rows), body)


def _enough(count: int, body: Any) -> bool:
    least = trees.at_least(body)
    return count == 0 if least == 0 else count >= least


def _event(entity: Entity, tree: Tree, record: Any, scope: Scope) -> bool:
    kinds, days, least = trees.event_parts(tree["event"])
    rows = EventSubject.objects.filter(entity=entity.name, record_id=record.pk)
    count = 0
    for row in rows:
        fresh = days is None or timezone.localtime(row.at).date() >= scope.today - datetime.timedelta(
            days=days
        )
        count += fresh and (not kinds or row.kind in kinds)
    return count == 0 if least == 0 else count >= least


def _operation(entity: Entity, tree: Tree, record: Any, scope: Scope) -> bool:
    key, made = trees.operation_parts(tree["operation"])
    events = Event.objects.filter(operation=key, entity=entity.name, record_id=record.pk)
    versions = [one or 0 for one in events.values_list("version", flat=True)]
    if made is None:
        return bool(versions)
    return 1 in versions if made else 1 not in versions and max(versions, default=0) > 1


_NODES: dict[str, Callable[[Entity, Tree, Any, Scope], bool]] = {
    "field": _leaf,
    "search": _search,
    "of": _of,
    "has": _has,
    "event": _event,
    "operation": _operation,
}
