"""What a list of tasks says of whether one is done."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from enishi.japanese.text import fold

DONE = {
    "完了",
    "済",
    "済み",
    "完",
    "対応済",
    "対応済み",
    "終了",
    "done",
    "completed",
    "○",
    "〇",
    "✓",
    "✔",
    "レ",
}
UNTOUCHED = {"未", "未完了", "未着手", "未対応", "×", "open", "todo", "not started"}
NOT_DONE = {*UNTOUCHED, "対応中", "進行中", "作業中", "着手", "着手中", "保留", "in progress", "deferred", "waiting", "待機中", "延期"}  # fmt: skip


@dataclass(frozen=True)
class State:
    """When a task was done (None: it isn't), or a cell that may be the day; and whether the word is worth a remark."""

    value: Any
    remark: bool = False


def done(cell: str, day: datetime.datetime | None) -> State:
    """済 is done now; a day, also from another column, is when it was done; 進行中 is a remark."""
    word = fold(cell)
    if word in DONE:
        return State(day or timezone.localtime().replace(microsecond=0))
    if word not in NOT_DONE:
        return State(cell)
    return State(day, word not in UNTOUCHED)
