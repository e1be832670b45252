"""Notes of records of which several rows, or a later file, say more: nothing that stands in a note is taken out of it unseen."""

import re
from collections import Counter

from enishi.exchange.rows import LONGEST_NOTE

_HEADED = re.compile(
    r"([^:\n]{1,60}: )"
)  # what a column without a field of its own says begins with its heading


def joined(held: str, value: str) -> str:
    """A note and what a further row says. What stands there already is left out; but of a row that says other than is known under a heading
    (a second car) all stands together, so that one can tell what belongs to which."""
    lines, said = held.split("\n") if held else [], value.split("\n")
    fresh = [line for line in said if line not in lines]
    known = {_head(line) for line in lines} - {""}
    if len(fresh) > 0 and any(_head(line) in known for line in fresh):
        fresh = said
    return "\n".join([*lines, *fresh])[:LONGEST_NOTE]


def renewed(held: str, value: str) -> str:
    """A note of a customer who was there before, and what a file says of him now: what it says otherwise under a heading of which the note
    has one line takes that line's place, all else is added; what a person wrote stays."""
    lines = held.split("\n") if held else []
    often = Counter(_head(line) for line in lines)
    said = Counter(_head(line) for line in value.split("\n"))
    fresh = []
    for line in value.split("\n"):
        head = _head(line)
        if line in lines:
            continue
        if head and often[head] == said[head] == 1:
            lines[next(n for n, one in enumerate(lines) if _head(one) == head)] = line
        else:
            fresh.append(line)
    return "\n".join([*lines, *fresh])[:LONGEST_NOTE]


def _head(line: str) -> str:
    found = _HEADED.match(line)
    return found[1] if found else ""
