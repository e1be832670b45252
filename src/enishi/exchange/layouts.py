"""A ledger in several sheets (ア行, カ行…) whose headings say the same in other words, in another order, lower down, or with columns that only
some of them have: where each sheet has each of the ledger's columns."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from enishi.exchange import headings
from enishi.exchange.headings import key
from enishi.exchange.sheet import SAMPLE, Column

if TYPE_CHECKING:
    from enishi.exchange.mapping import Plan

Row = list[Any]
# Sheet → rows before its data, and for each column of the ledger its place in this sheet (-1: not there). The first gives the order.
Layouts = dict[str, tuple[int, list[int]]]
LEAST, SHARE = 3, 0.7  # columns that two sheets must have in common
NOWHERE = -1


def are_same(plan: "Plan", best: "Plan") -> bool:
    """Whether two sheets have the very same heading in the same place."""
    heads = [[(one.index, one.heading) for one in each.columns if one.heading] for each in (plan, best)]
    return (
        bool(heads[0])
        and heads[0] == heads[1]
        and plan.header_rows == best.header_rows
        and (plan.blocks, plan.width) == (best.blocks, best.width)
    )


def are_alike(plan: "Plan", best: "Plan") -> bool:
    """Whether most columns of either sheet stand in the other, those of names among them."""
    if not (_is_plain(plan) and _is_plain(best)):
        return False
    pairs = _pairs(best.columns, plan.columns)
    named = [one.index for one in best.columns if one.target.endswith((".name", ".family_name"))]
    most = max(sum(bool(one.heading) for one in each.columns) for each in (plan, best))
    return len(pairs) >= max(LEAST, SHARE * most) and any(index in pairs.values() for index in named)


def _is_plain(plan: "Plan") -> bool:
    """Whether a sheet is a table of a record per row with a heading above."""
    odd = plan.cards or plan.blocks or plan.width or plan.form or plan.turned >= 0
    return not odd and plan.header_rows > 0


def _pairs(columns: list[Column], others: list[Column]) -> dict[int, int]:
    """Which of the other columns is which of these: the same words, else words of one meaning that each has once (電話, 電話番号)."""
    made: dict[int, int] = {}
    free = {one.index: one.heading for one in columns if one.heading}
    rest = [one for one in others if one.heading]
    for same in (key, _meaning):
        mine = {index: same(text) for index, text in free.items()}
        theirs = {one.index: same(one.heading) for one in rest}
        for one in rest:
            word = theirs[one.index]
            found = [index for index, text in mine.items() if text == word and index in free]
            alone = same is key or list(theirs.values()).count(word) == 1 == len(found)
            if word and found and alone:
                made[one.index] = found[0]
                del free[found[0]]
        rest = [one for one in rest if one.index not in made]
    return made


def _meaning(text: str) -> str:
    return ".".join(next(iter(headings.means(text)), ()))


def make(best: "Plan", others: list["Plan"], width: int) -> tuple[Layouts, list[str]]:
    """Where each sheet has the columns of the best one and those that only others have; and the headings of these.

    Args:
        width: the columns of the best sheet, with and without a heading.
    """
    extra: list[Column] = []
    found = {best.table: {one: one for one in range(width)}}
    for plan in others:
        pairs = _pairs([*best.columns, *extra], plan.columns)
        for one in plan.columns:
            if one.index not in pairs:
                pairs[one.index] = width + len(extra)
                extra.append(Column(width + len(extra), one.heading))
        found[plan.table] = {place: index for index, place in pairs.items()}
    rows = {plan.table: plan.header_rows for plan in (best, *others)}
    size = width + len(extra)
    made = {
        name: (rows[name], [places.get(n, NOWHERE) for n in range(size)]) for name, places in found.items()
    }
    return made, [one.heading for one in extra]


def arranged(row: Row, places: list[int]) -> Row:
    """A row of a sheet in the ledger's order."""
    return [row[place] if 0 <= place < len(row) else None for place in places]


def below(rows: Iterable[Row], sheet: str, plan: "Plan") -> Iterator[tuple[int, Row]]:
    """The rows of a sheet below its heading with their numbers, in the plan's order of columns."""
    above, places = plan.layouts.get(sheet, (plan.header_rows, None))
    for number, row in enumerate(rows, 1):
        if number > above:
            yield number, row if places is None else arranged(row, places)


def joint(heads: dict[str, list[Row]], layouts: Layouts, extra: list[str]) -> tuple[list[Row], list[int]]:
    """The first rows of all sheets as if they were one, from each its share of those that a proposal looks at; and their numbers."""
    first = next(iter(layouts))
    above, places = layouts[first]
    lines: list[list[tuple[int, Row]]] = [
        [(number, arranged(row, places)) for number, row in enumerate(heads[name], 1) if number > above]
        for name, (above, places) in layouts.items()
        if name in heads
    ]
    share = max(20, SAMPLE // len(lines))
    top = [arranged(row, places) for row in heads[first][:above]]
    height = headings.find(heads[first]).height
    for row in top[-max(1, height) :]:
        row[len(row) - len(extra) :] = extra
    data = [*chain(*(each[:share] for each in lines)), *chain(*(each[share:] for each in lines))]
    return [*top, *(row for _number, row in data)], [*range(1, above + 1), *(number for number, _row in data)]
