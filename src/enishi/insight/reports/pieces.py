"""Large tables in pieces. SQLite groups by sorting, in one thread and slower the more it sorts: a million orders by month take two thirds
of the time in ten pieces and a third of it where two processors ask for them (measured; PostgreSQL groups by hashing, with several
processes where it pays, and needs none of it)."""

import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from threading import Lock
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Mod

STEP = 50_000  # keys in a piece
LEAST = 100_000  # rows from which it pays
MOST_PIECES = 500
MOST_THREADS = 4
MANY, LARGER = 1_000, 4  # groups of a piece from which so many pieces are asked for as one
WIDE = 15_000  # groups of one piece from which it is no gain: they are added up in Python


def grouped(rows: QuerySet[Any], asked: QuerySet[Any]) -> list[list[dict[str, Any]]] | None:
    """The groups of each piece of `rows`, as `asked` groups them; None where one question for all is quicker.

    As many threads ask as there are processors: while SQLite reads, Python goes on.
    """
    left = deque(pieces(rows))
    found: list[list[dict[str, Any]]] = []
    wide, lock = False, Lock()

    def span() -> tuple[int, int] | None:
        """The next keys: more at once where each piece has many groups, which Python adds up."""
        with lock:
            many = max(map(len, found), default=0) > MANY
            taken = [left.popleft() for _one in range(min(len(left), LARGER if many else 1))]
        return (taken[0][0], taken[-1][1]) if taken else None

    def work() -> None:
        nonlocal wide
        while (keys := span()) is not None:
            found.append(list(asked.filter(pk__gte=keys[0], pk__lt=keys[1])))
            if len(found[-1]) > WIDE:
                wide = True
                with lock:
                    left.clear()

    together([work] * min(threads(), len(left)))
    return found if found and not wide else None


def shares(rows: QuerySet[Any], column: str) -> list[QuerySet[Any]]:
    """A large table in as many parts as there are threads, each with all records of some of the values of a column of keys, so that
    different values counted in each add up; [] where one question is quicker."""
    parts = threads()
    if parts < 2 or not _is_large(rows):
        return []
    apart = rows.alias(share=Mod(F(column), Value(parts)))
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
