"""目標と見込み: every goal with what came in, what is to be expected, and the pace that is needed."""

import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.insight.goals import bare
from enishi.insight.goals.entity import PERIODS
from enishi.insight.goals.figures import SEEN
from enishi.insight.goals.lines import SPANS, Days, sheets, span_days, span_words
from enishi.records import registry
from enishi.records.pages.base import day_of, handled, person
from enishi.records.visible import allowed

FIRST, LAST = datetime.date(1990, 1, 1), datetime.date(2199, 12, 31)


@require_GET
@handled
def forecast_page(request: HttpRequest) -> HttpResponse:
    """`?span=` day, week, month (without it), quarter or fiscal; `?on=` a day in it."""
    user, today = person(request), timezone.localdate()
    entity = registry.get("goal")
    span = request.GET.get("span", "")
    span = span if span in SPANS else "month"
    first, last = span_days(span, day_of(request.GET.get("on", ""), today, FIRST, LAST))
    one = datetime.timedelta(days=1)

    def link(**changed: str) -> str:
        return "?" + urlencode({"span": span, "on": max(first, FIRST).isoformat(), **changed})

    words = {str(one.value): str(one.label) for one in reversed(PERIODS)} | {
        "quarter": _("四半期"),
        "fiscal": _("年度"),
    }
    on = today if first <= today <= last else first
    made = sheets(user, span, first, last, today)
    without = [] if made else bare.lines(user, first, last, today)
    shown = [*(sheet.measure for sheet in made), *([bare.MEASURE] if without else [])]
    context: dict[str, Any] = {
        "entity": entity, "title": span_words(span, first, last), "sheets": made, "days": Days.of(first, last, today), "over": today > last,
        "current": first <= today <= last, "partial": any(user.rights.reach("see", SEEN[measure][0]) != "all" for measure in shown),
        "before": link(on=(first - one).isoformat()), "after": link(on=(last + one).isoformat()), "now": f"?span={span}",
        "spans": [(label, link(span=name, on=on.isoformat()), name == span) for name, label in words.items()],
        "bare": without, "bare_head": bare.heading(), "new": "", "columns": any(sheet.forecast for sheet in made),
    }  # fmt: skip
    if allowed(user, entity).create:
        period, start = (span, first) if span in {"day", "week", "month"} else ("month", on.replace(day=1))
        fill = {"period": period, "start": start.isoformat(), "next": reverse("goals-forecast") + link()}
        context["new"] = f"{reverse('create', args=[entity])}?{urlencode(fill)}"
    return render(request, "goals/forecast.html", context)
