"""A month of any entity that has a date: its records on their days, as a grid on a laptop, as a list on a telephone."""

import calendar as months
import datetime
import re
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.japanese.calendar import format_short, holiday_name
from enishi.kit.hooks import Hook
from enishi.records.conditions import Scope, compile_condition
from enishi.records.entity import Entity
from enishi.records.errors import NotFound
from enishi.records.fields import Date
from enishi.records.lists import ListState
from enishi.records.pages.base import handled, person
from enishi.records.pages.lists import filter_chips
from enishi.records.visible import visible

PER_DAY, MOST = 4, 1000
EVER = datetime.date(1000, 1, 1), datetime.date(9998, 12, 31)
days_named = Hook(
    "days named"
)  # upper floors name the company's own days off: names and closed are theirs to change
_MONTH = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])\Z")


@require_GET
@handled
def calendar_page(request: HttpRequest, entity: Entity) -> HttpResponse:
    """One month, whole weeks, with what else the list's address says as a condition."""
    user = person(request)
    if not entity.calendar_field:
        raise NotFound
    found = entity.field(entity.calendar_field)
    assert isinstance(found, Date)
    today = timezone.localdate()
    match = _MONTH.match(request.GET.get("month", ""))
    first = datetime.date(int(match[1]), int(match[2]), 1) if match else today.replace(day=1)
    weeks = months.Calendar(firstweekday=6).monthdatescalendar(first.year, first.month)
    state = ListState.of(entity, user, request.GET)
    rows = visible(entity, user).filter(found.day_range(weeks[0][0], weeks[-1][-1]))
    if state.condition:
        rows = rows.filter(compile_condition(entity, state.condition, Scope.of(user)))
    columns = entity.row_columns([found])
    rows = rows.only(*columns) if columns else rows
    records = list(rows.order_by(found.expression(), "pk")[: MOST + 1])
    held: dict[datetime.date, list[dict[str, str]]] = {}
    for record in records[:MOST]:
        day = found.day_of(found.get(record))
        if day is not None:
            held.setdefault(day, []).append({"title": entity.title(record), "url": entity.url(record.pk)})
    names = {day: holiday_name(day) or "" for week in weeks for day in week}
    closed: set[datetime.date] = set()
    days_named.send(names=names, closed=closed)
    context = {
        "entity": entity, "field": found, "state": state, "chips": filter_chips(request, state), "first": first,
        "title": _("%(year)d年%(month)d月") % {"year": first.year, "month": first.month},
        "before": _link(request, (first - datetime.timedelta(days=1)).replace(day=1)),
        "after": _link(request, (first + datetime.timedelta(days=32)).replace(day=1)),
        "now": _link(request, today.replace(day=1)),
        "weeks": [[_day(day, first, today, held.get(day, []), names[day], day in closed) for day in week] for week in weeks],
        "too_many": len(records) > MOST,
        "names": [_("日"), _("月"), _("火"), _("水"), _("木"), _("金"), _("土")],
        "empty": not records, "nearest": None if records else _nearest(request, entity, state, found, weeks[-1][-1]),
    }  # fmt: skip
    return render(request, "records/calendar.html", context)


def _nearest(
    request: HttpRequest, entity: Entity, state: ListState, found: Date, last: datetime.date
) -> tuple[str, str] | None:
    """The next month in which there is something, or else the last one that had: its address and name."""
    user = person(request)
    rows = visible(entity, user)
    if state.condition:
        rows = rows.filter(compile_condition(entity, state.condition, Scope.of(user)))
    soon = rows.filter(found.day_range(last, EVER[1])).order_by(found.expression(), "pk").first()
    record = soon or rows.filter(found.day_range(EVER[0], last)).order_by(found.expression(), "pk").last()
    day = found.day_of(found.get(record)) if record is not None else None
    return (
        (
            _link(request, day.replace(day=1)),
            _("%(year)d年%(month)d月") % {"year": day.year, "month": day.month},
        )
        if day
        else None
    )


def _link(request: HttpRequest, day: datetime.date) -> str:
    query = request.GET.copy()
    query["month"] = f"{day:%Y-%m}"
    return f"?{query.urlencode()}"


def _day(
    day: datetime.date,
    first: datetime.date,
    today: datetime.date,
    records: list[dict[str, str]],
    name: str,
    closed: bool,
) -> dict[str, Any]:
    return {
        "day": day, "number": day.day, "words": format_short(day), "other": day.month != first.month, "today": day == today,
        "holiday": name, "closed": closed, "sunday": day.weekday() == 6, "saturday": day.weekday() == 5,
        "records": records[:PER_DAY], "rest": records[PER_DAY:],
    }  # fmt: skip
