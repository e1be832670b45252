"""Ledgers printed for paper whose records take two lines each: two rows of headings, and below them a row for the one and a row for the other."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from enishi.exchange import contents, headings
from enishi.records import registry
from enishi.records.fields import Date, Kana, Money

LEAST = 2  # records, and headings per line
LOOKED_AT = 60  # records
_BY_NAME: dict[str, Callable[[Any], bool]] = {
    "phone": contents.is_telephone, "fax": contents.is_telephone, "mobile": contents.is_telephone,
    "email": contents.is_email, "postal_code": contents.is_postal_code, "address": contents.is_address,
    "website": contents.is_url, "corporate_number": contents.is_corporate_number,
}  # fmt: skip
_BY_KIND: tuple[tuple[type, Callable[[Any], bool]], ...] = (
    (Kana, contents.is_kana),
    (Date, contents.is_date),
    (Money, contents.is_number),
)
Row = list[Any]


def find(rows: list[Row]) -> tuple[int, int]:
    """Where the upper row of headings stands (rows from 0) and how many columns a line has; (-1, 0) where a record is one row.

    Two rows of headings alone are a heading with groups (担当者 over 氏名); here the cells below answer to the upper and to the lower one
    in turn.
    """
    for place in range(min(headings.HEADER_ROWS, len(rows) - 1 - 2 * LEAST)):
        upper, lower = headings.texts(rows[place]), headings.texts(rows[place + 1])
        if not (_are_heads(upper) and _are_heads(lower)):
            continue
        below = list(_pairs(enumerate(rows[place + 2 :], place + 3), upper, []))
        if _take_turns(upper, lower, below[:LOOKED_AT]):
            return place, max(len(row) for row in rows[place:])
        return -1, 0
    return -1, 0


def fold(rows: list[Row], place: int, width: int) -> list[Row]:
    """The first rows as if each record were one: the headings of the lower line behind those of the upper one."""
    merged = _merged(headings.texts(rows[place]), headings.texts(rows[place + 1]))
    head = _beside(rows[place], rows[place + 1], width, merged)
    return [*rows[:place], head, *(row for _number, row in records(rows, place + 2, width))]


def records(rows: Iterable[Row], above: int, width: int) -> Iterator[tuple[int, Row]]:
    """The records below so many rows: the number of each one's upper row (from 1), and its cells in one.

    A blank lower line belongs to its record, blank rows before an upper one to nobody. A single row in between (a total, ア行) stays one.
    """
    lines = enumerate(rows, 1)
    heads = [headings.texts(row) for _number, row in islice(lines, above)][-2:]
    upper, lower = heads if len(heads) == 2 else ([], [])
    merged = _merged(upper, lower)
    for number, one, other in _pairs(lines, upper, _signs(upper, lower)):
        yield number, _beside(one, other, width, merged)


Sign = tuple[int, Callable[[Any], bool] | None, Callable[[Any], bool] | None]


def _signs(upper: list[str], lower: list[str]) -> list[Sign]:
    """Columns by which an upper line is told from a lower one: what the cells of each look like there."""
    made = []
    for column, (above, under) in enumerate(zip(upper, lower, strict=False)):
        tests = _test_of(above) if above else None, _test_of(under) if under else None
        if above and under and tests[0] is not tests[1]:
            made.append((column, *tests))
    return made


def _line(row: Row, signs: list[Sign]) -> str:
    """Whether a row is an upper or a lower line by what stands in it; "" where it doesn't say."""
    found = set()
    for column, above, under in signs:
        cell = row[column] if column < len(row) else ""
        if cell not in (None, ""):
            fits = bool(above and above(cell)), bool(under and under(cell))
            found |= {"upper"} if fits == (True, False) else {"lower"} if fits == (False, True) else set()
    return found.pop() if len(found) == 1 else ""


def _is_single(row: Row) -> bool:
    """Whether a row may be no record's line: a total, or one cell alone (ア行)."""
    filled = [text for text in headings.texts(row) if text]
    return len(filled) == 1 or any(map(contents.says_total, filled))


def _pairs(
    lines: Iterable[tuple[int, Row]], head: list[str], signs: list[Sign]
) -> Iterator[tuple[int, Row, Row]]:
    """The two lines of each record. Headings once more, on the next printed page, begin anew whatever stood above them, and so does an
    upper line where a lower one should be."""
    rest = iter(lines)
    following = next(rest, None)
    held: tuple[int, Row] | None = None
    while following is not None:
        (number, row), following = following, next(rest, None)
        kind, again = _line(row, signs), bool(any(head)) and headings.texts(row) == head
        if held is not None and (again or (kind == "upper" and _line(held[1], signs) == "upper")):
            yield *held, []
            held = number, row
        elif held is not None:
            yield *held, row
            held = None
        elif headings.is_blank(row):
            continue
        elif kind == "lower":
            yield number, [], row
        elif _is_single(row) and not (following and _line(following[1], signs) == "lower"):
            yield number, row, []
        else:
            held = number, row
    if held is not None:
        yield *held, []


def _merged(upper: list[str], lower: list[str]) -> set[int]:
    """The columns that have one heading for both lines, merged over them or without a lower one."""
    return {
        place for place, text in enumerate(upper)
        if place >= len(lower) or not lower[place] or headings.key(lower[place]) == headings.key(text)
    }  # fmt: skip


def _beside(upper: Row, lower: Row, width: int, merged: set[int]) -> Row:
    """The two lines in one row; what is merged over both stands there once."""
    upper, lower = [*upper, *[""] * (width - len(upper))], [*lower, *[""] * (width - len(lower))]
    once = [
        "" if place in merged and cell == upper[place] else cell for place, cell in enumerate(lower[:width])
    ]
    return [*upper[:width], *once, *upper[width:], *lower[width:]]


def _are_heads(texts: list[str]) -> bool:
    """Whether a row is one of headings: most of it known, and nothing in it that is data (TEL 03-3111-2222)."""
    filled = [text for text in texts if text]
    known = sum(len(text) <= 40 and bool(headings.means(text)) for text in filled)
    data = any(contents.looks_like_data(text) or sum(map(str.isdigit, text)) > 2 for text in filled)
    return known >= LEAST and known >= 0.6 * len(filled) and not data


def _take_turns(upper: list[str], lower: list[str], below: list[tuple[int, Row, Row]]) -> bool:
    """Whether under some column the upper cells are what its upper heading says and the lower ones aren't, or the other way round; and
    nowhere do both answer to one of two headings that say different things."""
    found = 0
    for column, (above, under) in enumerate(zip(upper, lower, strict=False)):
        if not above or not under or headings.key(above) == headings.key(under):
            continue
        cells = [
            [row[column] for row in line if column < len(row) and row[column] not in (None, "")]
            for line in ([one[1] for one in below], [one[2] for one in below])
        ]
        if min(map(len, cells)) < LEAST:
            continue
        tests = _test_of(above), _test_of(under)
        if tests[0] is tests[1]:  # a telephone over a fax
            continue
        for test, (own, others) in zip(tests, (cells, cells[::-1]), strict=True):
            if test is None:
                continue
            if contents.share(own, test) >= 0.6 and contents.share(others, test) < 0.3:
                found += 1
            elif contents.share(others, test) >= 0.6:
                return False
    return found > 0


def _test_of(heading: str) -> Callable[[Any], bool] | None:
    """What cells under a heading look like, where that can be told."""
    for entity, name in headings.means(heading)[:1]:
        if name in _BY_NAME:
            return _BY_NAME[name]
        kind = registry.get(entity).fields.get(name)
        return next((test for one, test in _BY_KIND if isinstance(kind, one)), None)
    return None
