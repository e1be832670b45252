"""The calendar of tasks ahead and of what was done: day, week, month and the coming days, one's own, the team's or all."""

import calendar as months
import datetime
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from enishi.access.models import User
from enishi.japanese.calendar import format_date, format_short
from enishi.records import registry
from enishi.records.pages.base import day_of, handled, person, whole
from enishi.work.daysoff.days import Days, company_days
from enishi.work.planner.columns import (
    SIDE_BY_SIDE,
    Column,
    Person,
    clock,
    columns_of,
    free,
    people_of,
    words_of,
)
from enishi.work.planner.entries import USUAL, WHO, between
from enishi.work.planner.lines import Lines

SPANS = ("day", "week", "month", "agenda")
AGENDA_DAYS = 14
PER_DAY = {"month": 4}
FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)


@require_GET
@handled
def calendar_page(request: HttpRequest) -> HttpResponse:
    """`?span=` day, week (without it), month or agenda; `?on=` a day in it; `?who=` me (without it), team or all; `?people=` only
    these of them, by their keys. A day of several people stands side by side. What an address says wrongly is taken as not said."""
    user = person(request)
    today = timezone.localdate()
    span = request.GET.get("span", "")
    span = span if span in SPANS else "week"
    who = request.GET.get("who", "")
    who = who if who in WHO else "me"
    on = day_of(request.GET.get("on", ""), today, FIRST, LAST)
    chosen = frozenset(key for one in request.GET.get("people", "")[:4000].split(",") if (key := whole(one)))
    days, people = days_of(span, on), people_of(user, who, chosen)
    picked = sorted(one.key for one in people if one.shown) if chosen and people else []
    picked = picked if len(picked) < len(people) else []
    side = span == "day" and who != "me"
    crowded = side and sum(one.shown for one in people) > SIDE_BY_SIDE
    if crowded:  # more columns than a page holds
        beside = {one.key for one in [one for one in people if one.shown][:SIDE_BY_SIDE]}
        people = [replace(one, shown=one.key in beside) for one in people]
    asked: list[int | None] | None = [one.key for one in people if one.shown] if picked or crowded else None
    if asked is not None and not picked and who == "all":
        asked.append(None)  # what nobody holds has a column of its own, however many people there are
    held, too_many = between(user, days[0], days[-1], who, asked)

    def link(**changed: str) -> str:
        held_people = {"people": ",".join(map(str, picked))} if picked and "who" not in changed else {}
        return "?" + urlencode({"span": span, "on": on.isoformat(), "who": who, **held_people, **changed})

    lines = Lines(span, others=who != "me", named=not side)
    planner = _Planner(user, span, on, today, reverse("planner") + link(), lines)
    columns = columns_of(days, held, people, side_by_side=side)
    context = {
        "title": _title(span, on, days), "span": span, "too_many": too_many, "crowded": SIDE_BY_SIDE if crowded else 0, "empty": not held, "plans": planner.plans,
        "here": reverse("planner") + link(), "new": planner.new, "side": side, "on": on,
        "timed": span in {"day", "week"}, "columns": [planner.column(one) for one in columns] if span in {"day", "week"} else [],
        "weeks": _weeks([planner.column(one) for one in columns]) if span == "month" else [],
        "list": [planner.column(one) for one in columns] if span == "agenda" else [],
        "names": (_("日"), _("月"), _("火"), _("水"), _("木"), _("金"), _("土")),
        "hours": [f"{hour}:00" for hour in range(1, 24)],
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
        **_legend(people, picked, link),
        "free": planner.free(columns) if side else None,
        "route": f"{reverse('route')}?on={on if span == 'day' else today}" if registry.find("task") is not None else "",
    }  # fmt: skip
    part = request.GET.get("part") == "grid"
    return render(request, "work/calendar_grid.html" if part else "work/calendar.html", context)


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


def _weeks(days: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [days[n : n + 7] for n in range(0, len(days), 7)]


def _legend(people: list[Person], picked: list[int], link: Any) -> dict[str, Any]:
    """The people in their colours, each a link that shows or hides him; of many, the shown ones first."""

    def url(one: Person) -> str:
        if one.key in picked:
            left = [key for key in picked if key != one.key]
        else:
            left = sorted([*picked, one.key])
        return str(link(people=",".join(map(str, left))))

    made = [
        {"name": one.name, "colour": one.colour, "url": url(one), "shown": one.key in picked}
        for one in people
    ]
    if len(made) > SIDE_BY_SIDE:
        made.sort(key=lambda one: not one["shown"])
    first = max(SIDE_BY_SIDE, len(picked))
    return {
        "people": made[:first],
        "more_people": made[first:],
        "picked": picked,
        "everybody": link(people=""),
    }


class _Planner:
    """Makes what the templates show of each column; looks up once what is the same for all of them."""

    def __init__(
        self, user: User, span: str, on: datetime.date, today: datetime.date, back: str, lines: Lines
    ) -> None:
        self.span, self.on, self.today = span, on, today
        self.plans = user.rights.reach("create", "task") != "none" and registry.find("task") is not None
        # Where an empty place leads: the form, which returns here; nothing for who may plan nothing.
        self.new = f"{reverse('create', args=['task'])}?{urlencode({'next': back})}" if self.plans else ""
        self.days: Days = company_days()
        self.lines = lines

    def plan(
        self, day: datetime.date, minute: int = 600, length: int = USUAL, kind: str = "visit", owner: int = 0
    ) -> str:
        """The address of the form for something at this time."""
        if not self.plans:
            return ""
        values: dict[str, str | int] = {
            "due_at": f"{day.isoformat()}T{clock(minute)}",
            "all_day": "",
            "kind": kind,
            "minutes": length,
        }
        if owner:
            values["owner"] = owner
        return f"{self.new}&{urlencode(values)}"

    def column(self, column: Column) -> dict[str, Any]:
        """One day, or somebody's day."""
        day, someone = column.day, column.person
        whole, timed = ([self.lines.html(one) for one in some] for some in (column.whole, column.timed))
        lines = whole + timed
        most = PER_DAY.get(self.span, len(lines))
        return {
            "words": words_of(column), "short": someone.name if someone else format_short(day), "number": day.day, "iso": day.isoformat(), "other": self.span == "month" and day.month != self.on.month,
            "today": day == self.today, "holiday": self.days.name(day), "closed": not self.days.works(day), "own_day": day in self.days.own, "sunday": day.weekday() == 6, "saturday": day.weekday() == 5,
            "whole": whole, "timed": timed, "lines": lines[:most], "rest": lines[most:], "person": someone,
            "plan": self.plan(day, owner=someone.key if someone else 0),
        }  # fmt: skip

    def free(self, columns: list[Column]) -> list[dict[str, str]] | None:
        """When all that are shown are free, each with the form for a meeting then; None of a day that is over."""
        columns = [one for one in columns if one.person is not None and one.person.key]
        if not columns or columns[0].day < self.today:
            return None
        now = timezone.localtime()
        earliest = -(-(now.hour * 60 + now.minute) // 15) * 15 if columns[0].day == self.today else 0
        return [
            {"words": _("%(first)s〜%(last)s") % {"first": clock(first), "last": clock(last)},
             "url": self.plan(columns[0].day, first, min(USUAL, last - first), "meeting")}
            for first, last in free(columns, earliest)
        ]  # fmt: skip
