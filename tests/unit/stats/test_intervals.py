"""Intervals hold what they promise: coverage by simulation, and known values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.stats.intervals import chance_of_share, difference_of_means, difference_of_shares, mean, rate, share
from pellucid_server.stats.paired import Verdict, compare, holm, paired_means, paired_shares

WORLDS = 2_000
LOW, HIGH = 0.935, 0.975
"""Bounds of the observed coverage of a 95 % interval over 2,000 worlds (Monte-Carlo error is 0.5 %; discrete data are a little wide)."""


def covered(low: float | None, high: float | None, truth: float) -> bool:
    assert low is not None
    assert high is not None
    return low <= truth <= high


def test_a_share_of_known_size() -> None:
    found = share(8, 10)
    assert found is not None
    assert (found.value, found.n) == (0.8, 10)
    assert found.low == pytest.approx(0.4902, abs=1e-4)
    assert found.high == pytest.approx(0.9433, abs=1e-4)
    assert share(0, 0) is None


@pytest.mark.parametrize(("p", "n"), [(0.5, 40), (0.9, 120), (0.03, 300)])
def test_shares_are_covered(p: float, n: int) -> None:
    rng = np.random.default_rng(7)
    hits = 0
    for successes in rng.binomial(n, p, WORLDS):
        found = share(int(successes), n)
        assert found is not None
        hits += covered(found.low, found.high, p)
    assert LOW <= hits / WORLDS <= HIGH


def test_means_are_covered_also_of_skewed_data() -> None:
    rng = np.random.default_rng(8)
    hits = sum(covered(found.low, found.high, 0.4) for found in (mean(list(rng.beta(2, 3, 60))) for _ in range(WORLDS)) if found)
    assert LOW <= hits / WORLDS <= HIGH


def test_a_single_value_has_no_interval() -> None:
    found = mean([3.0])
    assert found is not None
    assert not found.known
    assert mean([]) is None


def test_poisson_rates_are_covered() -> None:
    rng = np.random.default_rng(9)
    hits = sum(covered(found.low, found.high, 0.05) for found in (rate(int(k), 200) for k in rng.poisson(10, WORLDS)) if found)
    assert hits / WORLDS >= 0.95 - 0.01  # the exact interval is conservative by design
    none = rate(0, 100)
    assert none is not None
    assert none.low == 0
    assert none.high == pytest.approx(0.0369, abs=1e-4)


def test_differences_of_independent_shares_and_means_are_covered() -> None:
    rng = np.random.default_rng(10)
    shares = means = 0
    for _ in range(WORLDS):
        of_shares = difference_of_shares(int(rng.binomial(150, 0.7)), 150, int(rng.binomial(200, 0.6)), 200)
        of_means = difference_of_means(list(rng.normal(1.0, 1, 50)), list(rng.normal(0.8, 2, 80)))
        assert of_shares is not None
        assert of_means is not None
        shares += covered(of_shares.low, of_shares.high, 0.1)
        means += covered(of_means.low, of_means.high, 0.2)
    assert LOW <= shares / WORLDS <= HIGH
    assert LOW <= means / WORLDS <= HIGH


def test_paired_differences_are_covered() -> None:
    rng = np.random.default_rng(11)
    shares = means = 0
    for _ in range(WORLDS):
        # Correlated answers to the same cases: 10 % are won, 5 % are lost, the rest are equal.
        kinds = rng.choice(4, size=120, p=[0.55, 0.30, 0.10, 0.05])
        ours, base = np.isin(kinds, [0, 2]).astype(float), np.isin(kinds, [0, 3]).astype(float)
        found = paired_shares(list(ours), list(base))
        shares += covered(found.low, found.high, 0.05)
        cases = rng.normal(0, 1, 80)
        of_means = paired_means(list(cases + rng.normal(0.3, 0.5, 80)), list(cases))
        means += covered(of_means.low, of_means.high, 0.3)
    assert LOW <= shares / WORLDS <= HIGH
    assert LOW <= means / WORLDS <= HIGH


def test_a_comparison_of_equals_is_called_a_difference_no_more_often_than_it_says() -> None:
    rng = np.random.default_rng(12)
    called = 0
    for _ in range(WORLDS):
        cases = rng.normal(0, 1, 40)
        found = compare(list(cases + rng.normal(0, 0.4, 40)), list(cases + rng.normal(0, 0.4, 40)), margin=0.05)
        assert found is not None
        called += found.verdict in (Verdict.BETTER, Verdict.WORSE)
    assert called / WORLDS <= 0.065


def test_power_is_what_was_announced() -> None:
    """With as many pairs as `needed` says, a difference of that size is told four times in five."""
    rng = np.random.default_rng(13)
    effect, spread = 0.2, 1.0
    pilot = compare(list(rng.normal(effect, spread, 30)), [0.0] * 30, margin=effect)
    assert pilot is not None
    n = 197  # (1.96 + 0.84)² · spread² / effect²
    told = 0
    for _ in range(1_000):
        found = compare(list(rng.normal(effect, spread, n)), [0.0] * n, margin=0.0)
        assert found is not None
        told += found.verdict is Verdict.BETTER
    assert told / 1_000 == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize(
    ("ours", "base", "margin", "verdict"),
    [
        ([1.0] * 50, [0.0] * 50, 0.05, Verdict.BETTER),
        ([0.0] * 50, [1.0] * 50, 0.05, Verdict.WORSE),
        ([1.0] * 200, [1.0] * 200, 0.05, Verdict.NOT_WORSE),
        ([1.0, 0.0, 1.0, 1.0, 0.0, 1.0], [1.0, 1.0, 0.0, 1.0, 0.0, 1.0], 0.05, Verdict.CANNOT_TELL),
        ([1.0, 1.0], [0.0, 0.0], 0.05, Verdict.CANNOT_TELL),
    ],
)
def test_verdicts(ours: list[float], base: list[float], margin: float, verdict: Verdict) -> None:
    found = compare(ours, base, margin=margin, binary=True)
    assert found is not None
    assert found.verdict is verdict
    assert (found.needed is not None) == (verdict is Verdict.CANNOT_TELL)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=5, max_size=60))
def test_paired_share_intervals_contain_what_was_observed(pairs: list[tuple[int, int]]) -> None:
    found = paired_shares([float(ours) for ours, _ in pairs], [float(base) for _, base in pairs])
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= found.value + 1e-6
    assert found.value - 1e-6 <= found.high <= 1


def test_holm_keeps_order_and_never_lowers() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []


def test_two_of_twenty_are_no_wonder_at_a_tiny_error() -> None:
    """The interval of the difference says so at one in ten thousand; the exact test does not."""
    assert 0.001 < chance_of_share(2, 20, 6, 1_390, above=True) < 0.02
    assert chance_of_share(12, 20, 6, 1_390, above=True) < 1e-9
    assert chance_of_share(0, 200, 300, 1_000, above=False) < 1e-9
    assert chance_of_share(5, 50, 100, 1_000, above=True) > 0.3
