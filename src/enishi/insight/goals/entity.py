"""How goals look and behave."""

import datetime
from collections.abc import Sequence
from html import escape
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from enishi.access.models import Team
from enishi.access.names import user_names
from enishi.insight.goals import kept
from enishi.insight.goals.models import Goal
from enishi.japanese import amounts
from enishi.japanese.calendar import format_date, format_short
from enishi.records.entity import Entity, Preset, Section
from enishi.records.fields import Choice, Date, InTeam, LongText, Number, Option, Person, Words
from enishi.records.registry import register

SCOPES = (
    Option("company", _("会社全体"), "green", ("会社", "全社", "company")),
    Option("team", _("チーム"), "accent", ("部署", "課", "team")),
    Option("person", _("担当者"), "grey", ("個人", "person")),
)
PERIODS = (
    Option("month", pgettext_lazy("period", "月"), "accent", ("月間", "月次", "month")),
    Option("week", pgettext_lazy("period", "週"), "grey", ("週間", "週次", "week")),
    Option("day", pgettext_lazy("period", "日"), "grey", ("日次", "day")),
)
MEASURES = (
    Option(
        "won_amount", _("受注金額（案件）"), "green", ("受注金額", "受注額", "案件の受注金額", "won amount")
    ),
    Option("won_deals", _("受注件数（案件）"), "green", ("受注件数", "成約件数", "won deals")),
    Option(
        "sales",
        _("売上金額（受注・税込）"),
        "green",
        ("売上金額", "売上", "売上高", "売上額", "売上目標", "sales"),
    ),
    Option(
        "invoiced",
        _("請求金額（税込）"),
        "green",
        ("請求金額", "請求", "請求額", "invoiced", "invoiced amount"),
    ),
    Option("new_deals", _("新規案件数"), "accent", ("新規件数", "案件化件数", "new deals")),
    Option("visits", _("訪問・打ち合わせ件数"), "accent", ("訪問件数", "面談件数", "visits", "meetings")),
    Option("calls", _("電話件数"), "accent", ("架電件数", "コール数", "calls")),
)
MONEY = {"won_amount", "sales", "invoiced"}  # measured in yen; the others are counted


def amount_text(measure: str, value: int | float) -> str:
    """A figure of a measure for people: yen, or how many."""
    if measure in MONEY:
        return str(amounts.format_yen(round(value)))
    number = f"{value:,.1f}".removesuffix(".0") if isinstance(value, float) else f"{value:,}"
    return _t("%(number)s件") % {"number": number}


class Target(Number):
    """The figure to reach, in the measure's unit: yen or how many."""

    beside = ("measure",)

    def value_text(self, record: Any) -> str:
        value = self.get(record)
        return "" if value is None else amount_text(record.measure, value)

    def cell(self, record: Any) -> str:
        return escape(self.value_text(record))


def period_start(period: str, day: datetime.date) -> datetime.date:
    """The first day of the month or week (from Monday) that a day lies in; the day itself for days."""
    if period == "month":
        return day.replace(day=1)
    return day - datetime.timedelta(days=day.weekday()) if period == "week" else day


def period_words(period: str, start: datetime.date) -> str:
    """「2026年11月」「2026/11/23〜11/29(日)」「2026/11/29(日)」."""
    if period == "month":
        return _t("%(year)d年%(month)d月") % {"year": start.year, "month": start.month}
    if period == "week":
        end = start + datetime.timedelta(days=6)
        return _t("%(first)s〜%(last)s") % {"first": format_date(start, False), "last": format_short(end)}
    return format_date(start)


@register
class GoalEntity(Entity):
    """目標."""

    not_in_bulk = frozenset({"scope", "period", "start", "measure"})
    name, slug, code, model = "goal", "goals", 61, Goal
    icon = "target"
    clonable = False
    label = pgettext_lazy("entities", "目標")
    hint = _(
        "会社・チーム・担当者の目標を、月・週・日ごとに登録します。「目標と見込み」で実績・見込みと比べられます。"
    )
    default_sort = "-start"
    built_in = (
        Words("name", editable=False),
        Choice("scope", options=SCOPES, required=True, default="person", aliases=("だれの目標", "対象", "区分")),
        InTeam("team", aliases=("チーム", "部署")),
        Person("owner", aliases=("担当", "担当者", "owner")),
        Choice("period", options=PERIODS, required=True, default="month", aliases=("期間", "期間の種類")),
        Date(
            "start", required=True, sortable=True, default=lambda: timezone.localdate().replace(day=1),
            aliases=("開始日", "年月", "対象月", "start"), help=_("その日を含む月・週・日の目標になります。"),
        ),
        Choice("measure", options=MEASURES, required=True, default="won_amount", aliases=("指標", "目標の種類", "measure"), help=_(
            "受注金額・受注件数は受注した案件、売上金額は受注（取り消しを除く）、請求金額は発行した請求から数えます。"
        )),
        Target("target", required=True, least=1, aliases=("目標値", "目標", "目標額", "目標金額", "予算", "target"), help=_("金額は円、そのほかは件数です。")),
        LongText("note", aliases=("備考", "メモ", "note")),
    )  # fmt: skip
    columns = ("scope", "team", "owner", "period", "start", "measure", "target")
    sections = (
        Section(
            _("目標"), ("scope", "team", "owner", "period", "start", "measure", "target", "note", "tags")
        ),
    )
    owned_by_workers = False
    quick_fields = ("scope", "team", "owner", "period", "start", "measure", "target")
    presets = (
        Preset("mine", _("自分の目標"), {"all": [
            {"field": "owner", "op": "is", "value": "me"}, {"field": "scope", "op": "is", "value": "person"},
        ]}),
        Preset("month", _("今月"), {"field": "start", "op": "this_month"}),
        Preset("company", _("会社全体"), {"field": "scope", "op": "is", "value": "company"}),
    )  # fmt: skip

    def handed_over(self, rows: Any) -> Any:
        return rows.exclude(scope="person")  # a leaver's goals were his own

    def prepare(self, record: Goal, changed: set[str]) -> None:
        if record.start and record.period:
            record.start = period_start(record.period, record.start)
        if record.scope != "team":
            record.team_id = None
        if not record.pk or {"scope", "team", "owner", "period", "start", "measure"} & changed:
            record.name = self._named(record)

    def _named(self, record: Goal) -> str:
        if record.scope == "team":
            whom = self.field("team").labels_for({record.team_id}).get(record.team_id, "")
        elif record.scope == "company":
            whom = _t("会社全体")
        else:
            whom = user_names().get(record.owner_id or 0, "")
        measure = self.field("measure").text(record.measure)
        return f"{period_words(record.period, record.start)} {measure} {whom}".strip()[:200]

    def check(self, record: Goal, changed: set[str]) -> dict[str, list[str]]:
        errors: dict[str, list[str]] = {}
        if record.scope == "team" and record.team_id is None:
            errors["team"] = [
                _t("チームの目標では、チームを選んでください。")
                if Team.objects.exists()
                else _t("チームがまだありません。設定の「利用者」でチームを作ってください。")
            ]
        if record.scope == "person" and record.owner_id is None:
            errors["owner"] = [_t("担当者の目標では、担当を選んでください。")]
        return errors

    def once(self, record: Goal) -> dict[str, Any]:
        held = {name: getattr(record, name) for name in ("scope", "period", "start", "measure")}
        whose = {"team": "team_id", "person": "owner_id"}.get(record.scope)
        return held | ({whose: getattr(record, whose)} if whose else {})

    def twice(self, record: Goal | None = None) -> str:
        if record is None:
            return _t("同じ期間と指標の目標はもうあります。一覧から開いて、目標値を直してください。")
        return _t("「%(name)s」の目標はもうあります。一覧から開いて、目標値を直してください。") % {
            "name": record.name
        }

    def settle(self, records: Sequence[Goal], changes: Sequence[dict[str, Any]], by: Any) -> None:
        kept.forget()
