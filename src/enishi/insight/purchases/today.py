"""Customers of one's own who are about to buy, or should have just now, for 今日."""

import datetime
from typing import Any

from enishi.access.models import User
from enishi.people.accounts.buying import reason
from enishi.records import registry
from enishi.records.visible import visible

PAST, AHEAD, MOST = 14, 3, 5  # days since and until the day when they should buy; lines
NEEDED = {"buy_last_on", "buy_next_on", "buy_state"}


def expected(user: User, today: datetime.date) -> tuple[list[tuple[int, str, str]], bool]:
    """Key, name and reason of those without a next step, the day that came last first, and whether there are more; one query."""
    entity = registry.find("account")
    if entity is None or not set(entity.fields) >= NEEDED:
        return [], False
    first, last = today - datetime.timedelta(days=PAST), today + datetime.timedelta(days=AHEAD)
    rows = (
        visible(entity, user)
        .filter(
            buy_state="on",
            buy_next_on__gte=first,
            buy_next_on__lte=last,
            owner=user,
            next_step_at=None,
            next_task_id=None,
        )
        .order_by("-buy_next_on", "-pk")
        .only("name", "buy_last_on", "buy_count", "buy_every", "buy_next_on")
    )
    found = list(rows[: MOST + 1])
    return [(one.pk, one.name, reason(one, today, wait_first=True)) for one in found[:MOST]], len(
        found
    ) > MOST


def condition(today: datetime.date) -> dict[str, Any]:
    """What `expected` looks for as a list asks it."""
    first, last = today - datetime.timedelta(days=PAST), today + datetime.timedelta(days=AHEAD)
    return {"all": [
        {"field": "owner", "op": "is", "value": "me"},
        {"field": "buy_state", "op": "is", "value": "on"},
        {"field": "buy_next_on", "op": "between", "value": [first.isoformat(), last.isoformat()]},
        *([{"field": "next_step_at", "op": "empty"}] if "next_step_at" in registry.get("account").fields else []),
    ]}  # fmt: skip
