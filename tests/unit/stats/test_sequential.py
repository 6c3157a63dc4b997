"""Sequential methods keep their promise though somebody looks after every batch: error rates and coverage by simulation, known values."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.stats.sequential import (
    FEWEST,
    Clusters,
    Tally,
    mean_above,
    mean_sequence,
    ratio_rise,
    rise,
    sample_ratio,
    share_above,
    share_below,
    share_sequence,
)

WORLDS = 300
ALPHA = 0.05
ALLOWED = 0.072
"""Of worlds in which a true null is ever refuted: `ALPHA` and less than two standard errors. The mixtures are conservative."""
LOOKS = [30, 40, 55, 75, 100, 140, 200, 280, 400, 560, 800]


def clusters_of(values: np.ndarray, counts: np.ndarray, *, is_share: bool = False) -> Clusters:
    return Clusters(
        clusters=len(counts),
        count=float(counts.sum()),
        total=float(values.sum()),
        count_squares=float((counts**2).sum()),
        count_totals=float((counts * values).sum()),
        total_squares=float((values**2).sum()),
        is_share=is_share,
    )


def users(rng: np.random.Generator, n: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Calls of users who differ: each has a share of its own, and some call much more often."""
    counts = rng.geometric(0.3, n)
    return rng.binomial(counts, rng.beta(share * 4, (1 - share) * 4, n)), counts


def ever(refuted: list[bool]) -> bool:
    return any(refuted)


def test_looking_at_every_case_refutes_a_true_share_seldom() -> None:
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(WORLDS):
        cases = np.cumsum(rng.random(600) < 0.05)
        wrong += ever([share_above(Tally(successes=int(cases[n]), n=n + 1), 0.05).refutes(ALPHA) for n in range(0, 600, 7)])
    assert wrong / WORLDS <= ALLOWED


def test_the_sequence_of_a_share_covers_it_at_all_looks() -> None:
    rng = np.random.default_rng(2)
    missed = 0
    for _ in range(150):
        cases = np.cumsum(rng.random(400) < 0.3)
        found = [share_sequence(Tally(successes=int(cases[n]), n=n + 1)) for n in range(0, 400, 13)]
        missed += ever([not (one.low is not None and one.high is not None and one.low <= 0.3 <= one.high) for one in found])
    assert missed / 150 <= ALLOWED


@pytest.mark.parametrize("share", [0.03, 0.2, 0.6])
def test_two_equal_groups_of_users_are_seldom_told_apart(share: float) -> None:
    rng = np.random.default_rng(3)
    wrong = missed = 0
    for _ in range(WORLDS):
        (a, an), (b, bn) = users(rng, LOOKS[-1], share), users(rng, 4 * LOOKS[-1], share)
        found = [
            rise(clusters_of(a[:n], an[:n], is_share=True), clusters_of(b[: 4 * n], bn[: 4 * n], is_share=True)) for n in LOOKS
        ]
        wrong += ever([one.refutes(ALPHA) for one in found])
        missed += ever([not (one.estimate.low is not None and one.estimate.low <= 0 <= (one.estimate.high or 0)) for one in found])
    assert wrong / WORLDS <= ALLOWED
    assert missed / WORLDS <= ALLOWED


def test_skewed_costs_within_the_margin_are_seldom_refuted() -> None:
    rng = np.random.default_rng(4)
    wrong = 0
    for _ in range(WORLDS):
        ours, base = 1.1 * rng.lognormal(0, 0.8, LOOKS[-1]), rng.lognormal(0, 0.8, 4 * LOOKS[-1])
        ones = np.ones(4 * LOOKS[-1])
        wrong += ever(
            [
                ratio_rise(clusters_of(ours[:n], ones[:n]), clusters_of(base[: 4 * n], ones[: 4 * n]), 0.1).refutes(ALPHA)
                for n in LOOKS
            ]
        )
    assert wrong / WORLDS <= ALLOWED


def test_a_worse_group_is_found() -> None:
    rng = np.random.default_rng(5)
    (a, an), (b, bn) = users(rng, 250, 0.2), users(rng, 1000, 0.05)
    found = rise(clusters_of(a, an, is_share=True), clusters_of(b, bn, is_share=True), 0.02)
    assert found.refutes(0.001)
    assert found.estimate.low is not None
    assert found.estimate.low > 0.02
    better = rise(clusters_of(b, bn, is_share=True), clusters_of(a, an, is_share=True), 0.02)
    assert better.e_value < 1


def test_a_mean_against_a_known_value() -> None:
    rng = np.random.default_rng(6)
    values, ones = rng.normal(1.0, 1.0, 200), np.ones(200)
    assert mean_above(clusters_of(values, ones), 0.5).refutes(0.01)
    assert not mean_above(clusters_of(values, ones), 1.2).refutes(0.5)
    few = mean_above(clusters_of(values[: FEWEST - 1], ones[: FEWEST - 1]), 0.5)
    assert few.e_value == 1
    assert mean_sequence(clusters_of(values[:5], ones[:5])).low is None


def test_ratios_carry_an_interval_of_the_relative_difference() -> None:
    rng = np.random.default_rng(7)
    ours, base, ones = 1.5 * rng.lognormal(0, 0.4, 300), rng.lognormal(0, 0.4, 900), np.ones(900)
    found = ratio_rise(clusters_of(ours, ones[:300]), clusters_of(base, ones), 0.1)
    assert found.refutes(0.01)
    assert found.estimate.low is not None
    assert found.estimate.high is not None
    assert 0.1 < found.estimate.low < found.estimate.value < found.estimate.high
    assert found.estimate.value == pytest.approx(float(ours.mean() / base.mean()) - 1)
    free = ratio_rise(clusters_of(ours, ones[:300]), clusters_of(0 * base, ones), 0.1)
    assert math.isnan(free.estimate.value)
    assert not free.refutes(0.5)


def test_values_that_never_differ_are_told_apart_without_an_interval() -> None:
    ones = np.ones(100)
    found = ratio_rise(clusters_of(2 * ones, ones), clusters_of(ones, ones), 0.1)
    assert found.refutes(1e-6)
    assert (found.estimate.value, found.estimate.low) == (1.0, None)


def test_a_true_sample_ratio_is_seldom_refuted_and_a_wrong_one_found() -> None:
    rng = np.random.default_rng(8)
    wrong = 0
    for _ in range(WORLDS):
        drawn = np.cumsum(rng.random(2_000) < 0.2)
        wrong += ever(
            [sample_ratio([int(drawn[n]), n + 1 - int(drawn[n])], [0.2, 0.8]).refutes(ALPHA) for n in range(0, 2_000, 29)]
        )
    assert wrong / WORLDS <= ALLOWED
    assert sample_ratio([900, 100], [0.8, 0.2]).refutes(0.001)
    assert sample_ratio([5, 1], [1.0, 0.0]).refutes(0.001)
    assert sample_ratio([0, 0], [0.5, 0.5]).e_value == 1


@given(st.integers(0, 60), st.integers(0, 60), st.floats(0.01, 0.99))
def test_the_sequence_of_a_share_and_its_test_agree(successes: int, failures: int, null: float) -> None:
    tally = Tally(successes=successes, n=successes + failures)
    found = share_sequence(tally)
    if tally.n == 0:
        assert found.low is None
        return
    assert found.low is not None
    assert found.high is not None
    assert share_above(tally, null).refutes(0.05) == (null < found.low) or abs(null - found.low) < 1e-6
    assert share_below(tally, null).refutes(0.05) == (null > found.high) or abs(null - found.high) < 1e-6


@given(st.integers(0, 40), st.integers(1, 40), st.floats(0.05, 0.95))
def test_one_more_case_is_a_fair_bet(successes: int, more: int, null: float) -> None:
    """The mean of the e-value after one more case, drawn by the null, is the e-value before it: the property behind all promises."""
    n = successes + more
    before = two_sided(Tally(successes=successes, n=n), null)
    up = two_sided(Tally(successes=successes + 1, n=n + 1), null)
    down = two_sided(Tally(successes=successes, n=n + 1), null)
    assert null * up + (1 - null) * down == pytest.approx(before, rel=1e-9)


def two_sided(tally: Tally, null: float) -> float:
    return max(share_above(tally, null).e_value, share_below(tally, null).e_value)
