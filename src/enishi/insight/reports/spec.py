"""What a report asks, read from what is kept or sent: every name is looked up in the entity as the person sees it."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.insight import fiscal
from enishi.insight.reports.dimensions import Dimension
from enishi.records import registry
from enishi.records.conditions import Scope, all_of, compile_condition
from enishi.records.entity import Entity
from enishi.records.errors import Refused
from enishi.records.fields import Date, FieldKind, Money, Number

OPERATIONS = ("count", "sum", "avg", "min", "max", "distinct")
CHARTS = ("auto", "bar", "stacked", "line", "funnel", "pie", "heat", "none")
COMPARES = ("", "before", "year")
MOST_MEASURES, MOST_TOP, USUAL_TOP = 5, 200, 50


@dataclass(frozen=True)
class Measure:
    """A figure of each group: how many records, or something of a number field (`distinct`: of any field that groups)."""

    op: str
    found: FieldKind | None = None

    @property
    def kept(self) -> dict[str, str]:
        """What a report keeps."""
        return {"op": self.op, **({"field": self.found.name} if self.found else {})}

    @property
    def label(self) -> str:
        """The words above the figures."""
        return self._words([self.taxed] if self.taxed else [])

    def label_in(self, *, man: bool) -> str:
        """The same where yen may stand in units of 10,000."""
        beside = [self.taxed, _("万円") if man and self.money else ""]
        return self._words([one for one in beside if one])

    def _words(self, beside: list[str]) -> str:
        if self.found is None:
            return _("件数")
        said = _("%(field)sの%(op)s") % {"field": self.found.label, "op": operation_words()[self.op]}
        return (
            _("%(text)s（%(beside)s）") % {"text": said, "beside": _("・").join(beside)} if beside else said
        )

    @property
    def taxed(self) -> str:
        """Whether the figures are with tax, in words; nothing for what isn't money, or where nobody knows."""
        return self.found.taxed if self.money and isinstance(self.found, Money) else ""

    @property
    def money(self) -> bool:
        """Whether the figures are yen."""
        return self.found is not None and self.found.kind == "money" and self.op != "distinct"

    def text(self, value: Any, *, man: bool = False) -> str:
        """A figure for people."""
        if value is None:
            return "–"
        if self.found is None or self.op == "distinct":
            return f"{value:,}"
        if man and self.money:
            return f"{value / 10_000:,.1f}".removesuffix(".0")
        if self.op == "avg":
            value = round(value, 1) if not self.money else round(value)
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if not self.money:
                return f"{value:,}{'%' if self.found.kind == 'percent' else ''}"
        return self.found.text(value)


@dataclass
class Spec:
    """A report as it is asked."""

    entity: Entity
    rows: tuple[Dimension, ...] = ()
    column: Dimension | None = None
    measures: tuple[Measure, ...] = (Measure("count"),)
    filter: dict[str, Any] = field(default_factory=dict)
    period: str = ""  # the date field that `span` is about
    span: str = ""
    compare: str = ""
    sort: str = ""
    top: int = 0
    chart: str = "auto"
    man: bool = False

    @classmethod
    def of(cls, entity_name: str, held: dict[str, Any]) -> "Spec":
        """Reads what is kept.

        Raises:
            Refused: it names what isn't there for the person who is served.
        """
        entity = registry.find(entity_name)
        if entity is None:
            raise Refused({"": [_("このレポートの対象を見る権限がないか、もうありません。")]})
        rows = tuple(Dimension.of(entity, one) for one in _list(held.get("rows"))[:2])
        column = Dimension.of(entity, held["column"]) if held.get("column") else None
        if sum(one.tagged for one in (*rows, *([column] if column else []))) > 1:
            raise Refused({"": [_("タグで分けるのは、行か列のどれかひとつだけにしてください。")]})
        measures = tuple(_measure(entity, one) for one in _list(held.get("measures"))[:MOST_MEASURES])
        several = any(one.several for one in (*rows, *([column] if column else [])))
        if several and any(one.op == "distinct" for one in measures):
            raise Refused(
                {
                    "": [
                        _(
                            "競合のように複数の値が入る項目では、種類の数は数えられません。ほかの数字を選んでください。"
                        )
                    ]
                }
            )
        made = cls(entity, rows, column, measures or (Measure("count"),))
        made.filter = held["filter"] if isinstance(held.get("filter"), dict) else {}
        made.period, made.span = _period(entity, held)
        made.compare = held["compare"] if held.get("compare") in COMPARES and made.span else ""
        sort = str(held.get("sort") or "")
        places = {sign + str(place) for place in range(len(made.measures)) for sign in ("", "-")}
        made.sort = sort if sort in {"label", *places} else ""
        top = held.get("top")
        made.top = min(top, MOST_TOP) if type(top) is int and top > 0 else 0
        made.chart = held["chart"] if held.get("chart") in CHARTS else "auto"
        made.man = bool(held.get("man"))
        return made

    @property
    def kept(self) -> dict[str, Any]:
        """What is kept of it."""
        return {
            "rows": [one.kept for one in self.rows], "column": self.column.kept if self.column else None,
            "measures": [one.kept for one in self.measures], "filter": self.filter, "period": self.period, "span": self.span,
            "compare": self.compare, "sort": self.sort, "top": self.top, "chart": self.chart, "man": self.man,
        }  # fmt: skip

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Rows, then the column."""
        return (*self.rows, *([self.column] if self.column else []))

    def days(self, today: datetime.date | None = None) -> tuple[datetime.date, datetime.date] | None:
        """First and last day that it is about; None where it isn't bounded."""
        if not self.span:
            return None
        return fiscal.span(self.span, today or timezone.localdate(), fiscal.first_month())

    def condition(self, days: tuple[datetime.date, datetime.date] | None) -> dict[str, Any]:
        """Its condition as a list would ask it."""
        if days is None:
            return self.filter
        bounds = {
            "field": self.period, "op": "between", "value": [days[0].isoformat(), days[1].isoformat()],
        }  # fmt: skip
        return all_of(self.filter, bounds)

    def check(self, user: User) -> None:
        """Refuses what can't be asked.

        Raises:
            BadCondition
        """
        compile_condition(self.entity, self.condition(self.days()), Scope.of(user))


def _list(held: Any) -> list[Any]:
    return held if isinstance(held, list) else []


def _period(entity: Entity, held: dict[str, Any]) -> tuple[str, str]:
    name, span = held.get("period"), held.get("span")
    if span not in fiscal.SPANS or not name:
        return "", ""
    found = entity.fields.get(str(name))
    if not isinstance(found, Date):
        raise Refused(
            {"": [_("期間の項目が見つからないか、見る権限がありません。レポートを編集してください。")]}
        )
    return found.name, str(span)


def _measure(entity: Entity, held: Any) -> Measure:
    held = held if isinstance(held, dict) else {}
    op = held.get("op")
    if op not in OPERATIONS:
        raise Refused({"": [_("集計の方法が正しくありません。")]})
    if op == "count":
        return Measure("count")
    found = entity.fields.get(str(held.get("field", "")))
    if found is None or not measurable(found, str(op)):
        raise Refused(
            {"": [_("集計する項目が見つからないか、見る権限がありません。レポートを編集してください。")]}
        )
    return Measure(str(op), found)


def measurable(found: FieldKind, op: str) -> bool:
    """Whether a field has this figure."""
    if found.hidden or found.linked:
        return False
    if op == "distinct":
        return found.kind in {
            "reference",
            "user",
            "text",
            "email",
            "telephone",
            "choice",
            "free_choice",
            "number",
        }
    return isinstance(found, Number) and (op != "sum" or found.summable)


def operation_words() -> dict[str, str]:
    """What is made of a field, in words."""
    return {
        "count": _("件数"), "sum": _("合計"), "avg": _("平均"), "min": _("最小"), "max": _("最大"), "distinct": _("種類の数"),
    }  # fmt: skip


def span_words() -> dict[str, str]:
    """Spans in words."""
    return {
        "": _("期間を決めない"), "today": _("今日"), "this_week": _("今週"), "this_month": _("今月"), "last_month": _("先月"),
        "this_quarter": _("今四半期（年度）"), "last_quarter": _("前四半期（年度）"), "this_fiscal": _("今年度"), "last_fiscal": _("前年度"),
        "this_year": _("今年"), "last_year": _("昨年"), "days_30": _("直近30日"), "days_90": _("直近90日"), "days_365": _("直近365日"),
    }  # fmt: skip


def chart_words() -> dict[str, str]:
    """Charts in words."""
    return {
        "auto": _("おまかせ"), "bar": _("棒"), "stacked": _("積み上げ棒"), "line": _("折れ線"), "funnel": _("ファネル"), "pie": _("円"),
        "heat": _("ヒートマップ"), "none": _("表だけ"),
    }  # fmt: skip
