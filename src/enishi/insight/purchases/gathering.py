"""Purchases of all customers, added up by the database: one row per customer, never an order by itself.

A purchase is a day on which an account has orders that weren't cancelled, their sum with tax not below zero. Orders of the future, those in the bin
and those of accounts in the bin don't count.
"""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from enishi.insight.lifetime_value.bgnbd import Floats

Ints = NDArray[np.int64]
CHUNK = 20_000
# Every order that counts, by customer and day. %s: the last day.
BOUGHT = """
    SELECT o.account_id, o.date, sum(o.total) AS total
    FROM sales_order o JOIN people_account a ON a.id = o.account_id AND a.deleted_at IS NULL
    WHERE o.deleted_at IS NULL AND o.status <> 'cancelled' AND o.total >= 0 AND o.date <= %s
    GROUP BY o.account_id, o.date
"""


@dataclass(frozen=True)
class Customers:
    """All customers who bought, by key; days as `date.toordinal` counts them, money in yen with tax."""

    keys: Ints
    days: Ints  # on which each bought
    first: Ints
    last: Ints
    total: Floats
    first_total: Floats  # of the first day
    early: Ints  # days up to `cut`
    early_last: Ints  # the last of them, 0 without any
    cut: int

    def __len__(self) -> int:
        return len(self.keys)

    def some(self, places: NDArray[Any]) -> "Customers":
        """Those at these places."""
        return Customers(
            self.keys[places], self.days[places], self.first[places], self.last[places], self.total[places],
            self.first_total[places], self.early[places], self.early_last[places], self.cut,
        )  # fmt: skip


def window(until: datetime.date) -> tuple[int, int] | None:
    """The first and last day of purchase up to a day, as ordinals; None without any."""
    with connection.cursor() as cursor:
        sql = f"SELECT {_ordinal('min(date)')}, {_ordinal('max(date)')} FROM ({BOUGHT}) bought"  # noqa: S608
        cursor.execute(sql, [day_value(until)])
        first, last = cursor.fetchone()
    return None if first is None else (int(first), int(last))


def gather(until: datetime.date, cut: int) -> Customers:
    """All customers up to a day. `cut`: the ordinal of a day up to which their purchases are counted apart."""
    sql = f"""
        SELECT account_id, count(*), {_ordinal("min(date)")}, {_ordinal("max(date)")}, CAST(sum(total) AS double precision),
            CAST(sum(CASE WHEN date = began THEN total ELSE 0 END) AS double precision),
            sum(CASE WHEN date <= %s THEN 1 ELSE 0 END),
            COALESCE({_ordinal("max(CASE WHEN date <= %s THEN date END)")}, 0)
        FROM (SELECT b.*, min(date) OVER (PARTITION BY account_id) AS began FROM ({BOUGHT}) b) bought
        GROUP BY account_id ORDER BY account_id
    """  # noqa: S608
    day = datetime.date.fromordinal(cut)
    parts = [np.array(rows, dtype=float) for rows in _rows(sql, [day, day, until])]
    table = np.concatenate(parts) if parts else np.empty((0, 8))
    keys, days, first, last, total, first_total, early, early_last = table.T
    whole = np.int64
    return Customers(
        keys.astype(whole), days.astype(whole), first.astype(whole), last.astype(whole), total, first_total,
        early.astype(whole), early_last.astype(whole), cut,
    )  # fmt: skip


def medians(until: datetime.date) -> tuple[dict[int, tuple[int, float]], int, float | None]:
    """Of customers with three purchases and more how many intervals they have and the median of these in days, by key; then how many
    intervals all have together, and the median of all."""
    gaps = f"""
        SELECT account_id, {_ordinal("date")} - {_ordinal("before")} AS gap
        FROM (SELECT account_id, date, LAG(date) OVER (PARTITION BY account_id ORDER BY date) AS before FROM ({BOUGHT}) b) d
        WHERE before IS NOT NULL
    """  # noqa: S608

    def middle(split: str, column: str) -> str:
        return f"""
            SELECT {column}, max(n), avg(gap) FROM (
                SELECT account_id, gap, ROW_NUMBER() OVER ({split} ORDER BY gap) AS place, COUNT(*) OVER ({split}) AS n FROM ({gaps}) g
            ) ranked WHERE place IN ((n + 1) / 2, (n + 2) / 2) AND n >= 2 GROUP BY 1
        """  # noqa: S608

    own = {
        int(key): (int(count), float(days))
        for rows in _rows(middle("PARTITION BY account_id", "account_id"), [until])
        for key, count, days in rows
    }
    every = [row for rows in _rows(middle("", "0"), [until]) for row in rows]
    return own, int(every[0][1]) if every else 0, float(every[0][2]) if every else None


def _ordinal(day: str) -> str:
    """A day in SQL as `date.toordinal` counts it."""
    if connection.vendor == "sqlite":
        return f"CAST(julianday({day}) - 1721424.5 AS INTEGER)"
    return f"({day} - DATE '0001-01-01' + 1)"


def day_value(day: datetime.date) -> Any:
    """A day as the driver takes it."""
    return connection.ops.adapt_datefield_value(day)


def _rows(sql: str, values: Sequence[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """The answer in chunks, held in the database meanwhile."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, [day_value(one) for one in values])
        while rows := cursor.fetchmany(CHUNK):
            yield rows
