"""What is known for a minute about how many a condition holds for.

A list over a condition that many records meet walks its order and stops at its fiftieth; one that few meet gathers them. Which of the two
it is costs a question of its own, the same for each page of the list, its count and its other orders. With what is found it has nothing to do.
"""

import time
from typing import Any

PLENTY = 5000  # records that are still gathered
KEEP_SECONDS = 60.0
_MOST_KEPT = 500
_many: dict[tuple[Any, ...], float] = {}


def known(*question: Any) -> bool:
    """Whether the question (its SQL and values, hashable) was met by more than `PLENTY` records within the last minute."""
    return time.monotonic() - _many.get((PLENTY, *question), float("-inf")) < KEEP_SECONDS


def keep(*question: Any) -> None:
    """Keeps that more than `PLENTY` records meet the question."""
    if len(_many) >= _MOST_KEPT:
        _many.clear()
    _many[(PLENTY, *question)] = time.monotonic()
