"""All entities and their connections as one picture: the field as it is seen from the stands.

Boxes stand in a grid. Lines run like streets: out of a box at a place of their own, along a track of their own between two rows, and
past other rows only between columns; so none passes behind a box, and each carries its name where nothing else lies.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from enishi.records.entity import Entity

WIDTH, BOX_W, BOX_H, MARGIN, TRACK, CORNER, LOOP = 1000, 150, 50, 14, 22, 8, 22


@dataclass
class Box:
    """An entity in the picture; x and y are its middle."""

    entity: Entity
    row: int
    x: float
    y: float = 0
    above: list["Tie"] = field(default_factory=list)  # lines that leave it there
    below: list["Tie"] = field(default_factory=list)

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.x - BOX_W / 2

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.y - BOX_H / 2

    def port(self, tie: "Tie", downwards: bool) -> float:
        """Where on its edge a line leaves it: lines that lead to the left leave on the left."""
        side = self.below if downwards else self.above
        ordered = sorted(side, key=lambda one: (one.other(self).x, one.number))
        place = next(at for at, one in enumerate(ordered) if one is tie)
        # Above a little aside: lines of two boxes that stand above each other don't run into one.
        return self.left + BOX_W * (place + 1) / (len(ordered) + 1) + (0 if downwards else 9)


@dataclass(eq=False)
class Tie:
    """A connection between two boxes."""

    start: Box
    end: Box
    label: str
    many: bool
    number: int
    channels: list[int] = field(
        default_factory=list
    )  # the streets that it runs along: channel n lies above row n
    lane: float = 0

    def other(self, box: Box) -> Box:
        """The box at its other end."""
        return self.end if box is self.start else self.start


def ties(entities: Sequence[Entity]) -> list[tuple[str, str, str, bool]]:
    """(from, to, what it is called from both sides, whether there may be several) of each connection, built in or drawn."""
    names = {one.name for one in entities}
    made = []
    for entity in entities:
        made += [(entity.name, one.to, str(one.label), False) for one in entity.references if one.to in names]
        for one in entity.linked:
            if one.forward and one.to in names:
                back = next(
                    (
                        each
                        for each in one.target.linked
                        if each.relation == one.relation and not each.forward
                    ),
                    None,
                )
                words = f"{one.label} ⇄ {back.label}" if back is not None else str(one.label)
                made.append((entity.name, one.to, words, one.many))
    return made


def draw(entities: Sequence[Entity]) -> dict[str, Any]:
    """Boxes and lines. Those with most connections stand in the middle rows."""
    found = ties(entities)
    tied = {one.name for one in entities if one.linked}
    # Tasks and activities may be about anything: lines to everything would say nothing.
    shown = [one for one in entities if one.name in tied or one.drawn or "about" not in one.fields]
    names = {one.name for one in shown}
    found = [tie for tie in found if tie[0] in names and tie[1] in names]
    boxes = _place(shown, found)
    lines = [
        Tie(boxes[start], boxes[end], label, many, number)
        for number, (start, end, label, many) in enumerate(found)
    ]
    rows = 1 + max((box.row for box in boxes.values()), default=0)
    lanes = _lanes(boxes)
    for tie in lines:
        _route(tie, rows, lanes)
    tracks = _tracks(lines, rows)
    streets = _streets(boxes, tracks, rows)
    return {
        "boxes": list(boxes.values()),
        "lines": [_drawn(tie, tracks, streets) for tie in lines],
        "width": WIDTH,
        "height": streets[-1],
        "w": BOX_W,
        "h": BOX_H,
    }


def _place(shown: Sequence[Entity], found: Sequence[tuple[str, str, str, bool]]) -> dict[str, Box]:
    """Boxes in a grid, the busiest in the middle row, each row ordered by what it is tied to in the rows placed before."""
    degree = {one.name: sum(one.name in tie[:2] for tie in found) for one in shown}
    ordered = sorted(shown, key=lambda one: (-degree[one.name], one.code))
    columns = max(3, min(5, math.ceil(math.sqrt(len(ordered) * 1.4))))
    rows = [ordered[start : start + columns] for start in range(0, len(ordered), columns)]
    order: list[list[Entity]] = []
    for place, row in enumerate(rows):
        order = [row, *order] if place % 2 else [*order, row]
    pitch = WIDTH / columns
    boxes: dict[str, Box] = {}
    for row in rows:
        number = next(at for at, one in enumerate(order) if one is row)
        first = (columns - len(row)) / 2
        first = math.floor(first)  # in the columns of the others, or lines between columns would meet it
        for at, entity in enumerate(sorted(row, key=lambda one: _pull(one, found, boxes))):
            boxes[entity.name] = Box(entity, number, round(pitch * (first + at + 0.5)))
    return boxes


def _pull(entity: Entity, found: Sequence[tuple[str, str, str, bool]], boxes: dict[str, Box]) -> float:
    """How far to the right an entity is drawn by those it is tied to."""
    others = [tie[1] if tie[0] == entity.name else tie[0] for tie in found if entity.name in tie[:2]]
    places = [boxes[name].x for name in others if name in boxes]
    return sum(places) / len(places) if places else WIDTH / 2


def _lanes(boxes: dict[str, Box]) -> list[float]:
    """The middles of the gaps between columns."""
    columns = sorted({box.x for box in boxes.values()})
    return [(left + right) / 2 for left, right in zip(columns, columns[1:], strict=False)] or [WIDTH - 10]


def _route(tie: Tie, rows: int, lanes: list[float]) -> None:
    """Which edges it leaves and which streets it runs along."""
    start, end = tie.start, tie.end
    if start is end:  # a loop at its side, see _loop
        return
    if start.row == end.row:
        down = start.row < rows - 1 or rows == 1
        tie.channels = [start.row + 1 if down else start.row]
        (start.below if down else start.above).append(tie)
        (end.below if down else end.above).append(tie)
        return
    down = end.row > start.row
    (start.below if down else start.above).append(tie)
    (end.above if down else end.below).append(tie)
    first, last = (start.row + 1, end.row) if down else (start.row, end.row + 1)
    tie.channels = [first] if first == last else [first, last]
    tie.lane = min(lanes, key=lambda x: abs(x - start.x) + abs(x - end.x))


def _tracks(lines: Sequence[Tie], rows: int) -> dict[int, list[tuple[Tie, int]]]:
    """The tracks of each street, from above: a line that spans little lies near its boxes."""
    held: dict[int, list[tuple[Tie, int]]] = {channel: [] for channel in range(rows + 1)}
    for tie in lines:
        for place, channel in enumerate(tie.channels):
            held[channel].append((tie, place))
    for channel, each in held.items():
        each.sort(
            key=lambda pair: (
                pair[0].start.row != channel - 1,
                abs(pair[0].start.x - pair[0].end.x),
                pair[0].number,
            )
        )
    return held


def _streets(boxes: dict[str, Box], tracks: dict[int, list[tuple[Tie, int]]], rows: int) -> list[float]:
    """Sets the boxes' heights by the streets between them; returns where each street begins, and where all ends."""
    y, begins = float(MARGIN), []
    for row in range(rows):
        begins.append(y)
        y += _depth(tracks, row)
        for box in boxes.values():
            if box.row == row:
                box.y = y + BOX_H / 2
        y += BOX_H
    return [*begins, y, y + _depth(tracks, rows) + MARGIN]


def _depth(tracks: dict[int, list[tuple[Tie, int]]], channel: int) -> float:
    return TRACK * (len(tracks[channel]) + 1) if tracks[channel] else 0 if channel == 0 else TRACK


def _drawn(tie: Tie, tracks: dict[int, list[tuple[Tie, int]]], streets: list[float]) -> dict[str, Any]:
    """The line as a path with round corners, and where its name stands."""
    levels = [
        streets[channel] + TRACK * (tracks[channel].index((tie, place)) + 1)
        for place, channel in enumerate(tie.channels)
    ]
    if tie.start is tie.end:
        return _loop(tie)
    out, leave = _leaves(tie, tie.start)
    into, arrive = _leaves(tie, tie.end)
    if len(levels) == 1:
        points = [(out, leave), (out, levels[0]), (into, levels[0]), (into, arrive)]
        return _as_path(points, tie, (out + into) / 2, levels[0])
    lane = tie.lane + (tie.number % 5 - 2) * 6  # beside others that take the same gap
    points = [
        (out, leave),
        (out, levels[0]),
        (lane, levels[0]),
        (lane, levels[1]),
        (into, levels[1]),
        (into, arrive),
    ]
    return _as_path(points, tie, (out + lane) / 2, levels[0])


def _loop(tie: Tie) -> dict[str, Any]:
    """An entity tied to itself: out of its right side and back, its name below."""
    side, y = tie.start.left + BOX_W, tie.start.y
    points = [
        (side, y - LOOP / 2),
        (side + LOOP, y - LOOP / 2),
        (side + LOOP, y + LOOP / 2),
        (side, y + LOOP / 2),
    ]
    return _as_path(points, tie, side + LOOP, y + BOX_H / 2 + CORNER)


def _leaves(tie: Tie, box: Box) -> tuple[float, float]:
    """Where a line leaves a box."""
    down = tie in box.below
    return box.port(tie, down), box.y + (BOX_H / 2 if down else -BOX_H / 2)


def _as_path(points: list[tuple[float, float]], tie: Tie, x: float, y: float) -> dict[str, Any]:
    parts = [f"M{points[0][0]:.0f} {points[0][1]:.0f}"]
    for before, here, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards(here, before), _towards(here, after)
        parts.append(f"L{near[0]:.0f} {near[1]:.0f} Q{here[0]:.0f} {here[1]:.0f} {far[0]:.0f} {far[1]:.0f}")
    parts.append(f"L{points[-1][0]:.0f} {points[-1][1]:.0f}")
    half = 6.5 * len(tie.label)
    return {
        "path": " ".join(parts), "label": tie.label, "many": tie.many,
        "x": round(min(max(x, half), WIDTH - half)), "y": round(y),
    }  # fmt: skip


def _towards(here: tuple[float, float], there: tuple[float, float]) -> tuple[float, float]:
    """A point near the corner, on the way to the next."""
    length = math.dist(here, there) or 1
    part = min(CORNER, length / 2) / length
    return here[0] + (there[0] - here[0]) * part, here[1] + (there[1] - here[1]) * part
