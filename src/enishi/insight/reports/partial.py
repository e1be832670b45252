"""Partial figures of groups: asked of the database so that groups can be put together afterwards."""

from typing import Any

from django.db.models import Avg, Count, Max, Min, Sum

from enishi.insight.reports.spec import Measure


def aggregates(one: Measure) -> dict[str, Any]:
    """What the database is asked for a figure, so that groups can be put together."""
    if one.found is None:
        return {"": Count("pk")}
    value = one.found.expression()
    if one.op == "avg":
        return {"": Sum(value), "n": Count(value), "v": Avg(value)}
    if one.op == "distinct":
        return {"": Count(value, distinct=True)}
    return {"": {"sum": Sum, "min": Min, "max": Max}[one.op](value)}


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
