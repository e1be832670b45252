"""The records behind a figure."""

from typing import Any

from enishi.insight.reports.results import REST, Keys, Result
from enishi.insight.reports.spec import Spec
from enishi.records.conditions import all_of


def drill(
    spec: Spec, made: Result, keys: Keys = (), column: Any = None, *, columned: bool = False
) -> dict[str, Any]:
    """The condition that selects the records behind a figure.

    Args:
        keys: of the line; () for all.
        column: the key of the column, where `columned`.
    """
    found = [spec.condition(made.days)]
    for place, (one, key) in enumerate(zip(spec.rows, keys, strict=False)):
        found.append(one.others(made.top[place]) if key is REST else one.condition(key))
    if columned and spec.column:
        picked = made.top.get(len(spec.rows), [])
        found.append(spec.column.others(picked) if column is REST else spec.column.condition(column))
    return all_of(*found)
