"""Days in the database's own words: Django's truncations are Python functions on SQLite, called row by row."""

import datetime
from typing import Any

from django.db.models import CharField, Func, IntegerField
from django.utils import timezone


def _offset() -> str | None:
    """The zone's distance from UTC as SQLite adds it, "" for none; None where it changes in the course of a year."""
    zone = timezone.get_current_timezone()
    found = {
        zone.utcoffset(datetime.datetime(year, month, 1)) for year in (1990, 2026) for month in range(1, 13)
    }
    if len(found) != 1:
        return None
    minutes = int((found.pop() or datetime.timedelta()).total_seconds() // 60)
    return f"{minutes:+d} minutes" if minutes else ""


class _OfDay(Func):
    """An expression over the day of a date or moment.

    Args:
        moment: whether the value is a moment in UTC, whose day is the zone's.
        text: whether it is text (an own field).
    """

    def __init__(self, value: Any, *, moment: bool, text: bool, **extra: Any) -> None:
        self.moment, self.text = moment, text
        super().__init__(value, **extra)

    def sqlite_day(self) -> str:
        """SQLite's arguments for date() and strftime()."""
        if not self.moment:
            return "%(expressions)s"
        offset = _offset()
        if offset is None:
            # Its own zone tables SQLite doesn't have; Django's function knows them.
            name = str(timezone.get_current_timezone_name())
            return f"django_datetime_cast_date(%(expressions)s, 'UTC', '{name}')"
        return f"%(expressions)s, '{offset}'" if offset else "%(expressions)s"

    def postgresql_day(self) -> str:
        """PostgreSQL's expression of the day."""
        value = "(%(expressions)s)"
        if not self.moment:
            return f"{value}::date" if self.text else value
        cast = "::timestamptz" if self.text else ""
        name = timezone.get_current_timezone_name().replace("'", "")
        return f"({value}{cast} AT TIME ZONE '{name}')"


class Month(_OfDay):
    """A day's month as a number: months since year 0."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        if self.moment:
            day = self.sqlite_day()
            year, month = f"strftime('%%Y', {day})", f"strftime('%%m', {day})"
        else:  # as it is written (2026-11-25): half the time of reading it as a day
            day = "NULLIF(%(expressions)s, '')" if self.text else "%(expressions)s"
            year, month = f"substr({day}, 1, 4)", f"substr({day}, 6, 2)"
        template = f"(CAST({year} AS INTEGER) * 12 + CAST({month} AS INTEGER) - 1)"
        return self._twice(compiler, connection, template)

    def _twice(self, compiler: Any, connection: Any, template: str) -> Any:
        sql, params = self.as_sql(compiler, connection, template=template)
        return sql, (*params, *params)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        day = self.postgresql_day()
        template = f"(EXTRACT(YEAR FROM {day})::int * 12 + EXTRACT(MONTH FROM {day})::int - 1)"
        return self._twice(compiler, connection, template)


class Months(Func):
    """Spans of several months, counted from year 0; the first of them begins `offset` months after January."""

    output_field = IntegerField()

    def __init__(self, month: Any, *, length: int = 1, offset: int = 0, **extra: Any) -> None:
        super().__init__(month, template=f"((%(expressions)s - {int(offset)}) / {int(length)})", **extra)


class Day(_OfDay):
    """A day as text (2026-11-25)."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template=f"date({self.sqlite_day()})")

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"to_char({self.postgresql_day()}, 'YYYY-MM-DD')"
        return self.as_sql(compiler, connection, template=template)


class Week(_OfDay):
    """The Monday of a day's week as text."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"date({self.sqlite_day()}, '-6 days', 'weekday 1')"
        return self.as_sql(compiler, connection, template=template)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"to_char(date_trunc('week', {self.postgresql_day()}), 'YYYY-MM-DD')"
        return self.as_sql(compiler, connection, template=template)
