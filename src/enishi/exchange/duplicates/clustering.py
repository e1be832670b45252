"""Which pairs stay, taken together: A–B and B–C make A–C, unless A and C are evidently two."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

MOST = (
    60  # records in one cluster; what would be larger is no customer written often but a mistake of the data
)


@dataclass(frozen=True)
class Edge:
    """A pair that may be one."""

    low: int
    high: int
    score: float
    decision: str


def clusters(edges: Iterable[Edge], apart: Callable[[int, int], bool]) -> list[list[int]]:
    """Groups of records, the surest pairs joined first; two groups join only if no member of one is apart from one of the
    other.

    Args:
        apart: whether two records are evidently not one.
    """
    group: dict[int, list[int]] = {}
    sure: dict[int, set[int]] = {}
    order = sorted(edges, key=lambda one: (one.decision != "automatic", -one.score, one.low, one.high))
    for edge in order:
        ours, theirs = group.setdefault(edge.low, [edge.low]), group.setdefault(edge.high, [edge.high])
        if ours is theirs or len(ours) + len(theirs) > MOST:
            continue
        if edge.decision == "automatic":
            sure.setdefault(edge.low, set()).add(edge.high)
            sure.setdefault(edge.high, set()).add(edge.low)
        if any(_told_apart(x, y, edge, sure, apart) for x in ours for y in theirs):
            continue
        ours.extend(theirs)
        for one in theirs:
            group[one] = ours
    return [
        sorted(one) for one in {id(members): members for members in group.values()}.values() if len(one) > 1
    ]


def _told_apart(
    x: int, y: int, edge: Edge, sure: dict[int, set[int]], apart: Callable[[int, int], bool]
) -> bool:
    """Whether two records keep their groups apart. Not where a third is surely each of them: then one was written wrongly."""
    if (x, y) in {(edge.low, edge.high), (edge.high, edge.low)} or sure.get(x, set()) & sure.get(y, set()):
        return False
    return apart(x, y)
