"""What a person is told of how a sheet is read: which columns go into the note, which are left out, what could not be used as it is."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from enishi.exchange import headings, visits
from enishi.exchange.headings import key
from enishi.exchange.mapping import Plan
from enishi.exchange.sheet import RUNNING
from enishi.records import registry

MOST_ROWS = 5  # of a code that are named


def ignored(plan: Plan) -> list[str]:
    """The columns that are not taken in though something stands in them, by heading or letter; running numbers and what only the
    program itself fills are none."""
    made = []
    for column in plan.columns:
        lost = not column.target and any(column.sample)
        if lost and key(column.heading) not in RUNNING - {""} and not headings.is_ours(column.heading):
            made.append(column.heading or _("%(letter)s列") % {"letter": _letters(column.index)})
    return made


def noted(plan: Plan) -> list[str]:
    """The columns that have no field of their own and go into the note behind their heading."""
    made = []
    for column in plan.columns:
        name, _dot, field = column.target.partition(".")
        entity = registry.find(name) if column.target else None
        if entity is not None and field == entity.imports.note and any(column.sample):
            is_note = visits.is_text(column.heading) or any(
                meaning == "note" for _entity, meaning in headings.means(column.heading)
            )
            if column.heading and not is_note:
                made.append(column.heading)
    return made


@dataclass(frozen=True)
class Repeated:
    """A code that stands beside different names, so that nobody is known by its column."""

    heading: str
    code: str
    rows: list[tuple[int, str]]  # number as the sheet shows it, name

    def __str__(self) -> str:
        rows = [
            _("%(number)d行目 %(name)s") % {"number": n, "name": name} for n, name in self.rows[:MOST_ROWS]
        ]
        more = _("…全部で%(n)d行") % {"n": len(self.rows)} if len(self.rows) > MOST_ROWS else ""
        return _("%(code)s（%(rows)s）") % {"code": self.code, "rows": f"{_('、').join(rows)}{more}"}

    def to_json(self) -> dict[str, Any]:
        """For scripts."""
        rows = [{"row": number, "name": name} for number, name in self.rows]
        return {"column": self.heading, "code": self.code, "rows": rows}


def repeated(plan: Plan) -> list[Repeated]:
    """The codes that could not be used; none where a person has said that their column is a code all the same."""
    used = {column.index for column in plan.columns if column.target.endswith(".code")}
    heads = {column.index: column.heading for column in plan.columns}
    return [
        Repeated(heads.get(index, ""), code, [(number, name) for number, name in rows])
        for index, code, rows in plan.repeated
        if index not in used
    ]  # fmt: skip


def _letters(index: int) -> str:
    """A, B, … Z, AA as a sheet calls its columns."""
    made = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        made = chr(65 + rest) + made
    return made
