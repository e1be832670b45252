"""Rows out of files: xlsx, xls and their kin by calamine; csv and tsv with the encoding found; tables of web pages, by whatever name."""

import csv
import datetime
import itertools
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum, ZipError

from enishi.exchange import bombs, comments, formats, quoting, vcards, webtables, xlsx
from enishi.japanese import charset

SHEETS = {".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"}
TEXTS = {".csv", ".tsv", ".txt"}
CARDS = {".vcf", ".vcard"}
MOST_COLUMNS = 1000
LONGEST_CELL = 100_000
Row = list[Any]


_QUOTED = re.compile(r'"[^"]*"')
_GUARDED = re.compile(r"'+[=+\-@\t\r\n＝＋－＠]")


def broken_sheet() -> str:
    """What is said of a workbook that can't be read."""
    return _(
        "Excelファイルとして読めません。壊れているか、途中で切れています。Excelで開いて保存し直してください。"
    )


def too_wide() -> str:
    """What is said of a sheet that has more columns than are read."""
    return _("%(most)d列を超える表は取り込めません。いらない列を消すか、表を分けてからお試しください。") % {
        "most": MOST_COLUMNS
    }


class Unreadable(Exception):
    """The file can't be read; the message says why and what to do."""


@dataclass
class Table:
    """One sheet: its name and a way to go through its rows (any number of times)."""

    name: str
    path: Path
    kind: str  # "sheet", "text", "cards" or "page"
    encoding: str = ""
    delimiter: str = ","
    place: int = 0  # of a table among those of a page
    hidden: bool = False  # a sheet that whoever opens the book doesn't see: an old copy, a list for choices

    def rows(self) -> Iterator[Row]:
        """All rows, cells as Python values: text, int, float, bool, date, datetime. One row at a time, whatever the size.

        Raises:
            Unreadable
        """
        if self.kind == "sheet":
            yield from self._sheet_rows()
            return
        if self.kind == "cards":
            yield from vcards.rows(self.path)
            return
        if self.kind == "page":
            with _page_told():
                for row in webtables.rows(self.path, self.encoding, self.place):
                    yield [_text(value) for value in row]
            return
        # A line that can't be decoded holds U+FFFD, and its row is refused; a NUL would end the reader.
        csv.field_size_limit(LONGEST_CELL * 20)
        with self.path.open(encoding=self.encoding, newline="", errors="replace") as stream:
            lines = (line.replace("\x00", "") for line in stream)
            number = 0
            try:
                for number, row in quoting.rows(lines, self.delimiter):  # noqa: B007 (of use where it breaks)
                    if any(row[MOST_COLUMNS:]):
                        raise Unreadable(too_wide())
                    yield [_text(value) for value in row[:MOST_COLUMNS]]
            except csv.Error as error:
                raise Unreadable(
                    _("%(line)d行目でCSVの形が崩れています（%(error)s）。Excelで開いて保存し直してください。")
                    % {"line": number + 1, "error": error}
                ) from None

    def _sheet_rows(self) -> Iterator[Row]:
        with _told():
            sheet = _workbook(self.path).get_sheet_by_name(self.name)
            left = sheet.start[1] if sheet.start else 0
            merged = _merged_downwards(sheet)
            padded = formats.padded_columns(self.path, self.name)
            written, headed = comments.beside(self.path, self.name), False
            tops: dict[int, tuple[int, Any]] = {}  # column → last row of the merged cells, their value
            for number, cells in enumerate(sheet.iter_rows()):
                if (
                    cells.count("") == len(cells)
                    and not tops
                    and number not in merged
                    and number not in written
                ):
                    yield []  # sheets may end in a hundred thousand of these
                    continue
                row = [None] * left + [_cell(value) for value in cells[: MOST_COLUMNS - left]]
                if any(value != "" for value in cells[MOST_COLUMNS - left :]):
                    raise Unreadable(too_wide())
                for column, width in padded.items():
                    if column < len(row) and type(row[column]) is int and row[column] >= 0:
                        row[column] = f"{row[column]:0{width}d}"
                for column, last in merged.get(number, ()):
                    tops[column] = (last, row[column] if column < len(row) else "")
                for column, (last, value) in list(tops.items()):
                    if number > last:
                        del tops[column]
                    elif column < len(row) and row[column] in (None, ""):
                        row[column] = value
                if written and not headed:  # what looks like a heading
                    headed = sum(value not in (None, "") for value in row) > 1
                    written.update({number: comments.HEADING} if headed and number not in written else {})
                yield [*row, written.get(number, "")] if written else row

    def rough_length(self) -> int:
        """About how many rows there are: of a text file its lines, which are counted without being read."""
        if self.kind != "text":
            return sum(1 for _row in self.rows())
        with self.path.open("rb") as stream:
            marks = [
                (part.count(b"\n"), part.count(b"\r")) for part in iter(partial(stream.read, 1 << 20), b"")
            ]
        # One kind of line end, or both together.
        return max(sum(new for new, _back in marks), sum(back for _new, back in marks))

    def head(self, count: int) -> list[Row]:
        """The first rows."""
        return list(itertools.islice(self.rows(), count))


def _merged_downwards(sheet: Any) -> dict[int, list[tuple[int, int]]]:
    """Top row → (column, last row) of cells merged over several rows: a company beside its several people. A block wider than
    three columns is a title."""
    made: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if bottom > top and right - left < 3:
            made.setdefault(top, []).append((left, bottom))
    return made


def _text(value: str) -> str:
    """A cell of a text file: ="00123" (how Excel is made to keep zeros) and our own apostrophe are taken off."""
    text = value.strip()
    if text.startswith('="') and text.endswith('"'):
        return text[2:-1]
    return str(unguarded(text))


def unguarded(cell: Any) -> Any:
    """A cell without the apostrophe by which `harmless` kept it from being a formula."""
    return cell[1:] if isinstance(cell, str) and _GUARDED.match(cell) else cell


def _cell(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return int(value)
    if isinstance(value, str):
        return value[:LONGEST_CELL].strip()
    if isinstance(value, datetime.time):  # a formula over nothing, in the form of a date
        return "" if value == datetime.time() else f"{value:%H:%M}"
    if isinstance(value, datetime.timedelta):
        return str(value)
    return value


@contextmanager
def _told() -> Iterator[None]:
    """Whatever calamine makes of a broken book becomes `Unreadable`, also its panics, which are no `Exception`.

    Raises:
        Unreadable
    """
    try:
        yield
    except PasswordError:
        raise Unreadable(
            _("パスワードの付いたファイルです。Excelでパスワードを外して保存してからお試しください。")
        ) from None
    except (CalamineError, ZipError, ValueError, OverflowError, OSError) as error:
        raise Unreadable(broken_sheet()) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable(broken_sheet()) from None


@contextmanager
def _page_told() -> Iterator[None]:
    """A page that can't be read is `Unreadable`.

    Raises:
        Unreadable
    """
    try:
        yield
    except webtables.Broken:
        raise Unreadable(broken_sheet()) from None


def _workbook(path: Path) -> CalamineWorkbook:
    _refuse_bombs(path)
    with _told():
        return CalamineWorkbook.from_path(str(path))


def _refuse_bombs(path: Path) -> None:
    """A spreadsheet that would fill the memory is not opened.

    Raises:
        Unreadable
    """
    stat = path.stat()
    found = bombs.verdict(path, stat.st_size, stat.st_mtime_ns)
    if found == "large":
        raise Unreadable(
            _(
                "ファイルを開くと大きすぎるため、安全のため読み込みません。シートを分けて保存してからお試しください。"
            )
        )
    if found == "sparse":
        raise Unreadable(
            _("表から遠く離れたセルに何か入っています。余分な行と列を削除して保存してからお試しください。")
        )
    if found:
        raise Unreadable(broken_sheet())


def open_tables(path: Path, name: str) -> list[Table]:
    """The sheets of a file (a text file has one).

    Args:
        name: the file's own name, for its ending; what is inside decides where they disagree.

    Raises:
        Unreadable
    """
    if not path.exists():
        raise Unreadable(_("ファイル「%(name)s」が見つかりません。") % {"name": name})
    if path.stat().st_size == 0:
        raise Unreadable(_("ファイルが空です。中身のあるファイルを選んでください。"))
    with path.open("rb") as stream:
        start = stream.read(4096)
    ending = Path(name).suffix.lower()
    if start.startswith(b"%PDF"):
        raise Unreadable(_("PDFは表として読めません。元のExcelかCSVのファイルを選んでください。"))
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        _refuse_other_archives(path)
        book = _workbook(path)
        sheets = set(book.sheet_names)  # not the charts
        found = [
            Table(one.name, path, "sheet", hidden=one.visible != SheetVisibleEnum.Visible)
            for one in book.sheets_metadata
            if one.name in sheets
        ]
        if not found:
            raise Unreadable(_("シートが1枚もありません。"))
        return found
    if vcards.begins(start):
        return [Table(Path(name).stem, path, "cards")]
    if webtables.begins(start):
        return _page_tables(path, name)
    if ending in CARDS:
        raise Unreadable(_("vCardとして読めません。連絡先のアプリから書き出し直してください。"))
    if ending in SHEETS and (text := _text_called_a_sheet(path, name)) is not None:
        return [text]
    if ending in SHEETS:
        raise Unreadable(
            _("拡張子は%(ending)sですが、Excelファイルではありません。Excelで開いて保存し直してください。")
            % {"ending": ending}
        )
    if ending not in TEXTS and ending:
        raise Unreadable(
            _("%(ending)sのファイルは読めません。xlsx、xls、csv、tsv のどれかにしてください。")
            % {"ending": ending}
        )
    return [_text_table(path, name, ending)]


def _refuse_other_archives(path: Path) -> None:
    """What is packed like a workbook and is none says what to do with it.

    Raises:
        Unreadable
    """
    try:
        with zipfile.ZipFile(path) as book:
            inside = set(book.namelist())
    except formats.BROKEN:
        return  # an old .xls, or broken, which calamine says
    if any(name.startswith("Index/") or name.endswith(".iwa") for name in inside):
        raise Unreadable(
            _("Numbersのファイルです。Numbersの「ファイル→書き出す→Excel」で保存したものを選んでください。")
        )
    if any(name.startswith(("word/", "ppt/")) for name in inside):
        raise Unreadable(
            _("WordかPowerPointのファイルです。表をExcelに貼り付け、xlsx形式で保存してからお試しください。")
        )
    if not any(name.startswith("xl/") or name == "content.xml" for name in inside):
        raise Unreadable(
            _("まとめて圧縮されたファイル（zip）です。開いて（解凍して）、中のExcelかCSVを選んでください。")
        )


def _page_tables(path: Path, name: str) -> list[Table]:
    """The tables of a web page, each a sheet.

    Raises:
        Unreadable
    """
    try:
        encoding = webtables.encoding_of(path)
    except ValueError as error:
        raise Unreadable(str(error)) from None
    with _page_told():
        found = webtables.tables(path, encoding)
    if not found:
        raise Unreadable(
            _("中身はWebページ（HTML）で、表がありません。Excelで開いてxlsx形式で保存し直してください。")
        )
    made: list[Table] = []
    stem, names = Path(name).stem, set[str]()
    for number, (place, caption) in enumerate(found, 1):
        title = caption or (stem if len(found) == 1 else _("表%(number)d") % {"number": number})
        title = f"{title} ({number})" if title in names else title
        names.add(title)
        made.append(Table(title, path, "page", encoding, place=place))
    return made


def _text_called_a_sheet(path: Path, name: str) -> Table | None:
    """Lines with tabs or commas that a program has called .xls, as Excel opens them too; None for whatever else it is."""
    try:
        table = _text_table(path, name, "")
    except Unreadable:
        return None
    with path.open(encoding=table.encoding, newline="", errors="replace") as stream:
        lines = [line for line in stream.read(20_000).splitlines()[:40] if line.strip()]
    parted = [line for line in lines if table.delimiter in line]
    if len(parted) < 2 or len(parted) * 2 < len(lines) or lines[0].lstrip().startswith("<"):
        return None
    return table


def _text_table(path: Path, name: str, ending: str) -> Table:
    try:
        with path.open("rb") as stream:
            encoding = charset.detect(stream)
    except ValueError as error:
        raise Unreadable(str(error)) from None
    with path.open(encoding=encoding, newline="", errors="replace") as stream:
        text = stream.read(20_000)
    controls = sum(1 for c in text[:5000] if ord(c) < 9 or 13 < ord(c) < 32)
    if controls > 20:
        raise Unreadable(_("表のファイルではないようです。xlsx、xls、csv、tsv のどれかを選んでください。"))
    lines = [_QUOTED.sub("", line) for line in text.splitlines()[:40]]
    counts = {mark: sum(line.count(mark) for line in lines) for mark in (",", "\t", ";")}
    head = next((line for line in lines if line.strip()), "")
    if "|" in head and not any(mark in head for mark in counts):  # else it stands within cells: VIP|食品
        counts["|"] = sum(line.count("|") for line in lines)
    delimiter = "\t" if ending == ".tsv" and counts["\t"] else max(counts, key=lambda mark: counts[mark])
    return Table(Path(name).stem, path, "text", encoding, delimiter)


def write_table(path: Path, rows: Iterator[Row]) -> None:
    """Rows as xlsx or csv (UTF-8 with BOM) by the path's ending; formulas can't run."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            for row in rows:
                writer.writerow([harmless(plain(value)) for value in row])
        return
    xlsx.write(path, ([plain(value) for value in row] for row in rows))


def plain(value: Any) -> str:
    """A cell as text."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return f"{value:%Y/%m/%d}" if value.time() == datetime.time() else f"{value:%Y/%m/%d %H:%M}"
    if isinstance(value, datetime.date):
        return f"{value:%Y/%m/%d}"
    return str(value)


_DANGEROUS = "=+-@\t\r\n＝＋－＠"
_NUMBER = re.compile(r"[+-][\d,. ()-]*\d[\d,. ()-]*\Z")


def harmless(text: str) -> str:
    """Text that a spreadsheet can't take for a formula (OWASP, CSV injection): an apostrophe in front of = + - @ and of
    tab, carriage return and full-width forms; amounts (-1,000) and telephone numbers (+81 3-…) stay as they are. Text
    that already stands behind apostrophes gets one more, so that reading takes exactly ours away."""
    bare = text.lstrip("'") if text[:1] == "'" else text
    if bare and bare[0] in _DANGEROUS and not (bare is text and _harmless_number(text)):
        return f"'{text}"
    return text


def _harmless_number(text: str) -> bool:
    """A telephone number or an amount; -1+1 and 03-style arithmetic behind a sign are formulas."""
    if not _NUMBER.match(text) or not text.isascii():
        return False
    return text[0] == "+" or bool(re.match(r"-[\d,]+(\.\d+)?\Z", text))
