"""One's own goals of the month, for 今日."""

import datetime
from dataclasses import dataclass

from django.urls import reverse

from enishi.access.models import User
from enishi.insight.goals import kept
from enishi.insight.goals.entity import MEASURES, amount_text
from enishi.insight.goals.figures import Ledger
from enishi.insight.goals.lines import NEEDED, Days, span_days
from enishi.records import registry


@dataclass
class Bar:
    """A goal as a small bar."""

    label: str
    text: str
    percent: int
    filled: int  # of 100
    state: str  # reached, well, behind
    url: str


def bars(user: User, today: datetime.date) -> list[Bar]:
    """The person's goals of this month; no query where there are none (see `kept`)."""
    entity = registry.find("goal")
    if entity is None or not set(entity.fields) >= NEEDED or user.rights.reach("see", "goal") == "none":
        return []
    first, last = span_days("month", today)
    targets = kept.of_month(first, user.pk)
    if not targets:
        return []
    ledger = Ledger.of(user, first, last, targets, forecast=False, owner=user.pk)
    days, url, made = Days.of(first, last, today), reverse("goals-forecast"), []
    for one in MEASURES:
        measure = str(one.value)
        target, actual = targets.get(measure), ledger.sum(measure, None)
        if not target or actual is None:
            continue
        state = "reached" if actual >= target else days.pace(actual, target)
        percent = int(actual * 100 // target)
        text = f"{amount_text(measure, actual)} / {amount_text(measure, target)}"
        made.append(Bar(str(one.label), text, percent, min(percent, 100), state, url))
    return made
