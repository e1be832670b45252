"""Sheets printed in two or three blocks side by side: the same headings again to the right, more records below them."""

from typing import Any

from enishi.exchange import headings

LEAST = 2  # headings of a block, one of which names somebody


def find(rows: list[list[Any]]) -> list[int]:
    """Where each block begins (columns from 0), at the same distance; [] where the sheet is one table."""
    heading = headings.find(rows)
    keys = [headings.key(text) for text in heading.texts]
    while keys and not keys[-1]:
        keys.pop()
    first = next((place for place, one in enumerate(keys) if one), len(keys))
    for second in range(first + 1, len(keys)):
        if keys[second] == keys[first]:
            break
    else:
        return []
    step = second - first
    block = [one for one in keys[first:second] if one]
    named = any(
        field == "name" for text in heading.texts[first:second] for _entity, field in headings.means(text)
    )
    wanted = [keys[first + (place - first) % step] for place in range(first, len(keys))]
    whole = (len(keys) - first - 1) % step + 1 >= max(
        place for place, one in enumerate(keys[first:second]) if one
    ) + 1
    if (
        len(set(block)) != len(block)
        or len(block) < LEAST
        or not named
        or wanted != keys[first:]
        or not whole
    ):
        return []
    return list(range(first, len(keys), step))


def apart(row: list[Any], starts: list[int]) -> list[list[Any]]:
    """A row's part in each block."""
    step = starts[1] - starts[0]
    return [row[start : start + step] for start in starts]


def unfold(rows: list[list[Any]], starts: list[int]) -> list[list[Any]]:
    """The rows of the sheet as if its blocks stood below each other; what stands up to the headings is the first block's."""
    heading = headings.find(rows)
    above = heading.start + heading.height
    made = [apart(row, starts)[0] for row in rows[:above]]
    return made + [part for row in rows[above:] for part in apart(row, starts)]
