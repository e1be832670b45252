"""Several names in one line of text: competitors. What is stored is the line, 「A社、B社」; each name is found and counted by itself."""

import re
from collections.abc import Sequence
from html import escape
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Replace
from django.db.models.lookups import IContains
from django.utils.translation import gettext as _

from enishi.records.fields.base import cleaned_text
from enishi.records.fields.texts import TEXT_OPERATORS, Words

MARK = "、"
OTHERS = "，；;"  # a comma stands within names (Foo Co., Ltd.)
# What makes of a line as somebody typed it one whose names can be found: all marks are one, spaces are one plain one and none at marks.
PLAIN = (
    *((other, MARK) for other in f"{OTHERS}\n"),
    ("\u3000", " "), ("\t", " "), ("   ", " "), ("  ", " "), ("  ", " "), (f" {MARK}", MARK), (f"{MARK} ", MARK),
)  # fmt: skip
_SEPARATORS = re.compile(f"[{MARK}{OTHERS}\n]+")


class Names(Words):
    """Any number of names, each once, in the order given."""

    kind = "names"
    design_label = ""
    joins = True
    operators: ClassVar[tuple[str, ...]] = ("has", "has_not", *TEXT_OPERATORS)

    @staticmethod
    def parts(value: Any) -> list[str]:
        """The single names of a stored line."""
        return list(dict.fromkeys(one.strip() for one in _SEPARATORS.split(str(value or "")) if one.strip()))

    def clean(self, raw: Any) -> str:
        if isinstance(raw, list | tuple):
            if not all(isinstance(one, str) for one in raw):
                raise ValidationError(_("%(label)sの値の形式が正しくありません。") % {"label": self.label})
            raw = MARK.join(raw)
        if raw is None:
            return ""
        self.check_type(raw, str, int, float)
        return cleaned_text(MARK.join(self.parts(cleaned_text(raw, self, 5000))), self, self.longest)

    def combine(self, values: Sequence[Any]) -> str:
        """Of several records all names that fit."""
        made = ""
        for name in dict.fromkeys(part for value in values for part in self.parts(value)):
            longer = MARK.join(filter(None, (made, name)))
            made = longer if len(longer) <= self.longest else made
        return made

    def cells(self, records: Sequence[Any]) -> list[str]:
        return [
            " ".join(f'<span class="chip chip-grey">{escape(one)}</span>' for one in self.parts(value))
            for value in self.values(records)
        ]

    def cell(self, record: Any) -> str:
        return self.cells([record])[0]

    def operand(self, value: Any) -> Any:
        self.check_type(value, str)
        return self.clean(value)

    def leaf_q(self, op: str, value: Any, user: Any) -> Q | None:
        if op not in {"has", "has_not"}:
            return None
        line: Any = Concat(Value(MARK), F(self.column), Value(MARK))
        for held, plain in PLAIN:  # lines that were typed before they were lines of names stand otherwise
            line = Replace(line, Value(held), Value(plain))
        found = Q(IContains(line, f"{MARK}{_spaced(value)}{MARK}"))
        return found if op == "has" else ~found

    def leaf_holds(self, op: str, held: Any, value: Any) -> bool | None:
        if op not in {"has", "has_not"}:
            return None
        line = MARK.join(["", *map(_spaced, self.parts(held)), ""])
        return (f"{MARK}{_spaced(value)}{MARK}".lower() in line.lower()) == (op == "has")


def _spaced(name: str) -> str:
    """A name with one plain space where it has any."""
    return " ".join(name.split())
