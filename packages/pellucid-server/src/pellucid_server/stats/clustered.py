"""Intervals of values that come in clusters, looked at once: the mean of the calls of users, and the difference of two such means.

Calls of one user resemble each other, so a user is one case and calls only weigh it. Whoever watches data grow uses `sequential`.
"""

import math
from dataclasses import replace

from pellucid_server.stats.intervals import CONFIDENCE, Estimate, t_quantile, welch
from pellucid_server.stats.sequential import Clusters

FEWEST = 5
"""Clusters on each side; below this there is a value and no interval."""


def mean(sums: Clusters, confidence: float = CONFIDENCE) -> Estimate | None:
    """The mean of all values with Student's interval over clusters; shares stay within 0 and 1. None where there is no value."""
    if sums.count <= 0:
        return None
    value, n = sums.mean, round(sums.count)
    if sums.clusters < FEWEST:
        return Estimate(value=value, low=None, high=None, n=n)
    half = t_quantile(confidence, sums.clusters - 1) * math.sqrt(sums.variance)
    low, high = value - half, value + half
    return Estimate(value=value, low=max(0.0, low) if sums.is_share else low, high=min(1.0, high) if sums.is_share else high, n=n)


def difference(sums: Clusters, base: Clusters, confidence: float = CONFIDENCE) -> Estimate | None:
    """A mean minus another of independent clusters, with Welch's interval; None where either has no value."""
    if sums.count <= 0 or base.count <= 0:
        return None
    value, n = sums.mean - base.mean, round(sums.count + base.count)
    if min(sums.clusters, base.clusters) < FEWEST:
        return Estimate(value=value, low=None, high=None, n=n)
    found = welch(value, (sums.variance, base.variance), (sums.clusters, base.clusters), confidence)
    return replace(found, n=n)
