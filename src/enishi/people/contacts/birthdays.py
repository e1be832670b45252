"""The day of the year of a date, as the database reckons it: what birthdays are looked for by, through an index."""

from typing import Any

from django.db.models import Func, IntegerField


class MonthDay(Func):
    """Month × 100 + day of a date (1231 for 31 December), the same expression on both databases' indexes."""

    output_field = IntegerField()
    arity = 1
    template = "((EXTRACT(MONTH FROM %(expressions)s) * 100 + EXTRACT(DAY FROM %(expressions)s))::integer)"

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """SQLite keeps a date as 2026-12-31."""
        template = "CAST(substr(%(expressions)s, 6, 2) || substr(%(expressions)s, 9, 2) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **extra)


def key_of(month: int, day: int) -> int:
    """What `MonthDay` gives for this day of the year."""
    return month * 100 + day
