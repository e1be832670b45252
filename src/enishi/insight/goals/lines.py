"""Goals as they stand in a span: target, actual, what is to be expected, the gap and the pace that closes it; as a tree of
company, teams and persons."""

import datetime
import math
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.access.names import user_names
from enishi.insight import fiscal
from enishi.insight.goals.entity import MEASURES, amount_text, period_start, period_words
from enishi.insight.goals.figures import Ledger, open_tree, taxed, tree_of
from enishi.insight.people import People
from enishi.japanese.calendar import fiscal_year
from enishi.records import registry
from enishi.records.visible import visible
from enishi.work.daysoff.days import company_days

SPANS = ("day", "week", "month", "quarter", "fiscal")
LONG = {"quarter": 3, "fiscal": 12}
NEEDED = {"scope", "team", "owner", "period", "start", "measure", "target"}
DEAL_MEASURES = {"won_amount", "won_deals"}
FORESEEN = DEAL_MEASURES | {"visits", "calls"}  # of which something to come is known


def span_days(span: str, on: datetime.date) -> tuple[datetime.date, datetime.date]:
    """First and last day of the day, week, month, quarter or fiscal year that a day lies in."""
    one = datetime.timedelta(days=1)
    if span == "day":
        return on, on
    if span == "week":
        first = period_start("week", on)
        return first, first + 6 * one
    length = LONG.get(span, 1)
    offset = fiscal.first_month() - 1 if length > 1 else 0
    begin = (fiscal.month_index(on) - offset) // length * length + offset
    return fiscal.month_start(begin), fiscal.month_start(begin + length) - one


def span_words(span: str, first: datetime.date, last: datetime.date) -> str:
    """What a span is called."""
    if span not in LONG:
        return period_words(span, first)
    month = fiscal.first_month()
    year = fiscal_year(first, month)
    months = _("%(a)d年%(b)d月〜%(c)d年%(d)d月") % {
        "a": first.year,
        "b": first.month,
        "c": last.year,
        "d": last.month,
    }
    if span == "fiscal":
        return _("%(year)d年度（%(months)s）") % {"year": year, "months": months}
    number = (first.month - month) % 12 // 3 + 1
    return _("%(year)d年度 第%(n)d四半期（%(months)s）") % {"year": year, "n": number, "months": months}


@dataclass
class Figure:
    """A number with the list of its records, and what of it is still to come, with the list of that."""

    text: str
    url: str = ""
    more: str = ""
    more_url: str = ""


@dataclass
class Line:
    """One line of the tree; without a goal that of a team above others that have one, with what it reached."""

    label: str
    scope: str
    depth: int
    url: str = ""
    goal: bool = False
    figures: bool = False  # whether there is something to show beside the name
    target: str = ""
    actual: Figure = field(default_factory=lambda: Figure("–"))
    percent: int | None = None
    due_percent: int = 0
    committed: Figure | None = None
    weighted: Figure | None = None
    best: Figure | None = None
    gap: str = ""
    reached: bool = False
    pace: str = ""
    state: str = ""  # reached, well, behind, missed; nothing where that can't be told
    note: str = ""


@dataclass
class Sheet:
    """All lines of a measure."""

    measure: str
    label: str
    forecast: bool
    lines: list[Line]


@dataclass
class Days:
    """Business days of a span as seen from today: all, those gone by before today, those left with today."""

    total: int
    gone: int
    left: int

    @classmethod
    def of(cls, first: datetime.date, last: datetime.date, today: datetime.date) -> "Days":
        """Counts them, without holidays and the company's own days off."""
        count, one = company_days().count, datetime.timedelta(days=1)
        left = count(max(first, today), last) if today <= last else 0
        gone = count(first, min(today - one, last)) if today > first else 0
        return cls(count(first, last), gone, left)

    def pace(self, actual: float, target: int) -> str:
        """Whether a goal that isn't reached yet goes well or is behind what the business days gone by ask for."""
        return "well" if actual * self.total >= target * self.gone else "behind"


@dataclass
class Wanted:
    """What is wanted of somebody in the span: one goal, or those of its months together."""

    target: int
    key: int
    months: int


Key = tuple[str, str, int | None]  # measure, scope, team or person


def sheets(
    user: User, span: str, first: datetime.date, last: datetime.date, today: datetime.date
) -> list[Sheet]:
    """The goals that a person sees in a span, by measure. Eleven queries at most, however many goals there are."""
    entity = registry.find("goal")
    if entity is None or not set(entity.fields) >= NEEDED:
        return []
    period = "month" if span in LONG else span
    rows = visible(entity, user).filter(period=period, start__gte=first, start__lte=last).order_by("pk")
    wanted = _wanted(rows)
    if not wanted:
        return []
    people = People.now()
    measures = [str(one.value) for one in MEASURES if any(key[0] == one.value for key in wanted)]
    ledger = Ledger.of(user, first, last, measures, forecast=today <= last)
    made = _Maker(ledger, people, Days.of(first, last, today), today, LONG.get(span, 0))
    words = {str(one.value): str(one.label) for one in MEASURES}
    return [
        Sheet(
            measure,
            _said(words[measure], taxed(measure)),
            today <= last and measure in FORESEEN,
            made.tree(measure, wanted),
        )
        for measure in measures
    ]


def _said(label: str, beside: str) -> str:
    """受注金額（案件・税抜）: what is said of the tax goes into the brackets that are there."""
    if not beside:
        return label
    if label.endswith("）"):
        return f"{label[:-1]}・{beside}）"
    return _("%(text)s（%(beside)s）") % {"text": label, "beside": beside}


def _wanted(rows: Any) -> dict[Key, Wanted]:
    made: dict[Key, Wanted] = {}
    for goal in rows:
        whom = {"team": goal.team_id, "person": goal.owner_id}.get(goal.scope)
        if whom is None and goal.scope != "company":
            continue  # a team that is no more
        held = made.setdefault((goal.measure, goal.scope, whom), Wanted(0, goal.pk, 0))
        held.target, held.months = held.target + goal.target, held.months + 1
    return made


class _Maker:
    """Makes the lines of a span."""

    def __init__(self, ledger: Ledger, people: People, days: Days, today: datetime.date, months: int) -> None:
        self.ledger, self.people, self.days, self.today, self.months = ledger, people, days, today, months
        self.over = today > ledger.last
        self.begun = today >= ledger.first
        self.goals = registry.get("goal")

    def tree(self, measure: str, wanted: dict[Key, Wanted]) -> list[Line]:
        """Company, teams in their order, persons below their team; who has no team comes last."""
        mine = {key[1:]: one for key, one in wanted.items() if key[0] == measure}
        lines: list[Line] = []
        if ("company", None) in mine:
            lines.append(self.line(measure, "company", _("会社全体"), 0, None, mine["company", None]))
        top = len(lines)
        persons = [key for scope, key in mine if scope == "person"]
        team_of = self.people.team_of
        order = {key: place for place, key in enumerate(team_of)}
        persons.sort(key=lambda key: order.get(key or 0, len(order)))
        for team, depth in self.people.ordered():
            within = self.people.below(team)
            used = any(key in within for scope, key in mine if scope == "team") or any(
                team_of.get(key or 0) in within for key in persons
            )
            if not used:
                continue
            name, held = self.people.teams[team].name, mine.get(("team", team))
            if held is None:
                lines.append(self.without_goal(measure, name, top + depth, self.people.members(team)))
            else:
                lines.append(self.line(measure, "team", name, top + depth, self.people.members(team), held))
            lines += [
                self.person(measure, key, top + depth + 1, mine)
                for key in persons
                if team_of.get(key or 0) == team
            ]
        lines += [
            self.person(measure, key, top, mine)
            for key in persons
            if team_of.get(key or 0) not in self.people.teams
        ]
        return lines

    def person(self, measure: str, key: int | None, depth: int, mine: dict[Any, Wanted]) -> Line:
        """A person's line."""
        name = user_names().get(key or 0, "")
        return self.line(measure, "person", name, depth, frozenset({key or 0}), mine["person", key])

    def line(
        self, measure: str, scope: str, label: str, depth: int, owners: frozenset[int] | None, wanted: Wanted
    ) -> Line:
        """A goal with its figures."""
        made = Line(label, scope, depth, goal=True, figures=True, target=amount_text(measure, wanted.target))
        if self.months:
            made.url = self.goals.list_url
            if wanted.months < self.months:
                made.note = _("%(n)d/%(all)dか月分の目標") % {"n": wanted.months, "all": self.months}
        else:
            made.url = self.goals.url(wanted.key)
        actual = self.ledger.sum(measure, owners)
        if actual is None:
            made.note = _("実績のもとになる項目を見る権限がありません。")
            return made
        made.actual = Figure(amount_text(measure, actual), self.ledger.address(measure, owners))
        made.percent = math.floor(actual * 100 / wanted.target)
        made.due_percent = self._due()
        made.reached = actual >= wanted.target
        gap = wanted.target - actual
        made.gap = amount_text(measure, abs(gap))
        made.state = self._state(actual, wanted.target)
        if not self.over and not made.reached:
            made.pace = amount_text(measure, math.ceil(gap / self.days.left)) if self.days.left else ""
        if not self.over:
            self._forecast(made, measure, owners, actual)
        return made

    def without_goal(self, measure: str, label: str, depth: int, owners: frozenset[int]) -> Line:
        """A team of which only members have goals: what it reached and what is to be expected, as its head asks."""
        made, actual = Line(label, "team", depth), self.ledger.sum(measure, owners)
        if actual is not None:
            made.figures = True
            made.actual = Figure(amount_text(measure, actual), self.ledger.address(measure, owners))
            if not self.over:
                self._forecast(made, measure, owners, actual)
        return made

    def _due(self) -> int:
        """How much of the goal should be there by the end of yesterday, in percent."""
        return 100 if self.over else self.days.gone * 100 // self.days.total if self.days.total else 0

    def _state(self, actual: float, target: int) -> str:
        if actual >= target:
            return "reached"
        if self.over:
            return "missed"
        if not self.begun:
            return ""
        return self.days.pace(actual, target)

    def _forecast(self, made: Line, measure: str, owners: frozenset[int] | None, actual: float) -> None:
        ledger = self.ledger
        if measure in DEAL_MEASURES:
            parts = {
                name: ledger.sum(f"{measure}:{name}", owners) for name in ("committed", "best", "weighted")
            }
            if parts["committed"] is None:
                return
            best = (parts["committed"] or 0) + (parts["best"] or 0)
            made.committed = self._expected(measure, owners, actual, parts["committed"], ("committed",))
            made.best = self._expected(measure, owners, actual, best, ("committed", "best"))
            made.weighted = self._expected(
                measure, owners, actual, parts["weighted"] or 0, ("committed", "best", "pipeline")
            )
        elif measure in {"visits", "calls"}:
            planned = ledger.sum(f"planned_{measure}", owners)
            if planned is not None:
                more = _("予定 %(n)s") % {"n": amount_text(measure, planned)}
                made.committed = Figure(
                    amount_text(measure, actual + planned),
                    "",
                    more,
                    ledger.address(f"planned_{measure}", owners),
                )

    def _expected(
        self, measure: str, owners: frozenset[int] | None, actual: float, more: float, names: tuple[str, ...]
    ) -> Figure:
        """What came in and what these categories add; the number leads to the records of both."""
        first, last = self.ledger.first, self.ledger.last
        coming = open_tree(names, first, last)
        both = {"any": [tree_of(measure, first, last), coming]}
        return Figure(
            amount_text(measure, actual + more), self.ledger.address(measure, owners, both),
            f"+{amount_text(measure, more)}" if more else "", self.ledger.address(measure, owners, coming),
        )  # fmt: skip
