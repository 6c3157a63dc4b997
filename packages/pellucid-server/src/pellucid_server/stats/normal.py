"""What is normal: the usual course of a mean over days and weeks, how much it scatters, and how strange a new stretch is.

The course is a regression on hours of the day and weekends. Its residuals scatter by sampling, by more than sampling, and hang together
from one stretch to the next; all three are estimated, so that strangeness is close to a standard normal while nothing changes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pellucid_server.stats.moments import Moments

Floats = NDArray[np.float64]

DAY_S: Final = 86_400
LEAST_STRETCHES: Final = 12
LEAST_CASES: Final = 8
"""A stretch with fewer is joined to the next one: the mean of a few cases is not normal."""
MOST_LAGS: Final = 24
TRIFLE: Final = 0.01
"""Of the usual mean: a change of one per cent is one standard deviation at least, however constant a value was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of time and the values in it."""

    start_s: int
    moments: Moments


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """The usual course; numbers only, so that it can be kept as JSON."""

    stretch_s: int
    weights: tuple[float, ...]
    """Of the columns of `_columns`."""
    errors: tuple[float, ...]
    """The covariance of the weights, row by row."""
    within: float
    """Variance of single values."""
    between: float
    """Variance of means beyond sampling."""
    inflation: float
    """How many times the variance of a sum of residuals is that of independent ones: stretches that follow each other hang together."""
    cases: int
    """Behind it."""

    @property
    def fits(self) -> bool:
        """Whether it has the columns of today; one that was stored may not."""
        width = len(_columns(0, self.stretch_s))
        return len(self.weights) == width and len(self.errors) == width * width

    def expected(self, start_s: int) -> float:
        """The usual mean of a stretch."""
        return float(np.dot(_columns(start_s, self.stretch_s), self.weights))

    def strangeness(self, parts: Sequence[Stretch]) -> float:
        """How many standard deviations the mean of neighbouring stretches lies above the usual one."""
        joined = sum((part.moments for part in parts), Moments())
        shares = [part.moments.n / joined.n for part in parts]
        columns = sum(share * np.asarray(_columns(part.start_s, self.stretch_s)) for share, part in zip(shares, parts, strict=True))
        width = len(self.weights)
        known = float(columns @ np.asarray(self.errors).reshape(width, width) @ columns)
        variance = self.within / joined.n + self.between * sum(share * share for share in shares) + known
        gap = joined.mean - float(np.dot(columns, self.weights))
        variance = variance * self.inflation + (TRIFLE * float(np.dot(columns, self.weights))) ** 2
        return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap) if gap else 0.0


def learn(stretches: Sequence[Stretch], stretch_s: int) -> Normal | None:
    """From a time in which nothing was wrong; None where too little is known."""
    used = [stretch for stretch in stretches if stretch.moments.n > 0]
    if len(used) < LEAST_STRETCHES:
        return None
    design = np.array([_columns(stretch.start_s, stretch_s) for stretch in used])
    counts = np.array([float(stretch.moments.n) for stretch in used])
    means = np.array([stretch.moments.mean for stretch in used])
    within = _within(used)
    between = 0.0
    for _ in range(3):  # weights need the scatter and the scatter needs weights; three rounds settle it
        precision = 1.0 / (within / counts + between + 1e-12)
        inverse = np.linalg.pinv(design.T @ (design * precision[:, None]))
        weights = inverse @ (design.T @ (means * precision))
        residuals = means - design @ weights
        between = _between(residuals, counts, within, design.shape[1])
    scaled = residuals / np.sqrt(within / counts + between + 1e-12)
    return Normal(
        stretch_s=stretch_s,
        weights=tuple(map(float, weights)),
        errors=tuple(map(float, inverse.ravel())),
        within=within,
        between=between,
        inflation=_inflation(scaled, [(stretch.start_s - used[0].start_s) // stretch_s for stretch in used]),
        cases=int(counts.sum()),
    )


def _columns(start_s: int, stretch_s: int) -> tuple[float, ...]:
    """Level, weekend, and for stretches shorter than a day its first harmonics (of an hour two, of six hours one)."""
    middle = start_s + stretch_s / 2
    weekend = 1.0 if (int(middle // DAY_S) + 3) % 7 >= 5 else 0.0  # the epoch began on a Thursday
    harmonics = 0 if stretch_s >= DAY_S else 1 if stretch_s > DAY_S // 8 else 2
    angle = 2 * math.pi * (middle % DAY_S) / DAY_S
    waves = [wave(order * angle) for order in range(1, harmonics + 1) for wave in (math.sin, math.cos)]
    return (1.0, weekend, *waves)


def _within(stretches: Sequence[Stretch]) -> float:
    """The pooled variance inside stretches; of all values where no stretch has two."""
    spread = sum(
        max(0.0, part.moments.squares - part.moments.total**2 / part.moments.n) for part in stretches if part.moments.n > 1
    )
    freedom = sum(part.moments.n - 1 for part in stretches)
    joined = sum((part.moments for part in stretches), Moments())
    if joined.n < 2:
        return 0.0
    return spread / freedom if freedom >= LEAST_CASES else joined.variance


def _between(residuals: Floats, counts: Floats, within: float, width: int) -> float:
    """How much means scatter beyond sampling, by the method of moments, each stretch weighing by its cases."""
    share = counts / counts.sum()
    seen = float((share * residuals**2).sum()) * len(counts) / max(1, len(counts) - width)
    return max(0.0, seen - within * float((share / counts).sum()))


def _inflation(scaled: Floats, places: Sequence[int]) -> float:
    """One plus twice the sum of the correlations at all lags, by Bartlett's weights; gaps are skipped, and it never makes bolder."""
    length = places[-1] + 1
    row, known = np.zeros(length), np.zeros(length)
    row[list(places)], known[list(places)] = scaled, 1.0
    lags = min(MOST_LAGS, len(places) // 8)
    variance = float((row * row).sum() / known.sum())
    if variance <= 0:
        return 1.0
    total = 1.0
    for lag in range(1, lags + 1):
        pairs = float((known[lag:] * known[:-lag]).sum())
        if pairs:
            found = float((row[lag:] * row[:-lag]).sum()) / pairs / variance
            # Estimates of it are too low in short series (Kendall 1954).
            total += 2 * (1 - lag / (lags + 1)) * (found + (1 + 3 * found) / len(places))
    return max(1.0, total)
