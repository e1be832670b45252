"""Whether the company works on a day: its weekdays, its own days off, the national holidays."""

import datetime
import time
from dataclasses import dataclass

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from enishi.japanese.calendar import holiday_name
from enishi.records.pages.calendars import days_named
from enishi.work.daysoff.models import CompanyWeek, DayOff

KEEP_SECONDS = 5.0
WEEKEND = frozenset({5, 6})
MOST = 2000  # days off that are read; an office has some twenty a year
_kept: "list[tuple[float, Days]]" = []


@dataclass(frozen=True)
class Days:
    """The company's calendar as it is set."""

    weekdays: frozenset[int]  # 0 Monday … 6 Sunday
    holidays: bool
    own: dict[datetime.date, str]

    def name(self, day: datetime.date) -> str:
        """Why a day is special: the company's own name for it, else the national holiday's; nothing on other days."""
        return self.own.get(day) or holiday_name(day) or ""

    def works(self, day: datetime.date) -> bool:
        """Whether the company is open."""
        if day.weekday() in self.weekdays or day in self.own:
            return False
        return not self.holidays or holiday_name(day) is None

    def next(self, day: datetime.date) -> datetime.date:
        """The day itself where the company works, else the next on which it does (at most a year on)."""
        for ahead in range(366):
            found = day + datetime.timedelta(days=ahead)
            if self.works(found):
                return found
        return day

    def after(self, day: datetime.date) -> datetime.date:
        """The first business day after a day."""
        return self.next(day + datetime.timedelta(days=1))

    def count(self, first: datetime.date, last: datetime.date) -> int:
        """Business days from `first` to `last`, both included."""
        return sum(self.works(first + datetime.timedelta(days=n)) for n in range((last - first).days + 1))


def company_days() -> Days:
    """The company's calendar; kept for some seconds, since nearly every page asks."""
    now = time.monotonic()
    held = next(iter(_kept), None)  # another thread may forget it at any time
    if held is None or now - held[0] > KEEP_SECONDS:
        week = CompanyWeek.objects.filter(pk=1).first()
        own = dict(DayOff.objects.order_by("-day").values_list("day", "name")[:MOST])
        weekdays = WEEKEND if week is None else frozenset(week.weekdays)
        held = now, Days(weekdays, week is None or week.holidays, own)
        _kept[:] = [held]
    return held[1]


@receiver([post_save, post_delete], sender=CompanyWeek)
@receiver([post_save, post_delete], sender=DayOff)
def forget(**_more: object) -> None:
    """A change made here is seen here at once."""
    _kept.clear()


@days_named.connect
def name_days(names: dict[datetime.date, str], closed: set[datetime.date]) -> None:
    """Gives the months of lists the company's days off."""
    known = company_days()
    for day in names:
        names[day] = known.name(day)
        if day in known.own:
            closed.add(day)
