"""Many rows at once, in and out of the database by one prepared statement (COPY on PostgreSQL).

Django's `bulk_create` and `bulk_update` build one large statement per batch from every value's expression, and `Model()`
asks every field for its default; for an import of 100,000 rows that costs more than the import itself. Here keys are drawn
beforehand, so that rows that point to each other (a record, its event, the event's places) need no answer from the
database between them, and instances are copies of a blank one.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import BooleanField, DateField, JSONField, Model
from django.db.models.base import ModelState

from enishi.records import journal

PLAIN = frozenset({str, int, type(None)})  # what every driver takes as it is
FEW = 20  # rows for which a COPY isn't worth its round trips


# --- instances --------------------------------------------------------------------------------------
def new(model: type[Model], **values: Any) -> Any:
    """An unsaved instance as `model(**values)` makes it, for batches; values go by column (`owner_id`)."""
    constant, made = _blank(model)
    instance = model.__new__(model)
    held = instance.__dict__
    held["_state"] = ModelState()
    held.update(constant)
    held.update(values)
    for name, make in made:
        if name not in values:
            held[name] = make()
    return instance


def partial(model: type[Model], **values: Any) -> Any:
    """A stored row of which only these columns are loaded, as `only()` gives it; the others are asked for when read."""
    instance = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    instance.__dict__.update(values, _state=state)
    return instance


@lru_cache(maxsize=64)
def _blank(model: type[Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Defaults by column: those that are the same for all, and those that are made anew for each (lists, moments)."""
    assert model.__init__ is Model.__init__, (
        f"{model.__name__} has an __init__ of its own, which `new` would pass by"
    )
    constant: dict[str, Any] = {}
    made: list[tuple[str, Callable[[], Any]]] = []
    for one in model._meta.concrete_fields:
        if callable(one.default) and one.has_default():
            made.append((one.attname, one.default))
        else:
            constant[one.attname] = one.get_default()
    return constant, made


# --- keys -------------------------------------------------------------------------------------------
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


# --- rows -------------------------------------------------------------------------------------------
def insert_rows(model: type[Model], records: Sequence[Any]) -> None:
    """Stores new records and gives them their keys; must run in a transaction."""
    if not records:
        return
    key = model._meta.pk
    assert key is not None
    for record, value in zip(records, draw_keys(model, len(records)), strict=True):
        record.__dict__[key.attname] = value
    journal.made(model, [record.pk for record in records])
    columns = _ordered(model._meta.concrete_fields)
    insert_values(model._meta.db_table, [str(one.column) for one in columns], _rows(columns, records))
    for record in records:
        record._state.adding, record._state.db = False, DEFAULT_DB_ALIAS


def insert_values(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Stores rows of values that the driver takes as they are; of no rows nothing."""
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(one) for one in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and len(rows) >= FEW:
            with (
                connection.wrap_database_errors,
                cursor.copy(f"COPY {quote(table)} ({names}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)
            return
        marks, bound = _bound(rows)
        cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", bound)  # noqa: S608


EMPTY = {None: "NULL", "": "''", "[]": "'[]'", "{}": "'{}'"}  # values that stand in a statement as they are


def _bound(rows: Sequence[Sequence[Any]]) -> tuple[str, list[tuple[Any, ...]]]:
    """What stands behind VALUES, and the values of its marks, by row. Columns that are empty in all rows stand in the statement itself:
    a new customer has fifty columns and fills twenty, and giving SQLite the others took half of storing him."""
    columns = list(zip(*rows, strict=True))
    empty = [_empty(column) if len(rows) >= FEW else "" for column in columns]
    if all(empty):
        empty = [""] * len(columns)
    kept = [column for column, text in zip(columns, empty, strict=True) if not text]
    return ", ".join(text or "%s" for text in empty), list(zip(*kept, strict=True))


def _empty(column: Sequence[Any]) -> str:
    """The one value of a column, as it stands in SQL; "" where it holds anything else than nothing."""
    first = column[0]
    one = (first is None or type(first) is str) and first in EMPTY and column.count(first) == len(column)
    return EMPTY[first] if one else ""


def update_rows(model: type[Model], records: Sequence[Any], columns: Iterable[str] | None = None) -> None:
    """Stores changed records (all columns, or the named ones)."""
    wanted = set(columns) if columns is not None else None
    concrete = _ordered(
        one
        for one in model._meta.concrete_fields
        if not one.primary_key and (wanted is None or one.attname in wanted or one.name in wanted)
    )
    quote = connection.ops.quote_name
    assignments = ", ".join(f"{quote(str(one.column))} = %s" for one in concrete)
    key = model._meta.pk
    assert key is not None
    sql = f"UPDATE {quote(model._meta.db_table)} SET {assignments} WHERE {quote(str(key.column))} = %s"  # noqa: S608
    journal.touching(model, [record.pk for record in records])
    rows = [(*row, record.pk) for row, record in zip(_rows(concrete, records), records, strict=True)]
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


# --- values -----------------------------------------------------------------------------------------
FORMED = (DateField, JSONField, BooleanField)  # moments are dates too


def _ordered(columns: Iterable[Any]) -> list[Any]:
    """Those whose values go to the driver as they are first, so that they are taken in one piece."""
    return sorted(columns, key=lambda one: isinstance(one, FORMED))


def _rows(columns: Sequence[Any], records: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The records' values as the driver takes them, in the order of `_ordered` columns."""
    plain = [one for one in columns if not isinstance(one, FORMED)]
    formed = [_formed(one, records) for one in columns[len(plain) :]]
    ends = zip(*formed, strict=True) if formed else [()] * len(records)
    take = _taker([one.attname for one in plain])
    rows = []
    for record, end in zip(records, ends, strict=True):
        try:
            values = take(record.__dict__)
        except KeyError:  # a column that was not loaded
            values = tuple(getattr(record, one.attname) for one in plain)
        if not PLAIN.issuperset(map(type, values)):
            values = tuple(map(_prepared, plain, values))
        rows.append(values + end)
    return rows


def _taker(names: Sequence[str]) -> Callable[[dict[str, Any]], tuple[Any, ...]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda held: tuple(held[name] for name in names)


def _prepared(column: Any, value: Any) -> Any:
    return value if type(value) in PLAIN else column.get_db_prep_save(value, connection)


def _formed(column: Any, records: Sequence[Any]) -> list[Any]:
    """A column of dates, moments, JSON or yes and no. Rows of a batch carry the same few, and most have no tags and no own
    fields: each value is put into the driver's form once."""
    name = column.attname
    values = [
        record.__dict__[name] if name in record.__dict__ else getattr(record, name) for record in records
    ]
    if isinstance(column, BooleanField):
        return values
    known: dict[Any, Any] = {}
    made = []
    for value in values:
        if value is None or type(value) is str:
            made.append(value)
        elif value and isinstance(column, JSONField):
            made.append(column.get_db_prep_save(value, connection))
        else:
            key = value if isinstance(column, DateField) else type(value)
            if key not in known:
                known[key] = column.get_db_prep_save(value, connection)
            made.append(known[key])
    return made
