"""The company's fiscal year [年度], and spans of days by name."""

import datetime
import time

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from enishi.insight.models import FiscalYear

KEEP_SECONDS = 5.0
USUAL = 4  # April, as the state, schools and most companies have it
SPANS = (
    "today", "this_week", "this_month", "last_month", "this_quarter", "last_quarter", "this_fiscal", "last_fiscal",
    "this_year", "last_year", "days_30", "days_90", "days_365",
)  # fmt: skip
_kept: list[tuple[float, int]] = []


def first_month() -> int:
    """The month in which the fiscal year begins, 1–12; kept for some seconds."""
    now = time.monotonic()
    if not _kept or now - _kept[0][0] > KEEP_SECONDS:
        found = FiscalYear.objects.filter(pk=1).values_list("first_month", flat=True).first()
        _kept[:] = [(now, found or USUAL)]
    return _kept[0][1]


@receiver([post_save, post_delete], sender=FiscalYear)
def forget(**_more: object) -> None:
    """A change made here is seen here at once."""
    _kept.clear()


def month_start(index: int) -> datetime.date:
    """The first day of a month counted from year 0 (year × 12 + month − 1)."""
    return datetime.date(index // 12, index % 12 + 1, 1)


def month_index(day: datetime.date) -> int:
    """The number of a day's month, counted from year 0."""
    return day.year * 12 + day.month - 1


def shifted(day: datetime.date, months: int) -> datetime.date:
    """The same day some months on; the month's last where there is no such day."""
    index = month_index(day) + months
    last = (month_start(index + 1) - datetime.timedelta(days=1)).day
    return month_start(index).replace(day=min(day.day, last))


def span(name: str, today: datetime.date, first: int) -> tuple[datetime.date, datetime.date]:
    """First and last day of a span, both included.

    Raises:
        ValueError: there is none of this name.
    """
    index, one = month_index(today), datetime.timedelta(days=1)
    if name.startswith("days_"):
        return today - datetime.timedelta(days=int(name[5:]) - 1), today
    if name == "today":
        return today, today
    if name == "this_week":
        monday = today - datetime.timedelta(days=today.weekday())
        return monday, monday + datetime.timedelta(days=6)
    which, _mark, unit = name.partition("_")
    length = {"month": 1, "quarter": 3, "fiscal": 12, "year": 12}.get(unit, 0)
    if not length or which not in {"this", "last"}:
        raise ValueError(name)
    offset = first - 1 if unit in {"fiscal", "quarter"} else 0
    start = (index - offset) // length * length + offset - (length if which == "last" else 0)
    return month_start(start), month_start(start + length) - one


def months_of(name: str) -> int:
    """How many whole months a span has; 0 where it is counted in days."""
    return {"month": 1, "quarter": 3, "fiscal": 12, "year": 12}.get(name.partition("_")[2], 0)


def before(
    name: str, first: datetime.date, last: datetime.date, compare: str
) -> tuple[datetime.date, datetime.date]:
    """The span that a span is compared with: the one before it ("before"), or the same a year ago ("year")."""
    months = 12 if compare == "year" else months_of(name)
    if months:
        start = shifted(first, -months)
        end = shifted(last + datetime.timedelta(days=1), -months) - datetime.timedelta(days=1)
        return start, end
    days = (last - first).days + 1
    return first - datetime.timedelta(days=days), first - datetime.timedelta(days=1)
