"""Customers of one's own who are about to buy, or should have just now, for 今日."""

import datetime
from typing import Any

from enishi.access.models import User
from enishi.insight.purchases.models import SIGNS
from enishi.people.buying import reason
from enishi.records import registry
from enishi.records.entity import Entity
from enishi.records.visible import visible

PAST, AHEAD, MOST = 14, 3, 5  # days since and until the day when they should buy; lines
NEEDED = {"buy_last_on", "buy_next_on", "buy_state"}


def expected(user: User, today: datetime.date) -> tuple[list[tuple[Entity, int, str, str]], list[str]]:
    """Entity, key, name and reason of those without a next step, the day that came last first, and of which entities there are more; a
    query for accounts and one for contacts."""
    first, last = today - datetime.timedelta(days=PAST), today + datetime.timedelta(days=AHEAD)
    found: list[tuple[Entity, Any]] = []
    more = []
    for name in SIGNS:
        entity = registry.find(name)
        if entity is None or not set(entity.fields) >= NEEDED:
            continue
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
        held = list(rows[: MOST + 1])
        found += [(entity, one) for one in held[:MOST]]
        more += [name] if len(held) > MOST else []
    found.sort(key=lambda pair: pair[1].buy_next_on, reverse=True)
    more = list(dict.fromkeys([*more, *(entity.name for entity, _one in found[MOST:])]))
    return [
        (entity, one.pk, one.name, reason(one, today, wait_first=True)) for entity, one in found[:MOST]
    ], more


def condition(name: str, today: datetime.date) -> dict[str, Any]:
    """What `expected` looks for in an entity as a list asks it."""
    first, last = today - datetime.timedelta(days=PAST), today + datetime.timedelta(days=AHEAD)
    return {"all": [
        {"field": "owner", "op": "is", "value": "me"},
        {"field": "buy_state", "op": "is", "value": "on"},
        {"field": "buy_next_on", "op": "between", "value": [first.isoformat(), last.isoformat()]},
        *({"field": one, "op": "empty"} for one in ("next_step_at", "next_step") if one in registry.get(name).fields),
    ]}  # fmt: skip
