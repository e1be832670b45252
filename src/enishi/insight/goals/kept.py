"""The persons' goals of this month, kept for a minute: who has none pays nothing for them on 今日."""

import datetime
import time

from enishi.insight.goals.models import Goal

KEEP_SECONDS = 60.0
_kept: list[tuple[float, datetime.date, dict[int, dict[str, int]]]] = []


def of_month(start: datetime.date, owner: int) -> dict[str, int]:
    """A person's targets by measure in the month that begins on this day. A change made here is seen here at once, one made by
    another process within a minute."""
    now = time.monotonic()
    held = next(iter(_kept), None)  # another thread may forget it at any time
    if held is None or held[1] != start or now - held[0] > KEEP_SECONDS:
        rows = Goal.objects.filter(
            scope="person", period="month", start=start, deleted_at=None, owner__isnull=False
        )
        made: dict[int, dict[str, int]] = {}
        for whose, measure, target in rows.order_by("pk").values_list("owner_id", "measure", "target"):
            made.setdefault(whose, {})[measure] = target
        held = now, start, made
        _kept[:] = [held]
    return held[2].get(owner, {})


def forget() -> None:
    """Reads anew at the next look."""
    _kept.clear()
