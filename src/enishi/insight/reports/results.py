"""What comes of counting a report: its lines by keys, not words."""

import datetime
from dataclasses import dataclass, field
from typing import Any

Keys = tuple[Any, ...]
Values = list[Any]


class Rest:
    """The key of what is left beside the largest groups."""

    def __repr__(self) -> str:
        return "REST"


REST = Rest()


@dataclass
class Line:
    """A row of the result."""

    keys: Keys
    cells: dict[Any, Values]  # by column key; empty without columns
    total: Values
    before: Values | None = None


@dataclass
class Result:
    """The figures of a report: keys, not words, so that it serves all who may see the same."""

    lines: list[Line]
    columns: list[Any]
    column_totals: dict[Any, Values]
    total: Values
    subtotals: dict[Any, Line] = field(default_factory=dict)  # of two levels of lines: by the first one's key
    before: Values | None = None
    days: tuple[datetime.date, datetime.date] | None = None
    before_days: tuple[datetime.date, datetime.date] | None = None
    cut: bool = False  # there were more groups than are shown
    kept: bool = field(default=False, compare=False)
    top: dict[int, list[Any]] = field(
        default_factory=dict
    )  # per dimension the keys beside which the rest stands
