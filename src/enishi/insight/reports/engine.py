"""Counts a report in the database: one GROUP BY over what the person may see, folded to its margins here.

Groups that may be many (customers, names) are first narrowed to the largest; the rest becomes one group of its own.
"""

import datetime
import json
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, product
from threading import Lock
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from enishi.access.models import User
from enishi.insight import fiscal
from enishi.insight.reports import tagged
from enishi.insight.reports.dimensions import Dimension
from enishi.insight.reports.narrowing import (
    USUALLY_FEW,
    among,
    first_of,
    largest_first,
    may_be_few,
    narrowed,
    not_among,
    rest_last,
)
from enishi.insight.reports.partial import aggregates, all_made_of, finished, join, nothing, plain
from enishi.insight.reports.pieces import grouped, shares, together
from enishi.insight.reports.results import REST, Keys, Line, Result, Values
from enishi.insight.reports.spec import USUAL_TOP, Spec
from enishi.records import registry
from enishi.records.conditions import Scope, compile_condition
from enishi.records.fields import Reference
from enishi.records.models import Event
from enishi.records.visible import shape, visible

MOST_GROUPS = 5000
MOST_COLUMNS = 24
KEEP_SECONDS, MOST_KEPT = 60.0, 300

_results: OrderedDict[str, tuple[float, Result]] = OrderedDict()
_lock = Lock()


def forget() -> None:
    """Counts anew (tests take their rows back)."""
    _results.clear()


def stamp() -> int:
    """Changes with every write that stands in the history."""
    return Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def compute(spec: Spec, user: User) -> Result:
    """The figures as this person may see them; what was counted a moment ago and hasn't changed is given again.

    What is kept is known by the report, by whose records the person sees (of each entity that it looks into), by who asks, by the day
    and by the newest event. Of writes that overtake each other on PostgreSQL one may be missed: so nothing is kept for more than a minute.

    Raises:
        BadCondition
    """
    today = timezone.localdate()
    looked = [shape(spec.entity, user)]
    looked += [shape(one.via.target, user) for one in spec.dimensions if isinstance(one.via, Reference)]
    parts = (
        spec.entity.name, json.dumps(spec.kept, sort_keys=True), repr(looked), user.pk if spec.filter else 0, user.team_id if spec.filter else 0,
        today, fiscal.first_month(), registry.design_number(), stamp(), timezone.get_current_timezone_name(),
    )  # fmt: skip
    key = repr(parts)
    with _lock:
        held = _results.get(key)
        if held and time.monotonic() - held[0] < KEEP_SECONDS:
            _results.move_to_end(key)
            held[1].kept = True
            return held[1]
    made = _Counting(spec, user, today).result()
    with _lock:
        _results[key] = (time.monotonic(), made)
        while len(_results) > MOST_KEPT:
            _results.popitem(last=False)
    return made


class _Counting:
    """One computation."""

    def __init__(self, spec: Spec, user: User, today: datetime.date) -> None:
        self.spec, self.user, self.today = spec, user, today
        self.days = spec.days(today)
        self.top: dict[int, list[Any]] = {}
        self.cut = False
        self.asked = [list(aggregates(one)) for one in spec.measures]
        self.tag = tagged.dimension(spec)
        # Margins can't be folded of what is counted by its kinds, nor where a record stands in several groups.
        several = any(one.several for one in spec.dimensions)
        self.whole = bool(self.tag[0]) or several or any(one.op == "distinct" for one in spec.measures)

    def result(self) -> Result:
        """Counts, folds and orders."""
        rows = self._rows(self.days)
        names = [f"d{place}" for place in range(len(self.spec.dimensions))]
        groups = self._narrowed(rows, names)
        lines, columns = self._lines(groups, len(self.spec.rows))
        made = Result(
            lines, columns, {key: self._column(groups, key) for key in columns},
            self._fold(groups, lambda keys: True), days=self.days, cut=self.cut, top=self.top,
        )  # fmt: skip
        if len(self.spec.rows) > 1 and not self.cut:
            made.subtotals = self._subtotals(groups, rows)
        if self.whole:
            self._whole_margins(made, rows)
        if self.spec.compare and self.days:
            self._compare(made)
        for line in [*made.lines, *made.subtotals.values()]:
            line.cells = {key: self._finish(values) for key, values in line.cells.items()}
            line.total = self._finish(line.total)
            line.before = self._finish(line.before) if line.before is not None else None
        made.column_totals = {key: self._finish(values) for key, values in made.column_totals.items()}
        made.total = self._finish(made.total)
        made.before = self._finish(made.before) if made.before is not None else None
        self._order(made)
        return made

    # --- asking the database ------------------------------------------------------------------------
    def _rows(self, days: tuple[datetime.date, datetime.date] | None) -> QuerySet[Any]:
        tree = self.spec.condition(days)
        rows = visible(self.spec.entity, self.user)
        if tree:
            rows = rows.filter(compile_condition(self.spec.entity, tree, Scope(self.user, self.today)))
        expressions = {
            f"d{place}": one.expression(self.user)
            for place, one in enumerate(self.spec.dimensions)
            if not one.tagged
        }
        made: QuerySet[Any] = rows.order_by().annotate(**expressions)
        return made

    def _figures(self) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for place, one in enumerate(self.spec.measures):
            made.update({f"m{place}{name}": value for name, value in aggregates(one).items()})
        return made

    def _ask(
        self, rows: QuerySet[Any], names: Sequence[str], *, most: int = 0, order: str = ""
    ) -> dict[Keys, Values]:
        """Partial figures by the groups' keys."""
        figures, found = self._figures(), []
        if (shared := self._in_shares(rows, names)) is not None:
            return first_of(shared, order, most)
        apart = {
            at: one for at, name in enumerate(names) if (one := self.spec.dimensions[int(name[1:])]).several
        }
        for some, by in tagged.sides(self.spec.entity, rows, names, self.tag, Scope(self.user, self.today)):
            if not by:
                found.append(some.aggregate(**figures))
                continue
            asked = some.values(*by).annotate(**figures)
            if apart:
                found += list(asked)
                continue
            if (added := self._in_pieces(some, asked, by)) is not None:
                return first_of(added, order, most)
            if order:
                asked = asked.order_by(F(order).desc(nulls_last=True), *by)
            found += list(asked[:most] if most else asked)
        if apart:
            made = self._apart(found, names, apart)
            return largest_first(made, order) if order else made
        return {tuple(row.get(name) for name in names): self._partial(row) for row in found}

    def _in_shares(self, rows: QuerySet[Any], names: Sequence[str]) -> dict[Keys, Values] | None:
        """The groups of a large table in which different records of another entity are counted (customers by month), added up from shares
        of those; None where they are asked for at once."""
        told = [one.found for one in self.spec.measures if one.op == "distinct"]
        grouped = [self.spec.dimensions[int(name[1:])] for name in names]
        if (
            len({one.name for one in told if one is not None}) != 1
            or not isinstance(told[0], Reference)
            or self.tag[0]
            or any(one.several or not may_be_few(one) for one in grouped)
        ):
            return None
        parts, figures = shares(rows, told[0].column), self._figures()

        def ask(part: QuerySet[Any]) -> list[dict[str, Any]]:
            return list(part.values(*names).annotate(**figures)) if names else [part.aggregate(**figures)]

        if not parts:
            return None
        return self._sum(together([partial(ask, part) for part in parts]), names)

    def _sum(self, parts: Sequence[list[dict[str, Any]]], names: Sequence[str]) -> dict[Keys, Values]:
        """The groups of all parts, in order of their keys."""
        made: dict[Keys, Values] = {}
        for row in chain.from_iterable(parts):
            key, values = tuple(row[name] for name in names), self._partial(row)
            if key in made:
                values = [
                    (one[0] + other[0],) if measure.op == "distinct" else join(measure, one, other)
                    for measure, one, other in zip(self.spec.measures, made[key], values, strict=True)
                ]
            made[key] = values
        return dict(sorted(made.items(), key=lambda pair: [(one is not None, one) for one in pair[0]]))

    def _in_pieces(
        self, rows: QuerySet[Any], asked: QuerySet[Any], by: Sequence[str]
    ) -> dict[Keys, Values] | None:
        """All groups of a large table, added up from its pieces; None where they are asked for at once."""
        if self.whole or not all(may_be_few(self.spec.dimensions[int(name[1:])]) for name in by):
            return None
        parts = grouped(rows, asked, by, all_made_of(self.spec.measures))
        return None if parts is None else self._sum(parts, by)

    def _apart(
        self, asked: list[dict[str, Any]], names: Sequence[str], apart: dict[int, Dimension]
    ) -> dict[Keys, Values]:
        """Groups of values that hold several names, taken apart: each name has all that any value with it has."""
        made: dict[Keys, Values] = {}
        for row in asked:
            values, each = self._partial(row), [row.get(name) for name in names]
            for keys in product(
                *(apart[at].apart(key) if at in apart else [key] for at, key in enumerate(each))
            ):
                made[keys] = self._added(made[keys], values) if keys in made else values
        return made

    def _partial(self, row: dict[str, Any]) -> Values:
        made = []
        for place, names in enumerate(self.asked):
            held = tuple(plain(row[f"m{place}{name}"]) for name in names)
            made.append(held)
        return made

    def _order_name(self) -> str:
        """The figure by which the largest groups are found."""
        place = int(self.spec.sort.lstrip("-")) if self.spec.sort not in {"", "label"} else 0
        return f"m{place}{'v' if self.spec.measures[place].op == 'avg' else ''}"

    def _narrowed(self, rows: QuerySet[Any], names: list[str]) -> dict[Keys, Values]:
        """All groups; where a dimension has many, its largest and the rest."""
        wide = [place for place, one in enumerate(self.spec.dimensions) if self._wide(place, one)]
        if not wide:
            return self._bounded(rows, names)
        asked = None if self.whole else rows.values(*names).annotate(**self._figures())
        groups = None if asked is None else self._in_pieces(rows, asked, names)
        if groups is not None:
            limits = {place: self._limit(place) for place in wide}
            groups, self.top = narrowed(groups, limits, self._order_name(), self._added)
            self.cut = len(groups) > MOST_GROUPS
            return dict(list(groups.items())[:MOST_GROUPS])
        if not self.spec.top and all(self.spec.dimensions[one].found.kind in USUALLY_FEW for one in wide):
            groups = self._bounded(rows, names)
            if not self.cut and all(len({keys[one] for keys in groups}) <= self._limit(one) for one in wide):
                return groups  # in one go through the table
            self.cut = False
        place = wide[0]
        limit = self._limit(place)
        largest = self._ask(rows, [names[place]], most=limit + 1, order=self._order_name())
        if len(largest) <= limit and len(names) == 1:
            return largest
        keys = [key for (key,) in largest][:limit]
        if len(largest) > limit:
            self.top[place] = keys
        groups = {}
        if len(names) == 1:
            groups = dict(list(largest.items())[:limit])
        else:
            groups = self._second(rows, names, place, keys, wide)
        if len(largest) > limit:
            left = [name for other, name in enumerate(names) if other != place]
            rest = self._rest(rows, names, place, keys, left)
            groups.update(rest)
        return groups

    def _second(
        self, rows: QuerySet[Any], names: list[str], place: int, keys: list[Any], wide: list[int]
    ) -> dict[Keys, Values]:
        """The groups of the largest keys; a further dimension with many is narrowed among them."""
        some = rows.filter(among(names[place], keys)) if self.top.get(place) else rows
        for other in wide[1:]:
            limit = self._limit(other)
            largest = self._ask(some, [names[other]], most=limit + 1, order=self._order_name())
            if len(largest) > limit:
                picked = [key for (key,) in largest][:limit]
                self.top[other] = picked
                groups = self._bounded(some.filter(among(names[other], picked)), names)
                left = [name for index, name in enumerate(names) if index != other]
                groups.update(self._rest(some, names, other, picked, left))
                return groups
        return self._bounded(some, names)

    def _rest(
        self, rows: QuerySet[Any], names: list[str], place: int, keys: list[Any], left: list[str]
    ) -> dict[Keys, Values]:
        """What isn't among the keys, grouped by what is left."""
        # A further dimension is folded to its own rest: what is small of what is small tells nothing.
        beside = rows.filter(not_among(names[place], keys))
        groups: dict[Keys, Values] = {}
        for key, values in self._bounded(beside, left).items():
            full = list(key)
            full.insert(place, REST)
            for other, picked in self.top.items():
                if other != place and full[other] not in picked:
                    full[other] = REST
            at = tuple(full)
            groups[at] = self._added(groups[at], values) if at in groups else values
        return groups

    def _bounded(self, rows: QuerySet[Any], names: list[str]) -> dict[Keys, Values]:
        groups = self._ask(
            rows, names, most=MOST_GROUPS + 1 if names else 0, order=self._order_name() if names else ""
        )
        if len(groups) > MOST_GROUPS:
            self.cut = True
            groups = dict(list(groups.items())[:MOST_GROUPS])
        return groups

    def _wide(self, place: int, one: Dimension) -> bool:
        return not (one.several or one.tagged) and (
            not one.few or (place == 0 and bool(self.spec.top) and not one.dated)
        )

    def _limit(self, place: int) -> int:
        if place == len(self.spec.rows):
            return MOST_COLUMNS
        return (self.spec.top or USUAL_TOP) if place == 0 else 20

    # --- folding ------------------------------------------------------------------------------------
    def _added(self, one: Values, other: Values) -> Values:
        return [join(measure, a, b) for measure, a, b in zip(self.spec.measures, one, other, strict=True)]

    def _fold(self, groups: dict[Keys, Values], picks: Callable[[Keys], bool]) -> Values:
        total: Values | None = None
        for keys, values in groups.items():
            if picks(keys):
                total = values if total is None else self._added(total, values)
        return total if total is not None else [nothing(one) for one in self.spec.measures]

    def _column(self, groups: dict[Keys, Values], key: Any) -> Values:
        return self._fold(groups, lambda keys: keys[-1] == key)

    def _lines(self, groups: dict[Keys, Values], depth: int) -> tuple[list[Line], list[Any]]:
        """The groups folded to lines by their first `depth` keys, and the keys of the columns."""
        lines: dict[Keys, Line] = {}
        columns: dict[Any, None] = {}
        for keys, values in groups.items():
            line = lines.get(keys[:depth])
            if line is None:
                line = lines[keys[:depth]] = Line(keys[:depth], {}, values)
            else:
                line.total = self._added(line.total, values)
            if self.spec.column:
                held = line.cells.get(keys[-1])
                line.cells[keys[-1]] = values if held is None else self._added(held, values)
                columns[keys[-1]] = None
        return list(lines.values()), list(columns)

    def _whole_margins(self, made: Result, rows: QuerySet[Any]) -> None:
        """How many different ones there are in all is not the sum of how many there are in each."""
        made.total = self._ask(rows, [])[()]
        if not self.spec.column:
            return
        depth = len(self.spec.rows)
        names = [f"d{place}" for place in range(depth)]
        if depth == 1 or (names and not self.top):
            totals = self._one_level(rows, []) if depth == 1 else self._ask(rows, names)
            for line in made.lines:
                line.total = totals.get(line.keys, line.total)
        if depth not in self.top:
            found = self._ask(rows, [f"d{depth}"])
            made.column_totals = {
                key: found.get((key,), values) for key, values in made.column_totals.items()
            }

    def _subtotals(self, groups: dict[Keys, Values], rows: QuerySet[Any]) -> dict[Any, Line]:
        """The figures of each key of the first level. {} where they would have to be counted and a column is narrowed."""
        if not self.whole:
            lines, _columns = self._lines(groups, 1)
            return {line.keys[0]: line for line in lines}
        depth = len(self.spec.rows)
        if depth in self.top:
            return {}
        totals = self._one_level(rows, [])
        cells = self._one_level(rows, [f"d{depth}"]) if self.spec.column else {}
        made = {key: Line((key,), {}, values) for (key,), values in totals.items()}
        for (key, column), values in cells.items():
            if key in made:  # not stored between the two questions
                made[key].cells[column] = values
        return made

    def _one_level(self, rows: QuerySet[Any], beside: list[str]) -> dict[Keys, Values]:
        """Figures by the first level (and what stands `beside` it), its largest and the rest."""
        if 0 not in self.top:
            return self._ask(rows, ["d0", *beside])
        found = self._ask(rows.filter(among("d0", self.top[0])), ["d0", *beside])
        for keys, values in self._ask(rows.filter(not_among("d0", self.top[0])), beside).items():
            found[(REST, *keys)] = values
        return found

    def _finish(self, values: Values) -> Values:
        return [finished(measure, held) for measure, held in zip(self.spec.measures, values, strict=True)]

    # --- the time before ----------------------------------------------------------------------------
    def _compare(self, made: Result) -> None:
        assert self.days is not None
        made.before_days = fiscal.before(self.spec.span, *self.days, self.spec.compare)
        rows = self._rows(made.before_days)
        made.before = self._ask(rows, [])[()]
        depth = len(self.spec.rows)
        if not depth or self.top.keys() - {0}:
            return
        names = [f"d{place}" for place in range(depth)]
        some = rows.filter(among("d0", self.top[0])) if 0 in self.top else rows
        found = {self._moved(keys): values for keys, values in self._bounded(some, names).items()}
        if 0 in self.top:
            for keys, values in self._bounded(rows.filter(not_among("d0", self.top[0])), names[1:]).items():
                found[(REST, *keys)] = values
        for line in made.lines:
            line.before = found.get(line.keys, [nothing(one) for one in self.spec.measures])
        if not self.whole:
            for key, line in made.subtotals.items():
                line.before = self._fold(found, lambda keys, key=key: keys[0] == key)  # type: ignore[misc]

    def _moved(self, keys: Keys) -> Keys:
        """The keys of groups that are compared with these: days move along with the period."""
        assert self.days is not None
        before, _last = fiscal.before(self.spec.span, *self.days, self.spec.compare)
        moved = []
        for one, key in zip(self.spec.rows, keys, strict=True):
            if one.dated and one.path == self.spec.period and key is not None:
                first, _end = one.days(key)
                months = 12 if self.spec.compare == "year" else fiscal.months_of(self.spec.span)
                day = fiscal.shifted(first, months) if months else first + (self.days[0] - before)
                key = one.key_of(day)
            moved.append(key)
        return tuple(moved)

    # --- order --------------------------------------------------------------------------------------
    def _order(self, made: Result) -> None:
        if self.spec.column:
            made.columns = rest_last(
                self.spec.column.ordered(key for key in made.columns if key is not REST), made.columns
            )
        if not self.spec.rows:
            return
        first = self.spec.rows[0]
        self._fill_days(made, first)
        sort = self.spec.sort or ("label" if first.few and not first.several else "-0")
        ranks = [
            {key: place for place, key in enumerate(rest_last(one.ordered({line.keys[at] for line in made.lines} - {REST}), [line.keys[at] for line in made.lines]))}
            for at, one in enumerate(self.spec.rows)
        ]  # fmt: skip
        if sort != "label":
            ranks[0] = self._by_figure(made, sort)
        made.lines.sort(key=lambda line: tuple(rank[key] for rank, key in zip(ranks, line.keys, strict=True)))
        if first.tagged or first.several:
            made.lines = tagged.largest(made.lines, self.spec.top)

    def _by_figure(self, made: Result, sort: str) -> dict[Any, int]:
        """The first dimension's keys by a figure: what is empty and what is left last."""
        place, down = int(sort.lstrip("-")), sort.startswith("-")
        sums: dict[Any, float] = {}
        for line in made.lines:
            value = line.total[place]
            key = line.keys[0]
            sums[key] = sums.get(key, 0) + (value or 0)
        ordered = sorted(sums, key=lambda key: (key is REST, -sums[key] if down else sums[key], str(key)))
        return {key: rank for rank, key in enumerate(ordered)}

    def _fill_days(self, made: Result, first: Dimension) -> None:
        """A month without records is a month with none, not a gap."""
        if len(self.spec.rows) != 1 or not first.dated:
            return
        known = {line.keys[0] for line in made.lines}
        filled = sorted(key for key in known if key is not None)
        ends = [filled[0], filled[-1]] if filled else []
        if self.spec.period == first.path and self.days:
            today = min(self.days[1], self.today)
            ends = [
                first.key_of(self.days[0]),
                max(first.key_of(today), *(filled[-1:] or [first.key_of(today)])),
            ]
        if not ends:
            return
        empty = self._finish([nothing(one) for one in self.spec.measures])
        for key in first.between(*ends):
            if key not in known:
                made.lines.append(Line((key,), {}, list(empty), list(empty) if self.spec.compare else None))
