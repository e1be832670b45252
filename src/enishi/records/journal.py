"""What one action does to the rows of all tables, so that it can be put back row by row.

While a journal is open in a context (`keeping`), everything that stores through `records.rows` and `records.storing` shows it
the keys of the rows that it is about to touch; the journal reads them as they are. What they became is read once at the end, so
that only the whole effect is kept, however often a row was touched on the way.
"""

import contextlib
import datetime
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

BATCH = 500
Row = dict[str, Any]
UNKEPT = {"tokens"}  # follows from the text beside it


@dataclass
class Effect:
    """Rows of one table that were changed in the same way; no `before`: made, no `after`: taken away."""

    model: type[Model]
    keys: list[int]
    before: Row | None
    after: Row | None


@dataclass
class Journal:
    """The rows that were touched, as they were."""

    held: dict[type[Model], dict[int, Row | None]] = field(default_factory=dict)

    def touch(self, model: type[Model], keys: Iterable[int]) -> None:
        """These rows are about to change: reads those that weren't touched before."""
        held = self.held.setdefault(_concrete(model), {})
        fresh = [key for key in keys if key not in held]
        if fresh:
            found = images(model, fresh)
            for key in fresh:
                held[key] = found.get(key)

    def made(self, model: type[Model], keys: Iterable[int]) -> None:
        """These rows weren't there before."""
        held = self.held.setdefault(_concrete(model), {})
        for key in keys:
            held.setdefault(key, None)

    def effects(self) -> list[Effect]:
        """The whole effect, with what changed in the same way together."""
        found: list[Effect] = []
        for model, held in self.held.items():
            now = images(model, held)
            groups: dict[str, Effect] = {}
            for key, before in held.items():
                after = now.get(key)
                if before == after:
                    continue
                one = _effect(model, key, before, after)
                text = json.dumps([one.before, one.after], sort_keys=True)
                groups.setdefault(text, Effect(model, [], one.before, one.after)).keys.append(key)
            found += groups.values()
        return found


def _effect(model: type[Model], key: int, before: Row | None, after: Row | None) -> Effect:
    if before is None:
        return Effect(model, [key], None, {})
    if after is None:
        return Effect(model, [key], before, None)
    changed = [name for name in before if before[name] != after[name]]
    return Effect(
        model, [key], {name: before[name] for name in changed}, {name: after[name] for name in changed}
    )


def _concrete(model: type[Model]) -> type[Model]:
    found = model._meta.concrete_model
    assert found is not None
    return found


def images(model: type[Model], keys: Iterable[int]) -> dict[int, Row]:
    """Rows as JSON by key: every column but those that follow from others."""
    model, every = _concrete(model), list(keys)
    names = [one.attname for one in model._meta.concrete_fields if one.attname not in UNKEPT]
    made: dict[int, Row] = {}
    for start in range(0, len(every), BATCH):
        rows = model._base_manager.filter(pk__in=every[start : start + BATCH]).values(*names)
        for row in rows:
            made[row["id"]] = {name: _as_json(value) for name, value in row.items()}
    return made


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def values(model: type[Model], row: Mapping[str, Any]) -> Row:
    """An image's values as the model's columns hold them."""
    columns = {one.attname: one for one in model._meta.concrete_fields}
    return {name: columns[name].to_python(value) for name, value in row.items() if name in columns}


def label(model: type[Model]) -> str:
    """The name under which a table is kept."""
    return str(_concrete(model)._meta.label_lower)


def model_of(name: str) -> type[Model] | None:
    """The table of this name, where there still is one."""
    try:
        return apps.get_model(name)
    except LookupError:
        return None


_open: ContextVar[Journal | None] = ContextVar("journal", default=None)


@contextlib.contextmanager
def keeping() -> Iterator[Journal]:
    """Opens a journal over all that is stored within."""
    held = Journal()
    token = _open.set(held)
    try:
        yield held
    finally:
        _open.reset(token)


def is_open() -> bool:
    """Whether somebody keeps what is stored at the moment."""
    return _open.get() is not None


def touching(model: type[Model], keys: Iterable[int]) -> None:
    """Said by everything that is about to change or delete rows past `rows.update_rows`."""
    held = _open.get()
    if held is not None:
        held.touch(model, keys)


def made(model: type[Model], keys: Iterable[int]) -> None:
    """Said by everything that makes rows."""
    held = _open.get()
    if held is not None:
        held.made(model, keys)


def delete_rows(rows: QuerySet[Any]) -> None:
    """Deletes rows on which nothing else hangs."""
    if is_open():
        touching(rows.model, list(rows.order_by().values_list("pk", flat=True)))
    rows.delete()


def change_rows(rows: QuerySet[Any], **changes: Any) -> int:
    """Sets columns of rows; returns how many there were."""
    if not is_open():
        return rows.update(**changes)
    keys: Sequence[int] = list(rows.order_by().values_list("pk", flat=True))
    touching(rows.model, keys)
    for start in range(0, len(keys), BATCH):
        rows.model._base_manager.filter(pk__in=keys[start : start + BATCH]).update(**changes)
    return len(keys)
