"""Fields that are computed: arithmetic over fields of the same record, or a count, sum, least, most, average over what is connected.

An expression is numbers, `{f3}` for a field, + - * / and brackets; people write and read the fields' labels in the braces. Dates count
in days. Where a value is missing, or something is divided by nothing, the result is empty. Read by one pass over its tokens: nothing is
ever run as code.
"""

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, DecimalException
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.japanese import amounts
from enishi.records.fields.base import FieldKind, Text
from enishi.records.fields.numbers import Number, Percent

FUNCTIONS = {
    "count": gettext_lazy("件数"), "sum": gettext_lazy("合計"), "max": gettext_lazy("最大"), "min": gettext_lazy("最小"), "avg": gettext_lazy("平均"),
}  # fmt: skip
LONGEST, DEEPEST = 300, 20
_TOKEN = re.compile(r"\s*(?:(\d{1,15}(?:\.\d{1,6})?)|\{([^{}]{1,100})\}|([-+*/()×÷－−＋（）]))")
_SAME = {"×": "*", "÷": "/", "－": "-", "−": "-", "＋": "+", "（": "(", "）": ")"}
Look = Callable[[str], Decimal | None]


class Formula(Number):
    """A number that follows from others. `rollup` is (function, connection, field); else `expression` says how."""

    kind = "formula"
    computed = True
    design_label = gettext_lazy("計算・集計")
    design_icon = "sigma"
    design_options = ("formula", "unit", "places", "result")

    def __init__(self, name: str, label: Text = "", **options: Any) -> None:
        super().__init__(name, label, **options)
        self.editable = self.importable = False
        self.expression_text = ""
        self.rollup: tuple[str, str, str] | None = None
        self.result = "number"

    @classmethod
    def designed(cls, key: str, label: str, options: dict[str, Any]) -> FieldKind:
        made = super().designed(key, label, {**options, "required": False, "unique": False, "default": None})
        assert isinstance(made, Formula)
        held = options.get("formula") or {}
        made.result = options.get("result") or "number"
        if made.result == "money":
            made.places, made.stored_as, made.unit = 0, "integer", ""
        if held.get("rollup"):
            function, over, field = held["rollup"]
            made.rollup = (function, over, field)
        made.expression_text = held.get("expression") or ""
        return made

    def follows(self) -> Iterator[tuple[str, str]]:
        assert self.entity is not None
        if self.rollup is None:
            yield from ((self.entity.name, name) for name in names_in(self.expression_text))
            return
        _function, over, name = self.rollup
        linked = self.entity.fields.get(over)
        other, _dot, reference = over.partition(".")
        if linked is not None and linked.linked:
            other = linked.to  # type: ignore[attr-defined]
            yield self.entity.name, over
        else:
            yield other, reference
        yield other, ""
        if name:
            yield other, name

    def text(self, value: Any) -> str:
        if value is not None and self.result == "money":
            return amounts.format_yen(int(value))
        return super().text(value)

    def formed(self, value: Decimal | None) -> int | float | None:
        """A result as it is stored: rounded half up to the field's places."""
        if value is None or not value.is_finite() or abs(value) > 10**15:
            return None
        rounded = value.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)
        return float(rounded) if self.places else int(rounded)

    def compute(self, record: Any) -> int | float | None:
        """The result of an expression for a record as it stands."""
        assert self.entity is not None
        fields = {**self.entity.retired, **self.entity.fields}  # what is out of use keeps its values

        def look(name: str) -> Decimal | None:
            found = fields.get(name)
            value = as_number(found.get(record)) if found is not None else None
            # 42 % of an amount is 0.42 of it, as in a sheet; among percents alone they count as they are written.
            return (
                value / 100
                if value is not None and isinstance(found, Percent) and self.unit != "%"
                else value
            )

        try:
            return self.formed(evaluate(self.expression_text, look))
        except (ValidationError, DecimalException):
            return None


def as_number(value: Any) -> Decimal | None:
    """A stored value as a number: dates count in days, moments in days with fractions, yes is one."""
    if isinstance(value, bool):
        return Decimal(int(value))
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    if isinstance(value, datetime.datetime):
        return Decimal(str(value.timestamp())) / 86_400
    if isinstance(value, datetime.date):
        return Decimal(value.toordinal())
    return None


def names_in(expression: str) -> list[str]:
    """The fields that an expression names."""
    return [found[1] for found in re.finditer(r"\{([^{}]{1,100})\}", expression)]


def renamed(expression: str, words: Mapping[str, str]) -> str:
    """The expression with other words in its braces; what isn't known stays."""
    return re.sub(r"\{([^{}]{1,100})\}", lambda found: "{" + words.get(found[1], found[1]) + "}", expression)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ValidationError(
                _("式の「%(part)s」が読めません。数字、{項目}、+ - × ÷ と括弧だけが使えます。")
                % {"part": text[at : at + 10]}
            )
        at = found.end()
        if found[1] is not None:
            yield "number", found[1]
        elif found[2] is not None:
            yield "field", found[2].strip()
        else:
            yield "sign", _SAME.get(found[3], found[3])


def evaluate(expression: str, look: Look) -> Decimal | None:
    """The value of an expression; None where something it needs is missing.

    Raises:
        ValidationError: it is no expression, with what is wrong.
    """
    if len(expression) > LONGEST:
        raise ValidationError(_("式は%(most)d文字までです。") % {"most": LONGEST})
    tokens = [*_tokens(expression), ("end", "")]
    place = 0

    def peek() -> tuple[str, str]:
        return tokens[place]

    def take() -> tuple[str, str]:
        nonlocal place
        place += 1
        return tokens[place - 1]

    def total(depth: int) -> Decimal | None:
        value = product(depth)
        while peek() in {("sign", "+"), ("sign", "-")}:
            sign = take()[1]
            other = product(depth)
            value = (
                None if value is None or other is None else value + other if sign == "+" else value - other
            )
        return value

    def product(depth: int) -> Decimal | None:
        value = single(depth)
        while peek() in {("sign", "*"), ("sign", "/")}:
            sign = take()[1]
            other = single(depth)
            if value is None or other is None or (sign == "/" and not other):
                value = None
            else:
                value = value * other if sign == "*" else value / other
        return value

    def single(depth: int) -> Decimal | None:
        if depth > DEEPEST:
            raise ValidationError(_("式の括弧が深すぎます。"))
        kind, text = take()
        if kind == "number":
            return Decimal(text)
        if kind == "field":
            return look(text)
        if text == "-":
            value = single(depth + 1)
            return None if value is None else -value
        if text == "(":
            value = total(depth + 1)
            if take() != ("sign", ")"):
                raise ValidationError(_("式の括弧が閉じていません。"))
            return value
        raise ValidationError(_("式が途中で終わっています。{項目} × {項目} のように書いてください。"))

    value = total(0)
    if peek()[0] != "end":
        raise ValidationError(_("式の並びが正しくありません。{項目} × {項目} のように書いてください。"))
    return value
