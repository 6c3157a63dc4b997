"""What is still to come: the sum of the days ahead from the days behind, with an interval for the sum itself, not for its mean."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from pellucid_server.stats.intervals import Estimate

Floats = NDArray[np.float64]

CONFIDENCE = 0.8
LEAST_DAYS = 3
"""Fewer say nothing about how much days differ."""
SEASON = 7
SEASONAL_DAYS = 3 * SEASON
"""From here on each weekday has a mean of its own."""
POWERS = (0, 1, 2)
"""Of the mean, with which variances of days may grow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day behind."""

    weekday: int
    """0 to 6; which of them is Monday does not matter."""
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A day ahead, or the part of it that counts."""

    weekday: int
    share: float = 1.0


def total_ahead(behind: Sequence[Day], ahead: Sequence[Ahead], confidence: float = CONFIDENCE) -> Estimate | None:
    """The sum of `ahead`, never below zero; None where fewer than `LEAST_DAYS` days are behind.

    The means of weekdays carry on: the interval holds the error of the means and the scatter of the days to come.
    """
    n = len(behind)
    if n < LEAST_DAYS:
        return None
    seasonal = n >= SEASONAL_DAYS and len({day.weekday for day in behind}) == SEASON
    width = SEASON if seasonal else 1
    design = np.zeros((n, width))
    for row, day in enumerate(behind):
        design[row, day.weekday if seasonal else 0] = 1.0
    wanted = np.zeros(width)
    for part in ahead:
        wanted[part.weekday if seasonal else 0] += part.share
    values = np.array([day.value for day in behind], dtype=float)
    counts = design.sum(axis=0)
    means = design.T @ values / counts
    freedom = n - width
    scatter, unit = _scatter(values - design @ means, design @ means, means, freedom)
    spread = sum(part.share**2 * scatter[part.weekday if seasonal else 0] for part in ahead)
    variance = unit * (spread + float((wanted * wanted * scatter / counts).sum()))
    expected = float(wanted @ means)
    half = float(scipy.stats.t.ppf(0.5 + confidence / 2, freedom)) * math.sqrt(variance)
    return Estimate(value=max(0.0, expected), low=max(0.0, expected - half), high=max(0.0, expected + half), n=n)


def _scatter(residuals: Floats, fitted: Floats, means: Floats, freedom: int) -> tuple[Floats, float]:
    """How much days scatter: relative to each other by weekday, and the variance of one such unit.

    Busy days may scatter more than quiet ones. Whether variances are equal, grow with the mean or with its square is decided by the
    likelihood of what was seen.
    """
    best: tuple[float, Floats, float] | None = None
    floor = max(float(np.abs(means).max()), 1e-12) * 1e-3
    for power in POWERS:
        scale = np.maximum(np.abs(fitted), floor) ** power
        unit = float((residuals * residuals / scale).sum()) / freedom
        if unit <= 0.0:
            return np.ones_like(means), 0.0
        likelihood = -0.5 * (len(residuals) * math.log(unit) + float(np.log(scale).sum()))
        if best is None or likelihood > best[0]:
            best = (likelihood, np.maximum(np.abs(means), floor) ** power, unit)
    assert best is not None
    return best[1], best[2]
