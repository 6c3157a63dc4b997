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
