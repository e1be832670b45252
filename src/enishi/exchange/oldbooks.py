"""Number formats of old workbooks (.xls): records of BIFF in a compound file ([MS-CFB], [MS-XLS]), of which calamine gives the values only."""

import struct
from collections.abc import Iterator
from functools import partial
from itertools import takewhile
from pathlib import Path

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST = 2_000_000  # bytes of a sheet that are looked at: its first rows
_LARGEST = 200_000_000  # bytes of a file
_ENDS = 0xFFFFFFFA  # from here on a sector's number is a mark
_BOF, _EOF, _SHEET, _FORMAT, _XF = 0x0809, 0x000A, 0x0085, 0x041E, 0x00E0
_FORMULA, _NUMBER, _SHORT, _SHORTS = 0x0006, 0x0203, 0x027E, 0x00BD
_BIFF8 = 0x0600
_ALONE = {_FORMULA, _NUMBER, _SHORT}


def formats(path: Path, sheet: str) -> Iterator[tuple[int, str]]:
    """Column and number format of each number in a sheet's first rows, in the file's order; nothing of what is no such book.

    Raises:
        ValueError, OSError
    """
    if path.stat().st_size > _LARGEST:
        return
    try:
        book = _Stream(path.read_bytes())
        begin, styles = _globals(book, sheet)
        for kind, held in _records(book.read(begin, _MOST)) if begin else ():
            if kind in _ALONE:
                _row, column, style = struct.unpack_from("<3H", held)
                yield column, styles.get(style, "")
            elif kind == _SHORTS:
                first = struct.unpack_from("<H", held, 2)[0]
                for place in range((len(held) - 6) // 6):
                    style = struct.unpack_from("<H", held, 4 + 6 * place)[0]
                    yield first + place, styles.get(style, "")
    except (struct.error, IndexError) as error:
        raise ValueError from error


def _globals(book: "_Stream", sheet: str) -> tuple[int, dict[int, str]]:
    """Where a sheet's records begin (0: nowhere), and the number formats of the styles of cells."""
    begin, new, codes, styles = 0, True, dict[int, str](), list[int]()
    for kind, held in _records(book.read(0, _MOST)):
        if kind == _BOF:
            new = struct.unpack_from("<H", held)[0] == _BIFF8
        elif kind == _SHEET and _text(held[6:], new, 1) == sheet:
            begin = struct.unpack_from("<I", held)[0]
        elif kind == _FORMAT:
            codes[struct.unpack_from("<H", held)[0]] = _text(held[2:], new, 2 if new else 1)
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", held, 2)[0])
    return begin, {place: codes[number] for place, number in enumerate(styles) if number in codes}


def _records(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The records up to the end of their part of the book."""
    place = 0
    while place + 4 <= len(data):
        kind, length = struct.unpack_from("<2H", data, place)
        if kind == _EOF:
            return
        yield kind, data[place + 4 : place + 4 + length]
        place += 4 + length


def _text(held: bytes, new: bool, size: int) -> str:
    """A text behind its length; before BIFF8 in the country's own letters."""
    count = int.from_bytes(held[:size], "little")
    if not new:
        return held[size : size + count].decode("cp932", "replace")
    wide = held[size] & 1
    return held[size + 1 : size + 1 + count * (1 + wide)].decode(
        "utf-16-le" if wide else "latin-1", "replace"
    )


class _Stream:
    """The book inside of its compound file, whose sectors may lie anywhere."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = 1 << struct.unpack_from("<H", data, 30)[0]
        if not data.startswith(SIGNATURE) or self.size not in {512, 4096}:
            raise ValueError
        first, _mark, cutoff, small, _count, more = struct.unpack_from("<6I", data, 48)
        table = list(takewhile(lambda one: one < _ENDS, struct.unpack_from("<109I", data, 76)))
        seen = set[int]()
        while more < _ENDS and more not in seen:  # of books beyond 6 MB
            seen.add(more)
            *numbers, more = self._numbers(more)
            table += [one for one in numbers if one < _ENDS]
        self.after = [number for sector in table for number in self._numbers(sector)]
        entries = b"".join(map(self._sector, self._chain(first, self.after)))
        root = place = length = 0
        for begin in range(0, len(entries) - 127, 128):
            name = entries[begin : begin + max(0, struct.unpack_from("<H", entries, begin + 64)[0] - 2)]
            start, size = struct.unpack_from("<2I", entries, begin + 116)
            if entries[begin + 66] == 5:
                root = start
            elif name.decode("utf-16-le", "replace") in {"Workbook", "Book"}:
                place, length = start, size
        if not length:
            raise ValueError
        self.step, self.get = self.size, self._sector
        self.chain = self._chain(place, self.after)
        if length < cutoff:  # short ones lie together in one of their own
            inside = b"".join(map(self._sector, self._chain(root, self.after)))
            after = [number for sector in self._chain(small, self.after) for number in self._numbers(sector)]
            self.step, self.get = 64, partial(_short_sector, inside)
            self.chain = self._chain(place, after)

    def read(self, begin: int, most: int) -> bytes:
        """Some bytes of the book."""
        first = begin // self.step
        sectors = self.chain[first : first + most // self.step + 2]
        return b"".join(map(self.get, sectors))[begin % self.step :][:most]

    def _sector(self, number: int) -> bytes:
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def _numbers(self, sector: int) -> tuple[int, ...]:
        return struct.unpack(f"<{self.size // 4}I", self._sector(sector))

    @staticmethod
    def _chain(first: int, after: list[int]) -> list[int]:
        """The sectors that follow each other; in a broken file they may go round."""
        made = list[int]()
        while first < _ENDS and len(made) < len(after):
            made.append(first)
            first = after[first]
        return made


def _short_sector(inside: bytes, number: int) -> bytes:
    return inside[number * 64 : number * 64 + 64]
