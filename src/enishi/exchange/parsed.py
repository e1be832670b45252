"""A row of a file on its way to records."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from enishi.exchange import readers
from enishi.records.bulk import Packed


@dataclass
class Parsed:
    """One row: its values by entity, or why it can't come in."""

    number: int
    cells: list[Any]
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    skipped: str = ""  # why the row is not meant to come in
    outcome: dict[str, str] = field(default_factory=dict)  # entity → new / update / same / ask
    keys: dict[str, int] = field(default_factory=dict)
    drafts: dict[str, Packed] = field(default_factory=dict)  # by entity, where another process drafted it
    given: dict[str, int] = field(
        default_factory=dict
    )  # of the keys, those that a row came with (it had to wait)
    answers: dict[str, int] = field(
        default_factory=dict
    )  # entity → the record that a person chose; 0 is none of them
    tied: dict[str, str] = field(
        default_factory=dict
    )  # entity → another program's id of a record that is only pointed to
    asks: Any = None  # what a person must be asked first (`asking.questions.Asks`)


def portable(cells: list[Any]) -> list[Any]:
    """Cells as JSON holds them."""
    return [
        {"day": cell.isoformat()} if isinstance(cell, datetime.date) else cell
        if cell is None or isinstance(cell, str | int | float) else readers.plain(cell)
        for cell in cells
    ]  # fmt: skip


def from_portable(cells: list[Any]) -> list[Any]:
    """Cells as the reader gave them."""
    made: list[Any] = []
    for cell in cells:
        day = cell.get("day", "") if isinstance(cell, dict) else None
        if day is None:
            made.append(cell)
        else:
            made.append(
                datetime.datetime.fromisoformat(day) if "T" in day else datetime.date.fromisoformat(day)
            )
    return made
