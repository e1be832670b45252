"""Rows out of files: xlsx, xls and their kin by calamine; csv and tsv with the encoding found."""

import csv
import datetime
import itertools
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, ZipError

from enishi.japanese import charset

SHEETS = {".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"}
TEXTS = {".csv", ".tsv", ".txt"}
MOST_COLUMNS = 300
LONGEST_CELL = 100_000
UNPACKED_LIMIT = 1_500_000_000
Row = list[Any]


class Unreadable(Exception):
    """The file can't be read; the message says why and what to do."""


@dataclass
class Table:
    """One sheet: its name and a way to go through its rows (any number of times)."""

    name: str
    path: Path
    kind: str  # "sheet" or "text"
    encoding: str = ""
    delimiter: str = ","

    def rows(self) -> Iterator[Row]:
        """All rows, cells as Python values: text, float, bool, date, datetime."""
        if self.kind == "sheet":
            for cells in _workbook(self.path).get_sheet_by_name(self.name).to_python(skip_empty_area=False):
                yield [_cell(value) for value in cells[:MOST_COLUMNS]]
            return
        # A byte order mark and any line end are read away; a NUL would end the reader.
        with self.path.open(encoding=self.encoding, newline="", errors="strict") as stream:
            lines = (line.replace("\x00", "") for line in stream)
            try:
                for row in csv.reader(lines, delimiter=self.delimiter):
                    yield [str(value).strip() for value in row[:MOST_COLUMNS]]
            except csv.Error as error:
                raise Unreadable(
                    _("CSVの形が崩れています（%(error)s）。Excelで開いて保存し直してください。")
                    % {"error": error}
                ) from None

    def head(self, count: int) -> list[Row]:
        """The first rows."""
        return list(itertools.islice(self.rows(), count))


def _cell(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return int(value)
    if isinstance(value, str):
        return value[:LONGEST_CELL].strip()
    if isinstance(value, datetime.timedelta):
        return str(value)
    return value


def _workbook(path: Path) -> CalamineWorkbook:
    _refuse_bombs(path)
    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError:
        raise Unreadable(
            _("パスワードの付いたファイルです。Excelでパスワードを外して保存してからお試しください。")
        ) from None
    except (CalamineError, ZipError, OSError, ValueError) as error:
        raise Unreadable(
            _(
                "Excelファイルとして読めません。壊れているか、途中で切れています。Excelで開いて保存し直してください。"
            )
        ) from error


def _refuse_bombs(path: Path) -> None:
    """A spreadsheet that unpacks to more than any ledger holds is not opened."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError):
        raise Unreadable(
            _(
                "Excelファイルとして読めません。壊れているか、途中で切れています。Excelで開いて保存し直してください。"
            )
        ) from None
    packed = max(path.stat().st_size, 1)
    if unpacked > UNPACKED_LIMIT or (unpacked > 50_000_000 and unpacked / packed > 200):
        raise Unreadable(
            _(
                "ファイルを開くと大きすぎるため、安全のため読み込みません。シートを分けて保存してからお試しください。"
            )
        )


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
        start = stream.read(8)
    ending = Path(name).suffix.lower()
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        book = _workbook(path)
        found = [Table(sheet, path, "sheet") for sheet in book.sheet_names]
        if not found:
            raise Unreadable(_("シートが1枚もありません。"))
        return found
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


def _text_table(path: Path, name: str, ending: str) -> Table:
    try:
        text, encoding = charset.decode(path.read_bytes())
    except ValueError as error:
        raise Unreadable(str(error)) from None
    controls = sum(1 for c in text[:5000] if ord(c) < 9 or 13 < ord(c) < 32)
    if controls > 20:
        raise Unreadable(_("表のファイルではないようです。xlsx、xls、csv、tsv のどれかを選んでください。"))
    sample = "\n".join(text[:20_000].splitlines()[:20])
    counts = {mark: sample.count(mark) for mark in (",", "\t", ";")}
    delimiter = "\t" if ending == ".tsv" and counts["\t"] else max(counts, key=lambda mark: counts[mark])
    csv.field_size_limit(LONGEST_CELL * 10)
    return Table(Path(name).stem, path, "text", encoding, delimiter)


def write_table(path: Path, rows: Iterator[Row]) -> None:
    """Rows as xlsx or csv (UTF-8 with BOM) by the path's ending; formulas can't run."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            for row in rows:
                writer.writerow([harmless(plain(value)) for value in row])
        return
    import xlsxwriter

    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write_string(number, column, plain(value)[:32_767])
    book.close()


def plain(value: Any) -> str:
    """A cell as text."""
    if value is None:
        return ""
    if isinstance(value, datetime.datetime):
        return f"{value:%Y/%m/%d}" if value.time() == datetime.time() else f"{value:%Y/%m/%d %H:%M}"
    if isinstance(value, datetime.date):
        return f"{value:%Y/%m/%d}"
    return str(value)


def harmless(text: str) -> str:
    """Text that a spreadsheet can't take for a formula (OWASP, CSV injection): an apostrophe in front of = + - @ and of
    tab, carriage return and full-width forms; numbers and telephone numbers stay as they are."""
    if text and text[0] in "=+-@\t\r\n＝＋－＠" and not _number(text):
        return "'" + text
    return text


def _number(text: str) -> bool:
    return (
        text[1:].replace(",", "").replace("-", "").replace(" ", "").replace(".", "", 1).isdigit()
        and text[0] in "+-"
    )
