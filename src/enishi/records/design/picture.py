"""All entities and their connections as one picture: the field as it is seen from the stands."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from enishi.records.entity import Entity

WIDTH, ROW, BOX_W, BOX_H, MARGIN = 1000, 128, 168, 52, 24


@dataclass(frozen=True)
class Box:
    """An entity in the picture; x and y are its middle."""

    entity: Entity
    x: float
    y: float

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.x - BOX_W / 2

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.y - BOX_H / 2


def ties(entities: Sequence[Entity]) -> list[tuple[str, str, str, bool]]:
    """(from, to, what it is called, whether there may be several) of each connection, built in or drawn."""
    names = {one.name for one in entities}
    made = []
    for entity in entities:
        made += [(entity.name, one.to, one.label, False) for one in entity.references if one.to in names]
        made += [
            (entity.name, one.to, one.label, one.many)
            for one in entity.linked
            if one.forward and one.to in names
        ]
    return made


def draw(entities: Sequence[Entity]) -> dict[str, Any]:
    """Boxes and lines. Those with most connections stand in the middle row; lines end at the boxes' edges."""
    found = ties(entities)
    tied = {one.name for one in entities if one.linked}
    # Tasks and activities may be about anything: lines to everything would say nothing.
    entities = [one for one in entities if one.name in tied or one.drawn or "about" not in one.fields]
    shown = {one.name for one in entities}
    found = [tie for tie in found if tie[0] in shown and tie[1] in shown]
    degree = {one.name: sum(one.name in tie[:2] for tie in found) for one in entities}
    ordered = sorted(entities, key=lambda one: (-degree[one.name], one.code))
    per_row = max(3, min(5, math.ceil(math.sqrt(len(ordered) * 1.6))))
    rows = [ordered[start : start + per_row] for start in range(0, len(ordered), per_row)]
    # The busiest in the middle, the others above and below in turn.
    order: list[list[Entity]] = []
    for place, row in enumerate(rows):
        order = [row, *order] if place % 2 else [*order, row]
    boxes: dict[str, Box] = {}
    for place, row in enumerate(order):
        step = WIDTH / len(row)
        shift = step / 6 * (1 if place % 2 else -1) if len(order) > 1 and len(row) > 1 else 0
        for at, entity in enumerate(row):
            x = min(max(step * (at + 0.5) + shift, BOX_W / 2 + 4), WIDTH - BOX_W / 2 - 4)
            boxes[entity.name] = Box(entity, round(x), MARGIN + BOX_H / 2 + ROW * place)
    height = MARGIN * 2 + BOX_H + ROW * (len(order) - 1)
    lines: list[dict[str, Any]] = []
    seen: dict[tuple[str, ...], int] = {}
    for start, end, label, many in found:
        pair = tuple(sorted((start, end)))
        seen[pair] = seen.get(pair, 0) + 1
        lines.append(_line(boxes[start], boxes[end], label, many, seen[pair]))
    return {
        "boxes": list(boxes.values()),
        "lines": lines,
        "width": WIDTH,
        "height": height,
        "w": BOX_W,
        "h": BOX_H,
    }


def _line(start: Box, end: Box, label: str, many: bool, number: int) -> dict[str, Any]:
    if start is end:
        x, y = start.x + BOX_W / 2, start.y
        path = f"M{x} {y - 10} C{x + 44} {y - 34} {x + 44} {y + 34} {x} {y + 10}"
        return {"path": path, "label": label, "x": x + 36, "y": y, "many": many}
    bend = 26 * (number - 1)
    middle_x, middle_y = (start.x + end.x) / 2, (start.y + end.y) / 2
    length = math.hypot(end.x - start.x, end.y - start.y) or 1
    off_x, off_y = -(end.y - start.y) / length, (end.x - start.x) / length
    if abs(end.y - start.y) < 1 and abs(end.x - start.x) > BOX_W * 1.6:
        bend += 62  # beside each other with others between: around them
    through_x, through_y = middle_x + off_x * bend, middle_y + off_y * bend
    from_x, from_y = _edge(start, through_x, through_y)
    to_x, to_y = _edge(end, through_x, through_y)
    path = f"M{from_x:.0f} {from_y:.0f} Q{through_x:.0f} {through_y:.0f} {to_x:.0f} {to_y:.0f}"
    return {
        "path": path, "label": label, "many": many,
        "x": round(_along(from_x, through_x, to_x)), "y": round(_along(from_y, through_y, to_y)),
    }  # fmt: skip


def _along(start: float, through: float, end: float, part: float = 0.38) -> float:
    """A point of the curve, nearer to where it begins: lines that end at one box are told apart there."""
    return (1 - part) ** 2 * start + 2 * part * (1 - part) * through + part**2 * end


def _edge(box: Box, x: float, y: float) -> tuple[float, float]:
    """Where a line from the middle of a box towards a point leaves the box."""
    dx, dy = x - box.x, y - box.y
    if not dx and not dy:
        return box.x, box.y
    scale = min((BOX_W / 2 + 2) / abs(dx) if dx else math.inf, (BOX_H / 2 + 2) / abs(dy) if dy else math.inf)
    return box.x + dx * scale, box.y + dy * scale
