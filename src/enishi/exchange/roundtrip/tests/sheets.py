"""A sheet as somebody takes it out, edits it and brings it back."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from enishi.exchange import exporting, readers
from enishi.exchange.models import ImportJob, ReturnedRow
from enishi.exchange.roundtrip import operations, reading, sending
from enishi.records import registry
from enishi.records.limits import seen_by
from enishi.records.visible import visible

Rows = list[list[Any]]


class Sheet:
    """An export on somebody's desk."""

    def __init__(
        self, folder: Path, entity: str, columns: Sequence[str], by: Any, form: str = "xlsx"
    ) -> None:
        self.folder, self.form, self.by = folder, form, by
        kind = seen_by(registry.get(entity), by)
        fields = exporting.columns_of(kind, [kind.field(name) for name in columns])
        self.path = folder / ("台帳.xlsx" if form == "xlsx" else "台帳.csv")
        marker = sending.Sender(kind, fields, form, by=by)
        values = exporting.value_rows(kind, visible(kind, by, "export"), fields, marker)
        if form == "xlsx":
            exporting.write_xlsx(self.path, values)
        else:
            exporting.write_csv(self.path, values, form)

    def rows(self) -> Rows:
        """The cells as a spreadsheet program shows them."""
        if self.form == "xlsx":
            return [list(row) for row in readers.open_tables(self.path, self.path.name)[0].rows()]
        return list(csv.reader(io.StringIO(self.path.read_bytes().decode(self.form))))

    def edit(self, change: Callable[[Rows], Rows | None]) -> "Sheet":
        """Saves it with other cells, as a program does that wasn't ours."""
        rows = self.rows()
        rows = change(rows) or rows
        save(self.path, rows, self.form)
        return self

    def cell(self, row: int, column: int, value: Any) -> "Sheet":
        """Types into one cell."""

        def change(rows: Rows) -> None:
            rows[row][column] = value

        return self.edit(change)

    def back(self, by: Any = None) -> "Returned":
        """Brings it in and compares."""
        return Returned(self.path, by or self.by)


def save(path: Path, rows: Rows, form: str) -> None:
    """Cells as a file: xlsx by another writer, csv without a byte order mark's help."""
    if form != "xlsx":
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(rows)
        path.write_bytes(text.getvalue().encode(form, "replace"))
        return
    import datetime

    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path),
        {"strings_to_numbers": False, "strings_to_formulas": False, "default_date_format": "yyyy/m/d"},
    )
    sheet = book.add_worksheet("編集")
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, datetime.date):
                sheet.write_datetime(number, place, value)
            elif isinstance(value, str) and value.startswith("{="):
                formula, _mark, result = value[1:-1].partition("|")
                sheet.write_formula(number, place, formula, None, result)
            elif value not in (None, ""):
                sheet.write(number, place, value)
    book.close()


class Returned:
    """A sheet that was compared."""

    def __init__(self, path: Path, by: Any) -> None:
        sheet = reading.recognise(path, path.name)
        assert sheet is not None
        self.job: ImportJob = operations.run(operations.take_in(path, path.name, sheet, by=by))
        assert self.job.status == "draft", self.job.error

    @property
    def figures(self) -> dict[str, int]:
        """Counts that aren't 0."""
        held = self.job.figures["round_trip"]
        return {name: count for name, count in held.items() if count and name != "rows"}

    def of(self, kind: str) -> list[ReturnedRow]:
        """The rows of one kind."""
        return list(ReturnedRow.objects.filter(job=self.job, kind=kind).order_by("pk"))

    def said(self) -> list[tuple[str, str, str]]:
        """Changes of the sheet: field, old, new."""
        return [
            (one["field"], one["old"], one["new"])
            for row in ReturnedRow.objects.filter(job=self.job).order_by("pk")
            for one in row.changes
            if not one["here"]
        ]

    def apply(self) -> ImportJob:
        """Agrees and lets the worker work."""
        assert operations.ready_to_apply(self.job)
        self.job = operations.run(self.job)
        assert self.job.status == "done", self.job.error
        return self.job
