"""Columns of codes: whose they are, and which stand beside different names, so that nobody is known by them."""

from collections.abc import Iterable
from typing import Any

from enishi.exchange import headings
from enishi.exchange.sheet import PERSON, Column, Sheet
from enishi.japanese.text import fold


def names_several(sheet: Sheet, column: Column) -> bool:
    """Whether one code stands beside different names: a class or a group, by which nobody is known. Which, is kept to be told."""
    if column.index in sheet.several:
        sheet.repeated += sheet.several[column.index]
        return True
    names = names_beside(sheet.columns, column)
    found = beside_several(zip(sheet.numbers, sheet.data, strict=True), column.index, names) if names else {}
    sheet.repeated += [[column.index, code, rows] for code, rows in found.items()]
    return bool(found)


def names_beside(columns: list[Column], column: Column) -> list[int]:
    """The columns of the names that a code is the number of."""
    parts = {f"{column.target.partition('.')[0]}.{part}" for part in PERSON}
    return [one.index for one in columns if one.target in parts and not headings.is_branch(one.heading)]


def code_and_name(row: list[Any], index: int, others: list[int]) -> tuple[str, str, str]:
    """A row's code, the name beside it as it is shown, and as names are compared."""
    value = str(row[index]).strip() if index < len(row) and row[index] is not None else ""
    shown = " ".join(str(row[part]) for part in others if part < len(row) and row[part])
    return value, shown, fold(shown).replace(" ", "")


def beside_several(
    rows: Iterable[tuple[int, list[Any]]], index: int, others: list[int]
) -> dict[str, list[list[Any]]]:
    """The values of a column that stand beside different names, each with its rows: number and name."""
    held: dict[str, dict[str, list[list[Any]]]] = {}
    for number, row in rows:
        value, shown, name = code_and_name(row, index, others)
        if value and name:
            held.setdefault(fold(value), {}).setdefault(name, []).append([number, shown, value])
    return {
        next(iter(names.values()))[0][2]: sorted([line[:2] for lines in names.values() for line in lines])
        for names in held.values()
        if len(names) > 1
    }


def are_its_peoples(sheet: Sheet, column: Column, firm: Column) -> bool:
    """Whether what stands behind a column of codes is no firm's name, or a firm has several of them: then they are its people's."""
    if ("account", "name") not in sheet.meaning[firm.index] or firm.index != column.index + 1:
        return True
    rows = zip(sheet.numbers, sheet.data, strict=True)
    return bool(beside_several(rows, firm.index, [column.index]))
