"""A list as it is shown, as a file: xlsx, or csv in UTF-8 with BOM or CP932."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

from django.db.models import QuerySet

from enishi.exchange import xlsx
from enishi.exchange.readers import harmless, plain
from enishi.japanese import charset
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind, Lines, Linked, Pointer

CHUNK = 2000
AT_ONCE = 500  # lines of a csv that are formed before they go into the file


def columns_of(entity: Entity, columns: list[FieldKind]) -> list[FieldKind]:
    """The name first, then the list's columns."""
    title = entity.field(entity.title_field)
    return [title, *(one for one in columns if one is not title)]


class Marker(Protocol):
    """Gives each row of an export a mark in a last column, and keeps what it marked (`roundtrip.sending`)."""

    heading: str

    def marks(
        self, keys: Sequence[int], versions: Sequence[int], cells: Sequence[Sequence[Any]]
    ) -> list[str]:
        """Marks for a page of rows; cells column by column."""


def value_rows(
    entity: Entity, rows: QuerySet[Any], columns: list[FieldKind], marker: Marker | None = None
) -> Iterator[list[Any]]:
    """Heading and values; goes through the table by key, so memory stays flat however many rows there are.

    Only the columns that are asked for are read, and each is formed for a whole page at once.
    """
    yield [one.label for one in columns] + ([marker.heading] if marker else [])
    stored = ["pk" if one.linked or one.moving else "custom" if one.custom else one.column for one in columns]
    beside = ["version"] if marker else []
    places = {name: place for place, name in enumerate(dict.fromkeys(["pk", *stored, *beside]))}
    found = rows.order_by("pk").values_list(*places)
    last = 0
    while page := list(found.filter(pk__gt=last)[:CHUNK]):
        held = list(zip(*page, strict=True))
        formed = [cells_of(one, held[places[name]]) for one, name in zip(columns, stored, strict=True)]
        if marker:
            formed.append(marker.marks(held[0], held[places["version"]], formed))
        yield from map(list, zip(*formed, strict=True))
        last = page[-1][0]


def cells_of(one: FieldKind, values: Sequence[Any]) -> list[Any]:
    """A field's stored values (or the own fields that hold it) as `export` gives them; what comes again is formed once."""
    if isinstance(one, Linked | Lines) or one.moving:
        return list(one.exported(values))  # type: ignore[attr-defined]
    if one.custom:
        values = [own.get(one.name) for own in values]
    if isinstance(one, Pointer) or one.kind == "any_record":
        names = one.labels_for({value for value in values if value})
        return [names.get(value, "") if value else "" for value in values]
    kind = type(one)
    if (kind.export, kind.value_text, kind.text) == (FieldKind.export, FieldKind.value_text, FieldKind.text):
        return [value if type(value) is str else one.text(value) for value in values]  # text as it stands
    record = SimpleNamespace(custom={})
    known: dict[Any, Any] = {}
    cells = []
    for value in values:
        key = repr(value) if isinstance(value, list | dict) else value
        if key not in known:
            if one.custom:
                record.custom[one.name] = value
            else:
                setattr(record, one.column, value)
            known[key] = one.export(record)
        cells.append(known[key])
    return cells


def write_xlsx(path: Path, rows: Iterator[list[Any]]) -> int:
    """Writes an xlsx; returns the rows."""
    return xlsx.write(path, rows)


def write_csv(path: Path, rows: Iterator[list[Any]], encoding: str) -> int:
    """Writes a csv ("utf-8-sig" or "cp932"; in CP932 missing characters are replaced as `charset.encode_cp932` says)."""
    number = -1
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    with path.open("wb") as stream:
        if encoding == "utf-8-sig":
            stream.write(b"\xef\xbb\xbf")
        while page := list(islice(rows, AT_ONCE)):
            writer.writerows([[_csv_cell(value) for value in row] for row in page])
            number += len(page)
            stream.write(_encoded(buffer, encoding))
    return max(number, 0)


def _csv_cell(value: Any) -> str:
    text = value if type(value) is str else plain(value)
    return text if text[:1].isalnum() else harmless(text)


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
