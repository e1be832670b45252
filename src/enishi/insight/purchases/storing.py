"""Puts what was fitted on the customers (accounts, private contacts): only rows that became different, some at a time, so that nobody waits long for the table."""

import datetime
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import transaction

from enishi.insight.lifetime_value.purchases import whole_days
from enishi.insight.purchases.fitting import GONE, LATE, LEAVING, ON, Fitted
from enishi.insight.purchases.models import SIGNS
from enishi.records import registry
from enishi.records.rows import partial, update_rows
from enishi.records.tasks import compute_what_stands_on

COLUMNS = (
    "buy_last_on", "buy_count", "buy_every", "buy_next_on", "buy_alive", "buy_often", "buy_value", "buy_state", "buy_basis",
)  # fmt: skip
NEXT_ON = COLUMNS.index("buy_next_on")
# How far a stored figure may be off, absolutely and as a part of itself; None: not at all.
_TENTH, _PERCENT = Decimal("0.1"), Decimal("0.03")
SLACK: tuple[Any, ...] = (None, None, (0, 0.02), None, (2, 0), (_TENTH, _PERCENT), (100, 0.03), None, None)
NOTHING: tuple[Any, ...] = (None,) * len(COLUMNS)
CHUNK, BATCH = 20_000, 1_000
Beat = Callable[[], object]


def store(fitted: Fitted | None, beat: Beat = lambda: None) -> int:
    """Brings all customers in line; returns how many rows changed. Those that no longer have any purchase lose their figures."""
    return sum(_store(name, sign, fitted, beat) for name, sign in SIGNS.items())


def _store(name: str, sign: int, fitted: Fitted | None, beat: Beat) -> int:
    model: Any = registry.get(name).model
    changed = 0
    for first, last, wanted in _chunks(fitted, sign):
        rows = model.objects.filter(pk__gt=first, pk__lte=last)
        held = {
            key: tuple(values)
            for key, *values in rows.filter(buy_count__isnull=False).order_by().values_list("pk", *COLUMNS)
        }
        stale = [(key, values) for key, values in wanted.items() if differs(held.get(key, NOTHING), values)]
        stale += [(key, NOTHING) for key in held if key not in wanted]
        for start in range(0, len(stale), BATCH):
            part = [
                partial(model, id=key, **dict(zip(COLUMNS, values, strict=True)))
                for key, values in stale[start : start + BATCH]
            ]
            with transaction.atomic():
                update_rows(model, part, COLUMNS)
            changed += len(part)
            beat()
    if changed:
        compute_what_stands_on(name)
    return changed


def differs(held: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    """Whether a row is worth writing: chances and sums fall a little every day, and with new orders of others everybody's parameters move by a
    hair; what stands there stays until it is off by more than one would notice."""
    if held == wanted:
        return False
    for place, slack in enumerate(SLACK):
        old, fresh = held[place], wanted[place]
        if old == fresh or place == NEXT_ON:  # which follows from the last day and the interval
            continue
        if (
            slack is None
            or old is None
            or fresh is None
            or abs(fresh - old) > max(slack[0], slack[1] * abs(old))
        ):
            return True
    return (held[NEXT_ON] is None) != (wanted[NEXT_ON] is None)


def _chunks(fitted: Fitted | None, sign: int) -> Iterator[tuple[int, int, dict[int, tuple[Any, ...]]]]:
    """Ranges of keys that together hold all customers of a kind, and the figures of those in each who bought."""
    before, end = 0, 2**62
    if fitted is not None:
        places = np.arange(len(fitted.customers))[fitted.customers.of_kind(sign)][
            ::sign
        ]  # by the kind's own keys
        for start in range(0, len(places), CHUNK):
            part = places[start : start + CHUNK]
            keys = (fitted.customers.keys[part] * sign).tolist()
            yield before, keys[-1], dict(zip(keys, figures(fitted, part), strict=True))
            before = keys[-1]
    yield before, end, {}


def figures(fitted: Fitted, part: Any) -> list[tuple[Any, ...]]:
    """The columns of some customers, in the order of `COLUMNS`."""
    one, day = fitted.customers, datetime.date.fromordinal
    since, every = fitted.since[part], fitted.every[part]
    days = whole_days(every)
    known = np.isfinite(days)
    days = np.where(known, days, 0).astype(int)
    state = _states(one.days[part], fitted.alive[part], since, every)
    made = []
    for last, count, has, gap, alive, often, value, kept in zip(
        one.last[part].tolist(), one.days[part].tolist(), known.tolist(), days.tolist(),
        fitted.alive[part].tolist(), fitted.often[part].tolist(), fitted.value[part].tolist(), state, strict=True,
    ):  # fmt: skip
        made.append((
            day(last), count, gap if has else None, day(last + gap) if has else None, None if np.isnan(alive) else round(alive * 100),
            None if np.isnan(often) else Decimal(f"{often:.1f}"), None if np.isnan(value) else three_digits(value),
            kept if has else None, fitted.basis if has else "few",
        ))  # fmt: skip
    return made


def _states(count: Any, alive: Any, since: Any, every: Any) -> list[str]:
    """Whether each still buys: by the chance of it, where that is known of him, else by how many intervals he has been silent."""
    with np.errstate(invalid="ignore"):
        sure = np.isfinite(alive) & (count > 1)
        on = np.where(sure, alive >= ON, since <= LATE * every)
        leaving = np.where(sure, alive >= LEAVING, since <= GONE * every)
    return [str(one) for one in np.where(on, "on", np.where(leaving, "leaving", "gone"))]


def three_digits(value: float) -> int:
    """Whole yen of which three digits say something."""
    return int(float(f"{value:.3g}"))
