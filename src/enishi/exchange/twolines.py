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
        if min(_known(upper), _known(lower)) < LEAST:
            continue
        below = list(_pairs(enumerate(rows[place + 2 :], place + 3), rows[place]))
        if _take_turns(upper, lower, below[:LOOKED_AT]):
            return place, max(len(row) for row in rows[place:])
        return -1, 0
    return -1, 0


def fold(rows: list[Row], place: int, width: int) -> list[Row]:
    """The first rows as if each record were one: the headings of the lower line behind those of the upper one."""
    head = _beside(rows[place], rows[place + 1], width)
    return [*rows[:place], head, *(row for _number, row in records(rows, place + 2, width))]


def records(rows: Iterable[Row], above: int, width: int) -> Iterator[tuple[int, Row]]:
    """The records below so many rows: the number of each one's upper row (from 1), and its cells in one.

    A blank lower line belongs to its record, blank rows before an upper one to nobody.
    """
    lines = enumerate(rows, 1)
    head = [row for _number, row in islice(lines, above)][-2:]
    for number, upper, lower in _pairs(lines, head[0] if head else []):
        yield number, _beside(upper, lower, width)


def _pairs(lines: Iterable[tuple[int, Row]], head: Row) -> Iterator[tuple[int, Row, Row]]:
    """The two lines of each record. Headings once more, on the next printed page, begin anew whatever stood above them."""
    first, held = headings.texts(head), (0, list[Any]())
    for number, row in lines:
        if held[0] and first and headings.texts(row) == first:
            yield *held, []
            held = number, row
        elif held[0]:
            yield *held, row
            held = 0, []
        elif not headings.is_blank(row):
            held = number, row
    if held[0]:
        yield *held, []


def _beside(upper: Row, lower: Row, width: int) -> Row:
    """The two lines in one row; what is merged over both stands there once."""
    upper, lower = [*upper, *[""] * (width - len(upper))], [*lower, *[""] * (width - len(lower))]
    once = ["" if cell == upper[place] else cell for place, cell in enumerate(lower[:width])]
    return [*upper[:width], *once, *upper[width:], *lower[width:]]


def _known(texts: list[str]) -> int:
    return sum(bool(text) and len(text) <= 40 and bool(headings.means(text)) for text in texts)


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
