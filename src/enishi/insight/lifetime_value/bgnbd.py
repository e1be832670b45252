"""BG/NBD: how often customers buy while they are active, and when they leave.

Fader, Hardie, Lee: "Counting Your Customers" the Easy Way: An Alternative to the Pareto/NBD Model, Marketing Science 24 (2005). While active a
customer buys at a rate λ, after each purchase he leaves with a chance p; λ is gamma(r, α), p is beta(a, b) over the customers.

A customer is known by three figures: `x` repeat purchases, the last of them at `t_x`, of `T` in which he was watched since his first, all in
one unit of time.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1, logsumexp

Floats = NDArray[np.float64]
STARTS = ((0.25, 4.0, 0.8, 2.5), (1.0, 10.0, 1.0, 1.0), (0.5, 50.0, 0.5, 5.0))
LARGEST_LOG = 12.0  # parameters lie between e^-12 and e^12


class NoFit(ValueError):
    """The likelihood has no maximum that can be found."""


@dataclass(frozen=True)
class Model:
    """The four parameters, and the log-likelihood that they reach."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = 0.0

    def alive(self, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """The chance that each customer still buys (equation 7's companion in the note of 2008).

        1 for who bought only once (x = 0), however long ago: in this model one can leave only after a repeat purchase. It says nothing
        about such a customer, and whoever shows it says so.
        """
        with np.errstate(over="ignore", divide="ignore"):
            log_odds = (
                (self.r + x) * np.log((self.alpha + T) / (self.alpha + t_x))
                + np.log(self.a)
                - np.log(self.b + np.maximum(x, 1) - 1)
            )
            return np.where(x == 0, 1.0, 1.0 / (1.0 + np.exp(np.minimum(log_odds, 700.0))))

    def expected(self, t: float | Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Purchases that are expected in the next `t` (equation 10)."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        z = t / (alpha + T + t)
        # a close to 1 makes the quotient 0/0: a hair beside it, which changes nothing that is seen.
        away = a if abs(a - 1.0) > 1e-6 else 1.0 + 1e-6
        # Euler's transformation keeps the series from overflowing for large x.
        head = hyp2f1(r + x, b + x, away + b + x - 1, z)
        direct = (away + b + x - 1) / (away - 1) * (1 - ((alpha + T) / (alpha + T + t)) ** (r + x) * head)
        found: Floats = np.asarray(direct * self.alive(x, t_x, T))
        return np.maximum(found, 0.0)

    def every(self, x: Floats, t_x: Floats) -> Floats:
        """Time from one purchase to the next while the customer stays: (α + t_x) / (r + x), what "the next purchase" means everywhere.

        After his last purchase, when he was certainly still active, a customer's rate λ is gamma(r + x, α + t_x): the gamma of all customers
        (assumption ii) after x purchases in t_x, each of which tells the same of λ (assumption i), in Fader, Hardie, Lee 2005, section 3.
        One over the mean of that rate; the mean of 1 / λ itself doesn't exist where r + x is 1 or less, as of who bought once. It doesn't
        change until he buys again. Whether he comes at all is what `alive` says.
        """
        found: Floats = (self.alpha + t_x) / (self.r + x)
        return found

    def chances(self, T: Floats, most: int) -> Floats:
        """The chance of 0, 1, … `most - 1` repeat purchases in the time that each was watched, and of more (equation 8), summed over the customers."""
        r, alpha, a, b = self.r, self.alpha, self.a, self.b
        share_log, stay_log = np.log(T / (alpha + T)), np.log(alpha / (alpha + T))
        sums = np.zeros(most + 1)
        terms = [
            gammaln(r + j) - gammaln(r) - gammaln(j + 1) + r * stay_log + j * share_log for j in range(most)
        ]
        for n in range(most):
            chance = np.exp(betaln(a, b + n) - betaln(a, b) + terms[n])
            if n:
                before = np.exp(logsumexp(np.stack(terms[:n]), axis=0))
                chance = chance + np.exp(betaln(a + 1, b + n - 1) - betaln(a, b)) * (1 - before)
            sums[n] = float(np.sum(chance))
        sums[most] = max(len(T) - float(np.sum(sums[:most])), 0.0)
        return sums


def log_likelihood(logs: Floats, x: Floats, t_x: Floats, T: Floats, weights: Floats) -> float:
    """Of parameters given by their logarithms (equation 6), without large numbers in between."""
    r, alpha, a, b = np.exp(logs)
    first = (
        gammaln(r + x) - gammaln(r) + r * np.log(alpha)
        + betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + T)
    )  # fmt: skip
    left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) + (r + x) * (np.log(alpha + T) - np.log(alpha + t_x))
    return float(np.sum(weights * (first + np.where(x > 0, np.logaddexp(0.0, left), 0.0))))


def fit(x: Floats, t_x: Floats, T: Floats) -> Model:
    """The parameters of greatest likelihood; customers alike are counted, not repeated.

    Raises:
        NoFit
    """
    rows, counts = np.unique(np.stack([x, t_x, T], axis=1), axis=0, return_counts=True)
    scale = 10.0 / max(
        float(np.max(rows[:, 2])), 1e-9
    )  # time in tenths of the longest watch: α is then near 1
    held = rows[:, 0], rows[:, 1] * scale, rows[:, 2] * scale, counts.astype(float)
    total = float(np.sum(counts))
    best = None
    for start in STARTS:
        logs = np.log(np.array([start[0], max(start[1] * scale, 1e-3), start[2], start[3]]))
        found = minimize(
            lambda logs: -log_likelihood(logs, *held) / total,
            logs,
            method="L-BFGS-B",
            bounds=[(-LARGEST_LOG, LARGEST_LOG)] * 4,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
        )
        if np.all(np.isfinite(found.x)) and np.isfinite(found.fun) and (best is None or found.fun < best.fun):
            best = found
    if best is None or np.any(np.abs(best.x) > LARGEST_LOG - 0.01):
        raise NoFit
    r, alpha, a, b = np.exp(best.x)
    reached = log_likelihood(np.log([r, alpha / scale, a, b]), x, t_x, T, np.ones_like(x))
    return Model(float(r), float(alpha / scale), float(a), float(b), reached)
