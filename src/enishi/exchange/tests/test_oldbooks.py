"""B1: old workbooks (.xls) say what a number looks like, too."""

import struct
from pathlib import Path

import pytest

from enishi.access.models import User
from enishi.exchange import formats, readers
from enishi.exchange.tests.test_importing import bring
from enishi.people.models import Account

pytestmark = pytest.mark.row("B1")

FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
CODES = {164: "00000", 165: '"00000000"', 166: "0.00"}


def record(kind: int, held: bytes) -> bytes:
    return struct.pack("<2H", kind, len(held)) + held


def text(word: str, size: str = "H") -> bytes:
    return struct.pack(f"<{size}B", len(word), 1) + word.encode("utf-16-le")


def stream(sheet: str, cells: list[list[str | int | float]], styles: list[int]) -> bytes:
    """The records of a book with one sheet; `styles`: the number format of each column."""
    rows = b""
    for number, row in enumerate(cells):
        for column, value in enumerate(row):
            place = struct.pack("<3H", number, column, column)
            if isinstance(value, str):
                rows += record(0x0204, place + text(value))
            elif isinstance(value, float):
                rows += record(0x0203, place + struct.pack("<d", value))
            elif column + 1 < len(row) and isinstance(row[column + 1], int):  # two together, and so once
                one, other = (int(row[at]) << 2 | 2 for at in (column, column + 1))
                several = struct.pack("<HIHI", column, one, column + 1, other)
                rows += record(0x00BD, place[:4] + several + struct.pack("<H", column + 1))
            elif column == 0 or not isinstance(row[column - 1], int):
                rows += record(0x027E, place + struct.pack("<I", value << 2 | 2))
    inside = record(0x0809, struct.pack("<4H2I", 0x0600, 0x10, 0, 0, 0, 0)) + rows + record(0x000A, b"")
    head = record(0x0809, struct.pack("<4H2I", 0x0600, 0x05, 0, 0, 0, 0))
    head += b"".join(record(0x041E, struct.pack("<H", number) + text(code)) for number, code in CODES.items())
    head += b"".join(record(0x00E0, struct.pack("<2H", 0, code) + bytes(16)) for code in styles)
    begin = len(head) + 4 + 6 + len(text(sheet, "B")) + 4
    head += record(0x0085, struct.pack("<IH", begin, 0) + text(sheet, "B")) + record(0x000A, b"")
    return head + inside


def compound(held: bytes) -> bytes:
    """A compound file with one stream: a short one lies in 64-byte sectors of the root's, a long one in 512-byte sectors, backwards."""
    short = len(held) < 4096
    count = -(-len(held) // 512)
    last = 3 + count - 1  # 0: table, 1: directory, 2: table of the short sectors
    after = [TABLE, END, END]
    if short:
        after += [*range(4, last + 1), END]
    else:
        after += [END, *range(3, last)]  # the first sector is the last of the file
    pieces = [held[at : at + 512].ljust(512, b"\0") for at in range(0, len(held), 512)]

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        letters = (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0")
        tree = struct.pack("<HBB3I", len(name) * 2 + 2, kind, 1, FREE, FREE, child)
        return letters + tree + bytes(36) + struct.pack("<IQ", start, size)

    smalls = -(-len(held) // 64) if short else 0
    root = entry("Root Entry", 5, 1, 3 if short else END, smalls * 64)
    book = entry("Workbook", 2, FREE, 0 if short else last, len(held))
    few = [*range(1, smalls), END] if short else []
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    )
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, 2 if short else END, int(short), END, 0)
    head += struct.pack("<109I", 0, *[FREE] * 108)
    made = head + struct.pack("<128I", *after, *[FREE] * (128 - len(after)))
    made += (root + book).ljust(512, b"\0") + struct.pack("<128I", *few, *[FREE] * (128 - len(few)))
    return made + b"".join(pieces if short else reversed(pieces))


def write_old(path: Path, rows: int) -> Path:
    cells: list[list[str | int | float]] = [["得意先コード", "得意先名", "電話番号", "倍率", "棚番", "区"]]
    for number in range(7, 7 + rows):
        cells.append([number, f"第{number}製麺所", f"03-1111-{number:04d}", 1.5, 42, number])
    path.write_bytes(compound(stream("顧客", cells, [164, 0, 0, 166, 0, 165])))
    return path


@pytest.mark.parametrize("rows", [3, 60])
def test_zeros_that_the_format_shows_are_kept(tmp_path: Path, rows: int) -> None:
    path = write_old(tmp_path / "a.xls", rows)
    assert (path.stat().st_size > 8000) == (rows == 60)
    assert formats.padded_columns(path, "顧客") == {0: 5, 5: 8}
    table = readers.open_tables(path, path.name)[0]
    found = list(table.rows())
    assert found[1] == ["00007", "第7製麺所", "03-1111-0007", 1.5, 42, "00000007"]
    assert found[-1][0] == f"{6 + rows:05d}"
    assert formats.padded_columns(path, "別のシート") == {}


@pytest.mark.django_db
def test_a_customers_number_comes_in_as_excel_shows_it(alice: User, tmp_path: Path) -> None:
    job = bring(write_old(tmp_path / "a.xls", 3), alice)
    assert job.figures["created"] == {"account": 3}
    assert set(Account.objects.values_list("code", flat=True)) == {"00007", "00008", "00009"}


@pytest.mark.parametrize("rows", [3, 60])
def test_broken_books_have_no_formats(tmp_path: Path, rows: int) -> None:
    path = write_old(tmp_path / "a.xls", rows)
    whole = path.read_bytes()
    for cut in range(0, len(whole), 97):
        path.write_bytes(whole[:cut])
        formats.padded_columns(path, "顧客")
        path.write_bytes(whole[:cut] + b"\xff" * 40 + whole[cut + 40 :])
        formats.padded_columns(path, "顧客")
        path.write_bytes(whole[:cut] + bytes(40) + whole[cut + 40 :])
        formats.padded_columns(path, "顧客")
