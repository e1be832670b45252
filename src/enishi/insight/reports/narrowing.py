"""Groups that are many, narrowed to the largest and the rest, where all of them are at hand."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db.models import Q

from enishi.insight.reports.dimensions import Dimension
from enishi.insight.reports.results import REST, Keys, Values
from enishi.records.fields import Reference

USUALLY_FEW = frozenset({"user", "team", "free_choice"})  # without an order of their own, but seldom many
MOST_TARGETS = 5_000  # records of an entity by which another's are grouped all at once


def may_be_few(one: Dimension) -> bool:
    """Whether it is worth trying to have all groups of a dimension: not of customers, of which there may be hundreds of thousands."""
    if one.few or one.found.kind in USUALLY_FEW or not isinstance(one.found, Reference):
        return True
    keys: Any = one.found.target.model._base_manager.values_list("pk")
    return not keys[MOST_TARGETS : MOST_TARGETS + 1]


def largest_first(groups: Mapping[Keys, Values], order: str) -> dict[Keys, Values]:
    """Groups by a figure ("m0", "m1v" for an average), as the database orders them where it can: what is empty last."""
    place = int(order.lstrip("m").rstrip("v"))

    def size(values: Values) -> float:
        held = values[place]
        whole = held[0] if held[0] is not None else float("-inf")
        return whole / held[1] if order.endswith("v") and held[1] else whole

    return dict(sorted(groups.items(), key=lambda pair: -size(pair[1])))


def first_of(groups: dict[Keys, Values], order: str, most: int) -> dict[Keys, Values]:
    """Groups as the database gives them: by the figure `order` ("" as they are), the first `most` of them (0 for all)."""
    ordered = largest_first(groups, order) if order else groups
    return dict(list(ordered.items())[:most]) if most else ordered


def narrowed(
    groups: Mapping[Keys, Values],
    limits: Mapping[int, int],
    order: str,
    added: Callable[[Values, Values], Values],
) -> tuple[dict[Keys, Values], dict[int, list[Any]]]:
    """The groups with the largest keys of each level in `limits` (level → how many) and the rest as `REST`, and these largest keys.

    Of a second level those are the largest among the largest of the first; what is small there is one rest with what is small here.
    """
    top: dict[int, list[Any]] = {}
    kept: Mapping[Keys, Values] = groups
    for place, most in limits.items():
        sums: dict[Keys, Values] = {}
        for keys, values in kept.items():
            one: Keys = (keys[place],)
            sums[one] = added(sums[one], values) if one in sums else values
        if len(sums) > most and len(top) < 2:
            top[place] = [key for (key,) in largest_first(sums, order)][:most]
            chosen = set(top[place])
            kept = {keys: values for keys, values in kept.items() if keys[place] in chosen}
    made: dict[Keys, Values] = {}
    for keys, values in groups.items():
        at = tuple(REST if place in top and key not in top[place] else key for place, key in enumerate(keys))
        made[at] = added(made[at], values) if at in made else values
    return made, top


def among(name: str, keys: Iterable[Any]) -> Q:
    """The condition that a key is one of these, None among them or not."""
    filled = [key for key in keys if key is not None]
    found = Q(**{f"{name}__in": filled})
    return found | Q(**{f"{name}__isnull": True}) if None in list(keys) else found


def not_among(name: str, keys: Iterable[Any]) -> Q:
    """The condition that a key is none of these."""
    filled = [key for key in keys if key is not None]
    if None in list(keys):
        return Q(**{f"{name}__isnull": False}) & ~Q(**{f"{name}__in": filled})
    return Q(**{f"{name}__isnull": True}) | ~Q(**{f"{name}__in": filled})


def rest_last(ordered: list[Any], keys: Iterable[Any]) -> list[Any]:
    """Ordered keys with the rest behind them, where there is one."""
    return [*ordered, *([REST] if any(key is REST for key in keys) else [])]
