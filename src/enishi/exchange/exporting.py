"""A list as it is shown, as a file: xlsx, or csv in UTF-8 with BOM or CP932."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from enishi.exchange.readers import harmless, plain
from enishi.japanese import charset
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind
from enishi.records.fields.any_record import load_titles

CHUNK = 2000
MOST_XLSX = 1_048_575  # rows below the heading that a sheet can hold


def columns_of(entity: Entity, columns: list[FieldKind]) -> list[FieldKind]:
    """The name first, then the list's columns."""
    title = entity.field(entity.title_field)
    return [title, *(one for one in columns if one is not title)]


def value_rows(entity: Entity, rows: QuerySet[Any], columns: list[FieldKind]) -> Iterator[list[Any]]:
    """Heading and values; goes through the table by key, so memory stays flat however many rows there are."""
    yield [one.label for one in columns]
    rows = entity.list_queryset(rows, columns)
    last = 0
    while True:
        page = list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK])
        if not page:
            return
        if any(one.kind == "any_record" for one in columns):
            load_titles(page)
        for record in page:
            yield [one.export(record) for one in columns]
        last = page[-1].pk


def write_xlsx(path: Path, rows: Iterator[list[Any]]) -> int:
    """Writes an xlsx in constant memory; text is written as text, so that nothing is a formula. Returns the rows."""
    import datetime

    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path),
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy/mm/dd",
        },
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "bg_color": "#eceff3"})
    moment = book.add_format({"num_format": "yyyy/mm/dd hh:mm"})
    number = -1
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if number == 0:
                sheet.write_string(0, column, str(value), bold)
            elif value is None or value == "":
                continue
            elif isinstance(value, bool):
                sheet.write_string(number, column, str(value))
            elif isinstance(value, int | float):
                sheet.write_number(number, column, value)
            elif isinstance(value, datetime.datetime):
                sheet.write_datetime(number, column, value, moment)
            elif isinstance(value, datetime.date) and value.year >= 1900:
                sheet.write_datetime(number, column, datetime.datetime.combine(value, datetime.time()))
            else:
                sheet.write_string(number, column, plain(value)[:32_767])
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 40, 16)
    book.close()
    return max(number, 0)


def write_csv(path: Path, rows: Iterator[list[Any]], encoding: str) -> int:
    """Writes a csv ("utf-8-sig" or "cp932"; in CP932 missing characters are replaced as `charset.encode_cp932` says)."""
    number = -1
    with path.open("wb") as stream:
        if encoding == "utf-8-sig":
            stream.write(b"\xef\xbb\xbf")
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\r\n")
        for number, row in enumerate(rows):
            writer.writerow([harmless(plain(value)) for value in row])
            if number % 500 == 0:
                stream.write(_encoded(buffer, encoding))
        stream.write(_encoded(buffer, encoding))
    return max(number, 0)


def _encoded(buffer: io.StringIO, encoding: str) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return charset.encode_cp932(text) if encoding == "cp932" else text.encode()


def losses(
    entity: Entity, rows: QuerySet[Any], columns: list[FieldKind], most: int = 50
) -> list[tuple[str, str]]:
    """Cells that CP932 can't hold: (name of the record, characters), the first of them."""
    found: list[tuple[str, str]] = []
    for number, row in enumerate(value_rows(entity, rows, columns)):
        if number == 0:
            continue
        lost = charset.cp932_losses("".join(plain(value) for value in row if isinstance(value, str)))
        if lost:
            found.append((plain(row[0]), " ".join(lost)))
            if len(found) >= most:
                break
    return found
