"""The calendar of tasks ahead and of what was done: day, week, month and the coming days, one's own, the team's or all."""

import calendar as months
import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.japanese.calendar import format_date, format_short, holiday_name
from enishi.records import registry
from enishi.records.pages.base import day_of, handled, person
from enishi.work.planner.entries import WHO, Entry, between
from enishi.work.views import ICONS

SPANS = ("day", "week", "month", "agenda")
AGENDA_DAYS = 14
PER_DAY = {"month": 4}
FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)


@require_GET
@handled
def calendar_page(request: HttpRequest) -> HttpResponse:
    """`?span=` day, week (without it), month or agenda; `?on=` a day in it; `?who=` me (without it), team or all.
    What an address says wrongly is taken as not said."""
    user = person(request)
    today = timezone.localdate()
    span = request.GET.get("span", "")
    span = span if span in SPANS else "week"
    who = request.GET.get("who", "")
    who = who if who in WHO else "me"
    on = day_of(request.GET.get("on", ""), today, FIRST, LAST)
    days = days_of(span, on)
    held, too_many = between(user, days[0], days[-1], who)
    plans = user.rights.reach("create", "task") != "none" and registry.find("task") is not None

    def link(**changed: str) -> str:
        return "?" + urlencode({"span": span, "on": on.isoformat(), "who": who, **changed})

    back = reverse("planner") + link()
    made = [_day(day, span, on, today, held.get(day, []), back if plans else "") for day in days]
    names = (_("日"), _("月"), _("火"), _("水"), _("木"), _("金"), _("土"))
    context = {
        "title": _title(span, on, days), "span": span, "too_many": too_many, "empty": not held, "others": who != "me", "plans": plans,
        "weeks": [made[n : n + 7] for n in range(0, len(made), 7)] if span in {"week", "month"} else [],
        "list": made if span in {"day", "agenda"} else [], "names": names,
        "before": link(on=_step(span, on, -1).isoformat()), "after": link(on=_step(span, on, 1).isoformat()),
        "now": link(on=today.isoformat()),
        "spans": [
            (label, link(span=value), value == span)
            for value, label in (("day", _("日")), ("week", _("週")), ("month", _("月")), ("agenda", _("一覧")))
        ],
        "whose": [
            (label, link(who=value), value == who)
            for value, label in (("me", _("自分")), ("team", _("チーム")), ("all", _("全員")))
            if value != "team" or user.team_id
        ],
    }  # fmt: skip
    return render(request, "work/calendar.html", context)


def days_of(span: str, on: datetime.date) -> list[datetime.date]:
    """The days that a span around a day shows; weeks begin on Sunday, as Japanese wall calendars do."""
    if span == "month":
        return [
            day
            for week in months.Calendar(firstweekday=6).monthdatescalendar(on.year, on.month)
            for day in week
        ]
    first = on - datetime.timedelta(days=on.isoweekday() % 7) if span == "week" else on
    length = {"day": 1, "week": 7, "agenda": AGENDA_DAYS}[span]
    return [first + datetime.timedelta(days=n) for n in range(length)]


def _step(span: str, on: datetime.date, by: int) -> datetime.date:
    if span == "month":
        month = on.year * 12 + on.month - 1 + by
        found = datetime.date(month // 12, month % 12 + 1, 1)
    else:
        found = on + datetime.timedelta(days=by * {"day": 1, "week": 7, "agenda": AGENDA_DAYS}[span])
    return min(max(found, FIRST), LAST)


def _title(span: str, on: datetime.date, days: list[datetime.date]) -> str:
    if span == "month":
        return _("%(year)d年%(month)d月") % {"year": on.year, "month": on.month}
    if span == "day":
        return format_date(on)
    return _("%(first)s〜%(last)s") % {"first": format_date(days[0], False), "last": format_short(days[-1])}


def _day(
    day: datetime.date, span: str, on: datetime.date, today: datetime.date, entries: list[Entry], back: str
) -> dict[str, Any]:
    """One day; `back` is where the form to plan something returns to, nothing for who may plan nothing."""
    lines = [{"entry": one, "icon": ICONS.get(one.kind, "square-check")} for one in entries]
    most = PER_DAY.get(span, len(lines))
    plan = {"due_at": f"{day.isoformat()}T10:00", "all_day": "", "kind": "visit", "next": back}
    return {
        "words": format_short(day), "number": day.day, "other": span == "month" and day.month != on.month, "today": day == today,
        "holiday": holiday_name(day) or "", "sunday": day.weekday() == 6, "saturday": day.weekday() == 5,
        "lines": lines[:most], "rest": lines[most:],
        "plan": f"{reverse('create', args=['task'])}?{urlencode(plan)}" if back else "",
    }  # fmt: skip
