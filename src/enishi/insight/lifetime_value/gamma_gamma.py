"""Gamma-Gamma: what a customer spends per purchase.

Fader, Hardie: The Gamma-Gamma Model of Monetary Value (note of 2013). Amounts of one customer are gamma(p, ν), ν is gamma(q, v) over the customers; how
often somebody buys and how much he spends are taken to be independent.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from enishi.insight.lifetime_value.bgnbd import LARGEST_LOG, Floats, NoFit

STARTS = ((1.0, 2.0, 1.0), (6.0, 4.0, 0.5), (0.5, 1.5, 2.0))


@dataclass(frozen=True)
class Model:
    """The three parameters, and the log-likelihood that they reach; `v` is money."""

    p: float
    q: float
    v: float
    log_likelihood: float = 0.0

    def mean(self, x: Floats, m: Floats) -> Floats:
        """What each customer is expected to spend per purchase: his own average, the more the oftener he bought, drawn to everybody's."""
        found: Floats = self.p * (self.v + x * m) / (self.p * x + self.q - 1)
        return found


def log_likelihood(logs: Floats, x: Floats, m: Floats) -> float:
    """Of parameters given by their logarithms (equation 1a)."""
    p, q, v = np.exp(logs)
    return float(
        np.sum(
            gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(v)
            + (p * x - 1) * np.log(m) + p * x * np.log(x) - (p * x + q) * np.log(x * m + v)
        )
    )  # fmt: skip


def fit(x: Floats, m: Floats) -> Model:
    """The parameters of greatest likelihood, from customers who bought again: how often, and their average repeat purchase.

    Raises:
        NoFit
    """
    scale = float(np.mean(m))
    best = None
    for start in STARTS:
        found = minimize(
            lambda logs: -log_likelihood(logs, x, m / scale) / len(x),
            np.log(np.array(start)),
            method="L-BFGS-B",
            bounds=[(-LARGEST_LOG, LARGEST_LOG)] * 3,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-8},
        )
        if np.all(np.isfinite(found.x)) and np.isfinite(found.fun) and (best is None or found.fun < best.fun):
            best = found
    if best is None or np.any(np.abs(best.x) > LARGEST_LOG - 0.01) or np.exp(best.x[1]) <= 1.0:
        raise NoFit  # with q of 1 and less nobody's average exists
    p, q, v = np.exp(best.x)
    reached = log_likelihood(np.log([p, q, v * scale]), x, m)
    return Model(float(p), float(q), float(v * scale), reached)
