"""Sequential methods: tests and intervals that may be looked at at any time, and stopped at any look, with the error rate promised once.

Evidence against a null hypothesis is an *e-value*: under the null its expectation is at most 1 however the look was chosen, so by Ville's
inequality it ever reaches `1 / alpha` with probability at most `alpha`. E-values of independent data multiply; means of e-values are
e-values. All functions take sums, never the cases in their order: whoever watches keeps no state, and data that arrive late do no harm.

- Independent yes-or-no cases: mixtures with Jeffreys' prior. Exact, for any number of cases (Robbins 1970; Lindon and Malek 2022).
- Means, and shares of cases that come in clusters (calls of one user): a normal mixture on the estimate (Robbins 1970; Johari et al. 2022;
  Waudby-Smith et al. 2024). Asymptotic: it wants some dozens of clusters, which `FEWEST` demands.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

from pellucid_server.stats.intervals import CONFIDENCE, Estimate

FEWEST = 30
"""Clusters on each side; below this a normal mixture says nothing."""
EXPECTED_EFFECT = 0.2
"""The standard deviation of the mixture over effects, in standard deviations of one cluster's mean: effects of about this size are
found soonest."""
MAX_LOG = 700.0
"""`exp` of more overflows; nobody decides otherwise from there on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Independent yes-or-no cases."""

    successes: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Values that come in clusters which are independent of one another: calls of users. Sums over clusters of their counts and sums."""

    clusters: int
    count: float
    """Values of all clusters."""
    total: float
    """Their sum."""
    count_squares: float
    """Each cluster's count, squared, summed."""
    count_totals: float
    """Each cluster's count times its sum, summed."""
    total_squares: float
    """Each cluster's sum, squared, summed."""
    is_share: bool = False
    """Whether values are 0 or 1."""

    @property
    def mean(self) -> float:
        """Of all values; nan where there are none."""
        return self.total / self.count if self.count else math.nan

    @property
    def variance(self) -> float:
        """Of the mean: the delta method over clusters. A share near 0 or 1 keeps the variance that Agresti and Coull give it."""
        if self.clusters < 2 or self.count <= 0:
            return math.inf
        mean = self.mean
        squares = self.total_squares - 2 * mean * self.count_totals + mean * mean * self.count_squares
        found = max(0.0, squares) * self.clusters / (self.clusters - 1) / self.count**2
        if not self.is_share:
            return found
        smoothed = (self.total + 2) / (self.count + 4)
        return max(found, smoothed * (1 - smoothed) / (self.count + 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks against a null hypothesis now, and an interval that holds at all looks together."""

    log_e: float
    """Natural logarithm of the e-value."""
    estimate: Estimate

    @property
    def e_value(self) -> float:
        """How many times one's stake a fair bet against the null would have won."""
        return math.exp(min(self.log_e, MAX_LOG))

    def refutes(self, alpha: float) -> bool:
        """Whether the null hypothesis may be rejected, at whatever look this is."""
        return self.log_e >= -math.log(alpha)


NOTHING_KNOWN = Evidence(log_e=0.0, estimate=Estimate(value=math.nan, low=None, high=None, n=0))


def share_above(tally: Tally, null: float, *, confidence: float = CONFIDENCE) -> Evidence:
    """Against "the share is at most `null`". Exact."""
    if tally.n <= 0:
        return NOTHING_KNOWN
    worst = min(null, tally.successes / tally.n)
    return Evidence(log_e=_log_mixture(tally) - _log_likelihood(tally, worst), estimate=share_sequence(tally, confidence))


def share_below(tally: Tally, null: float, *, confidence: float = CONFIDENCE) -> Evidence:
    """Against "the share is at least `null`". Exact."""
    mirrored = share_above(Tally(successes=tally.n - tally.successes, n=tally.n), 1 - null)
    return Evidence(log_e=mirrored.log_e, estimate=share_sequence(tally, confidence))


def share_sequence(tally: Tally, confidence: float = CONFIDENCE) -> Estimate:
    """A share with an interval of the confidence sequence: it covers the truth at all looks together. Exact."""
    if tally.n <= 0:
        return Estimate(value=math.nan, low=None, high=None, n=0)
    value = tally.successes / tally.n
    limit = _log_mixture(tally) + math.log(1 - confidence)

    def excess(share: float) -> float:
        return _log_likelihood(tally, share) - limit

    low = 0.0 if tally.successes == 0 else scipy.optimize.brentq(excess, 0.0, value, xtol=1e-9)
    high = 1.0 if tally.successes == tally.n else scipy.optimize.brentq(excess, value, 1.0, xtol=1e-9)
    return Estimate(value=value, low=float(low), high=float(high), n=tally.n)


def mean_sequence(sums: Clusters, confidence: float = CONFIDENCE) -> Estimate:
    """A mean with an interval of the confidence sequence; no bounds below `FEWEST` clusters."""
    if sums.clusters < FEWEST:
        return Estimate(value=sums.mean, low=None, high=None, n=round(sums.count))
    variance, spread = sums.variance, EXPECTED_EFFECT**2 * sums.variance * sums.clusters
    return _interval(sums.mean, variance, spread, confidence, round(sums.count))


def mean_above(sums: Clusters, null: float, *, confidence: float = CONFIDENCE) -> Evidence:
    """Against "the mean is at most `null`"; `null` is known, not estimated."""
    if sums.clusters < FEWEST:
        return Evidence(log_e=0.0, estimate=mean_sequence(sums, confidence))
    variance, spread = sums.variance, EXPECTED_EFFECT**2 * sums.variance * sums.clusters
    return Evidence(log_e=_log_normal_mixture(sums.mean - null, variance, spread), estimate=mean_sequence(sums, confidence))


def rise(sums: Clusters, base: Clusters, margin: float = 0.0, *, confidence: float = CONFIDENCE) -> Evidence:
    """Against "`sums` lies at most `margin` above `base`", two independent groups; the estimate is the difference.

    Evidence for a fall is `rise` of the two exchanged.
    """
    n = round(sums.count + base.count)
    value = sums.mean - base.mean
    if min(sums.clusters, base.clusters) < FEWEST:
        return Evidence(log_e=0.0, estimate=Estimate(value=value, low=None, high=None, n=n))
    variance = sums.variance + base.variance
    # Of one cluster of the smaller group: the difference is known about as well as that group is.
    spread = EXPECTED_EFFECT**2 * variance * min(sums.clusters, base.clusters)
    return Evidence(
        log_e=_log_normal_mixture(value - margin, variance, spread),
        estimate=_interval(value, variance, spread, confidence, n),
    )


def ratio_rise(sums: Clusters, base: Clusters, margin: float, *, confidence: float = CONFIDENCE) -> Evidence:
    """Against "`sums` lies at most the share `margin` above `base`" (0.1: ten percent); the estimate is the relative difference.

    For positive quantities such as cost and duration: on the scale of `sums - (1 + margin) * base`, so no ratio of noise is formed.
    """
    scaled = _scaled(base, 1 + margin)
    tested, plain = rise(sums, scaled, confidence=confidence), rise(sums, base, confidence=confidence)
    unit, found = base.mean, plain.estimate
    if not unit > 0:
        return Evidence(log_e=0.0, estimate=Estimate(value=math.nan, low=None, high=None, n=found.n))
    if tested.estimate.low is None or tested.estimate.high is None:
        return Evidence(log_e=tested.log_e, estimate=Estimate(value=found.value / unit, low=None, high=None, n=found.n))
    if found.low == found.high:
        return Evidence(log_e=tested.log_e, estimate=Estimate(value=found.value / unit, low=None, high=None, n=found.n))
    low, high = _ratio_bounds(sums, base, confidence)
    return Evidence(log_e=tested.log_e, estimate=Estimate(value=found.value / unit, low=low, high=high, n=found.n))


def sample_ratio(counts: Sequence[int], expected: Sequence[float]) -> Evidence:
    """Against "cases were drawn with these probabilities": a mixture over all others. Exact; the estimate is the first group's share."""
    n = sum(counts)
    if n == 0 or len(counts) < 2:
        return NOTHING_KNOWN
    counted, prior = np.asarray(counts, dtype=float), np.asarray(expected, dtype=float) / math.fsum(expected)
    # Centred on what is expected: small mismatches of large groups are what goes wrong in practice.
    weights = prior * max(1.0, 1.0 / float(prior[prior > 0].min()))
    if bool((counted[prior == 0] > 0).any()):
        return Evidence(log_e=MAX_LOG, estimate=share_sequence(Tally(successes=counts[0], n=n)))
    live = prior > 0
    gammaln = scipy.special.gammaln
    mixture = gammaln(weights[live].sum()) - gammaln(weights[live].sum() + n)
    mixture += float((gammaln(weights[live] + counted[live]) - gammaln(weights[live])).sum())
    null = float((counted[live] * np.log(prior[live])).sum())
    return Evidence(log_e=float(mixture) - null, estimate=share_sequence(Tally(successes=counts[0], n=n)))


def _log_mixture(tally: Tally) -> float:
    """The likelihood of the cases, averaged over all shares with Jeffreys' prior."""
    betaln = scipy.special.betaln
    return float(betaln(tally.successes + 0.5, tally.n - tally.successes + 0.5) - betaln(0.5, 0.5))


def _log_likelihood(tally: Tally, share: float) -> float:
    xlogy = scipy.special.xlogy
    return float(xlogy(tally.successes, share) + xlogy(tally.n - tally.successes, 1 - share))


def _log_normal_mixture(value: float, variance: float, spread: float) -> float:
    """Against a mean of zero or less: the likelihood ratio, averaged over effects of a half-normal of variance `spread`."""
    if not math.isfinite(variance):
        return 0.0
    if variance <= 0.0:
        return MAX_LOG if value > 0 else 0.0
    shrunk = value * math.sqrt(spread / (variance * (variance + spread)))
    weight = math.log(2) + float(scipy.stats.norm.logcdf(shrunk))
    return 0.5 * math.log(variance / (variance + spread)) + 0.5 * shrunk * shrunk + weight


def _interval(value: float, variance: float, spread: float, confidence: float, n: int) -> Estimate:
    """All means that a two-sided normal mixture does not refute."""
    if not math.isfinite(variance):
        return Estimate(value=value, low=None, high=None, n=n)
    if variance <= 0.0:
        return Estimate(value=value, low=value, high=value, n=n)
    log_limit = -2 * math.log(1 - confidence) + math.log((variance + spread) / variance)
    half = math.sqrt(variance * (variance + spread) / spread * log_limit)
    return Estimate(value=value, low=value - half, high=value + half, n=n)


def _scaled(sums: Clusters, factor: float) -> Clusters:
    return Clusters(
        clusters=sums.clusters,
        count=sums.count,
        total=factor * sums.total,
        count_squares=sums.count_squares,
        count_totals=factor * sums.count_totals,
        total_squares=factor**2 * sums.total_squares,
    )


def _ratio_bounds(sums: Clusters, base: Clusters, confidence: float) -> tuple[float, float | None]:
    """Relative differences that are not refuted; no upper bound where the base may be zero."""

    def refuted(relative: float) -> float:
        found = rise(sums, _scaled(base, 1 + relative), confidence=confidence).estimate
        assert found.low is not None
        assert found.high is not None
        return found.low if found.value > 0 else -found.high

    value = sums.mean / base.mean - 1
    low = scipy.optimize.brentq(refuted, -1.0, value, xtol=1e-6) if refuted(-1.0) > 0 else -1.0
    above = value + 1.0
    while refuted(above) < 0 and above < 1e6:
        above = 2 * above + 1
    high = None if refuted(above) < 0 else float(scipy.optimize.brentq(refuted, value, above, xtol=1e-6))
    return float(low), high
