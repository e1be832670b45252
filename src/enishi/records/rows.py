"""Many rows at once, in and out of the database by one prepared statement.

Django's `bulk_create` and `bulk_update` build one large statement per batch from every value's expression; for an import
of 100,000 rows that costs more than the import itself. Here keys are drawn beforehand, so that rows that point to each
other (a record, its event, the event's places) need no answer from the database between them.
"""

import datetime
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import Model

PLAIN = (
    str,
    int,
    type(None),
)  # what every driver takes as it is; JSON columns never hold bare text or numbers here


def draw_keys(model: type[Model], count: int) -> list[int]:
    """Fresh primary keys. On SQLite the write transaction that this runs in is the only one; PostgreSQL has sequences."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"SELECT max(COALESCE((SELECT seq FROM sqlite_sequence WHERE name = %s), 0), COALESCE((SELECT max(id) FROM {connection.ops.quote_name(table)}), 0))",  # noqa: S608
                [table],
            )
            last = int(cursor.fetchone()[0])
            return list(range(last + 1, last + count + 1))
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return [int(row[0]) for row in cursor.fetchall()]


def insert_rows(model: type[Model], records: Sequence[Any]) -> None:
    """Stores new records and gives them their keys; must run in a transaction."""
    if not records:
        return
    for record, key in zip(records, draw_keys(model, len(records)), strict=True):
        record.pk = key
    columns = list(model._meta.concrete_fields)
    quote = connection.ops.quote_name
    names = ", ".join(quote(str(one.column)) for one in columns)
    marks = ", ".join(["%s"] * len(columns))
    rows = [_row(columns, record) for record in records]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})", rows)  # noqa: S608
    for record in records:
        record._state.adding = False
        record._state.db = connection.alias


def update_rows(model: type[Model], records: Sequence[Any], columns: Iterable[str] | None = None) -> None:
    """Stores changed records (all columns, or the named ones)."""
    wanted = set(columns) if columns is not None else None
    concrete = [
        one
        for one in model._meta.concrete_fields
        if not one.primary_key and (wanted is None or one.attname in wanted or one.name in wanted)
    ]
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(str(one.column))} = %s" for one in concrete)
    key = model._meta.pk
    assert key is not None
    sql = f"UPDATE {quote(model._meta.db_table)} SET {assignments} WHERE {quote(str(key.column))} = %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(sql, [[*_row(concrete, record), record.pk] for record in records])


def _row(columns: Sequence[Any], record: Any) -> list[Any]:
    values = record.__dict__
    made = []
    for one in columns:
        value = values.get(one.attname) if one.attname in values else getattr(record, one.attname)
        if type(value) in PLAIN:
            made.append(value)
        elif type(value) is datetime.datetime:
            made.append(_moment(one, value))
        elif not value and type(value) in (list, dict):
            made.append(_empty(one, isinstance(value, list)))
        else:
            made.append(one.get_db_prep_save(value, connection))
    return made


@lru_cache(maxsize=512)
def _moment(column: Any, value: datetime.datetime) -> Any:
    """All rows of a batch carry the same few moments."""
    return column.get_db_prep_save(value, connection)


@lru_cache(maxsize=64)
def _empty(column: Any, is_list: bool) -> Any:
    """Most records have no tags and no own fields."""
    return column.get_db_prep_save([] if is_list else {}, connection)
