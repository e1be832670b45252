"""Sheets with their headings in the first column: one record per column, or one per card."""

import re
from itertools import zip_longest
from typing import Any

from enishi.exchange import headings

MOST_ROWS = 200  # such sheets are filled in by hand


def labels(rows: list[list[Any]]) -> tuple[int, int]:
    """The column that holds labels of known fields and how many such columns there are; (-1, 0) where the sheet is an
    ordinary table or holds too little to tell."""
    filled = [row for row in rows[:MOST_ROWS] if not headings.is_blank(row)]
    if not len(filled) >= 3 or max(map(_known, filled)) > 3:
        return -1, 0
    width = max(map(len, filled))
    found = []
    for column in range(min(width, 20)):
        cells = [
            headings.texts(row)[column]
            for row in filled
            if column < len(row) and row[column] not in (None, "")
        ]
        known = [cell for cell in cells if len(cell) <= 20 and headings.means(cell)]
        # 会社1, 会社2, 会社3 below each other are records of a list, not labels.
        different = {re.sub(r"[0-9０-９]+", "", headings.key(cell)) for cell in known}
        beside = any(any(headings.texts(row)[column + 1 :]) for row in filled)
        if len(different) >= 3 and len(known) * 2 > len(cells) and beside:
            found.append(column)
    return (found[0], len(found)) if found else (-1, 0)


def _known(row: list[Any]) -> int:
    return sum(bool(text) and len(text) <= 20 and bool(headings.means(text)) for text in headings.texts(row))


def is_cards(rows: list[list[Any]], column: int, count: int) -> bool:
    """Whether there are several cards on the sheet, or labels beside labels: what belongs together only eyes can tell."""
    names = [headings.key(text) for row in rows for text in headings.texts(row)[column : column + 1] if text]
    return count > 1 or len(names) != len(set(names))


def turn(rows: list[list[Any]], column: int) -> list[list[Any]]:
    """Columns as rows, from the labels on; what stands above the first label (a title) is left out."""
    first = next(
        (
            place
            for place, row in enumerate(rows)
            if column < len(row) and headings.means(headings.texts(row)[column])
        ),
        0,
    )
    body = [row[column:] for row in rows[first:] if not headings.is_blank(row)]
    return [list(one) for one in zip_longest(*body, fillvalue="")]
