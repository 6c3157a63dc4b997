"""The gate: may a new version go out, where a loss of more than some share of what the live one reaches is not accepted?

A test of non-inferiority, case by case: the version passes a metric when the loss that is not accepted can be excluded at level α. It
passes the gate when it passes every metric; to be let through by mistake it must then be mistaken on the one that fell, so that the level
needs no correction for many metrics. Simulations of level and power stand in `tests/unit/stats/test_gate.py`.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import scipy  # which loads its parts when they are first used: a second, and 50 MB, that a start does not need

from pellucid_server.stats.intervals import Estimate
from pellucid_server.stats.paired import FEWEST, POWER, paired_shares, turned

ALPHA = 0.05
MARGIN = 0.05
FEWEST_CONSTANT = 20
"""Pairs that may all differ by the same amount before that is believed."""


class GateVerdict(StrEnum):
    """What the gate says of a metric, or of all of them."""

    PASSED = "passed"
    BLOCKED = "blocked"
    """It is worse by more than the margin."""
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateMetric:
    """One metric at the gate. `difference` holds the one-sided bounds at level α on both sides."""

    name: str
    verdict: GateVerdict
    n: int
    mean: float
    baseline_mean: float
    difference: Estimate
    margin: float
    """The loss that is not accepted, in units of the metric."""
    needed: int | None
    """How many more cases would tell, where it cannot be told."""
    lower_is_better: bool = False


def judge(metrics: Sequence[GateMetric]) -> GateVerdict:
    """Of all metrics: blocked by one, passed by all."""
    verdicts = {metric.verdict for metric in metrics}
    if GateVerdict.BLOCKED in verdicts:
        return GateVerdict.BLOCKED
    return GateVerdict.PASSED if verdicts == {GateVerdict.PASSED} else GateVerdict.CANNOT_TELL


def at_gate(
    values: Mapping[str, Sequence[tuple[float, float]]],
    *,
    margin: float = MARGIN,
    alpha: float = ALPHA,
    lower_is_better: Collection[str] = (),
) -> list[GateMetric]:
    """Each metric: pairs of (new, live) on the same cases; greater is better, but for those that are named. `margin` is a share of the
    live version's mean."""
    return [_metric(name, pairs, margin, alpha, name in lower_is_better) for name, pairs in values.items() if pairs]


def power(n: int, effect: float, spread: float, alpha: float = ALPHA) -> float:
    """The chance to pass a metric whose true distance from the loss that is not accepted is `effect`, by Student's distribution.

    `spread` is the standard deviation of what is tested, case by case: the new value minus the share of the live one that must be kept.
    """
    if n < 2:
        return 0.0
    if spread <= 0:
        return 1.0 if effect > 0 else 0.0
    limit = float(scipy.stats.t.ppf(1 - alpha, n - 1))
    return float(scipy.stats.nct.sf(limit, n - 1, effect / spread * math.sqrt(n)))


def cases_for(effect: float, spread: float, alpha: float = ALPHA, wanted: float = POWER) -> int | None:
    """Fewest cases with that power; None where no number would do."""
    if effect <= 0:
        return None
    if spread <= 0:
        return FEWEST_CONSTANT
    z = float(scipy.stats.norm.ppf(1 - alpha) + scipy.stats.norm.ppf(wanted))
    n = max(2, math.floor((z * spread / effect) ** 2))
    while power(n, effect, spread, alpha) < wanted:
        n += max(1, n // 100)
    return n


def _metric(name: str, pairs: Sequence[tuple[float, float]], margin: float, alpha: float, lower_is_better: bool) -> GateMetric:
    said = np.array(pairs, dtype=float)
    binary = bool(np.isin(said, (0.0, 1.0)).all())
    # Of what shall be small the negative is tested, so that a loss is a loss; what is shown is turned back.
    ours, base = (-said if lower_is_better else said).T
    accepted = margin * abs(float(base.mean()))
    # What must not be negative: the new value minus the share of the live one that has to be kept. So the margin's own error counts too.
    kept = ours - base + margin * np.abs(base)
    difference = (
        paired_shares(ours.tolist(), base.tolist(), 1 - 2 * alpha) if binary else _bounds(ours - base, kept, accepted, alpha)
    )
    verdict = _verdict(difference, accepted)
    return GateMetric(
        name=name,
        verdict=verdict,
        n=len(pairs),
        mean=float(said[:, 0].mean()),
        baseline_mean=float(said[:, 1].mean()),
        difference=turned(difference) if lower_is_better else difference,
        margin=accepted,
        needed=_needed(kept, accepted, alpha) if verdict is GateVerdict.CANNOT_TELL else None,
        lower_is_better=lower_is_better,
    )


def _bounds(differences: np.ndarray, kept: np.ndarray, accepted: float, alpha: float) -> Estimate:
    """The difference with bounds that say "above minus the margin" exactly when the mean of `kept` is above zero."""
    n, value = len(differences), float(differences.mean())
    deviation = float(kept.std(ddof=1)) if n > 1 else 0.0
    if n < FEWEST or (deviation < 1e-12 and n < FEWEST_CONSTANT):
        return Estimate(value=value, low=None, high=None, n=n)
    half = float(scipy.stats.t.ppf(1 - alpha, n - 1)) * deviation / math.sqrt(n)
    return Estimate(value=value, low=value - half, high=value + half, n=n)


def _verdict(difference: Estimate, accepted: float) -> GateVerdict:
    if difference.low is None or difference.high is None:
        return GateVerdict.CANNOT_TELL
    if difference.low > -accepted or (accepted == 0 and difference.low >= 0):
        return GateVerdict.PASSED
    return GateVerdict.BLOCKED if difference.high < -accepted else GateVerdict.CANNOT_TELL


def _needed(kept: np.ndarray, accepted: float, alpha: float) -> int | None:
    """More cases until a version that is as good as it seems, and no worse than the live one, would pass with power 80 %."""
    spread = float(kept.std(ddof=1)) if len(kept) > 1 else 0.0
    wanted = cases_for(max(float(kept.mean()), accepted), spread, alpha)
    return None if wanted is None else max(1, wanted - len(kept))
