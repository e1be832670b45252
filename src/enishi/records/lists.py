"""A list as an address describes it: conditions, order, columns, and the page that begins after a key."""

import base64
import datetime
import json
import random
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Model, Q, QuerySet, Sum
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual
from django.http import QueryDict
from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.records.conditions import BadCondition, Scope, all_of, compile_condition, steady
from enishi.records.entity import Entity, PresetGroup
from enishi.records.fields import FieldKind, Number
from enishi.records.models import SavedView
from enishi.records.prepared import fetch
from enishi.records.visible import sees_all, shape, visible

PAGE = 50
EXACT_COUNT = 10_000


@dataclass
class ListState:
    """Everything an address says about a list."""

    entity: Entity
    user: User
    filter: dict[str, Any] = field(default_factory=dict)
    search: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    after: str = ""
    preset: str = ""
    view: SavedView | None = None

    @classmethod
    def of(cls, entity: Entity, user: User, query: QueryDict) -> "ListState":
        """Reads an address.

        Raises:
            BadCondition: its filter can't be read.
        """
        state = cls(entity, user)
        view_id = query.get("view", "")
        if view_id.isascii() and view_id.isdigit() and len(view_id) < 18:
            state.view = SavedView.objects.filter(
                Q(user=user) | Q(shared=True), entity=entity.name, pk=int(view_id)
            ).first()
        held = state.view.state if state.view else {}
        state.preset = query.get("preset", "")
        preset = entity.preset(state.preset)
        text = query.get("filter")
        state.filter = held.get("filter") or {}
        if text is not None:
            try:
                state.filter = json.loads(text) if text else {}
            except (ValueError, RecursionError):
                raise BadCondition(_("絞り込み条件が読めません。条件を作り直してください。")) from None
            if not isinstance(state.filter, dict):
                raise BadCondition(_("絞り込み条件が読めません。条件を作り直してください。"))
        state.search = query.get("q", "")[:200].replace("\x00", "")
        state.sort = (
            query.get("sort") or held.get("sort") or (preset.sort if preset else "") or entity.default_sort
        )
        if state._sort_field() is None:
            state.sort = entity.default_sort
        names = (
            query.get("columns", "").split(",")
            if query.get("columns")
            else held.get("columns") or (preset.columns if preset else ()) or entity.columns
        )
        known = entity.fields
        state.columns = (
            tuple(name for name in dict.fromkeys(names) if name in known and known[name].listed)
            or entity.columns
        )
        state.after = query.get("after", "")
        return state

    def _sort_field(self) -> FieldKind | None:
        name = self.sort.lstrip("-")
        if name in {"sort_key", "position"} and hasattr(self.entity.model, name):
            return (
                None
                if name not in self.entity.fields and name != "sort_key"
                else (self.entity.fields.get(name) or _SortKey(name))
            )
        found = self.entity.fields.get(name)
        if found is None:
            return None
        if found.name == self.entity.title_field and hasattr(self.entity.model, "sort_key"):
            return _SortKey("sort_key")
        return found if found.sortable else None

    @property
    def condition(self) -> dict[str, Any]:
        """Preset or view, filter and search as one tree."""
        preset = self.entity.preset(self.preset)
        return all_of(
            preset.condition if preset else None,
            self.filter,
            {"search": self.search} if self.search.strip() else None,
        )

    @property
    def group(self) -> PresetGroup | None:
        """The page of presets that this list is part of."""
        return self.entity.group_of(self.preset)

    @property
    def column_fields(self) -> list[FieldKind]:
        """The columns' fields."""
        return [self.entity.field(name) for name in self.columns]

    @property
    def view_key(self) -> int:
        """The saved view's key, 0 without one."""
        return self.view.pk if self.view else 0

    def saved(self) -> dict[str, Any]:
        """What a saved view keeps."""
        return {"filter": self.filter, "sort": self.sort, "columns": list(self.columns)}

    def queryset(self) -> QuerySet[Any]:
        """The records that the list shows, unordered.

        Raises:
            BadCondition
        """
        rows = visible(self.entity, self.user)
        tree = self.condition
        return rows.filter(compile_condition(self.entity, tree, Scope.of(self.user))) if tree else rows

    def page(self, size: int = PAGE, *, whole: bool = False) -> tuple[list[Any], str]:
        """The records of this page and the cursor of the next ("" where there is none).

        Args:
            whole: with all their columns, not just those that the list shows.

        Raises:
            BadCondition
        """
        found = self._sort_field() or _SortKey("id")
        columns = None if whole else self.entity.row_columns([*self.column_fields, found])

        def rows() -> QuerySet[Any]:
            made = self.queryset()
            return made.only(*columns) if columns else made.select_related(*self.entity.pointers)

        shape = self.shape()
        key = None if columns is None or shape is None else (shape, tuple(columns))
        return page_by_key(
            self.entity.model, rows, found, self.sort.startswith("-"), self.after, size, key=key
        )

    def shape(self) -> Hashable | None:
        """What decides the SQL of `queryset` (see `prepared`); None where the moment decides it too."""
        tree = self.condition
        if tree and not steady(self.entity, tree):
            return None
        asked = (json.dumps(tree), self.user.pk, self.user.team_id) if tree else ()
        return shape(self.entity, self.user, *asked)


class _SortKey(FieldKind):
    """A column that is only sorted by."""

    sort_only = True

    def __init__(self, name: str) -> None:
        super().__init__(name, name, sortable=True)

    def to_json(self, value: Any) -> Any:
        return value

    def clean(self, raw: Any) -> Any:
        return raw


def page_by_key(
    model: type[Model],
    rows: Callable[[], QuerySet[Any]],
    found: FieldKind,
    descending: bool,
    after: str,
    size: int,
    *,
    key: Hashable | None = None,
) -> tuple[list[Any], str]:
    """One page in the order of a field, empty values last in both directions, beginning behind a cursor.

    Values and empties are asked for apart, so that one index serves both directions on both engines (they disagree
    about where NULL sorts).

    Args:
        key: names what `rows` gives, where it always gives the same (see `prepared`).
    """
    expression: Any = found.expression()
    phase, value, last = _read_cursor(after)
    may_be_empty = found.custom or (found.nullable and model._meta.get_field(found.column).null)

    def ask(name: str, make: Callable[..., QuerySet[Any]], *values: Any) -> list[Any]:
        kept = key is not None and (len(values) < 2 or takes(model, found, values[0]))
        return fetch((key, found.name, descending, may_be_empty, name) if kept else None, make, *values)

    def filled(most: int, value: Any = None, last: Any = None) -> QuerySet[Any]:
        page = rows().filter(IsNull(expression, False)) if may_be_empty else rows()
        if last is not None:
            reached = (
                LessThanOrEqual(expression, value) if descending else GreaterThanOrEqual(expression, value)
            )
            beyond = LessThan(expression, value) if descending else GreaterThan(expression, value)
            behind = Q(pk__lt=last) if descending else Q(pk__gt=last)
            page = page.filter(reached).filter(Q(beyond) | (Q(Exact(expression, value)) & behind))
        order = [expression.desc() if descending else expression.asc(), "-pk" if descending else "pk"]
        return page.order_by(*order)[:most]

    def empty(most: int, last: Any = None) -> QuerySet[Any]:
        empties = rows().filter(IsNull(expression, True))
        if last is not None:
            empties = empties.filter(Q(pk__lt=last) if descending else Q(pk__gt=last))
        return empties.order_by("-pk" if descending else "pk")[:most]

    made: list[Any] = []
    if phase == "v":
        behind = () if last is None else (_cursor_value(found, value), last)
        made = ask(f"v{size}", partial(filled, size + 1), *behind)
        if len(made) > size:
            return made[:size], _write_cursor("v", found, made[size - 1])
        last = None
    if may_be_empty:
        wanted = size - len(made)
        rest = ask(f"n{wanted}", partial(empty, wanted + 1), *(() if last is None else (last,)))
        made += rest[:wanted]
        if len(rest) > wanted:
            return made, _write_cursor("n", found, made[-1] if wanted else None)
    return made, ""


def takes(model: type[Model], found: FieldKind, value: Any) -> bool:
    """Whether a cursor's value can go into a prepared query: texts, and numbers of a column that holds large ones."""
    if type(value) is not int or found.custom or found.name == "id":
        return type(value) in {int, str}
    return isinstance(model._meta.get_field(found.column), BigIntegerField)


def _write_cursor(phase: str, found: FieldKind, record: Any) -> str:
    """Where the next page begins; without a record, at the first of the empties."""
    value = None if phase == "n" else found.to_json(found.get(record))
    text = json.dumps(
        [phase, value, record.pk if record else None], ensure_ascii=False, separators=(",", ":")
    )
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _cursor_value(found: FieldKind, held: Any) -> Any:
    """A cursor's value as the column compares with it; an address may say anything.

    Raises:
        BadCondition
    """
    try:
        if isinstance(found, Number) or found.name == "id":
            if type(held) is int and -(2**63) <= held < 2**63:
                return held
        elif isinstance(held, str) and "\x00" not in held:
            held.encode()
            value = held if found.custom or isinstance(found, _SortKey) else found.from_json(held)
            return value.astimezone(datetime.UTC) if isinstance(value, datetime.datetime) else value
    except (ValueError, OverflowError):
        pass
    raise _bad_cursor()


def _bad_cursor() -> BadCondition:
    return BadCondition(_("一覧の続きの位置が読めません。先頭から開き直してください。"))


def _read_cursor(text: str) -> tuple[str, Any, int | None]:
    if not text:
        return "v", None, None
    try:
        phase, value, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if phase == "n" and key is None:
            return phase, None, None
        if (
            phase in {"v", "n"}
            and isinstance(key, int)
            and 0 <= key < 2**63
            and isinstance(value, str | int | float | None)
        ):
            return phase, value, key
    except (ValueError, TypeError, RecursionError):
        pass
    raise _bad_cursor()


@dataclass
class Totals:
    """How many records a list has, and the sums of its money columns."""

    count: int
    estimated: bool
    sums: dict[str, int | None]
    left_out: int = 0  # of the records those that the sums leave out (`Entity.uncounted`)


def totals(state: ListState) -> Totals:
    """Counts exactly up to 10,000 and beyond that estimates; sums only what was counted exactly.

    Raises:
        BadCondition
    """
    rows = state.queryset()
    count = rows.order_by()[: EXACT_COUNT + 1].values("pk").count()
    if count > EXACT_COUNT:
        return Totals(max(estimate(state), EXACT_COUNT), True, {})
    summed = [
        one
        for one in state.column_fields
        if isinstance(one, Number) and getattr(one, "summable", True) and one.right_aligned
    ]
    if not summed or not count:
        return Totals(count, False, {one.name: None for one in summed})
    left_out = 0
    if state.entity.uncounted:
        counting = rows.exclude(**{f"{state.entity.status_field}__in": state.entity.uncounted})
        left_out = count - counting.order_by().count()
        if left_out == count:  # a list of nothing else tells what they were about
            left_out = 0
        elif left_out:
            rows = counting
    sums = rows.aggregate(**{f"s_{one.name}": Sum(one.expression()) for one in summed})
    return Totals(count, False, {one.name: sums.get(f"s_{one.name}") for one in summed}, left_out)


_sizes: dict[str, tuple[float, int]] = {}
LARGE, KEEP_SECONDS = 50_000, 60


def table_size(entity: Entity) -> int:
    """About how many records an entity has, without counting them; of many kept for a minute."""
    now = time.monotonic()
    held = _sizes.get(entity.name)
    if held and now - held[0] < KEEP_SECONDS:
        return held[1]
    found = _drawn_size(entity) if entity.drawn else _table_size(entity.model._meta.db_table)
    if found > LARGE:
        _sizes[entity.name] = (now, found)
    return found


def _drawn_size(entity: Entity) -> int:
    """Drawn entities share a table: counted as far as that is quick, beyond it their share of its keys."""
    rows = entity.model._default_manager.filter(deleted_at=None)
    found: int = rows[: LARGE + 1].count()
    if found <= LARGE:
        return found
    first, last = _span(entity)
    drawn = _drawn_keys(first, last)
    return max(LARGE, round((last - first + 1) * rows.filter(pk__in=drawn).count() / len(drawn)))


def _span(entity: Entity) -> tuple[int, int]:
    """About the first and the last key of an entity's records."""
    rows = entity.model._default_manager.filter(deleted_at=None)
    if not entity.drawn:
        return 1, rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    keys = rows.values_list("pk", flat=True)
    return keys.order_by("created_at", "pk").first() or 1, keys.order_by("-created_at", "-pk").first() or 0


def _drawn_keys(first: int, last: int) -> list[int]:
    """Up to 2,000 keys drawn by chance, the same as long as the last is the same."""
    return random.Random(last).sample(range(first, last + 1), max(0, min(2000, last - first + 1)))  # noqa: S311 (a sample, no secret)


def _table_size(table: str) -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE relname = %s", [table])
            found = int(cursor.fetchone()[0])
            if found > 0:
                return found
        name = connection.ops.quote_name(table)
        # In one query over both ends SQLite would go through the whole table.
        ends = f"SELECT COALESCE((SELECT max(id) FROM {name}) - (SELECT min(id) FROM {name}) + 1, 0)"  # noqa: S608
        cursor.execute(ends)
        return int(cursor.fetchone()[0])


def estimate(state: ListState) -> int:
    """About how many records a list has: the share among 2,000 records drawn by chance, of the table's size."""
    model = state.entity.model
    size = table_size(state.entity)
    if not state.condition and sees_all(state.entity, state.user):
        return size
    drawn = _drawn_keys(*_span(state.entity))
    held = model._default_manager.filter(pk__in=drawn, deleted_at=None).count()
    hits = state.queryset().filter(pk__in=drawn).count()
    return int(round(size * hits / held, -2)) if held else 0
