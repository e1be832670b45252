"""A result in words: the table with the way to the records behind each figure, and the series that a chart draws."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from enishi.access.models import User
from enishi.insight.reports.behind import drill
from enishi.insight.reports.engine import compute
from enishi.insight.reports.results import REST, Result, Values
from enishi.insight.reports.spec import Spec

MOST_LINES = 500
MOST_BARS, MOST_LANES = 15, 20  # lines that a chart has room for


@dataclass
class Cell:
    """A figure: as it is read, as it is, where its records are listed."""

    text: str
    value: Any
    url: str
    delta: str = ""
    rise: bool | None = None


@dataclass
class Row:
    """A line of the table."""

    labels: list[str]
    cells: list[Cell]
    total: list[Cell]
    before: list[Any] | None = None
    span: int = 1  # lines that the first level's word stands for; 0: it stands above
    sums: bool = False  # the first level's own figures below its lines

    @property
    def label(self) -> str:
        """The line in one word."""
        return " / ".join(self.labels)


@dataclass
class Shown:
    """Everything that a page, a file or a picture of a report says."""

    spec: Spec
    result: Result
    heads: list[str]
    column_labels: list[str]
    measure_labels: list[str]
    rows: list[Row]
    foot: list[Cell]
    total: list[Cell]
    lines: list[Row] = field(default_factory=list)  # the rows with the sums of each first level below them
    cut: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether there is no record at all."""
        if (self.spec.rows and not self.rows) or (self.spec.column and not self.column_labels):
            return True
        return all(
            cell.value is None or (one.op == "count" and not cell.value)
            for one, cell in zip(self.spec.measures, self.total, strict=True)
        )

    @property
    def pivoted(self) -> bool:
        """Whether there are columns."""
        return self.spec.column is not None


def show(spec: Spec, user: User) -> Shown:
    """Counts a report and puts it into words for this person.

    Raises:
        BadCondition
    """
    return _Words(spec, compute(spec, user)).shown()


class _Words:
    def __init__(self, spec: Spec, result: Result) -> None:
        self.spec, self.result = spec, result
        self.names = [
            one.labels({line.keys[place] for line in result.lines} - {REST})
            for place, one in enumerate(spec.rows)
        ]
        self.column_names = spec.column.labels(set(result.columns) - {REST}) if spec.column else {}

    def shown(self) -> Shown:
        spec, result = self.spec, self.result
        rows = [self._row(line) for line in result.lines[:MOST_LINES]]
        foot = [
            cell for key in result.columns for cell in self._cells(result.column_totals[key], (), key, columned=True)
        ]  # fmt: skip
        total = self._cells(result.total, ())
        self._compare(total, result.before)
        labels = [one.label_in(man=spec.man) for one in spec.measures]
        notes = []
        if any(one.tagged or one.several for one in spec.dimensions):
            notes.append(_("複数の値がある記録は、それぞれの値で数えます。合計は記録1件を1回だけ数えます。"))
        if result.cut or len(result.lines) > MOST_LINES:
            notes.append(_("行が多いため、多いものから一部だけを表示しています。"))
        made = Shown(
            spec, result, [one.label for one in spec.rows], [self._column(key) for key in result.columns], labels, rows, foot, total,
            self._with_sums(rows), cut=result.cut, notes=notes,
        )  # fmt: skip
        if more := left_out(made):
            notes.append(_("図に表示しているのは、表の先頭から%(n)d行までです。") % {"n": len(rows) - more})
        return made

    def _row(self, line: Any) -> Row:
        cells = [
            cell
            for key in self.result.columns
            for cell in self._cells(line.cells.get(key) or self._none(), line.keys, key, columned=True)
        ]
        total = self._cells(line.total, line.keys)
        self._compare(total, line.before)
        labels = [self._name(self.names[place], key) for place, key in enumerate(line.keys)]
        return Row(labels, cells, total, line.before)

    def _with_sums(self, rows: list[Row]) -> list[Row]:
        """The rows, and below those of one key of the first level what they come to, where it has several."""
        if len(self.spec.rows) < 2:
            return rows
        alone = len({line.keys[0] for line in self.result.lines}) == 1  # whose sums are the total
        made: list[Row] = []
        keys = [line.keys[0] for line in self.result.lines]
        start = 0
        while start < len(rows):
            end = start
            while end < len(keys) and keys[end] == keys[start]:
                end += 1
            group = rows[start:end]
            for place, row in enumerate(group):
                row.span = 0 if place else len(group)
            made += group
            line = self.result.subtotals.get(keys[start])
            if line is not None and not alone and 1 < end - start == len(group):
                row = self._row(line)
                row.labels, row.sums = [_("%(name)s の小計") % {"name": row.labels[0]}], True
                made.append(row)
            start = end
        return made

    def _none(self) -> Values:
        return [0 if one.op in {"count", "distinct"} else None for one in self.spec.measures]

    def _cells(self, values: Values, keys: Any, column: Any = None, *, columned: bool = False) -> list[Cell]:
        url = self.url(keys, column, columned=columned)
        made = []
        for one, value in zip(self.spec.measures, values, strict=True):
            empty = value is None or (one.op == "count" and not value)
            made.append(Cell(one.text(value, man=self.spec.man), value, "" if empty else url))
        return made

    def url(self, keys: Any, column: Any = None, *, columned: bool = False) -> str:
        """The list of the records behind a figure, with what was added up as a column: what one clicked on shall be found there."""
        tree, entity = drill(self.spec, self.result, keys, column, columned=columned), self.spec.entity
        asked = {"filter": json.dumps(tree, ensure_ascii=False, separators=(",", ":"))} if tree else {}
        summed = [one.found for one in self.spec.measures if one.found is not None]
        more = [
            one.name for one in summed if one.listed and not one.hidden and one.name not in entity.columns
        ]
        if more:
            asked["columns"] = ",".join(dict.fromkeys([*entity.columns, *more]))
        return f"{entity.list_url}?{urlencode(asked)}" if asked else entity.list_url

    @staticmethod
    def _compare(cells: list[Cell], before: Values | None) -> None:
        for cell, held in zip(cells, before or [], strict=False):
            if cell.value is None and held is None:
                continue
            now, then = cell.value or 0, held or 0
            if then:
                change = (now - then) / abs(then) * 100
                cell.delta, cell.rise = f"{change:+.1f}%", None if now == then else now > then
            elif now:
                cell.delta, cell.rise = _("新規"), True

    def _name(self, names: dict[Any, str], key: Any) -> str:
        if key is REST:
            return _("その他")
        return _("（空）") if key is None else names.get(key, str(key))

    def _column(self, key: Any) -> str:
        return self._name(self.column_names, key)


# --- what a chart draws -------------------------------------------------------------------------------
@dataclass
class Series:
    """Values of one colour: by category, with the way to their records."""

    label: str
    cells: list[Cell]


def series_of(shown: Shown) -> tuple[list[str], list[Series]]:
    """Categories and series of the first figure."""
    step = len(shown.spec.measures)
    labels = [row.label for row in shown.rows]
    if shown.pivoted:
        return labels, [
            Series(name, [row.cells[place * step] for row in shown.rows])
            for place, name in enumerate(shown.column_labels)
        ]
    return labels, [Series(shown.measure_labels[0], [row.total[0] for row in shown.rows])]


def before_of(shown: Shown) -> list[Any] | None:
    """The first figure of the time before, by category; None without a comparison."""
    if not shown.spec.compare or shown.pivoted or any(row.before is None for row in shown.rows):
        return None
    return [row.before[0] for row in shown.rows if row.before is not None]


def left_out(shown: Shown) -> int:
    """How many lines the chart has no room for."""
    kind = chart_of(shown)
    if kind in {"bar", "stacked"} and shown.spec.rows[0].dated:
        return 0
    most = {"bar": MOST_BARS, "stacked": MOST_BARS, "funnel": MOST_BARS, "heat": MOST_LANES}.get(kind)
    return max(len(shown.rows) - most, 0) if most else 0


def chart_of(shown: Shown) -> str:
    """The chart that is drawn."""
    spec = shown.spec
    if spec.chart == "none" or not spec.rows or shown.empty:
        return ""
    if spec.chart != "auto":
        if spec.chart == "stacked" and not spec.column:
            return "bar"
        return "bar" if spec.chart == "heat" and not spec.column else spec.chart
    if spec.rows[0].dated:
        return "stacked" if spec.column else "line" if len(shown.rows) > 14 else "bar"
    if spec.rows[0].found.name == "stage" and not spec.column and len(spec.rows) == 1:
        return "funnel"
    return "stacked" if spec.column else "bar"
