"""Large tables, counted by several threads. SQLite groups by sorting all rows, which takes most of the time; a table of the groups, into
which each row is added, takes half to a third of it (measured over a million orders), and as many threads fill one each as there are
processors. PostgreSQL groups by hashing, with several processes where it pays, and needs none of it."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Value

STEP = 50_000  # keys in a piece
LEAST = 100_000  # rows from which it pays
MOST_PIECES = 500
MOST_THREADS = 4
WIDE = 15_000  # groups of the first piece from which it is no gain
TABLE, EMPTY = (
    "temp.enishi_groups",
    "x''",
)  # where groups are added up; what stands there for no value, being no key
# By how a figure is made: what it is when one more row (`excluded`) comes to it.
_ADDED = {
    "count": "{0} + excluded.{0}",
    "sum": "COALESCE({0} + excluded.{0}, {0}, excluded.{0})",
    "min": "CASE WHEN {0} IS NULL OR excluded.{0} < {0} THEN excluded.{0} ELSE {0} END",
    "max": "CASE WHEN {0} IS NULL OR excluded.{0} > {0} THEN excluded.{0} ELSE {0} END",
}


def grouped(
    rows: QuerySet[Any], asked: QuerySet[Any], by: Sequence[str], figures: Mapping[str, tuple[str, Any]]
) -> list[list[dict[str, Any]]] | None:
    """The groups of parts of `rows`, as `asked` groups them by `by`; None where one question for all is quicker.

    Args:
        figures: how each figure of `asked` is made (count, sum, min, max; avg isn't, its sum and count are) and of which expression.
    """
    spans = pieces(rows)
    if not spans:
        return None
    parts = min(threads(), len(spans))
    shared = [spans[len(spans) * one // parts : len(spans) * (one + 1) // parts] for one in range(parts)]
    found = together([partial(_added_up, rows, asked, by, figures, some) for some in shared])
    return None if None in found else found


def _added_up(
    rows: QuerySet[Any],
    asked: QuerySet[Any],
    by: Sequence[str],
    figures: Mapping[str, tuple[str, Any]],
    spans: Sequence[tuple[int, int]],
) -> list[dict[str, Any]] | None:
    """The groups of the rows in spans of keys that lie side by side; None where they are too many."""
    values = {name: value for name, (_how, value) in figures.items() if value is not None}
    each = rows.annotate(**values).values(*by, *values)
    compiler = asked.query.get_compiler(connection=connection)
    compiler.as_sql()
    names = [str(alias) for _expression, _sql, alias in compiler.select]
    quoted = {name: connection.ops.quote_name(name) for name in names}
    held = ", ".join(quoted[name] for name in by)
    told = ", ".join(
        [*(f"IFNULL({quoted[one]}, {EMPTY})" for one in by), *(_one(quoted[name], *figures[name]) for name in figures)]
    )  # fmt: skip
    more = ", ".join(
        f"{quoted[name]} = {_ADDED[how].format(quoted[name])}"
        for name, (how, _value) in figures.items()
        if how in _ADDED
    )
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(
            f"CREATE TEMP TABLE {TABLE} ({', '.join([held, *(quoted[one] for one in figures)])}, PRIMARY KEY ({held})) WITHOUT ROWID"
        )
        try:
            for start, end in dict.fromkeys([spans[0], (spans[0][1], spans[-1][1])]):
                sql, given = each.filter(pk__gte=start, pk__lt=end).query.sql_with_params()
                cursor.execute(
                    f"INSERT INTO {TABLE} SELECT {told} FROM ({sql}) WHERE true ON CONFLICT DO UPDATE SET {more}",  # noqa: S608 (names of our own)
                    given,
                )
                cursor.execute(f"SELECT count(*) FROM {TABLE}")  # noqa: S608
                if start == spans[0][0] and cursor.fetchone()[0] > WIDE:
                    return None
            cursor.execute(f"SELECT {', '.join(quoted[one] for one in names)} FROM {TABLE}")  # noqa: S608
            found: Iterable[Sequence[Any]] = [
                [None if one == b"" else one for one in row] for row in cursor.fetchall()
            ]
        finally:
            cursor.execute(f"DROP TABLE {TABLE}")
    if converters := compiler.get_converters([expression for expression, _sql, _alias in compiler.select]):
        found = compiler.apply_converters(found, converters)
    return [dict(zip(names, row, strict=True)) for row in found]


def _one(name: str, how: str, value: Any) -> str:
    """What one row tells of a figure."""
    if how == "count":
        return "1" if value is None else f"({name} IS NOT NULL)"
    return name if how in _ADDED else "NULL"


def shares(rows: QuerySet[Any], column: str) -> list[QuerySet[Any]]:
    """A large table in as many parts as there are threads, each with all records of some of the values of a column of keys, so that
    different values counted in each add up; [] where one question is quicker."""
    parts = threads()
    if parts < 2 or not _is_large(rows):
        return []
    apart = rows.alias(share=F(column) % Value(parts))
    empty = Q(**{f"{column}__isnull": True})
    return [apart.filter(Q(share=one) | empty if not one else Q(share=one)) for one in range(parts)]


def threads() -> int:
    """How many threads ask at a time: what this one has written and not stored yet, no other connection sees."""
    return 1 if connection.in_atomic_block else min(MOST_THREADS, os.cpu_count() or 1)


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """What the calls give, each but the first in a thread with a connection of its own: SQLite reads in one while it does in another."""

    def beside(call: Callable[[], Any]) -> Any:
        try:
            return call()
        finally:
            connection.close()

    if len(calls) < 2:
        return [call() for call in calls]
    with ThreadPoolExecutor(len(calls) - 1) as pool:
        others = [pool.submit(copy_context().run, beside, call) for call in calls[1:]]
        return [calls[0](), *(one.result() for one in others)]


def pieces(rows: QuerySet[Any]) -> list[tuple[int, int]]:
    """Spans of keys (from, to without) to ask one after the other; [] where one question is quicker.

    Each record is counted once: it doesn't move from one span to another while they are asked.
    """
    if not _is_large(rows):
        return []
    keys = rows.model._base_manager.values_list("pk", flat=True)
    first, last = keys.earliest("pk"), keys.latest("pk")
    step = max(STEP, (last - first) // MOST_PIECES + 1)
    return [(start, start + step) for start in range(first, last + 1, step)]


def _is_large(rows: QuerySet[Any]) -> bool:
    if connection.vendor != "sqlite" or not _is_counted(rows.model._meta.db_table):
        return False
    return bool(rows.order_by().values_list("pk")[LEAST : LEAST + 1])


def _is_counted(table: str) -> bool:
    """Whether SQLite knows how its rows spread (`ANALYZE`): else it takes the index of a period for each piece, and goes through all of
    the period as often as there are pieces."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")
        if cursor.fetchone() is None:
            return False
        cursor.execute("SELECT 1 FROM sqlite_stat1 WHERE tbl = %s LIMIT 1", [table])
        return cursor.fetchone() is not None
