"""Charts as SVG, drawn here: no script, nothing inline but attributes, every mark a way to its records.

Colours are classes (`styles.css`), so that light and dark are the page's own. The table beside a chart says the same in words, so the
drawing itself is hidden from readers of the screen. A chart is drawn once per width, since a drawing that shrinks shrinks its letters.
"""

import math
from collections.abc import Callable
from html import escape
from itertools import groupby
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from enishi.insight.reports.shown import (
    MOST_BARS,
    MOST_LANES,
    Cell,
    Series,
    Shown,
    before_of,
    chart_of,
    series_of,
)

COLOURS = 8
MOST_SLICES, MOST_SERIES = 7, 8
# Of a heat map, whose colours tell how much and not what: a year of months and what has none.
HEAT_COLUMNS = 13


def chart(shown: Shown, *widths: int) -> SafeString:
    """The report's chart at these widths (the first for laptops, the second for telephones); empty where it has none."""
    kind = chart_of(shown)
    draw = DRAWINGS.get(kind)
    if draw is None:
        return mark_safe("")  # noqa: S308 (empty)
    labels, series = series_of(shown)
    series, left = _fewer(series, shown, HEAT_COLUMNS if kind == "heat" else MOST_SERIES)
    parts = []
    for place, width in enumerate(widths):
        height, body = draw(shown, labels, series, width)
        name = "wide" if place == 0 and len(widths) > 1 else "narrow" if place else "only"
        parts.append(
            f'<svg class="{name}" viewBox="0 0 {width} {height:.0f}" width="{width}" height="{height:.0f}" aria-hidden="true">{body}</svg>'
        )
    legend = "" if kind in {"heat", "pie", "funnel"} else _legend(series)
    if left:
        legend += f'<p class="help">{escape(_("図に入りきらない%(n)d系列は、下の表にあります。") % {"n": left})}</p>'
    return mark_safe(f'<div class="chart">{"".join(parts)}{legend}</div>')  # noqa: S308 (escaped piece by piece)


def _fewer(series: list[Series], shown: Shown, most: int) -> tuple[list[Series], int]:
    """At most as many series as there is room for, the others as one: the last, or of those that follow each other in time the first,
    since the newest are what is looked for. And how many are left out, where others can't be one (of averages there is no sum).
    """
    dated = shown.spec.column is not None and shown.spec.column.dated
    if len(series) <= most:
        return series, 0
    kept, rest = (
        (series[1 - most :], series[: 1 - most]) if dated else (series[: most - 1], series[most - 1 :])
    )
    if not all(one.op in {"count", "sum"} for one in shown.spec.measures[:1]):
        return (series[-most:] if dated else series[:most]), len(series) - most
    cells = [
        _together(shown, [one.cells[place].value for one in rest]) for place in range(len(series[0].cells))
    ]
    if dated:
        return [Series(_("%(last)sまで") % {"last": rest[-1].label}, cells), *kept], 0
    return [*kept, Series(_("その他"), cells)], 0


def _together(shown: Shown, values: list[Any]) -> Cell:
    """The sum of cells, empty where all are."""
    held = [value for value in values if value is not None]
    return _cell(shown, sum(held) if held else None)


def _cell(shown: Shown, value: Any) -> Cell:
    return Cell(shown.spec.measures[0].text(value, man=shown.spec.man), value, "")


def _legend(series: list[Series]) -> str:
    if len(series) < 2:
        return ""
    items = "".join(
        f'<span><svg width="10" height="10" aria-hidden="true"><rect class="c{place % COLOURS}" width="10" height="10" rx="2"/></svg>{escape(one.label)}</span>'
        for place, one in enumerate(series)
    )
    return f'<div class="chart-legend">{items}</div>'


# --- pieces -------------------------------------------------------------------------------------------
def _width(text: str) -> float:
    return sum(12.0 if ord(one) > 0x2E7F else 6.8 for one in text)


def _bold(text: str) -> float:
    return _width(text) * 1.15


def _fit(text: str, most: float) -> str:
    if _width(text) <= most:
        return text
    while text and _width(text) > most - 12:
        text = text[:-1]
    return f"{text}…"


def _text(x: float, y: float, text: str, *, anchor: str = "start", name: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{f" class={chr(34)}{name}{chr(34)}" if name else ""}>{escape(text)}</text>'


def _mark(shape: str, cell: Cell, words: str) -> str:
    """A shape that leads to its records and says what it is."""
    title = f"<title>{escape(words)} {escape(cell.text)}</title>"
    if not cell.url:
        return f"<g>{title}{shape}</g>"
    return f'<a href="{escape(cell.url)}" tabindex="-1">{title}{shape}</a>'


def _rect(x: float, y: float, width: float, height: float, name: str, radius: float = 3) -> str:
    return f'<rect class="{name}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" rx="{min(radius, max(width, 0) / 2, max(height, 0) / 2):.1f}"/>'


def _number(cell: Cell) -> float:
    return float(cell.value or 0)


def _short(value: float) -> str:
    """A figure of an axis."""
    japanese = ((1e8, _("億")), (1e4, _("万")))
    for size, word in japanese if get_language() != "en" else ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:,.1f}".removesuffix(".0") + word
    return f"{value:,.1f}".removesuffix(".0")


def _ticks(least: float, most: float) -> list[float]:
    """Round figures from the least to the most."""
    if most <= least:
        most = least + 1
    rough = (most - least) / 4
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= rough)
    first = math.floor(least / step) * step
    return [first + step * place for place in range(math.ceil((most - first) / step - 1e-9) + 1)]


# --- drawings -----------------------------------------------------------------------------------------
def _bar(shown: Shown, labels: list[str], series: list[Series], width: int) -> tuple[float, str]:
    if shown.spec.rows[0].dated:
        return _columns(shown, labels, series, width)
    return _bars(shown, labels, series, width)


def _bars(shown: Shown, labels: list[str], series: list[Series], width: int) -> tuple[float, str]:
    """Lying bars: names have room."""
    labels = labels[:MOST_BARS]
    before = before_of(shown)
    room = min(width * 0.34, max((_width(one) for one in labels), default=0) + 12)
    sums = [sum(max(_number(one.cells[place]), 0) for one in series) for place in range(len(labels))]
    most = max([*sums, *((value or 0) for value in (before or [])[:MOST_BARS])], default=0) or 1
    texts = [
        row.total[0].text if shown.pivoted else series[0].cells[place].text
        for place, row in enumerate(shown.rows)
    ]
    lane, made = width - room - max(map(_bold, texts[:MOST_BARS]), default=0) - 12, []
    for place, label in enumerate(labels):
        y = place * 30 + 4
        made.append(_text(room - 8, y + 15, _fit(label, room - 10), anchor="end"))
        x = room
        for at, one in enumerate(series):
            cell = one.cells[place]
            long = max(_number(cell), 0) / most * lane
            words = f"{label} {one.label if len(series) > 1 else ''}"
            made.append(_mark(_rect(x, y, long, 22, f"c{at % COLOURS}"), cell, words))
            x += long
        if before is not None:
            then = room + max(before[place] or 0, 0) / most * lane
            made.append(f'<line class="then" x1="{then:.1f}" x2="{then:.1f}" y1="{y - 2}" y2="{y + 24}"/>')
        made.append(_text(x + 6, y + 15, texts[place], name="figure"))
    return len(labels) * 30 + 4, "".join(made)


def _scale(series: list[Series], before: list[Any] | None, *, stacked: bool) -> list[float]:
    if stacked:
        values = [sum(_number(one.cells[place]) for one in series) for place in range(len(series[0].cells))]
    else:
        values = [_number(cell) for one in series for cell in one.cells]
    values += [value or 0 for value in before or []]
    return _ticks(min(0, *values), max(0, *values))


def _axes(ticks: list[float], labels: list[str], width: int, height: int) -> tuple[float, Any, str]:
    """Lines and words of both axes; gives the left edge and the place of a value."""
    left = max(_width(_short(one)) for one in ticks) + 10
    low, high = ticks[0], ticks[-1]

    def place(value: float) -> float:
        return 10 + (high - value) / (high - low) * (height - 40)

    made = []
    for one in ticks:
        made.append(
            f'<line class="grid" x1="{left:.1f}" x2="{width}" y1="{place(one):.1f}" y2="{place(one):.1f}"/>'
        )
        made.append(_text(left - 6, place(one) + 4, _short(one), anchor="end", name="axis"))
    slot = (width - left - 16) / max(len(labels), 1)
    every = max(1, math.ceil(max((_width(one) for one in labels), default=1) / max(slot, 1) + 0.15))
    for number, label in enumerate(labels):
        if number % every == 0:
            fitted = _fit(label, slot * every)
            made.append(
                _text(
                    max(left + slot * (number + 0.5), _width(fitted) / 2 + 2),
                    height - 10,
                    fitted,
                    anchor="middle",
                    name="axis",
                )
            )
    return left, place, "".join(made)


def _columns(shown: Shown, labels: list[str], series: list[Series], width: int) -> tuple[float, str]:
    """Standing bars: time goes to the right."""
    height, before = (280 if width > 450 else 230), before_of(shown)
    ticks = _scale(series, before, stacked=True)
    left, place, body = _axes(ticks, labels, width, height)
    slot = (width - left - 16) / max(len(labels), 1)
    thick, made = min(slot * 0.62, 48), [body]
    for number, label in enumerate(labels):
        middle = left + slot * (number + 0.5)
        x = middle - thick / 2
        if before is not None:
            top = place(max(before[number] or 0, 0))
            made.append(_rect(x - thick * 0.12, top, thick * 0.5, place(0) - top, "before"))
        base = 0.0
        for at, one in enumerate(series):
            cell = one.cells[number]
            value = _number(cell)
            y, end = sorted((place(base), place(base + value)))
            shift = thick * 0.38 if before is not None else 0
            words = f"{label} {one.label if len(series) > 1 else ''}"
            made.append(_mark(_rect(x + shift, y, thick - shift, end - y, f"c{at % COLOURS}"), cell, words))
            base += value
    return height, "".join(made)


def _line(shown: Shown, labels: list[str], series: list[Series], width: int) -> tuple[float, str]:
    height, before = (280 if width > 450 else 230), before_of(shown)
    ticks = _scale(series, before, stacked=False)
    left, place, body = _axes(ticks, labels, width, height)
    slot, made = (width - left - 16) / max(len(labels), 1), [body]

    def path(values: list[float]) -> str:
        return " ".join(
            f"{left + slot * (at + 0.5):.1f},{place(value):.1f}" for at, value in enumerate(values)
        )

    if before is not None:
        made.append(f'<polyline class="line before-line" points="{path([value or 0 for value in before])}"/>')
    for at, one in enumerate(series):
        values = [_number(cell) for cell in one.cells]
        made.append(f'<polyline class="line l{at % COLOURS}" points="{path(values)}"/>')
        for number, (label, cell) in enumerate(zip(labels, one.cells, strict=True)):
            dot = f'<circle class="c{at % COLOURS}" cx="{left + slot * (number + 0.5):.1f}" cy="{place(_number(cell)):.1f}" r="{3.5 if slot > 14 else 2}"/>'
            made.append(_mark(dot, cell, f"{label} {one.label if len(series) > 1 else ''}"))
    return height, "".join(made)


def _funnel(shown: Shown, labels: list[str], series: list[Series], width: int) -> tuple[float, str]:
    """Bars in the middle, one below the other. Of two levels each first one has a funnel of its own: the stages of one pipeline don't
    follow those of another."""
    rows = shown.rows[:MOST_BARS]
    room = min(width * 0.3, max((_width(row.labels[-1]) for row in rows), default=0) + 12)
    lane, y, made = width - room - 90, 2.0, []
    several = len({tuple(row.labels[:-1]) for row in rows}) > 1
    for head, group in groupby(rows, key=lambda row: row.labels[:-1] if several else []):
        steps = [(row.labels[-1], row.total[0]) for row in group]
        most = max(_number(cell) for _label, cell in steps) or 1
        if head:
            made.append(_text(0, y + 16, _fit(head[0], width - 8), name="head"))
            y += 26
        for label, cell in steps:
            long = max(_number(cell), 0) / most * lane
            words = " / ".join([*head, label])
            made.append(_text(room - 8, y + 19, _fit(label, room - 10), anchor="end"))
            made.append(_mark(_rect(room + (lane - long) / 2, y, max(long, 2), 30, "c0", 5), cell, words))
            made.append(_text(width - 4, y + 19, _fit(cell.text, 84), anchor="end", name="figure"))
            y += 34
        y += 8 if head else 0
    return y + 2, "".join(made)


def _pie(shown: Shown, labels: list[str], series: list[Series], width: int) -> tuple[float, str]:
    cells = [row.total[0] for row in shown.rows]
    pairs = sorted(zip(labels, cells, strict=True), key=lambda pair: -_number(pair[1]))
    pairs = [pair for pair in pairs if _number(pair[1]) > 0]
    if len(pairs) > MOST_SLICES + 1:
        rest = sum(_number(cell) for _label, cell in pairs[MOST_SLICES:])
        pairs = [*pairs[:MOST_SLICES], (_("その他"), _cell(shown, int(rest) if rest == int(rest) else rest))]
    total = sum(_number(cell) for _label, cell in pairs) or 1
    beside = width > 450
    size = 230 if beside else 210
    middle, turn, made = size / 2, -math.pi / 2, []
    across = middle if beside else width / 2
    for place, (label, cell) in enumerate(pairs):
        part = _number(cell) / total
        words = f"{label} {part:.1%}"
        made.append(_mark(_slice(across, middle, turn, part, f"c{place % COLOURS}"), cell, words))
        turn += part * 2 * math.pi
        x, y = (size + 24, 26 + place * 25) if beside else (8, size + 22 + place * 24)
        made.append(_rect(x, y - 9, 10, 10, f"c{place % COLOURS}", 2))
        made.append(_text(x + 18, y, _fit(label, width - x - 150)))
        made.append(_text(width - 4, y, f"{cell.text}　{part:.0%}", anchor="end", name="figure"))
    return (max(size, 20 + len(pairs) * 25) if beside else size + 14 + len(pairs) * 24), "".join(made)


def _slice(x: float, y: float, turn: float, part: float, name: str) -> str:
    """A piece of a ring; a whole one is two halves."""
    outer, inner = y - 8, (y - 8) * 0.58
    if part > 0.9999:
        return f'<circle class="ring r{name[1:]}" cx="{x:.1f}" cy="{y:.1f}" r="{(outer + inner) / 2:.1f}" stroke-width="{outer - inner:.1f}"/>'
    end, far = turn + part * 2 * math.pi, int(part > 0.5)

    def at(angle: float, radius: float) -> str:
        return f"{x + radius * math.cos(angle):.2f},{y + radius * math.sin(angle):.2f}"

    return (
        f'<path class="slice {name}" d="M{at(turn, outer)} A{outer:.1f},{outer:.1f} 0 {far} 1 {at(end, outer)} '
        f'L{at(end, inner)} A{inner:.1f},{inner:.1f} 0 {far} 0 {at(turn, inner)} Z"/>'
    )


def _within(most: float, *texts: str) -> str:
    """The first of the texts that is no wider; "" where each is."""
    return next((text for text in texts if _width(text) <= most), "")


def _written(cells: list[Cell], most: float) -> Callable[[Cell], str]:
    """How the squares of a heat map are written: in full where all have room, else all in short, else by their colours alone, since
    half a number is a wrong one.
    """

    def in_full(cell: Cell) -> str:
        return cell.text

    def in_short(cell: Cell) -> str:
        return _short(_number(cell)) if cell.value else cell.text

    for how in (in_full, in_short):
        if all(_width(how(cell)) <= most for cell in cells):
            return how
    return lambda cell: "" if cell.value else _within(most, cell.text)


def _head(label: str, most: float) -> str:
    """A column's head: of a month that has no room the number (「2026/03」, 「26/03」, 「03」), of anything else its beginning."""
    if label[:4].isdigit() and label[4:5] == "/":
        return _within(most, label, label[2:], label[5:], label.rpartition("/")[2])
    return _fit(label, most)


def _heat(shown: Shown, labels: list[str], series: list[Series], width: int) -> tuple[float, str]:
    labels = labels[:MOST_LANES]
    room = min(width * 0.3, max((_width(one) for one in labels), default=0) + 12)
    slot = (width - room) / max(len(series), 1)
    most = max((_number(cell) for one in series for cell in one.cells), default=0) or 1
    written = _written([cell for one in series for cell in one.cells[: len(labels)]], slot - 4)
    made = [
        _text(room + slot * (at + 0.5), 14, _head(one.label, slot - 4), anchor="middle", name="axis") for at, one in enumerate(series)
    ]  # fmt: skip
    for place, label in enumerate(labels):
        y = 22 + place * 32
        made.append(_text(room - 8, y + 19, _fit(label, room - 10), anchor="end"))
        for at, one in enumerate(series):
            cell = one.cells[place]
            level = math.ceil(max(_number(cell), 0) / most * 5)
            inner = _rect(room + slot * at + 1, y, slot - 2, 29, f"h{level}", 4)
            inner += _text(room + slot * (at + 0.5), y + 19, written(cell), anchor="middle", name=f"t{level}")
            made.append(_mark(inner, cell, f"{label} {one.label}"))
    return 24 + len(labels) * 32, "".join(made)


DRAWINGS = {
    "bar": _bar, "stacked": _bar, "line": _line, "funnel": _funnel, "pie": _pie, "heat": _heat,
}  # fmt: skip
