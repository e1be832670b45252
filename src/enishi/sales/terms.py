"""When an invoice is due: 締日 and 支払サイト."""

import calendar
import datetime

LAST = 31  # 末日


def day_of(year: int, month: int, day: int) -> datetime.date:
    """The day of a month; `LAST`, and every day that the month doesn't have, is its last."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return datetime.date(year, month, min(day, calendar.monthrange(year, month)[1]))


def closing_date(day: datetime.date, closing_day: int) -> datetime.date:
    """The closing day (締日) that a delivery of this day falls under."""
    close = day_of(day.year, day.month, closing_day)
    return close if day <= close else day_of(day.year, day.month + 1, closing_day)


def due_date(day: datetime.date, closing_day: int, months: int, pay_day: int) -> datetime.date:
    """When to pay for what closes with this day: 末締め翌月末 is (31, 1, 31), 20日締め翌々月10日 is (20, 2, 10)."""
    close = closing_date(day, closing_day)
    return day_of(close.year, close.month + months, pay_day)
