"""Two versions on the same cases: the difference with its interval, a verdict, and how many cases would tell."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import scipy  # which loads its parts when they are first used: a second, and 50 MB, that a start does not need

from pellucid_server.stats.intervals import CONFIDENCE, Estimate, normal_quantile, t_quantile

POWER = 0.8
FEWEST = 5
"""Pairs; below this nothing is said."""


class Verdict(StrEnum):
    """What a comparison says."""

    BETTER = "better"
    WORSE = "worse"
    NOT_WORSE = "not_worse"
    """The interval excludes a loss of more than the margin, and includes zero."""
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A metric of two versions on the same cases."""

    n: int
    mean: float
    baseline_mean: float
    difference: Estimate
    verdict: Verdict
    needed: int | None
    """How many more cases would tell, where it cannot be told."""
    detectable: float | None = None
    """The smallest difference that so many cases would tell with power 80 %; None for too few."""
    lower_is_better: bool = False


def compare(
    values: Sequence[float],
    baseline: Sequence[float],
    *,
    margin: float,
    confidence: float = CONFIDENCE,
    binary: bool = False,
    lower_is_better: bool = False,
) -> Comparison | None:
    """Compare pair by pair; greater is better unless it is said otherwise. `margin` (absolute) is the loss that would still be accepted.
    None for no pairs.

    Yes-or-no metrics (each value 0 or 1) get Tango's score interval for paired shares, all others Student's on the differences.
    """
    n = len(values)
    if n == 0 or n != len(baseline):
        return None
    ours, base = np.asarray(values, dtype=float), np.asarray(baseline, dtype=float)
    difference = paired_shares(values, baseline, confidence) if binary else paired_means(values, baseline, confidence)
    verdict = _verdict(turned(difference) if lower_is_better else difference, margin)
    spread = float((ours - base).std(ddof=1)) if n > 1 else 0.0
    needed = _needed(spread, difference.value, margin, n, confidence)
    return Comparison(
        n=n,
        mean=float(ours.mean()),
        baseline_mean=float(base.mean()),
        difference=difference,
        verdict=verdict,
        needed=needed if verdict is Verdict.CANNOT_TELL else None,
        detectable=_reach(confidence) * spread / math.sqrt(n) if n >= FEWEST else None,
        lower_is_better=lower_is_better,
    )


def turned(estimate: Estimate) -> Estimate:
    """The estimate of the negative."""
    return Estimate(
        value=-estimate.value,
        low=None if estimate.high is None else -estimate.high,
        high=None if estimate.low is None else -estimate.low,
        n=estimate.n,
    )


def paired_means(values: Sequence[float], baseline: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The mean difference with Student's interval; no bounds below `FEWEST` pairs."""
    differences = np.asarray(values, dtype=float) - np.asarray(baseline, dtype=float)
    n, value = len(differences), float(differences.mean())
    if n < FEWEST:
        return Estimate(value=value, low=None, high=None, n=n)
    half = t_quantile(confidence, n - 1) * float(differences.std(ddof=1)) / math.sqrt(n)
    return Estimate(value=value, low=value - half, high=value + half, n=n)


def paired_shares(values: Sequence[float], baseline: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """The difference of paired shares with Tango's score interval (Statistics in Medicine 17, 1998), good for few discordant pairs."""
    n = len(values)
    won = sum(1 for ours, base in zip(values, baseline, strict=True) if ours > base)
    lost = sum(1 for ours, base in zip(values, baseline, strict=True) if ours < base)
    value = (won - lost) / n
    if n < FEWEST:
        return Estimate(value=value, low=None, high=None, n=n)
    z = normal_quantile(confidence)
    return Estimate(value=value, low=_tango(won, lost, n, z, -1.0), high=_tango(won, lost, n, z, 1.0), n=n)


def _tango(won: int, lost: int, n: int, z: float, side: float) -> float:
    """The bound at which the score statistic equals z, on one side of the observed difference."""
    observed = (won - lost) / n

    def statistic(delta: float) -> float:
        a = 2 * n
        b = -won - lost + (2 * n - won + lost) * delta
        c = -lost * delta * (1 - delta)
        q = (math.sqrt(max(0.0, b * b - 4 * a * c)) - b) / (2 * a)
        variance = n * (2 * q + delta * (1 - delta))
        gap = won - lost - n * delta
        return gap / math.sqrt(variance) if variance > 0 else math.copysign(math.inf, gap) if gap else 0.0

    edge = 1.0 - 1e-9
    far = side * edge
    if side > 0:
        return (
            1.0
            if statistic(far) > -z
            else float(scipy.optimize.brentq(lambda delta: statistic(delta) + z, min(observed, edge), far))
        )
    return (
        -1.0 if statistic(far) < z else float(scipy.optimize.brentq(lambda delta: statistic(delta) - z, far, max(observed, -edge)))
    )


def _verdict(difference: Estimate, margin: float) -> Verdict:
    if difference.low is None or difference.high is None:
        return Verdict.CANNOT_TELL
    if difference.low > 0:
        return Verdict.BETTER
    if difference.high < 0:
        return Verdict.WORSE
    if difference.low >= -margin:
        return Verdict.NOT_WORSE
    return Verdict.CANNOT_TELL


def _needed(spread: float, observed: float, margin: float, n: int, confidence: float) -> int | None:
    """More pairs until a true difference as large as the one observed (or the margin) would be told with power 80 %."""
    effect = max(abs(observed), margin)
    if effect <= 0 or spread <= 0:
        return max(FEWEST - n, 1) if n < FEWEST else None
    return max(1, math.ceil((_reach(confidence) * spread / effect) ** 2) - n)


def _reach(confidence: float) -> float:
    """How many standard errors a difference must have to be told with power 80 %."""
    return normal_quantile(confidence) + float(scipy.stats.norm.ppf(POWER))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values, in the order given: several metrics tested at once keep the error rate of one."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for place, index in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - place) * p_values[index]))
        adjusted[index] = running
    return adjusted
