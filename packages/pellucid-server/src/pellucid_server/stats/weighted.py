"""Estimates from cases that were drawn with unequal, known probabilities: each case speaks for 1 ÷ probability of its kind.

What was judged with probability 0.05 counts twenty times; without that, a sample that prefers bad answers makes a good app look bad.
"""

import math
from collections.abc import Sequence

import numpy as np

from pellucid_server.stats.intervals import CONFIDENCE, Estimate, normal_quantile, t_quantile


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
