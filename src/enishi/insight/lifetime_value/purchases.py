"""Purchases as the models want them: per customer how often, when last, how long watched, how much."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from enishi.insight.lifetime_value.bgnbd import Floats

WEEK, DAY = 7, 1
LATEST = 3 * 365  # days after the last purchase beyond which no day is named
Purchase = tuple[str, datetime.date, float]


@dataclass(frozen=True)
class Purchases:
    """All purchases, one per customer and day, in the order of customers and days; customers by their number in `names`."""

    names: tuple[str, ...]
    who: NDArray[np.int64]
    days: NDArray[np.int64]  # as date.toordinal counts them
    amounts: Floats
    left_out: int = 0  # returns

    @classmethod
    def of(cls, rows: Iterable[Purchase]) -> "Purchases":
        """Those of a customer on one day are one purchase; what is given back (less than nothing) is none."""
        numbers: dict[str, int] = {}
        who, days, amounts, left_out = [], [], [], 0
        for customer, day, amount in rows:
            if not amount >= 0:
                left_out += 1
                continue
            who.append(numbers.setdefault(customer, len(numbers)))
            days.append(day.toordinal())
            amounts.append(amount)
        if not who:
            return cls((), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), left_out)
        persons, when, money = np.array(who, np.int64), np.array(days, np.int64), np.array(amounts, float)
        order = np.lexsort((when, persons))
        persons, when, money = persons[order], when[order], money[order]
        starts = np.flatnonzero(np.r_[True, (persons[1:] != persons[:-1]) | (when[1:] != when[:-1])])
        return cls(tuple(numbers), persons[starts], when[starts], np.add.reduceat(money, starts), left_out)

    def until(self, day: int) -> "Purchases":
        """Those up to a day, that day with them."""
        kept = self.days <= day
        return Purchases(self.names, self.who[kept], self.days[kept], self.amounts[kept], self.left_out)

    @property
    def window(self) -> tuple[int, int]:
        """The first and the last day on which somebody bought."""
        return int(self.days.min()), int(self.days.max())


@dataclass(frozen=True)
class Summary:
    """The customers' figures at one day; `time` is how many days a unit has."""

    who: NDArray[np.int64]
    x: Floats  # repeat purchases
    t_x: Floats  # the last, after the first
    T: Floats  # watched since the first
    m: Floats  # average of the repeat purchases, 0 without any
    last: NDArray[np.int64]
    first: NDArray[np.int64]
    time: int

    @property
    def again(self) -> NDArray[np.bool_]:
        """Who bought more than once."""
        found: NDArray[np.bool_] = self.x > 0
        return found


def summarise(bought: Purchases, until: int, time: int = WEEK) -> Summary:
    """Each customer's figures on the day `until`."""
    starts = np.flatnonzero(np.r_[True, bought.who[1:] != bought.who[:-1]])
    ends = np.r_[starts[1:], len(bought.who)] - 1
    counts = (ends - starts + 1).astype(float)
    first, last = bought.days[starts], bought.days[ends]
    sums = np.add.reduceat(bought.amounts, starts)
    repeats = counts - 1
    means = np.divide(sums - bought.amounts[starts], repeats, out=np.zeros_like(sums), where=repeats > 0)
    return Summary(
        bought.who[starts], repeats, (last - first) / time, (until - first) / time, means, last, first, time
    )


def actual_between(bought: Purchases, who: NDArray[np.int64], after: int, until: int) -> Floats:
    """How often each of these customers bought after a day, up to another."""
    kept = (bought.days > after) & (bought.days <= until)
    counts = np.bincount(bought.who[kept], minlength=len(bought.names)).astype(float)
    found: Floats = counts[who]
    return found


def intervals(bought: Purchases) -> tuple[NDArray[np.int64], Floats]:
    """Days between one purchase and the next, and whose they are."""
    same = bought.who[1:] == bought.who[:-1]
    return bought.who[1:][same], np.diff(bought.days)[same].astype(float)


def whole_days(every: Floats) -> Floats:
    """Days from the last purchase to the next, whole and at least one, out of the expected interval in days; NaN where that isn't known or
    so long that it says nothing. The next purchase is the last one and these days, in the app as in the command; it may lie in the past."""
    known = np.isfinite(every) & (every <= LATEST)
    found: Floats = np.where(known, np.maximum(np.rint(np.where(known, every, 1.0)), 1.0), np.nan)
    return found
