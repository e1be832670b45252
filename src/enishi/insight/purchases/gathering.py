"""Purchases of all customers, added up by the database: one row per customer, never an order by itself.

A customer is the account that an order names, else its contact (a private customer). A purchase is a day on which a customer has orders that
weren't cancelled, their sum with tax not below zero. Orders of the future, those in the bin and those of customers in the bin don't count.

Customers of both kinds are told apart by the sign of their key: accounts have their own, contacts theirs below zero.
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
# Whose an order is, by kind of customer: his key, the join that leaves out those in the bin.
_WHOSE = (
    ("o.account_id", "JOIN people_account a ON a.id = o.account_id AND a.deleted_at IS NULL"),
    (
        "-o.contact_id",
        "JOIN people_contact c ON c.id = o.contact_id AND c.deleted_at IS NULL AND o.account_id IS NULL",
    ),
)
COUNTS = "o.deleted_at IS NULL AND o.status <> 'cancelled' AND o.total >= 0 AND o.date <= %s"


def of_each(select: str, joins: str = "", more: str = "") -> str:
    """The union of a query over the orders (o) of every kind of customer; it asks for the last day once for each (`for_each`).

    Args:
        select: what is selected, with {customer} for the customer's key.
        joins: further tables; more: what follows the condition.
    """
    return " UNION ALL ".join(
        f"SELECT {select.format(customer=key)} FROM sales_order o {join} {joins} WHERE {COUNTS} {more.format(customer=key)}"  # noqa: S608
        for key, join in _WHOSE
    )


def for_each(until: datetime.date) -> list[datetime.date]:
    """The values of the places in `of_each`."""
    return [until] * len(_WHOSE)


# Every order that counts, by customer and day.
BOUGHT = of_each("{customer} AS customer, o.date, sum(o.total) AS total", more="GROUP BY {customer}, o.date")


@dataclass(frozen=True)
class Customers:
    """All customers who bought, by key (signed, see above); days as `date.toordinal` counts them, money in yen with tax."""

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

    def of_kind(self, sign: int) -> slice:
        """Where those of one kind stand."""
        first = int(np.searchsorted(self.keys, 0))
        return slice(first, None) if sign > 0 else slice(0, first)

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
        cursor.execute(sql, [day_value(one) for one in for_each(until)])
        first, last = cursor.fetchone()
    return None if first is None else (int(first), int(last))


def gather(until: datetime.date, cut: int) -> Customers:
    """All customers up to a day. `cut`: the ordinal of a day up to which their purchases are counted apart."""
    sql = f"""
        SELECT customer, count(*), {_ordinal("min(date)")}, {_ordinal("max(date)")}, CAST(sum(total) AS double precision),
            CAST(sum(CASE WHEN date = began THEN total ELSE 0 END) AS double precision),
            sum(CASE WHEN date <= %s THEN 1 ELSE 0 END),
            COALESCE({_ordinal("max(CASE WHEN date <= %s THEN date END)")}, 0)
        FROM (SELECT b.*, min(date) OVER (PARTITION BY customer) AS began FROM ({BOUGHT}) b) bought
        GROUP BY customer ORDER BY customer
    """  # noqa: S608
    day = datetime.date.fromordinal(cut)
    parts = [np.array(rows, dtype=float) for rows in _rows(sql, [day, day, *for_each(until)])]
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
        SELECT customer, {_ordinal("date")} - {_ordinal("before")} AS gap
        FROM (SELECT customer, date, LAG(date) OVER (PARTITION BY customer ORDER BY date) AS before FROM ({BOUGHT}) b) d
        WHERE before IS NOT NULL
    """  # noqa: S608

    def middle(split: str, column: str) -> str:
        return f"""
            SELECT {column}, max(n), avg(gap) FROM (
                SELECT customer, gap, ROW_NUMBER() OVER ({split} ORDER BY gap) AS place, COUNT(*) OVER ({split}) AS n FROM ({gaps}) g
            ) ranked WHERE place IN ((n + 1) / 2, (n + 2) / 2) AND n >= 2 GROUP BY 1
        """  # noqa: S608

    own = {
        int(key): (int(count), float(days))
        for rows in _rows(middle("PARTITION BY customer", "customer"), for_each(until))
        for key, count, days in rows
    }
    every = [row for rows in _rows(middle("", "0"), for_each(until)) for row in rows]
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
