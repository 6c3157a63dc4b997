"""After a deployment: what production reaches against a baseline that was measured before it, on cases of their own.

The two are independent samples, so differences of shares get Newcombe's interval and others Welch's. It is looked at every day; therefore
a fall counts only where the loss exceeds the margin at α = 1 %. Simulations stand in `tests/unit/stats/test_watch.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.stats.gate import GateVerdict
from pellucid_server.stats.intervals import Estimate, difference_of_means, difference_of_shares
from pellucid_server.stats.paired import turned

ALPHA: Final = 0.01
"""One-sided."""
FEWEST: Final = 20
"""Cases of either side below which nothing is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchMetric:
    """One metric of production against the baseline. `difference` holds the one-sided bounds at level α on both sides."""

    name: str
    verdict: GateVerdict
    """Passed: it holds. Blocked: it has fallen by more than the margin."""
    n: int
    mean: float
    baseline_n: int
    baseline_mean: float
    difference: Estimate
    margin: float
    """In units of the metric."""
    lower_is_better: bool


def watched(
    name: str, values: Sequence[float], baseline: Sequence[float], *, margin: float, lower_is_better: bool = False
) -> WatchMetric | None:
    """`margin` is a share of the baseline's mean. None where either side has no value."""
    if not values or not baseline:
        return None
    mean, base = sum(values) / len(values), sum(baseline) / len(baseline)
    accepted = margin * abs(base)
    difference = _difference(values, baseline)
    better = turned(difference) if lower_is_better else difference
    return WatchMetric(
        name=name,
        verdict=_verdict(better, accepted),
        n=len(values),
        mean=mean,
        baseline_n=len(baseline),
        baseline_mean=base,
        difference=difference,
        margin=accepted,
        lower_is_better=lower_is_better,
    )


def _difference(values: Sequence[float], baseline: Sequence[float]) -> Estimate:
    confidence = 1 - 2 * ALPHA
    found: Estimate | None = None
    if min(len(values), len(baseline)) >= FEWEST:
        if all(value in (0.0, 1.0) for value in (*values, *baseline)):
            found = difference_of_shares(round(sum(values)), len(values), round(sum(baseline)), len(baseline), confidence)
        else:
            found = difference_of_means(values, baseline, confidence)
    gap = sum(values) / len(values) - sum(baseline) / len(baseline)
    return found or Estimate(value=gap, low=None, high=None, n=len(values) + len(baseline))


def _verdict(difference: Estimate, accepted: float) -> GateVerdict:
    if difference.low is None or difference.high is None:
        return GateVerdict.CANNOT_TELL
    if difference.high < -accepted:
        return GateVerdict.BLOCKED
    return GateVerdict.PASSED if difference.low >= -accepted else GateVerdict.CANNOT_TELL
