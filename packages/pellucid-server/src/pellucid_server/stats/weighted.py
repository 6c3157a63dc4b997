"""Estimates from cases that were drawn with unequal, known probabilities: each case speaks for 1 ÷ probability of its kind.

What was judged with probability 0.05 counts twenty times; without that, a sample that prefers bad answers makes a good app look bad.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from pellucid_server.stats.intervals import CONFIDENCE, Estimate, normal_quantile, t_quantile, welch

FEWEST: Final = 10
"""Cases of each side before a difference has an interval: a handful of equal scores has no scatter, and would look certain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedSums:
    """A sample, summed: with w = 1 ÷ probability, all that its weighted mean and variance need, so that the database can do the summing."""

    n: int = 0
    weight: float = 0.0
    """Σw: how many cases it speaks for."""
    total: float = 0.0
    """Σwv."""
    squares: float = 0.0
    """Σwv²."""
    weight_squares: float = 0.0
    """Σw²."""
    cross: float = 0.0
    """Σw²v."""
    cross_squares: float = 0.0
    """Σw²v²."""

    @property
    def mean(self) -> float:
        """Hájek's; NaN for no cases."""
        return self.total / self.weight if self.weight else math.nan

    @property
    def spread(self) -> float:
        """Standard deviation of the cases; NaN for none."""
        return math.sqrt(max(0.0, self.squares / self.weight - self.mean**2)) if self.weight else math.nan

    @property
    def effective_n(self) -> float:
        """Kish's."""
        return self.weight**2 / self.weight_squares if self.weight_squares else 0.0

    @property
    def squared_error(self) -> float:
        """Variance of the mean, linearised; infinite for fewer than two cases."""
        if self.n < 2:
            return math.inf
        scatter = self.cross_squares - 2 * self.mean * self.cross + self.mean**2 * self.weight_squares
        return self.n / (self.n - 1) * max(0.0, scatter) / self.weight**2


def estimate_of(sums: WeightedSums, confidence: float = CONFIDENCE) -> Estimate | None:
    """As `mean`."""
    if sums.n == 0:
        return None
    if sums.n == 1:
        return Estimate(value=sums.mean, low=None, high=None, n=1)
    half = t_quantile(confidence, max(1.0, sums.effective_n - 1)) * math.sqrt(sums.squared_error)
    return Estimate(value=sums.mean, low=sums.mean - half, high=sums.mean + half, n=sums.n)


def difference_of(ours: WeightedSums, base: WeightedSums, confidence: float = CONFIDENCE) -> Estimate | None:
    """A weighted mean minus another with Welch's interval; None where either has fewer than `FEWEST` cases."""
    if min(ours.n, base.n) < FEWEST:
        return None
    effective = max(2, int(ours.effective_n)), max(2, int(base.effective_n))
    found = welch(ours.mean - base.mean, (ours.squared_error, base.squared_error), effective, confidence)
    return replace(found, n=ours.n + base.n)


def effective_n(probabilities: Sequence[float]) -> float:
    """Kish's effective sample size: how many equally drawn cases would say as much."""
    if not len(probabilities):
        return 0.0
    weights = 1.0 / np.asarray(probabilities, dtype=float)
    return float(weights.sum() ** 2 / (weights**2).sum())


def mean(values: Sequence[float], probabilities: Sequence[float], confidence: float = CONFIDENCE) -> Estimate | None:
    """The weighted (Hájek) mean of all cases, drawn or not, with Student's interval on the linearised variance.

    `n` is the number of cases that were drawn. None for no cases; no bounds for a single one.
    """
    n = len(values)
    if n == 0:
        return None
    array, weights = np.asarray(values, dtype=float), 1.0 / np.asarray(probabilities, dtype=float)
    average = float((weights * array).sum() / weights.sum())
    if n == 1:
        return Estimate(value=average, low=None, high=None, n=1)
    deviation = math.sqrt(variance_of_mean(values, probabilities))
    freedom = max(1.0, effective_n(probabilities) - 1)
    half = t_quantile(confidence, freedom) * deviation
    return Estimate(value=average, low=average - half, high=average + half, n=n)


def variance_of_mean(values: Sequence[float], probabilities: Sequence[float]) -> float:
    """Of the weighted mean, as an estimate for the process behind the cases (no finite-population correction)."""
    n = len(values)
    if n < 2:
        return math.inf
    array, weights = np.asarray(values, dtype=float), 1.0 / np.asarray(probabilities, dtype=float)
    average = (weights * array).sum() / weights.sum()
    return float(n / (n - 1) * ((weights * (array - average)) ** 2).sum() / weights.sum() ** 2)


def total(values: Sequence[float], probabilities: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The Horvitz–Thompson total over all cases, drawn or not, where each was drawn independently of the others."""
    array, drawn = np.asarray(values, dtype=float), np.asarray(probabilities, dtype=float)
    value = float((array / drawn).sum())
    half = normal_quantile(confidence) * math.sqrt(float(((1 - drawn) * (array / drawn) ** 2).sum()))
    return Estimate(value=value, low=value - half, high=value + half, n=len(values))
