"""Number kinds: whole numbers, money in yen, percent, yes/no."""

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from enishi.japanese import amounts
from enishi.records.fields import consents
from enishi.records.fields.base import FieldKind, Text

NOISE = Decimal("1e-9")
ORDERED = ("is", "is_not", "gte", "lte", "gt", "lt", "between", "empty", "not_empty")


class Number(FieldKind):
    """A number within bounds: whole, or (own fields) with up to four decimal places."""

    kind = "number"
    template = "components/input_number.html"
    operators = ORDERED
    right_aligned = True
    nullable = True
    summable = True
    stored_as: str = "integer"  # type: ignore[misc]  # an own field's may be real
    design_label = gettext_lazy("数値")
    design_icon = "hash"
    design_options: ClassVar[tuple[str, ...]] = ("unit", "places", "least", "most")

    def __init__(
        self,
        name: str,
        label: Text = "",
        *,
        least: int = -(10**15),
        most: int = 10**15,
        unit: Text = "",
        places: int = 0,
        summable: bool | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, label, **options)
        self.least, self.most, self.unit, self.places = least, most, unit, places
        if summable is not None:  # else as its kind
            self.summable = summable
        if places:
            self.stored_as = "real"

    @classmethod
    def designed(cls, key: str, label: str, options: dict[str, Any]) -> "FieldKind":
        made = super().designed(key, label, options)
        assert isinstance(made, Number)
        for name in set(cls.design_options) & {"unit", "places", "least", "most"}:
            if options.get(name) not in (None, ""):
                setattr(made, name, options[name])
        if made.places:
            made.stored_as = "real"
        return made

    def clean(self, raw: Any) -> int | float | None:
        if raw is None or raw == "":
            return None
        self.check_type(raw, str, int, float, Decimal)
        try:
            number = self.parse(raw)
        except (ValueError, OverflowError, ArithmeticError) as error:
            message = str(error) if isinstance(error, ValueError) and not str(error).isascii() else ""
            raise ValidationError(
                message
                or _("%(label)s「%(raw)s」は数として読めません。数字で入力してください。")
                % {"label": self.label, "raw": str(raw)[:40]}
            ) from None
        if not self.least <= number <= self.most:
            raise ValidationError(
                _("%(label)sは%(least)sから%(most)sまでで入力してください。")
                % {"label": self.label, "least": f"{self.least:,}", "most": f"{self.most:,}"}
            )
        return number

    def parse(self, raw: Any) -> int | float:
        """Text or number as a number of this field's places.

        Raises:
            ValueError: it is none, or finer than the field holds: what was typed is never cut.
        """
        number = amounts.parse_number(raw)
        rounded = self.rounded(number)
        if not self.fits(number):
            raise ValueError(
                _("%(label)sは小数点以下%(places)d桁までで入力してください。")
                % {"label": self.label, "places": self.places}
                if self.places
                else _("%(label)sは整数で入力してください（小数は入りません）。") % {"label": self.label}
            )
        return float(rounded) if self.places else int(rounded)

    def rounded(self, number: Decimal) -> Decimal:
        """The nearest number that the field holds; raises ArithmeticError where it is far too large."""
        return number.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)

    def fits(self, number: Decimal) -> bool:
        """Whether the field holds this number, but for what is left of arithmetic with floats (0.1 + 0.2)."""
        return abs(number - self.rounded(number)) <= max(NOISE, abs(number) * NOISE / 1000)

    def text(self, value: Any) -> str:
        if value is None:
            return ""
        return f"{value:,.{self.places}f}{self.unit}" if self.places else f"{value:,}{self.unit}"

    def input_text(self, value: Any) -> str:
        return "" if value is None else str(value)

    def export(self, record: Any) -> Any:
        return self.get(record)

    def schema(self) -> dict[str, Any]:
        kind = "number" if self.places else "integer"
        return {"type": [kind, "null"], "minimum": self.least, "maximum": self.most}


class Money(Number):
    """Whole yen. There is no tenth of a yen: a person or a program that gives ¥99.9 is asked, while the cells of a sheet are rounded half
    up, because a sheet shows the results of its formulas rounded (see `exchange.rows`)."""

    kind = "money"
    template = "components/input_money.html"
    design_label = gettext_lazy("金額（円）")

    def __init__(
        self, name: str, label: Text = "", *, taxed: Text | Callable[[], Text] = "", **options: Any
    ) -> None:
        """`taxed`: whether the sum is with tax, in words that stand beside its figures where such and such meet; "" where nobody knows."""
        super().__init__(name, label, **options)
        self._taxed = taxed

    @property
    def taxed(self) -> str:
        """「税込」, 「税抜」, or nothing."""
        return str(self._taxed() if callable(self._taxed) else self._taxed)

    design_icon = "japanese-yen"
    design_options = ("least", "most")

    def text(self, value: Any) -> str:
        return "" if value is None else amounts.format_yen(value)

    def input_text(self, value: Any) -> str:
        return "" if value is None else f"{value:,}"


class Percent(Number):
    """0 to 100, whole or (own fields) with up to four decimal places. That a sheet keeps 30% as 0.3 is the import's business."""

    kind = "percent"
    summable = False
    design_label = gettext_lazy("割合（%）")
    design_icon = "percent"
    design_options = ("places",)

    def __init__(self, name: str, label: Text = "", **options: Any) -> None:
        super().__init__(name, label, least=0, most=100, unit="%", **options)

    def parse(self, raw: Any) -> int | float:
        return super().parse(raw.replace("%", "").replace("％", "") if isinstance(raw, str) else raw)


class YesNo(FieldKind):
    """Yes or no; nothing entered is no."""

    kind = "yes_no"
    template = "components/input_toggle.html"
    operators = ("is",)
    design_label = gettext_lazy("はい・いいえ")
    design_icon = "toggle-left"
    empty = False
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "○": True,
        "〇": True,
        "はい": True,
        "有": True,
        "あり": True,
        "済": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
        "": False,
        "×": False,
        "いいえ": False,
        "無": False,
        "なし": False,
        "-": False,
    }

    def clean(self, raw: Any) -> bool:
        if raw is None:
            return False
        if isinstance(raw, bool):
            return raw
        self.check_type(raw, str, int, float)
        word = str(int(raw) if isinstance(raw, float) and raw.is_integer() else raw).strip().lower()
        if word not in self.words:
            raise ValidationError(
                _("%(label)sは「はい」か「いいえ」で入力してください。") % {"label": self.label}
            )
        return self.words[word]

    def combine(self, values: Sequence[Any]) -> bool:
        """Of what somebody agreed to or refused the stricter; else yes where one says so."""
        if consents.is_consent(self.label) and not consents.is_refusal(self.label):
            return all(values)
        return any(values)

    def is_empty(self, value: Any) -> bool:
        return value is None

    def lookup(self, suffix: str = "exact") -> Callable[[Any], Q]:
        if not self.custom:
            return super().lookup(suffix)
        yes = Q(**{f"custom__{self.name}": True}) & Q(custom__has_key=self.name)  # nothing entered is no
        return lambda value: yes if value else ~yes

    def text(self, value: Any) -> str:
        return _("はい") if value else _("いいえ")

    def input_text(self, value: Any) -> str:
        return "1" if value else ""

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


class Exact(Number):
    """A decimal number that is kept exactly (a quantity, a price of a part of a yen); JSON holds it as text."""

    def __init__(self, name: str, label: Text = "", *, places: int = 3, **options: Any) -> None:
        options.setdefault("least", -(10**9))
        options.setdefault("most", 10**9)
        super().__init__(name, label, places=places, **options)

    def parse(self, raw: Any) -> Any:
        number = amounts.parse_number(raw)
        if abs(number) > 10**15:
            raise OverflowError
        return plain_decimal(number.quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP))

    def get(self, record: Any) -> Any:
        held = super().get(record)
        return plain_decimal(held) if isinstance(held, Decimal) else held

    def text(self, value: Any) -> str:
        return "" if value is None else f"{plain_decimal(value):,f}{self.unit}"

    def input_text(self, value: Any) -> str:
        return "" if value is None else f"{plain_decimal(value):f}"

    def to_json(self, value: Any) -> Any:
        return None if value is None else f"{plain_decimal(value):f}"

    def from_json(self, value: Any) -> Any:
        return None if value is None else Decimal(str(value))

    def schema(self) -> dict[str, Any]:
        return {
            "type": ["string", "number", "null"], "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$",
            "minimum": self.least, "maximum": self.most,
        }  # fmt: skip


def plain_decimal(value: Any) -> Decimal:
    """The number without zeros behind its point, and never as 1E+3."""
    number = Decimal(value)
    whole = number.to_integral_value()
    return whole if number == whole else number.normalize()
