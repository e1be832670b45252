"""面談の成果: by person for a month or week, and how it went over the last of them."""

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.access.names import user_names
from enishi.insight.goals.entity import PERIODS, period_words
from enishi.insight.goals.lines import span_days
from enishi.insight.goals.pages import FIRST, LAST
from enishi.insight.meetings.figures import Counted, Span, after, spans_up_to
from enishi.insight.people import People
from enishi.records.errors import NotAllowed
from enishi.records.pages.base import day_of, handled, person, whole

SHOWN_SPANS = 6
Owners = frozenset[int] | None


@dataclass
class Cell:
    """A number with the list of its records; `share` of the meetings held, in percent."""

    label: str
    text: str
    url: str
    share: str = ""


@dataclass
class Row:
    """A person's or a span's figures."""

    label: str
    cells: list[Cell]
    url: str = ""
    current: bool = False


@require_GET
@handled
def meetings_page(request: HttpRequest) -> HttpResponse:
    """`?span=` month (without it) or week; `?on=` a day in it; `?team=` a team with those below it."""
    user, today = person(request), timezone.localdate()
    unit = "week" if request.GET.get("span") == "week" else "month"
    span = span_days(unit, day_of(request.GET.get("on", ""), today, FIRST, LAST))
    people = People.now()
    team = whole(request.GET.get("team", "")) or 0
    team = team if team in people.teams else 0
    owners: Owners = people.members(team) if team else None
    spans = spans_up_to(unit, span, SHOWN_SPANS)
    counted = Counted.of(user, unit, spans, owners)
    if "held" not in counted.names:
        raise NotAllowed

    def link(**changed: Any) -> str:
        held = {"span": unit, "on": span[0].isoformat(), "team": team, **changed}
        return "?" + urlencode({name: value for name, value in held.items() if value})

    heads = labels(unit)
    names = user_names()
    # Whoever holds his team's figures to account sees also who held no meeting.
    listed = counted.owners(span[0]) | (set(owners) if owners is not None else set())
    order = {key: place for place, key in enumerate(people.team_of)}
    rows = [
        Row(names.get(owner or 0, "") if owner else _("（担当なし）"), cells(counted, heads, [owner], span))
        for owner in sorted(listed, key=lambda one: order.get(one or 0, len(order)))
    ]
    total = None if owners is None else sorted(owners)
    trend = [
        Row(
            period_words(unit, one[0]),
            cells(counted, heads, total, one),
            link(on=one[0].isoformat()),
            one == span,
        )
        for one in reversed(spans)
    ]
    one_day = datetime.timedelta(days=1)
    context: dict[str, Any] = {
        "title": period_words(unit, span[0]), "following": period_words(unit, after(unit, span)[0]), "heads": [heads[name] for name in counted.names],
        "rows": rows, "total": Row(_("合計"), cells(counted, heads, total, span)), "trend": trend,
        "before": link(on=(span[0] - one_day).isoformat()), "after": link(on=(span[1] + one_day).isoformat()), "now": link(on=""),
        "current": span[0] <= today <= span[1], "team": team, "span": unit, "on": span[0].isoformat(),
        "spans": [(label, link(span=value), value == unit) for value, label in period_labels()],
        "teams": [(key, "　" * depth + people.teams[key].name) for key, depth in people.ordered()],
        "partial": user.rights.reach("see", "activity") != "all", "empty": not counted.owners(span[0]),
    }  # fmt: skip
    return render(request, "meetings/page.html", context)


def period_labels() -> list[tuple[str, str]]:
    """The lengths of a period, longest first."""
    return [(str(one.value), str(one.label)) for one in PERIODS if one.value in {"month", "week"}]


def labels(unit: str) -> dict[str, str]:
    """The words above the figures."""
    planned = _("翌週の予定") if unit == "week" else _("翌月の予定")
    return {"held": _("実施"), "success": _("成功"), "next": _("次回アポあり"), "planned": planned}


def cells(counted: Counted, heads: dict[str, str], owners: Any, span: Span) -> list[Cell]:
    """The figures of these owners (None: of all) in a span."""
    held = counted.sum("held", owners, span[0])
    made = []
    for name in counted.names:
        value = counted.sum(name, owners, span[0])
        share = f"{round(value * 100 / held)}%" if name in {"success", "next"} and held else ""
        made.append(
            Cell(heads[name], f"{value:,}", counted.address(name, owners, span) if value else "", share)
        )
    return made
