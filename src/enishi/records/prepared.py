"""Queries that pages ask again and again, made into SQL once.

Building a queryset and compiling it costs Django five times what SQLite needs to answer it. What is asked the same way
each time is compiled for its first caller and kept; later callers give only their values. Instances are made as `rows.partial`
makes them, without asking each field of the model.
"""

import datetime
import secrets
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

MOST = 3000
Value = int | str | datetime.datetime
Convert = Callable[[Any, Any, Any], Any]
_kept: dict[Hashable, "Statement"] = {}
_SECRET = secrets.token_hex(8)


def fetch(key: Hashable | None, make: Callable[..., QuerySet[Any]], *values: Value) -> list[Any]:
    """The rows of a query: instances, or tuples where `make` ends in `values_list`.

    Args:
        key: names the query's shape. All that decides what SQL `make` builds must stand in it; what only decides a value
            is given as a value. None: the query is different each time, nothing is kept.
        make: builds the queryset from the values; called once per key, with marks in their place.
        values: whole numbers, texts and moments that the query compares with.

    Raises:
        AssertionError: a value doesn't reach the SQL as a parameter of its own.
    """
    if key is None:
        return list(make(*values))
    kinds = tuple([type(value) for value in values])
    held = _kept.get((key, kinds))
    if held is None:
        if len(_kept) > MOST:
            _kept.clear()
        marks = [_mark(kind, place) for place, kind in enumerate(kinds)]
        held = _kept[key, kinds] = Statement.of(make(*marks), marks)
    return held.rows(values)


def fetch_keys(key: Hashable | None, make: Callable[..., QuerySet[Any]], keys: Sequence[int]) -> list[Any]:
    """`fetch` of rows by their keys; `make` gets the keys as one list."""
    asked = None if key is None else (key, len(keys))
    return fetch(asked, lambda *marks: make(list(marks)), *keys) if keys else []


def first(key: Hashable | None, make: Callable[..., QuerySet[Any]], *values: Value) -> Any:
    """The first row of such a query, or None; `make` itself asks for no more than one."""
    found = fetch(key, make, *values)
    return found[0] if found else None


def _mark(kind: type, place: int) -> Value:
    """A value that nothing else in a query can be."""
    if issubclass(kind, int):
        return 8_100_000_000_000_000_000 + place
    if issubclass(kind, str):
        return f"mark-{place}-{_SECRET}"
    return datetime.datetime(9000 + place, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


def _adapted(value: Value) -> Any:
    """A value as the driver gets it."""
    return connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime.datetime) else value


@dataclass(frozen=True)
class Made:
    """How instances of one model come out of a row: from which places, and what hangs on them."""

    model: type[Model]
    start: int
    end: int
    names: tuple[str, ...]
    key: int
    related: tuple[tuple["Made", Callable[..., None], Callable[..., None]], ...]

    def instance(self, row: Sequence[Any]) -> Any:
        """The instance in a row, None where nothing was joined."""
        if row[self.key] is None:
            return None
        made = self.model.__new__(self.model)
        state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        made.__dict__.update(zip(self.names, row[self.start : self.end], strict=True), _state=state)
        for other, local, remote in self.related:
            found = other.instance(row)
            local(made, found)
            if found is not None:
                remote(found, made)
        return made


@dataclass(frozen=True)
class Statement:
    """A compiled query: its SQL, where each value goes, how columns become values and rows instances."""

    sql: str
    parameters: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]  # parameter, value
    converters: tuple[tuple[int, Any, tuple[Convert, ...]], ...]
    made: Made | None

    @classmethod
    def of(cls, queryset: QuerySet[Any], marks: Sequence[Value]) -> "Statement":
        """Compiles a queryset whose values are marks."""
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:  # nothing can match, whatever the values
            return cls("", (), (), (), None)
        adapted = [_adapted(mark) for mark in marks]
        places = tuple(
            (at, adapted.index(value))
            for at, value in enumerate(parameters)
            if isinstance(value, int | str | datetime.datetime) and value in adapted
        )
        assert {value for _at, value in places} == set(range(len(marks))), (sql, parameters)
        select = compiler.select
        found = compiler.get_converters([one[0] for one in select]) if select else {}
        converters = tuple((at, expression, tuple(all_)) for at, (all_, expression) in found.items())
        info = compiler.klass_info
        tuples = queryset._fields is not None  # type: ignore[attr-defined]
        assert tuples or not compiler.annotation_col_map
        return cls(sql, tuple(parameters), places, converters, None if tuples else _made(info, select))

    def rows(self, values: Sequence[Value]) -> list[Any]:
        """Asks the database."""
        if not self.sql:
            return []
        given = list(self.parameters)
        for at, value in self.places:
            given[at] = (
                type(given[at])(values[value]) if isinstance(given[at], int) else _adapted(values[value])
            )
        with connection.cursor() as cursor:
            cursor.execute(self.sql, given)
            rows = cursor.fetchall()
        if self.converters and rows:
            columns: list[Any] = list(zip(*rows, strict=True))
            for at, expression, converters in self.converters:
                column = columns[at]
                for convert in converters:
                    column = [convert(value, expression, connection) for value in column]
                columns[at] = column
            rows = list(zip(*columns, strict=True))
        return rows if self.made is None else [self.made.instance(row) for row in rows]


def _made(info: Any, select: Any) -> Made:
    places = info["select_fields"]
    start, end = places[0], places[-1] + 1
    assert list(places) == list(range(start, end))
    names = tuple(select[at][0].target.attname for at in places)
    related = tuple(
        (_made(other, select), other["local_setter"], other["remote_setter"])
        for other in info.get("related_klass_infos", ())
    )
    return Made(
        info["model"], start, end, names, start + names.index(info["model"]._meta.pk.attname), related
    )
