"""A condition tree as a Q object."""

import dataclasses
import datetime
from collections.abc import Callable
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.records import plenty
from enishi.records.conditions import tree as trees
from enishi.records.conditions.tree import BadCondition, Scope, Tree, leaf_field, leaf_value
from enishi.records.entity import Entity
from enishi.records.fields import Date, FieldKind
from enishi.records.models import Event, EventSubject, Link

NOTHING = Q(pk__in=[])
HEAPS = 100_000


def compile_condition(entity: Entity, tree: Tree | None, scope: Scope) -> Q:
    """The Q that selects the entity's records for which the tree holds; an empty tree selects all.

    Raises:
        BadCondition: the tree is not one, or names what does not exist.
    """
    if not tree:
        return Q()
    trees.check_size(tree)
    return _compile(entity, tree, scope)


def _compile(entity: Entity, tree: Tree, scope: Scope) -> Q:
    if not tree:
        return Q()
    if "all" in tree:
        made = Q()
        for one in tree["all"]:
            made &= _compile(entity, one, scope)
        return made
    if "any" in tree:
        if not tree["any"]:
            return Q()
        made = _compile(entity, tree["any"][0], scope)
        for one in tree["any"][1:]:
            part = _compile(entity, one, scope)
            made = made | part if made and part else Q()
        return made
    if "not" in tree:
        inner = _compile(entity, tree["not"], scope)
        return ~inner if inner else NOTHING
    for key, make in _NODES.items():
        if key in tree:
            return make(entity, tree, scope)
    raise BadCondition(_("絞り込み条件の形式が正しくありません。"))


def _leaf(entity: Entity, tree: Tree, scope: Scope) -> Q:
    found, op = leaf_field(entity, tree)
    value = leaf_value(found, op, tree, scope)
    special = found.leaf_q(op, value, scope.user)
    if special is not None:
        return special
    if isinstance(found, Date):
        bounds = trees.date_range(op, value, scope.today)
        if bounds:
            return _days(found, *bounds)
    return OPERATORS[op](found, value)


def _days(found: Date, first: datetime.date, last: datetime.date) -> Q:
    if first == datetime.date.min:
        return ~found.empty_q() & found.day_range(datetime.date(1, 1, 3), last)
    return found.day_range(first, min(last, datetime.date(9999, 12, 29)))


def stored(found: FieldKind, value: Any) -> Any:
    """A cleaned value as the column compares with it: own fields hold JSON."""
    return found.to_json(value) if found.custom else value


def _is(found: FieldKind, value: Any) -> Q:
    return found.lookup()(stored(found, value))


def _in(found: FieldKind, values: list[Any]) -> Q:
    return found.lookup("in")([stored(found, value) for value in values]) if values else NOTHING


def _between(found: FieldKind, values: list[Any]) -> Q:
    return found.lookup("gte")(stored(found, values[0])) & found.lookup("lte")(stored(found, values[1]))


def _compare(suffix: str) -> Callable[[FieldKind, Any], Q]:
    return lambda found, value: found.lookup(suffix)(stored(found, value))


OPERATORS: dict[str, Callable[[FieldKind, Any], Q]] = {
    "is": _is,
    "is_not": lambda found, value: ~_is(found, value),
    "in": _in,
    "not_in": lambda found, values: ~_in(found, values),
    "gte": _compare("gte"),
    "lte": _compare("lte"),
    "gt": _compare("gt"),
    "lt": _compare("lt"),
    "between": _between,
    "contains": _compare("icontains"),
    "not_contains": lambda found, value: ~_compare("icontains")(found, value),
    "starts": _compare("istartswith"),
    "empty": lambda found, value: found.empty_q(),
    "not_empty": lambda found, value: ~found.empty_q(),
}


def _search(entity: Entity, tree: Tree, scope: Scope) -> Q:
    from enishi.records.search import matching

    if not isinstance(tree["search"], str):
        raise BadCondition(_("検索する文字が正しくありません。"))
    return matching(entity, tree["search"])


def _of(entity: Entity, tree: Tree, scope: Scope) -> Q:
    body = tree["of"]
    found = trees.pointed(entity, body)
    from enishi.records.visible import visible

    wanted = visible(found.target, scope.user).filter(_compile(found.target, body.get("where") or {}, scope))
    return Q(**{f"{found.column}__in": wanted.values("pk")})


def _has(entity: Entity, tree: Tree, scope: Scope) -> Q:
    from enishi.records.visible import visible

    body, within = tree["has"], dataclasses.replace(scope, nested=True)
    tied = trees.linked(entity, body)
    if tied is not None:
        least = trees.at_least(body)
        rows = visible(tied.target, scope.user).filter(_compile(tied.target, body.get("where") or {}, within))
        here, there = f"{tied.here}_id", f"{tied.there}_id"
        ends = tied.links().filter(Exists(rows.filter(pk=OuterRef(there))))
        return _by_count(tied.tied(rows), ends, here, least, scope.nested)
    other, reference, relation = trees.related(entity, body)
    least = trees.at_least(body)
    rows = visible(other, scope.user).filter(_compile(other, body.get("where") or {}, within))
    if reference is not None:
        rows = rows.exclude(**{reference.column: None})
        return _by_count(rows, rows, reference.column, least, scope.nested)
    links = Link.objects.filter(relation=relation, from_entity=other.name, to_entity=entity.name)
    ends = links.filter(Exists(rows.filter(pk=OuterRef("from_id"))))
    return _by_count(links.filter(from_id__in=rows.values("pk")), ends, "to_id", least, scope.nested)


def _by_count(some: Any, each: Any, column: str, least: int, nested: bool) -> Q:
    """Records to which at least so many rows point with this column; none, where `least` is 0.

    Few rows are gathered (their index finds them); of many it is asked record by record, since a list stops at its fiftieth. Inside
    another such condition nothing stops early: there the database gathers many too.

    Args:
        some: the rows as they are gathered.
        each: the same as they are looked up for one record.
    """
    if least > 1:
        counted = some.order_by().values(column).annotate(n=Count("pk")).filter(n__gte=least)
        return Q(pk__in=counted.values(column))
    found = _few(some.order_by().values_list(column, flat=True))
    if found is None and nested and some.order_by()[: HEAPS + 1].count() <= HEAPS:
        found = Q(pk__in=some.order_by().values(column))
    if found is None:
        found = Q(Exists(each.order_by().filter(**{column: OuterRef("pk")})))
    return ~found if least == 0 else found


def _few(keys: Any) -> Q | None:
    """Records with one of these keys; None if they are more than are gathered."""
    try:
        sql, parameters = keys.query.sql_with_params()
    except EmptyResultSet:
        return NOTHING
    if plenty.known(sql, *parameters):
        return None
    gathered = list(keys[: plenty.PLENTY + 1])
    if len(gathered) <= plenty.PLENTY:
        return Q(pk__in=set(gathered))
    plenty.keep(sql, *parameters)
    return None


def _event(entity: Entity, tree: Tree, scope: Scope) -> Q:
    kinds, days, least = trees.event_parts(tree["event"])
    rows = EventSubject.objects.filter(entity=entity.name)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    if days is not None:
        first = scope.today - datetime.timedelta(days=days)
        rows = rows.filter(at__gte=timezone.make_aware(datetime.datetime.combine(first, datetime.time())))
    if least > 1:
        counted = rows.values("record_id").annotate(n=Count("pk")).filter(n__gte=least)
        return Q(pk__in=counted.values("record_id"))
    some = Q(Exists(rows.filter(record_id=OuterRef("pk"))))
    return ~some if least == 0 else some


def _operation(entity: Entity, tree: Tree, scope: Scope) -> Q:
    key, made = trees.operation_parts(tree["operation"])
    events = Event.objects.filter(operation=key, entity=entity.name)
    rows = events.filter(version=1)
    if made is False:
        rows = events.filter(version__gt=1).exclude(record_id__in=rows.values("record_id"))
    elif made is None:
        rows = events
    return _by_count(rows, rows, "record_id", 1, scope.nested)


_NODES: dict[str, Callable[[Entity, Tree, Scope], Q]] = {
    "field": _leaf,
    "search": _search,
    "of": _of,
    "has": _has,
    "event": _event,
    "operation": _operation,
}
