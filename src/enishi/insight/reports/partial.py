"""Partial figures of groups: asked of the database so that groups can be put together afterwards."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db.models import Avg, Count, Max, Min, Sum

from enishi.insight.reports.spec import Measure

_AGGREGATES: dict[str, Callable[..., Any]] = {
    "sum": Sum,
    "min": Min,
    "max": Max,
    "avg": Avg,
    "count": Count,
    "distinct": partial(Count, distinct=True),
}


def made_of(one: Measure) -> dict[str, tuple[str, Any]]:
    """What the database is asked for a figure, so that groups can be put together: how, and of which expression (None: of the records)."""
    if one.found is None:
        return {"": ("count", None)}
    value = one.found.expression()
    if one.op == "avg":
        return {"": ("sum", value), "n": ("count", value), "v": ("avg", value)}
    return {"": (one.op, value)}


def all_made_of(measures: Sequence[Measure]) -> dict[str, tuple[str, Any]]:
    """`made_of` of a report's figures, by the names under which they are asked for: m0, m1, m1n."""
    return {
        f"m{place}{name}": made for place, one in enumerate(measures) for name, made in made_of(one).items()
    }


def aggregates(one: Measure) -> dict[str, Any]:
    """The same as aggregates of Django's."""
    return {
        name: Count("pk") if value is None else _AGGREGATES[how](value)
        for name, (how, value) in made_of(one).items()
    }


def plain(value: Any) -> Any:
    """A figure as Python's own number: PostgreSQL gives sums of large integers as decimals."""
    if value is None or isinstance(value, int | float):
        return value
    return int(value) if value == int(value) else float(value)


def nothing(one: Measure) -> tuple[Any, ...]:
    """The partial figure of no records."""
    return {"count": (0,), "distinct": (0,), "avg": (None, 0, None)}.get(one.op, (None,))


def join(one: Measure, a: tuple[Any, ...], b: tuple[Any, ...]) -> tuple[Any, ...]:
    """Two groups' partial figures as one."""
    if one.op == "distinct":
        return (None,)  # the different ones of both together aren't known; `_whole_margins` counts them
    if a[0] is None or b[0] is None:
        return b if a[0] is None else a
    if one.op == "avg":
        return a[0] + b[0], a[1] + b[1], None
    if one.op in {"min", "max"}:
        return (min(a[0], b[0]) if one.op == "min" else max(a[0], b[0]),)
    return (a[0] + b[0],)


def finished(one: Measure, held: tuple[Any, ...]) -> Any:
    """The figure that people see of a partial one."""
    if one.op == "avg":
        return held[0] / held[1] if held[1] else None
    return held[0]
