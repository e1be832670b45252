"""A sheet that came back: whether it is one, which of its columns is which, and its rows.

Columns are known by their headings; where a heading was changed or taken out, by their cells, most of which are still as they
went out. So columns may be moved, called otherwise, left out and added, and rows may stand in any order.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from enishi.exchange import headings, readers
from enishi.exchange.headings import is_blank
from enishi.exchange.models import SentRow, SentSheet
from enishi.exchange.roundtrip import marks
from enishi.exchange.roundtrip.marks import Mark
from enishi.japanese.text import fold
from enishi.records.entity import Entity
from enishi.records.fields import FieldKind

HEAD = 200  # rows that are looked at first
SHEETS = 40
TOTALS = {fold(word) for word in ("合計", "総計", "小計", "計", "total", "合計件数")}


@dataclass
class Column:
    """A column of the sheet that leads to a field."""

    index: int
    heading: str
    field: FieldKind
    place: int = -1  # among the prints of a row; -1: the export didn't have it


@dataclass
class Layout:
    """What stands where in a sheet that came back."""

    table: readers.Table
    sheet: SentSheet
    mark: int  # the column of the marks
    first: int  # the number of the first marked row
    header: int  # the number of the heading row; 0 where there is none
    headings: list[str] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    fixed: list[str] = field(default_factory=list)  # headings of columns that are only read
    renamed: list[tuple[str, str]] = field(
        default_factory=list
    )  # heading of the sheet, heading of the export
    added: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # further sheets with marks, which are not read

    def notes(self) -> dict[str, Any]:
        """What the person should know of the columns."""
        return {
            "fixed": self.fixed, "renamed": self.renamed, "added": self.added, "unknown": self.unknown,
            "missing": self.missing, "others": self.others,
        }  # fmt: skip


def recognise(path: Path, name: str) -> SentSheet | None:
    """The export that a file comes from; None for any other file.

    Raises:
        readers.Unreadable
    """
    return next(
        (found[3] for table in readers.open_tables(path, name)[:SHEETS] if (found := _marked(table))), None
    )


def _marked(table: readers.Table) -> tuple[int, int, Mark, SentSheet] | None:
    """Number of the first row with a mark of ours, its column, the mark, and the export that most of the first rows come from."""
    titled = False
    first: tuple[int, int, Mark] | None = None
    sheets: Counter[int] = Counter()
    for number, row in enumerate(table.rows(), 1):
        for index, cell in enumerate(row):
            if not isinstance(cell, str):
                continue
            titled = titled or headings.key(cell).startswith("enishi")
            if marks.looks_marked(cell) and (mark := marks.read_mark(cell)):
                first = first or (number, index, mark)
                sheets[mark.sheet] += 1
        if number >= HEAD + (first[0] if first else 0) and (first or not titled):
            break
    known = SentSheet.objects.in_bulk(sheets)
    sheet = next((known[key] for key, _count in sheets.most_common() if key in known), None)
    return (*first, sheet) if first and sheet else None


def layout(path: Path, name: str, entity: Entity) -> Layout:
    """What stands where, for the person who is served: fields that he doesn't see or may not change are only read.

    Raises:
        readers.Unreadable: there is no mark in it.
    """
    made: Layout | None = None
    for table in readers.open_tables(path, name)[:SHEETS]:
        found = _marked(table)
        if found is None:
            continue
        if made is None:
            made = Layout(table, found[3], found[1], found[0], 0)
        else:
            made.others.append(table.name)
    if made is None:
        raise readers.Unreadable(
            _(
                "Enishi番号の列が見つかりません。「Excelで直して戻す」を選んで書き出したファイルを置いてください。"
            )
        )
    head = made.table.head(made.first + HEAD)
    labels = {headings.key(one["label"]) for one in made.sheet.columns}
    for number in range(made.first - 1, 0, -1):
        if any(headings.key(readers.plain(cell)) in labels for cell in head[number - 1]):
            made.header = number
            break
    _match(made, entity, head)
    return made


def _match(made: Layout, entity: Entity, head: list[readers.Row]) -> None:
    """Finds the field of each column: by heading, then by contents, then among the entity's other fields."""
    width = max((len(row) for row in head), default=0)
    top = head[made.header - 1] if made.header else []
    made.headings = [readers.plain(top[index]) if index < len(top) else "" for index in range(width)]
    sent = made.sheet.columns
    places = {one["name"]: place for place, one in enumerate(one for one in sent if one["carried"])}
    free = [index for index in range(width) if index != made.mark]
    left = list(sent)
    taken: dict[int, Any] = {}
    for one in sent:
        key = headings.key(one["label"])
        index = next((index for index in free if headings.key(made.headings[index]) == key), None)
        if index is not None:
            taken[index] = one
            free.remove(index)
            left.remove(one)
    carried = [one for one in left if one["carried"] and one["name"] in entity.fields]
    for index, one in _by_contents(made, entity, head, free, carried, places):
        taken[index] = one
        free.remove(index)
        left.remove(one)
        made.renamed.append((made.headings[index] or _("（見出しなし）"), one["label"]))
    for index, one in sorted(taken.items()):
        found = entity.fields.get(one["name"])
        if found is None or not marks.carried(found):
            made.fixed.append(made.headings[index] or one["label"])
        else:
            made.columns.append(
                Column(index, made.headings[index] or found.label, found, places.get(one["name"], -1))
            )
    made.missing = [one["label"] for one in left]
    sent_names = {one["name"] for one in sent}
    for index in free:
        key = headings.key(made.headings[index])
        found = next(
            (
                one for one in entity.fields.values()
                if key and one.name not in sent_names and marks.carried(one) and headings.key(one.label) == key
            ),
            None,
        )  # fmt: skip
        if found is not None:
            made.columns.append(Column(index, made.headings[index], found))
            made.added.append(made.headings[index])
            sent_names.add(found.name)
        elif any(index < len(row) and row[index] not in (None, "") for row in head):
            made.unknown.append(made.headings[index] or _("（見出しなし）"))


def _by_contents(
    made: Layout,
    entity: Entity,
    head: list[readers.Row],
    free: list[int],
    wanted: list[Any],
    places: dict[str, int],
) -> list[tuple[int, Any]]:
    """Columns without a heading that is known, whose cells are mostly those of a field that is missing."""
    if not free or not wanted:
        return []
    rows = [(mark, row) for row in head if (mark := mark_of(made, row)) and mark.sheet == made.sheet.pk]
    known = prints_of(made.sheet.pk, [mark.record for mark, _row in rows])
    votes: Counter[tuple[int, str]] = Counter()
    filled: Counter[int] = Counter()
    for mark, row in rows:
        if mark.record not in known:
            continue
        for index in free:
            cell = row[index] if index < len(row) else None
            if cell is None or cell == "":
                continue
            filled[index] += 1
            for one in wanted:
                if same(made, known[mark.record][1], places[one["name"]], entity.fields[one["name"]], cell):
                    votes[index, one["name"]] += 1
    found: list[tuple[int, Any]] = []
    for (index, name), count in votes.most_common():
        used = {at for at, _one in found}, {one["name"] for _at, one in found}
        if index not in used[0] and name not in used[1] and count * 2 > filled[index]:
            found.append((index, next(one for one in wanted if one["name"] == name)))
    return found


def same(made: Layout, prints: bytes, place: int, found: FieldKind, cell: Any) -> bool:
    """Whether a cell is as it went out."""
    at = place * marks.PRINT
    return marks.prints(made.sheet.pk, [found], [cell]) == prints[at : at + marks.PRINT]


def prints_of(sheet: int, keys: list[int]) -> dict[int, tuple[int, bytes]]:
    """Versions and prints of rows that went out, by record; one query."""
    rows = SentRow.objects.filter(sheet=sheet, record_id__in=keys)
    return {
        key: (version, bytes(held))
        for key, version, held in rows.values_list("record_id", "version", "prints")
    }


def mark_of(made: Layout, row: readers.Row) -> Mark | None:
    """The row's mark."""
    return marks.read_mark(row[made.mark]) if made.mark < len(row) else None


def rows(made: Layout) -> Iterator[tuple[int, readers.Row]]:
    """Numbers and cells of the rows below the heading, without blanks, repeated headings and totals.

    Raises:
        readers.Unreadable
    """
    guarded = (
        made.table.kind == "sheet" and made.sheet.form != "xlsx"
    )  # a csv that was opened and saved as a workbook
    for number, row in enumerate(made.table.rows(), 1):
        if number <= made.header or is_blank(row):
            continue
        if mark_of(made, row) is None and (_is_heading(made, row) or _is_total(row)):
            continue
        yield number, [readers.unguarded(cell) for cell in row] if guarded else row


def _is_heading(made: Layout, row: readers.Row) -> bool:
    """Whether a row without a mark repeats the heading (or says it once more, in English or by the fields' own names)."""
    told = same = 0
    for one in made.columns:
        cell = row[one.index] if one.index < len(row) else None
        if cell is None or cell == "":
            continue
        told += 1
        key = headings.key(readers.plain(cell))
        words = {
            one.heading,
            one.field.label,
            one.field.name,
            one.field.name.replace("_", " "),
            *one.field.aliases,
        }
        same += key in set(map(headings.key, words))
    return told > 0 and same * 2 >= told and (same > 1 or told == 1)


def _is_total(row: readers.Row) -> bool:
    first = next((cell for cell in row if cell not in (None, "")), "")
    return isinstance(first, str) and fold(first).replace(" ", "") in TOTALS
