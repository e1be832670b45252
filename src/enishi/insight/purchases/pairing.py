"""Which products customers buy together, over all their orders: association by customers, not by baskets.

Agrawal, Imieliński, Swami: Mining Association Rules between Sets of Items in Large Databases, SIGMOD 1993 (support, confidence); lift as Brin, Motwani,
Ullman, Tsur call interest: Dynamic Itemset Counting and Implication Rules for Market Basket Data, SIGMOD 1997. A pair is kept where enough
customers bought both and even the lower end of the confidence's interval (Wilson, 95 %) lies above the share of all customers who bought the other product.
"""

import datetime
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from django.conf import settings
from django.db import connection, transaction

from enishi.insight.purchases.gathering import CHUNK, day_value, for_each, of_each
from enishi.insight.purchases.models import ProductPair
from enishi.insight.purchases.storing import Beat
from enishi.records.rows import insert_rows, new

LEAST = 5  # customers who bought both
WIDE = 500  # kinds of products beyond which a customer resells, and tells nothing of what goes together
KEPT = 10  # pairs of a product
MEMORY = "512MB"
BATCH = 1_000
# Who bought what, ever; the same orders and keys of customers as in `gathering.BOUGHT`.
HELD = of_each(
    "DISTINCT {customer} AS customer, l.product_id",
    "JOIN sales_orderline l ON l.order_id = o.id AND l.deleted_at IS NULL JOIN sales_product p ON p.id = l.product_id AND p.deleted_at IS NULL",
)
_PAIRS = f"""
    WITH narrow AS (SELECT customer FROM held GROUP BY customer HAVING count(*) <= {WIDE}),
    base AS (SELECT held.* FROM held JOIN narrow USING (customer)),
    people AS (SELECT count(DISTINCT customer) AS n FROM base),
    sold AS (SELECT product, count(*) AS n FROM base GROUP BY product HAVING count(*) >= {LEAST}),
    kept AS (SELECT base.* FROM base JOIN sold USING (product)),
    together AS (
        SELECT a.product AS one, b.product AS two, count(*) AS n FROM kept a JOIN kept b ON a.customer = b.customer AND a.product < b.product
        GROUP BY ALL HAVING count(*) >= {LEAST}
    ),
    both_ways AS (SELECT one, two, n FROM together UNION ALL SELECT two, one, n FROM together),
    counted AS (
        SELECT one, two, both_ways.n AS shared, a.n AS buyers, b.n AS other, people.n AS customers, both_ways.n / a.n AS share
        FROM both_ways JOIN sold a ON a.product = one JOIN sold b ON b.product = two, people
    ),
    judged AS (
        SELECT *, (share + 1.9208 / buyers - 1.96 * sqrt((share * (1 - share) + 0.9604 / buyers) / buyers)) / (1 + 3.8416 / buyers) AS low
        FROM counted
    )
    SELECT one, two, shared, buyers, other, customers, row_number() OVER (PARTITION BY one ORDER BY share DESC, low DESC, two) AS place
    FROM judged WHERE low > other / customers QUALIFY place <= {KEPT} ORDER BY one, place
"""  # noqa: S608 (numbers of this file)
Row = tuple[int, int, int, int, int, int, int]


def pair(until: datetime.date, beat: Beat = lambda: None) -> tuple[int, int]:
    """Finds the pairs of all orders up to a day and stores what became different; returns how many there are, and how many rows were touched."""
    found = {(row[0], row[1]): row for row in find(_held(until))}
    beat()
    return len(found), _store(found, beat)


def find(held: Iterator[tuple[Any, Any]]) -> list[Row]:
    """The pairs in chunks of (customers, products): (product, other, both, buyers, other buyers, customers, place).

    Nothing is written in between: where rows are still being read, SQLite refuses a write that comes after somebody else's.
    """
    folder = Path(settings.HOME) / "purchases"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    own = tempfile.mkdtemp(prefix="pairs-", dir=folder)
    db = duckdb.connect(":memory:")
    try:
        db.execute(f"SET memory_limit = '{MEMORY}'")
        db.execute("SET threads = 2")
        db.execute("SET temp_directory = '{}'".format(own.replace("'", "''")))
        db.execute("CREATE TABLE held (customer BIGINT, product BIGINT)")
        for customers, products in held:
            db.register("chunk", pa.table({"customer": customers, "product": products}))
            db.execute("INSERT INTO held SELECT customer, product FROM chunk")
            db.unregister("chunk")
        return [tuple(map(int, row)) for row in db.execute(_PAIRS).fetchall()]  # type: ignore[misc]
    finally:
        db.close()
        shutil.rmtree(own, ignore_errors=True)


def _held(until: datetime.date) -> Iterator[tuple[Any, Any]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(HELD, [day_value(one) for one in for_each(until)])
        while rows := cursor.fetchmany(CHUNK):
            table = np.array(rows, dtype=np.int64)
            yield table[:, 0], table[:, 1]


def _store(found: dict[tuple[int, int], Row], beat: Beat) -> int:
    stored = {
        (row[1], row[2]): row
        for row in ProductPair.objects.order_by().values_list(
            "pk", "product_id", "other_id", "both", "buyers", "other_buyers", "customers", "place"
        )
    }
    same = {pair for pair, row in stored.items() if found.get(pair) == row[1:]}
    gone = [row[0] for pair, row in stored.items() if pair not in same]
    fresh = [row for pair, row in found.items() if pair not in same]
    for start in range(0, len(gone), BATCH):
        ProductPair.objects.filter(pk__in=gone[start : start + BATCH]).delete()
        beat()
    for start in range(0, len(fresh), BATCH):
        with transaction.atomic():
            insert_rows(ProductPair, [_row(one) for one in fresh[start : start + BATCH]])
        beat()
    return len(gone) + len(fresh)


def _row(one: Row) -> Any:
    names = ("product_id", "other_id", "both", "buyers", "other_buyers", "customers", "place")
    return new(ProductPair, **dict(zip(names, one, strict=True)))
