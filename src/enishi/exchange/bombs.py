"""Workbooks that would fill the memory of whoever opens them, told before they are opened.

calamine holds a sheet as a full rectangle and trusts what an archive says of itself; a cell in the farthest corner, or
a part that unpacks to gigabytes, would not raise an error but end the process.
"""

import re
import zipfile
from functools import lru_cache
from pathlib import Path

from enishi.exchange import formats

UNPACKED_LIMIT = 1_500_000_000
MOST_CELLS = 40_000_000  # of a sheet's rectangle; a million rows of forty columns
SPARSE = 4_000_000  # from here on a rectangle must not be nearly empty
_CHUNK = 1 << 20
_TAIL = 200  # a tag cut by the end of a chunk is looked at again
_PARTS = re.compile(r"(xl/.*|content)\.(xml|rels|bin)$", re.IGNORECASE)
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br=["'](\d{1,9})["']""")
_WIDE = re.compile(rb"""\br=["']([A-Z]{2,3})(\d{1,7})["']""")
_REPEATED = re.compile(rb'number-(rows|columns)-repeated="(\d+)"([^>]*)>')


@lru_cache(maxsize=32)
def verdict(path: Path, size: int, changed: int) -> str:
    """What is wrong with a book: "large", "sparse", "broken" or "" (size and time of change are for the cache)."""
    if not zipfile.is_zipfile(path):
        return ""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if unpacked > UNPACKED_LIMIT or (unpacked > 50_000_000 and unpacked / max(size, 1) > 200):
                return "large"
            for entry in entries:
                if _PARTS.match(entry.filename) and (found := _look(archive, entry)):
                    return found
    except formats.BROKEN:
        return "broken"  # also where a part is longer than the archive says
    return ""


def _look(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    """Reads a part to its end, which holds it to its stated length, and measures the rectangle of a sheet."""
    is_sheet = "worksheets/" in entry.filename
    rows = columns = values = repeated = 0
    before = b""
    with archive.open(entry) as stream:
        while piece := stream.read(_CHUNK):
            if is_sheet:
                text = before + piece
                rows = max(rows, *(int(one) for one in _ROW.findall(text)), 1)
                for letters, row in _WIDE.findall(text):
                    columns, rows = max(columns, _number(letters)), max(rows, int(row))
                values += piece.count(b"<v") + piece.count(b"<is")
                before = text[-_TAIL:]
            elif entry.filename == "content.xml":
                text = before + piece
                # Excel and LibreOffice end a sheet with its unused rows, which are empty.
                repeated += sum(
                    int(count) for what, count, rest in _REPEATED.findall(text)
                    if (what == b"columns" and b"value-type" in rest) or (what == b"rows" and int(count) < 1_000_000)
                )  # fmt: skip
                before = text[-_TAIL:]
    cells = rows * columns  # up to column Z (0 here) a sheet is never too wide
    if cells > MOST_CELLS or (cells > SPARSE and values * 50 < cells):
        return "sparse"
    return "large" if repeated > 5_000_000 else ""


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
