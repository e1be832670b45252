"""A condition tree as a Q object."""

import datetime
from collections.abc import Callable
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.records.conditions import tree as trees
from enishi.records.conditions.tree import BadCondition, Scope, Tree, leaf_field, leaf_value
from enishi.records.entity import Entity
from enishi.records.fields import Date, FieldKind, Tags
from enishi.records.models import EventSubject, Link, Tag

NOTHING = Q(pk__in=[])


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
    if isinstance(found, Tags):
        return _tags(entity, found, op, value)
    if isinstance(found, Date):
        bounds = trees.date_range(op, value, scope.today)
        if bounds:
            return _days(found, *bounds)
    return OPERATORS[op](found, value)


def _days(found: Date, first: datetime.date, last: datetime.date) -> Q:
    if first == datetime.date.min:
        return ~found.empty_q() & found.day_range(datetime.date(1, 1, 3), last)
    return found.day_range(first, min(last, datetime.date(9999, 12, 29)))


def _tags(entity: Entity, found: Tags, op: str, value: Any) -> Q:
    if op in {"empty", "not_empty"}:
        has_none = Q(**{found.column: []})
        return has_none if op == "empty" else ~has_none
    keys = Tag.objects.filter(name=value).values("pk")
    tagged = Link.objects.filter(relation="tag", from_entity=entity.name, to_entity="tag", to_id__in=keys)
    selected = Q(pk__in=tagged.values("from_id"))
    return selected if op == "has" else ~selected


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

    body = tree["has"]
    other, reference, relation = trees.related(entity, body)
    rows = visible(other, scope.user).filter(_compile(other, body.get("where") or {}, scope))
    least = trees.at_least(body)
    if reference is not None:
        column = reference.column
        if least > 1:
            counted = (
                rows.exclude(**{column: None}).values(column).annotate(n=Count("pk")).filter(n__gte=least)
            )
            return Q(pk__in=counted.values(column))
        some = Q(Exists(rows.filter(**{column: OuterRef("pk")})))
    else:
        links = Link.objects.filter(
            relation=relation, from_entity=other.name, to_entity=entity.name, from_id__in=rows.values("pk")
        )
        if least > 1:
            counted = links.values("to_id").annotate(n=Count("pk")).filter(n__gte=least)
            return Q(pk__in=counted.values("to_id"))
        some = Q(pk__in=links.values("to_id"))
    return ~some if least == 0 else some


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


_NODES: dict[str, Callable[[Entity, Tree, Scope], Q]] = {
    "field": _leaf,
    "search": _search,
    "of": _of,
    "has": _has,
    "event": _event,
}
