"""Intervals of one quantity: a share, a mean, a rate. Each with its sample size, so that nobody shows one without the other."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import scipy  # which loads its parts when they are first used: a second, and 50 MB, that a start does not need

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value, its interval and the number of cases behind it; `None` bounds where too few cases say nothing."""

    value: float
    low: float | None
    high: float | None
    n: int

    @property
    def known(self) -> bool:
        """Whether there is an interval at all."""
        return self.low is not None and self.high is not None


def share(successes: int, n: int, confidence: float = CONFIDENCE) -> Estimate | None:
    """A share with Wilson's score interval, which holds its coverage near 0 and 1 where the textbook one fails; None for no cases."""
    if n <= 0:
        return None
    z = normal_quantile(confidence)
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return Estimate(value=p, low=max(0.0, middle - half), high=min(1.0, middle + half), n=n)


def mean(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate | None:
    """A mean with Student's interval; no bounds for a single value; None for no values."""
    n = len(values)
    if n == 0:
        return None
    array = np.asarray(values, dtype=float)
    average = float(array.mean())
    if n == 1:
        return Estimate(value=average, low=None, high=None, n=1)
    half = t_quantile(confidence, n - 1) * float(array.std(ddof=1)) / math.sqrt(n)
    return Estimate(value=average, low=average - half, high=average + half, n=n)


def mean_of(average: float, deviation: float, n: int, confidence: float = CONFIDENCE) -> Estimate:
    """The same from the mean and the sample's standard deviation, where the database has summed the values."""
    if n < 2 or not math.isfinite(deviation):
        return Estimate(value=average, low=None, high=None, n=n)
    half = t_quantile(confidence, n - 1) * deviation / math.sqrt(n)
    return Estimate(value=average, low=average - half, high=average + half, n=n)


def rate(events: int, exposure: float, confidence: float = CONFIDENCE) -> Estimate | None:
    """Events per unit of exposure with the exact Poisson interval (Garwood); None for no exposure."""
    if exposure <= 0:
        return None
    tail = (1 - confidence) / 2
    low = float(scipy.stats.chi2.ppf(tail, 2 * events)) / 2 if events else 0.0
    high = float(scipy.stats.chi2.ppf(1 - tail, 2 * events + 2)) / 2
    return Estimate(value=events / exposure, low=low / exposure, high=high / exposure, n=events)


def difference_of_shares(
    successes: int, n: int, base_successes: int, base_n: int, confidence: float = CONFIDENCE
) -> Estimate | None:
    """A share minus another of independent cases, with Newcombe's hybrid score interval; None where either has no cases."""
    ours, base = share(successes, n, confidence), share(base_successes, base_n, confidence)
    if ours is None or base is None or ours.low is None or ours.high is None or base.low is None or base.high is None:
        return None
    value = ours.value - base.value
    low = value - math.hypot(ours.value - ours.low, base.high - base.value)
    high = value + math.hypot(ours.high - ours.value, base.value - base.low)
    return Estimate(value=value, low=low, high=high, n=n + base_n)


def difference_of_means(values: Sequence[float], base: Sequence[float], confidence: float = CONFIDENCE) -> Estimate | None:
    """A mean minus another of independent cases, with Welch's interval; None where either has fewer than two."""
    if len(values) < 2 or len(base) < 2:
        return None
    ours, theirs = np.asarray(values, dtype=float), np.asarray(base, dtype=float)
    squared = float(ours.var(ddof=1)) / len(values), float(theirs.var(ddof=1)) / len(base)
    return welch(float(ours.mean() - theirs.mean()), squared, (len(values), len(base)), confidence)


def welch(value: float, squared_errors: tuple[float, float], n: tuple[int, int], confidence: float = CONFIDENCE) -> Estimate:
    """A difference of two means with Welch's interval, from each mean's squared standard error and its cases, two at least."""
    (a, b), (ours, base) = squared_errors, n
    if a + b == 0:
        return Estimate(value=value, low=value, high=value, n=ours + base)
    freedom = (a + b) ** 2 / (a * a / (ours - 1) + b * b / (base - 1))
    half = t_quantile(confidence, freedom) * math.sqrt(a + b)
    return Estimate(value=value, low=value - half, high=value + half, n=ours + base)


@lru_cache(maxsize=256)
def normal_quantile(confidence: float = CONFIDENCE) -> float:
    """How many standard errors a two-sided interval reaches to either side of a normal estimate."""
    return float(scipy.stats.norm.ppf(0.5 + confidence / 2))


@lru_cache(maxsize=4096)
def t_quantile(confidence: float, freedom: float) -> float:
    """The same for Student's distribution with so many degrees of freedom."""
    return float(scipy.stats.t.ppf(0.5 + confidence / 2, freedom))


def chance_of_share(ours: int, n: int, base: int, m: int, *, above: bool) -> float:
    """Fisher's exact p of a share that lies so far above (or below) another, were both the same: it holds for few cases and tiny errors,
    where intervals of differences are too narrow."""
    drawn = scipy.stats.hypergeom(n + m, ours + base, n)
    return float(drawn.sf(ours - 1) if above else drawn.cdf(ours))
