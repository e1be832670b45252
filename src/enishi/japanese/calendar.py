"""Japanese days: holidays, weekdays, fiscal years, the form in which dates are shown."""

import datetime
from functools import lru_cache

import jpholiday
from django.utils.translation import get_language

_WEEKDAYS = "月火水木金土日"
_ENGLISH = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@lru_cache(maxsize=64)
def _holidays(year: int) -> dict[datetime.date, str]:
    return dict(jpholiday.year_holidays(year))


def holiday_name(day: datetime.date) -> str | None:
    """The name of the national holiday (国民の祝日に関する法律), None on other days."""
    return _holidays(day.year).get(day) if 1948 <= day.year <= 2099 else None


def is_business_day(day: datetime.date) -> bool:
    """Monday to Friday and no holiday."""
    return day.weekday() < 5 and holiday_name(day) is None


def format_date(day: datetime.date, weekday: bool = True) -> str:
    """「2026/11/23(月)」, in English 2026/11/23 (Mon)."""
    return f"{day.year}/{day.month:02}/{day.day:02}" + (_weekday(day) if weekday else "")


def format_short(day: datetime.date) -> str:
    """「11/23(月)」, in English 11/23 (Mon)."""
    return f"{day.month}/{day.day}{_weekday(day)}"


def _weekday(day: datetime.date) -> str:
    place = day.weekday()
    english = (get_language() or "ja").startswith("en")
    return f" ({_ENGLISH[place]})" if english else f"({_WEEKDAYS[place]})"


def fiscal_year(day: datetime.date, first_month: int = 4) -> int:
    """The fiscal year a day belongs to, named by the year it begins in."""
    return day.year if day.month >= first_month else day.year - 1
