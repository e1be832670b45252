"""Tables of web pages: what many systems give as .xls is HTML under another name.

Read by the standard library's parser in pieces, a row at a time. A table that holds another table is layout, not data. Cells merged
downwards say the same in each row, as in a sheet.
"""

import codecs
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from enishi.japanese import charset

_BEGINS = re.compile(rb"^\s*(<!--(?:(?!-->).)*-->\s*|<\?xml[^>]*>\s*)*<(!doctype\s+html|html|head|meta|title|style|body|table|div|center|font|form)\b", re.I | re.S)  # fmt: skip
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.I)
_SHIFT_JIS = {"shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "ms932", "cp932", "csshiftjis"}  # fmt: skip
_BREAKS = {"br", "p", "div", "li"}
_SILENT = {"script", "style"}
PIECE = 1 << 16  # characters
MOST_UNREAD = 1 << 21  # characters that no tag has ended
MOST_COLUMNS = 1000
LONGEST_CELL = 100_000
Row = list[Any]


class Broken(ValueError):
    """No page that can be read."""


def begins(head: bytes) -> bool:
    """Whether the bytes are the beginning of a web page."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        head = head.replace(b"\x00", b"")[2:]
    return bool(_BEGINS.match(head.removeprefix(codecs.BOM_UTF8)))


def encoding_of(path: Path) -> str:
    """The page's encoding: what it says of itself where all of it fits, else what its bytes are like.

    Raises:
        ValueError: nothing fits.
    """
    with path.open("rb") as stream:
        found = _CHARSET.search(stream.read(4096))
        name = found[1].decode("ascii").lower() if found else ""
        name = "cp932" if name in _SHIFT_JIS else name
        if name not in {"", "utf-8", "utf8"} and _fits(
            path, name
        ):  # UTF-8 with a mark in front is found below
            return name
        stream.seek(0)
        return charset.detect(stream)


def _fits(path: Path, name: str) -> bool:
    try:
        with path.open(encoding=name) as stream:
            while stream.read(PIECE * 16):
                pass
    except (UnicodeError, LookupError):
        return False
    return True


def tables(path: Path, encoding: str) -> list[tuple[int, str]]:
    """The tables that hold data, by their place in the page, with their caption ("" without one).

    Raises:
        Broken
    """
    page = _Page()
    filled = {place for place, row in page.read(path, encoding) if any(row)}
    return [
        (place, page.captions.get(place, "")) for place in sorted(filled) if place not in page.layout
    ]  # fmt: skip


def rows(path: Path, encoding: str, wanted: int) -> Iterator[Row]:
    """The rows of one of the tables.

    Raises:
        Broken
    """
    return (row for place, row in _Page().read(path, encoding) if place == wanted)


class _Table:
    """A table that is open: its row, and what earlier rows hold of later ones."""

    def __init__(self, place: int) -> None:
        self.place = place
        self.row: Row | None = None
        self.tops: dict[int, tuple[int, str]] = {}  # column → rows that are left, the text
        self.spans = (1, 1)

    def fill(self) -> None:
        """Puts in what cells above hold of this row, up to the next cell of its own."""
        assert self.row is not None
        while len(self.row) in self.tops:
            column = len(self.row)
            left, text = self.tops[column]
            if left > 1:
                self.tops[column] = (left - 1, text)
            else:
                del self.tops[column]
            self.row.append(text)

    def put(self, text: str) -> None:
        """The next cell."""
        assert self.row is not None
        across, down = self.spans
        for step in range(across):
            self.fill()
            if len(self.row) >= MOST_COLUMNS:
                return
            said = text if step == 0 else ""
            if down > 1:
                self.tops[len(self.row)] = (down - 1, said)
            self.row.append(said)


class _Page(HTMLParser):
    """Goes through a page and gives the rows of all its tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[_Table] = []
        self.count = 0
        self.text: list[str] | None = None  # of the cell or caption that is open
        self.size = 0
        self.silent = 0
        self.layout: set[int] = set()
        self.captions: dict[int, str] = {}
        self.made: list[tuple[int, Row]] = []

    def read(self, path: Path, encoding: str) -> Iterator[tuple[int, Row]]:
        """All rows, each with the place of its table.

        Raises:
            Broken
        """
        with path.open(encoding=encoding, errors="replace") as stream:
            while piece := stream.read(PIECE):
                self.feed(piece.replace("\x00", ""))
                if len(self.rawdata) > MOST_UNREAD:
                    raise Broken
                yield from self.made
                self.made = []
            self.close()
            while self.open:
                self.handle_endtag("table")
            yield from self.made

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A table, a row or a cell begins; what stands open before it ends where the page doesn't say so."""
        if tag == "table":
            self.layout |= {one.place for one in self.open}
            self._end_cell()
            self.open.append(_Table(self.count))
            self.count += 1
        elif tag in _SILENT:
            self.silent += 1
        elif not self.open:
            return
        elif tag == "tr":
            self._end_row()
            self.open[-1].row = []
        elif tag in {"td", "th"}:
            self._end_cell()
            table = self.open[-1]
            if table.row is None:
                table.row = []
            table.spans = (_span(attrs, "colspan"), _span(attrs, "rowspan"))
            self.text, self.size = [], 0
        elif tag == "caption":
            self.text, self.size = [], 0
        elif tag in _BREAKS and self.text:
            self.text.append("\r")

    def handle_endtag(self, tag: str) -> None:
        """What is open ends."""
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif not self.open:
            return
        elif tag == "table":
            self._end_row()
            self.open.pop()
        elif tag == "tr":
            self._end_row()
        elif tag in {"td", "th"}:
            self._end_cell()
        elif tag in _BREAKS and self.text:
            self.text.append("\r")
        elif tag == "caption" and self.text is not None:
            self.captions[self.open[-1].place] = _joined(self.text)[:100]
            self.text = None

    def handle_data(self, data: str) -> None:
        """Text of the cell that is open."""
        if self.text is not None and not self.silent and self.size < LONGEST_CELL:
            self.text.append(data)
            self.size += len(data)

    def _end_cell(self) -> None:
        if self.text is not None and self.open and self.open[-1].row is not None:
            self.open[-1].put(_joined(self.text)[:LONGEST_CELL])
        self.text = None

    def _end_row(self) -> None:
        self._end_cell()
        table = self.open[-1]
        if table.row is not None:
            table.fill()
            self.made.append((table.place, table.row))
        table.row = None


def _span(attrs: list[tuple[str, str | None]], name: str) -> int:
    text = dict(attrs).get(name) or ""
    return min(max(1, int(text)), MOST_COLUMNS) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _joined(parts: list[str]) -> str:
    """Text as a browser shows it: blanks and line ends of the source are one blank, breaks are line ends."""
    lines = (re.sub(r"[ \t\n\f\u00a0]+", " ", line).strip() for line in "".join(parts).split("\r"))
    return "\n".join(line for line in lines if line)
