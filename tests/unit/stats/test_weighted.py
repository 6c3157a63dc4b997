"""Weighted estimates under stratified sampling: unbiased within Monte-Carlo error, and covered."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.stats import intervals, weighted

WORLDS = 2_000
TRUTH = 0.8 * 0.9 + 0.2 * 0.4


def test_mean_of_a_stratified_sample_is_unbiased_and_covered() -> None:
    """2,000 worlds of 4,000 answers; 20 % are suspicious (40 % good) and drawn with 0.6, the others (90 % good) with 0.08."""
    rng = np.random.default_rng(31)
    covered, values, naive = 0, [], []
    for _ in range(WORLDS):
        suspicious = rng.random(4_000) < 0.2
        good = rng.random(4_000) < np.where(suspicious, 0.4, 0.9)
        drawn = np.where(suspicious, 0.6, 0.08)
        kept = rng.random(4_000) < drawn
        found = weighted.mean(good[kept].astype(float).tolist(), drawn[kept].tolist())
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= TRUTH <= found.high
        values.append(found.value)
        naive.append(float(good[kept].mean()))
    error = float(np.std(values)) / math.sqrt(WORLDS)
    assert abs(float(np.mean(values)) - TRUTH) < 4 * error
    assert float(np.mean(naive)) < TRUTH - 0.15  # what the same sample says without its weights
    assert 0.935 <= covered / WORLDS <= 0.975


def test_total_is_unbiased_and_covered() -> None:
    rng = np.random.default_rng(37)
    costs = rng.gamma(2.0, 0.01, 2_000)
    drawn = np.clip(costs * 10, 0.05, 1.0)
    covered, values = 0, []
    for _ in range(WORLDS):
        kept = rng.random(2_000) < drawn
        found = weighted.total(costs[kept].tolist(), drawn[kept].tolist())
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= costs.sum() <= found.high
        values.append(found.value)
    assert abs(float(np.mean(values)) - costs.sum()) < 4 * float(np.std(values)) / math.sqrt(WORLDS)
    assert 0.935 <= covered / WORLDS <= 0.975


@given(st.lists(st.floats(0, 1), min_size=2, max_size=50), st.floats(0.01, 1))
def test_equal_probabilities_change_nothing(values: list[float], probability: float) -> None:
    found, plain = weighted.mean(values, [probability] * len(values)), intervals.mean(values)
    assert found is not None
    assert plain is not None
    assert found.low is not None
    assert plain.low is not None
    assert found.value == pytest.approx(plain.value)
    assert found.low == pytest.approx(plain.low, abs=1e-6)
    assert weighted.effective_n([probability] * len(values)) == pytest.approx(len(values))


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.05, 1)), min_size=2, max_size=60))
def test_sums_say_what_the_cases_say(cases: list[tuple[float, float]]) -> None:
    values, probabilities = [value for value, _ in cases], [probability for _, probability in cases]
    summed, whole = weighted.estimate_of(sums_of(cases)), weighted.mean(values, probabilities)
    assert summed is not None
    assert whole is not None
    assert None not in (summed.low, summed.high, whole.low, whole.high)
    assert [summed.value, summed.low, summed.high] == pytest.approx([whole.value, whole.low, whole.high], abs=1e-5)
    assert summed.n == len(cases)


def test_a_difference_between_samples_drawn_unevenly_is_covered() -> None:
    """1,000 worlds: 5 % of 4,000 answers are judged before, 40 % of 600 after; 80 % are good, bad ones are drawn twice as often."""
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(1_000):
        before, after = (
            sums_of([(float(good), drawn) for good in rng.random(n) < 0.8 if rng.random() < (drawn := p * (1 if good else 2))])
            for n, p in ((4_000, 0.05), (600, 0.4))
        )
        found = weighted.difference_of(after, before)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0 <= found.high
    assert 0.925 <= covered / 1_000 <= 0.975


def test_a_handful_of_equal_scores_makes_no_certain_difference() -> None:
    few, many = sums_of([(1.0, 0.1)] * 5), sums_of([(0.0, 0.1)] * 50)
    assert weighted.difference_of(few, many) is None
    assert weighted.estimate_of(weighted.WeightedSums()) is None


def sums_of(cases: list[tuple[float, float]]) -> weighted.WeightedSums:
    pairs = [(value, 1 / probability) for value, probability in cases]
    return weighted.WeightedSums(
        n=len(pairs),
        weight=sum(w for _, w in pairs),
        total=sum(w * v for v, w in pairs),
        squares=sum(w * v * v for v, w in pairs),
        weight_squares=sum(w * w for _, w in pairs),
        cross=sum(w * w * v for v, w in pairs),
        cross_squares=sum(w * w * v * v for v, w in pairs),
    )
