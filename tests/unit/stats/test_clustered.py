"""Intervals over clusters: they cover as often as they say although calls of one user resemble each other, where naive ones do not."""

import math

import numpy as np
import pytest

from pellucid_server.stats import clustered
from pellucid_server.stats.intervals import share
from pellucid_server.stats.sequential import Clusters


def sums_of(values: list[list[float]], *, is_share: bool = False) -> Clusters:
    """Of the values of each cluster."""
    counts, totals = np.array([len(one) for one in values], dtype=float), np.array([sum(one) for one in values])
    return Clusters(
        clusters=len(values),
        count=float(counts.sum()),
        total=float(totals.sum()),
        count_squares=float((counts**2).sum()),
        count_totals=float((counts * totals).sum()),
        total_squares=float((totals**2).sum()),
        is_share=is_share,
    )


def test_single_values_are_students_interval() -> None:
    found = clustered.mean(sums_of([[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]]))
    assert found is not None
    assert found.value == 3.5
    assert found.n == 6
    assert found.high == pytest.approx(3.5 + 2.5706 * math.sqrt(3.5 / 6), abs=1e-3)


def test_few_clusters_have_a_value_and_no_interval_and_none_has_none() -> None:
    found = clustered.mean(sums_of([[1.0, 2.0], [3.0]]))
    assert found is not None
    assert (found.value, found.low, found.high, found.n) == (2.0, None, None, 3)
    nothing = sums_of([])
    assert clustered.mean(nothing) is None
    assert clustered.difference(nothing, sums_of([[1.0]])) is None
    apart = clustered.difference(sums_of([[1.0]]), sums_of([[3.0]]))
    assert apart is not None
    assert (apart.value, apart.low, apart.high) == (-2.0, None, None)


def test_a_share_that_never_happened_is_not_known_to_be_nought() -> None:
    found = clustered.mean(sums_of([[0.0] * 3] * 20, is_share=True))
    assert found is not None
    assert found.value == found.low == 0.0
    assert found.high is not None
    assert 0.01 < found.high < 0.15


def test_intervals_cover_as_often_as_they_say_and_naive_ones_do_not() -> None:
    rng = np.random.default_rng(5)
    rounds, covered, apart, naive = 600, 0, 0, 0
    for _ in range(rounds):
        ours, base = (_refusals(rng) for _ in range(2))
        found, calls = clustered.mean(ours), share(round(ours.total), round(ours.count))
        difference = clustered.difference(ours, base)
        assert found is not None and calls is not None and difference is not None  # noqa: PT018
        assert None not in (found.low, found.high, calls.low, calls.high, difference.low, difference.high)
        covered += found.low <= 0.2 <= found.high  # type: ignore[operator]
        naive += calls.low <= 0.2 <= calls.high  # type: ignore[operator]
        apart += difference.low <= 0 <= difference.high  # type: ignore[operator]
    assert 0.92 <= covered / rounds <= 0.98
    assert 0.92 <= apart / rounds <= 0.98
    assert naive / rounds < 0.85


def _refusals(rng: np.random.Generator) -> Clusters:
    """80 users, each with an inclination of its own to be refused, who call 1 to 12 times."""
    return sums_of(
        [list((rng.random(rng.integers(1, 13)) < rate).astype(float)) for rate in rng.beta(1, 4, size=80)], is_share=True
    )
