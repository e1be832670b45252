"""What purchases foretell: BG/NBD and Gamma-Gamma where enough customers bought again, else the median of the intervals.

Everything that is stored is rounded (whole percent, a tenth of a purchase, three digits of an amount): finer it wouldn't be true.
"""

import datetime
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from enishi.insight.lifetime_value import ENOUGH, bgnbd, gamma_gamma
from enishi.insight.lifetime_value.bgnbd import Floats, NoFit
from enishi.insight.lifetime_value.forecast import TESTED, YEAR, banded, correlation, goodness
from enishi.insight.lifetime_value.purchases import WEEK, Summary
from enishi.insight.purchases import gathering
from enishi.insight.purchases.gathering import Customers
from enishi.insight.purchases.models import SIGNS

SAMPLE = 20_000  # customers, drawn by chance, that parameters are learnt from; more would change them by a percent or two
LEAST_INTERVALS = 5  # of all customers, before the median says something about somebody else
ON, LEAVING = 0.6, 0.2  # chances above which a customer counts as staying, and as leaving
LATE, GONE = 2.0, 3.0  # intervals after which the same is said of those whose chance isn't known


@dataclass
class Fitted:
    """The outlook of each customer, by place; NaN where nothing can be said. `told` is what the page shows about it."""

    customers: Customers
    until: int
    every: Floats
    alive: Floats
    often: Floats
    value: Floats
    basis: str
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def since(self) -> Floats:
        """Days since the last purchase."""
        found: Floats = (self.until - self.customers.last).astype(float)
        return found


def fit(until: datetime.date) -> Fitted | None:
    """Learns from all purchases up to a day; None where there are none."""
    span = gathering.window(until)
    if span is None:
        return None
    day = until.toordinal()
    cut = span[0] + int((day - span[0]) * TESTED)
    customers = gathering.gather(until, cut)
    told: dict[str, Any] = {
        "until": until.isoformat(), "first": datetime.date.fromordinal(span[0]).isoformat(), "last": datetime.date.fromordinal(span[1]).isoformat(),
        "customers": len(customers), "repeating": int(np.sum(customers.days > 1)), "purchases": int(np.sum(customers.days)),
        "kinds": {name: int(np.sum(np.sign(customers.keys) == sign)) for name, sign in SIGNS.items()},
    }  # fmt: skip
    learnt = customers
    if len(customers) > SAMPLE:
        chosen = np.random.default_rng(1).choice(len(customers), SAMPLE, replace=False)
        learnt = customers.some(np.sort(chosen))
    told["learnt_from"] = len(learnt)
    held = summary(learnt, day)
    timing = None
    if int(np.sum(held.again)) >= ENOUGH:
        try:
            timing = bgnbd.fit(held.x, held.t_x, held.T)
        except NoFit:
            told["reason"] = "no fit"
    else:
        told["reason"] = "few"
    if timing is None:
        return _by_median(customers, until, told)
    money = _money(held, told)
    told |= {
        "model": "bgnbd", "parameters": {name: getattr(timing, name) for name in ("r", "alpha", "a", "b")},
        "gamma_gamma": {name: getattr(money, name) for name in ("p", "q", "v")} if money else None,
    }  # fmt: skip
    told["fit"], told["misfit"] = goodness(timing, held)
    told["holdout"] = holdout(learnt, day)
    return _by_model(customers, day, timing, money, told)


def summary(customers: Customers, until: int) -> Summary:
    """The figures that the models ask for, in weeks."""
    repeats = (customers.days - 1).astype(float)
    again = customers.total - customers.first_total
    means = np.divide(again, repeats, out=np.zeros_like(again), where=repeats > 0)
    return Summary(
        np.arange(len(customers)), repeats, (customers.last - customers.first) / WEEK, (until - customers.first) / WEEK, means,
        customers.last, customers.first, WEEK,
    )  # fmt: skip


def holdout(customers: Customers, until: int) -> dict[str, Any] | None:
    """What a fit of the purchases up to the cut foretells of those after it, beside what came; None where those are too few."""
    known = customers.some(customers.early > 0)
    x = (known.early - 1).astype(float)
    if np.sum(x > 0) < ENOUGH or until <= known.cut:
        return None
    t_x, watched = (known.early_last - known.first) / WEEK, (known.cut - known.first) / WEEK
    try:
        model = bgnbd.fit(x, t_x, watched)
    except NoFit:
        return None
    foretold = model.expected((until - known.cut) / WEEK, x, t_x, watched)
    real = (known.days - known.early).astype(float)
    return {
        "after": datetime.date.fromordinal(known.cut).isoformat(), "customers": len(known),
        "expected": float(np.sum(foretold)), "actual": float(np.sum(real)), "by_repeats": banded(x, foretold, real),
    }  # fmt: skip


def _money(held: Summary, told: dict[str, Any]) -> gamma_gamma.Model | None:
    again = held.again & (held.m > 0)
    if np.sum(again) < ENOUGH:
        return None
    told["correlation"] = correlation(held.x[again], held.m[again])
    try:
        return gamma_gamma.fit(held.x[again], held.m[again])
    except NoFit:
        return None


def _by_model(
    customers: Customers, day: int, timing: bgnbd.Model, money: gamma_gamma.Model | None, told: dict[str, Any]
) -> Fitted:
    held = summary(customers, day)
    every = timing.every(held.x, held.t_x) * WEEK
    alive = timing.alive(held.x, held.t_x, held.T)
    often = timing.expected(YEAR / WEEK, held.x, held.t_x, held.T)
    amounts = money.mean(held.x, held.m) if money else customers.total / customers.days
    return Fitted(customers, day, every, alive, often, often * amounts, "model", told)


def _by_median(customers: Customers, until: datetime.date, told: dict[str, Any]) -> Fitted:
    own, number, everybody = gathering.medians(until)
    shared = everybody if everybody is not None and number >= LEAST_INTERVALS else np.nan
    every = np.array([own[key][1] if key in own else shared for key in customers.keys.tolist()], dtype=float)
    day = until.toordinal()
    gone = (day - customers.last) > GONE * every
    often = np.where(gone, 0.0, YEAR / np.maximum(every, 1.0))
    told |= {"model": "median", "interval": None if np.isnan(shared) else float(shared), "intervals": number}
    empty = np.full(len(customers), np.nan)
    return Fitted(
        customers, day, every, empty, often, often * customers.total / customers.days, "median", told
    )
