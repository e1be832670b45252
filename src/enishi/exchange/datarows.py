"""Which rows of a file are data: below the heading, with what merged and repeated cells mean, and which of them are records."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from enishi.exchange import blocks, layouts, readers, turned, twolines
from enishi.exchange.headings import is_blank
from enishi.exchange.mapping import Plan
from enishi.exchange.models import ImportJob
from enishi.exchange.parsed import Parsed
from enishi.exchange.rowrules import RowRules


def tables_of(job: ImportJob, plan: Plan) -> list[readers.Table]:
    """The sheets that the plan reads, the chosen one first.

    Raises:
        readers.Unreadable
    """
    found = {table.name: table for table in readers.open_tables(Path(job.path), job.file_name)}
    first = found.get(plan.table) or next(iter(found.values()))
    return [first, *(found[name] for name in plan.more if name in found and found[name] is not first)]


def data_rows(job: ImportJob, plan: Plan) -> Iterator[tuple[int, list[Any]]]:
    """Row numbers as Excel shows them, and cells, without headings, blanks, repeated headings, totals and footnotes.

    Raises:
        readers.Unreadable
    """
    return ((number, row) for number, row, is_record in all_rows(job, plan) if is_record)


def passed_over(number: int, cells: list[Any]) -> Parsed:
    """A row that is no record, so that it is told that it was seen."""
    return Parsed(number, cells, skipped=_("見出し・合計・注記などとみた行"))


def all_rows(job: ImportJob, plan: Plan) -> Iterator[tuple[int, list[Any], bool]]:
    """The rows below the heading that hold anything: number, cells, and whether it is a record (or a heading once more, a total, a
    footnote).

    Raises:
        readers.Unreadable
    """
    if plan.cards:
        raise readers.Unreadable(
            _("1件ずつのカードの形のシートです。1行が1件の表（1行目に見出し）にしてからお試しください。")
        )
    rules = RowRules(plan)
    for table in tables_of(job, plan):
        aboves: dict[int, list[Any]] = {}  # per block, the record over the next one
        first: list[Any] = []
        rows: Iterable[list[Any]] = table.rows()
        if plan.turned >= 0:
            rows = turned.turn(table.head(turned.MOST_ROWS), plan.turned)
        lines = layouts.below(rows, table.name, plan)
        if plan.width:
            lines = twolines.records(rows, plan.header_rows, plan.width)
        for number, row in lines:
            if is_blank(row):
                continue
            if plan.start >= 0:
                first = _continued(row, first, plan)
            for block, part in enumerate(blocks.apart(row, plan.blocks) if plan.blocks else [row]):
                if is_blank(part):
                    continue
                rules.fill_dittos(part, aboves.get(block, []))
                is_record = rules.is_record(part)
                if is_record:
                    aboves[block] = part
                yield number, part, is_record


def _continued(row: list[Any], first: list[Any], plan: Plan) -> list[Any]:
    """Where a record takes several rows, what the first says of the record holds for those below it; returns the first."""
    if plan.start >= len(row) or row[plan.start] not in (None, ""):
        return list(row)
    for place, cell in enumerate(first):
        if place < len(row) and row[place] in (None, "") and place not in plan.within and place != plan.start:
            row[place] = cell
    return first
