"""Everything about one base of purchases: parameters, how well they fit, and each customer's outlook.

Where there is too little to learn from, the outlook falls back to the median time between purchases, and says so.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from enishi.insight.lifetime_value import ENOUGH, bgnbd, gamma_gamma
from enishi.insight.lifetime_value.bgnbd import Floats, NoFit
from enishi.insight.lifetime_value.purchases import (
    WEEK,
    Purchases,
    Summary,
    actual_between,
    intervals,
    summarise,
    whole_days,
)

YEAR = 364  # days: 52 weeks
GIVEN_UP = 3.0  # median intervals after which the fallback expects nobody back
BANDS = 8  # 0, 1, … 6 repeat purchases, 7 and more
TESTED = 2 / 3  # of the window, to be fitted for testing; the rest is foretold


@dataclass
class Outlook:
    """What is foretold of one customer; None where nothing can be. `next_purchase` is the last one and the expected interval of who stays
    (`bgnbd.Model.every`, or the median), so it may lie in the past; `p_alive` of who bought once is 1 by the model, which says nothing."""

    customer: str
    x: int
    t_x: float
    T: float
    first: datetime.date
    last: datetime.date
    p_alive: float | None
    expected_52_weeks: float | None
    next_purchase: datetime.date | None
    expected_amount: float | None
    expected_value: float | None


@dataclass
class Forecast:
    """The fitted models, or why there are none."""

    model: str  # "bgnbd" or "median_interval"
    reason: str  # why not BG/NBD: "few" or "no fit"
    unit: int
    until: datetime.date
    window: tuple[datetime.date, datetime.date]
    customers: int
    repeating: int
    purchases: int
    left_out: int
    timing: bgnbd.Model | None = None
    money: gamma_gamma.Model | None = None
    interval: float | None = None  # median days between two purchases
    correlation: float | None = None  # of how often and how much, which Gamma-Gamma takes to be none
    fit: list[dict[str, float]] = field(default_factory=list)
    misfit: float | None = None
    holdout: dict[str, Any] | None = None
    _bought: Purchases | None = None
    _summary: Summary | None = None

    def outlooks(self) -> Iterator[Outlook]:
        """Each customer's outlook."""
        bought, held = self._bought, self._summary
        if bought is None or held is None:
            return
        alive, often, every = self._timing(bought, held)
        following, amounts = whole_days(every), self._amounts(bought, held)
        for place, who in enumerate(held.who):
            days = following[place]
            following_on = int(held.last[place]) + int(days) if np.isfinite(days) else 0
            yield Outlook(
                bought.names[who], int(held.x[place]), float(held.t_x[place]), float(held.T[place]),
                datetime.date.fromordinal(int(held.first[place])), datetime.date.fromordinal(int(held.last[place])),
                None if alive is None else float(alive[place]), float(often[place]) if np.isfinite(often[place]) else None,
                datetime.date.fromordinal(following_on) if following_on else None, float(amounts[place]),
                float(often[place] * amounts[place]) if np.isfinite(often[place]) else None,
            )  # fmt: skip

    def _timing(self, bought: Purchases, held: Summary) -> tuple[Floats | None, Floats, Floats]:
        """The chance of still being there, purchases in a year, days between two of them."""
        if self.timing is not None:
            args = held.x, held.t_x, held.T
            every = self.timing.every(held.x, held.t_x) * held.time
            return self.timing.alive(*args), self.timing.expected(YEAR / held.time, *args), every
        own = self._medians(bought, held)
        since = self.until.toordinal() - held.last
        gone = ~np.isfinite(own) | (since > GIVEN_UP * own)
        often = np.where(gone, 0.0, YEAR / np.where(gone, 1.0, own))
        return None, np.where(np.isfinite(own), often, np.nan), own

    def _medians(self, bought: Purchases, held: Summary) -> Floats:
        """Days between purchases: one's own median from three purchases on, else everybody's."""
        everybody = self.interval if self.interval is not None else np.nan
        found = np.full(len(held.who), everybody)
        whose, days = intervals(bought)
        starts = np.flatnonzero(np.r_[True, whose[1:] != whose[:-1]]) if len(whose) else np.empty(0, int)
        for begin, end in zip(starts, [*starts[1:], len(whose)], strict=True):
            if end - begin >= 2:
                found[np.searchsorted(held.who, whose[begin])] = float(np.median(days[begin:end]))
        return found

    def _amounts(self, bought: Purchases, held: Summary) -> Floats:
        if self.money is not None:
            return self.money.mean(held.x, held.m)
        counts = np.bincount(bought.who, minlength=len(bought.names))[held.who]
        sums = np.bincount(bought.who, weights=bought.amounts, minlength=len(bought.names))[held.who]
        found: Floats = sums / np.maximum(counts, 1)
        return found


def forecast(
    bought: Purchases, *, unit: int = WEEK, until: int | None = None, calibration_end: int | None = None
) -> Forecast:
    """Fits the models to purchases and sees how well they foretell.

    Args:
        unit: days of the unit of time in which parameters, t_x and T are given.
        until: the day of the outlook (as date.toordinal counts), by default that of the last purchase.
        calibration_end: fits up to this day alone, gives the outlook of it, and compares with what came after.

    Raises:
        ValueError: there is nothing to learn from.
    """
    if not len(bought.who):
        raise ValueError
    end = min(until or bought.window[1], bought.window[1]) if until is None else until
    known = bought.until(end)
    fitted = known.until(calibration_end) if calibration_end is not None else known
    if not len(fitted.who):
        raise ValueError
    at = calibration_end if calibration_end is not None else end
    held = summarise(fitted, at, unit)
    days = intervals(fitted)[1]
    made = Forecast(
        "bgnbd", "", unit, datetime.date.fromordinal(at),
        (datetime.date.fromordinal(fitted.window[0]), datetime.date.fromordinal(fitted.window[1])),
        len(held.who), int(np.sum(held.again)), len(fitted.who), bought.left_out,
        interval=float(np.median(days)) if len(days) else None, _bought=fitted, _summary=held,
    )  # fmt: skip
    if made.repeating < ENOUGH:
        made.model, made.reason = "median_interval", "few"
        return made
    try:
        made.timing = bgnbd.fit(held.x, held.t_x, held.T)
    except NoFit:
        made.model, made.reason = "median_interval", "no fit"
        return made
    again = held.again & (held.m > 0)
    made.correlation = correlation(held.x[again], held.m[again])
    try:
        made.money = gamma_gamma.fit(held.x[again], held.m[again])
    except NoFit:
        made.money = None
    made.fit, made.misfit = goodness(made.timing, held)
    made.holdout = _holdout(known, made, calibration_end, unit)
    return made


def correlation(x: Floats, m: Floats) -> float | None:
    """Of how often and how much; None where one of them is the same for all."""
    if np.std(x) == 0 or np.std(m) == 0:
        return None
    return float(np.corrcoef(x, m)[0, 1])


def goodness(model: bgnbd.Model, held: Summary) -> tuple[list[dict[str, float]], float]:
    """Customers by repeat purchases, foretold and real, and the sum of squares over what was foretold (as a χ²)."""
    foretold = model.chances(np.maximum(held.T, 1e-9), BANDS - 1)
    real = np.bincount(np.minimum(held.x, BANDS - 1).astype(int), minlength=BANDS).astype(float)
    lines = [
        {"x": n, "expected": float(want), "actual": float(got)}
        for n, (want, got) in enumerate(zip(foretold, real, strict=True))
    ]
    return lines, float(np.sum((real - foretold) ** 2 / np.maximum(foretold, 1e-9)))


def _holdout(
    known: Purchases, made: Forecast, calibration_end: int | None, unit: int
) -> dict[str, Any] | None:
    """What a fit of the window's first part foretells of its last, beside what came."""
    start, end = known.window
    cut = calibration_end if calibration_end is not None else start + int((end - start) * TESTED)
    if cut >= end or cut <= start:
        return None
    early = summarise(known.until(cut), cut, unit)
    if calibration_end is not None:
        model = made.timing
    else:
        if np.sum(early.again) < ENOUGH:
            return None
        try:
            model = bgnbd.fit(early.x, early.t_x, early.T)
        except NoFit:
            return None
    if model is None:
        return None
    foretold = model.expected((end - cut) / unit, early.x, early.t_x, early.T)
    real = actual_between(known, early.who, cut, end)
    return {
        "after": datetime.date.fromordinal(cut), "until": datetime.date.fromordinal(end), "customers": len(early.who),
        "expected": float(np.sum(foretold)), "actual": float(np.sum(real)),
        "by_repeats": banded(early.x, foretold, real),
    }  # fmt: skip


def banded(x: Floats, foretold: Floats, real: Floats) -> list[dict[str, float]]:
    """What was foretold and what came per customer, by repeat purchases until then."""
    bands = np.minimum(x, BANDS - 1).astype(int)
    return [
        {"x": n, "customers": int(np.sum(bands == n)), "expected": float(np.mean(foretold[bands == n])), "actual": float(np.mean(real[bands == n]))}
        for n in range(BANDS) if np.any(bands == n)
    ]  # fmt: skip
