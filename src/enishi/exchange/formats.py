"""Number formats of a workbook that make digits part of the value: 00123 is kept as 123 in the form 00000."""

import re
import zipfile
import zlib
from pathlib import Path

from enishi.exchange import oldbooks

_MOST = 2_000_000  # bytes of a sheet that are looked at: its first rows
_CELL = re.compile(rb'<c r="([A-Z]{1,3})\d+" s="(\d+)"(?: t="n")?>\s*(?:<f[^>]*>[^<]*</f>|<f[^>]*/>)?\s*<v>')
_ENTRY = re.compile(
    r'<numFmt\s[^>]*?numFmtId="(\d+)"[^>]*?formatCode="([^"]*)"|<numFmt\s[^>]*?formatCode="([^"]*)"[^>]*?numFmtId="(\d+)"'
)
_XFS = re.compile(r"<cellXfs[^>]*>(.*?)</cellXfs>", re.DOTALL)
_XF = re.compile(r'<xf\s[^>]*?numFmtId="(\d+)"')
_SHEET = re.compile(r"<sheet\s[^>]*>")
RELATION = re.compile(r"<Relationship\s[^>]*>")
# What `zipfile` and a look into a broken or strange book may raise (RuntimeError: also a form or version that it doesn't know).
BROKEN = (zipfile.BadZipFile, zlib.error, KeyError, OSError, ValueError, RuntimeError, EOFError)
_ZEROS = re.compile(r"0{2,15}\Z")


def padded_columns(path: Path, sheet: str) -> dict[int, int]:
    """Column → digits, for columns whose numbers are shown with leading zeros; nothing for other files than those of Excel."""
    try:
        if not zipfile.is_zipfile(path):
            return _padded_in_old(path, sheet)
        with zipfile.ZipFile(path) as book:
            styles = _padding_styles(read(book, "xl/styles.xml"))
            if not styles:
                return {}
            with book.open(part_of(book, sheet)) as stream:
                start = stream.read(_MOST)
    except BROKEN:
        return {}
    found: dict[int, int] = {}
    for letters, style in _CELL.findall(start):
        if int(style) in styles:
            found.setdefault(_column(letters), styles[int(style)])
    return found


def _padded_in_old(path: Path, sheet: str) -> dict[int, int]:
    """The same of an old .xls."""
    found: dict[int, int] = {}
    for column, code in oldbooks.formats(path, sheet):
        if _ZEROS.match(plain := code.replace("\\", "").replace('"', "")):
            found.setdefault(column, len(plain))
    return found


def read(book: zipfile.ZipFile, name: str, most: int = _MOST) -> str:
    """The text of a file inside the book, its first bytes where it is longer."""
    with book.open(name) as stream:
        return stream.read(most).decode(errors="replace")


def _padding_styles(styles: str) -> dict[int, int]:
    """Cell style → digits."""
    codes = {int(one[0] or one[3]): (one[1] or one[2]).replace("\\", "") for one in _ENTRY.findall(styles)}
    widths = {number: len(code) for number, code in codes.items() if _ZEROS.match(code)}
    block = _XFS.search(styles)
    if not widths or not block:
        return {}
    return {
        place: widths[int(number)]
        for place, number in enumerate(_XF.findall(block.group(1)))
        if int(number) in widths
    }


def part_of(book: zipfile.ZipFile, sheet: str) -> str:
    """The file inside the book that holds a sheet."""
    from html import unescape

    for one in _SHEET.findall(read(book, "xl/workbook.xml")):
        name, relation = re.search(r'\bname="([^"]*)"', one), re.search(r'\br:id="([^"]*)"', one)
        if name and relation and unescape(name.group(1)) == sheet:
            for link in RELATION.findall(read(book, "xl/_rels/workbook.xml.rels")):
                target = re.search(r'\bTarget="([^"]*)"', link)
                if f'Id="{relation.group(1)}"' in link and target:
                    place = target.group(1)
                    return place.lstrip("/") if place.startswith("/") else f"xl/{place}"
    raise KeyError(sheet)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
