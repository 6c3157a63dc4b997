"""Agreement: equal to other people's implementations, and intervals that hold what they promise."""

import math

import krippendorff
import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score  # type: ignore[import-untyped]

from pellucid_server.stats.agreement import Level, cohen_kappa, confusion, krippendorff_alpha, rank_correlation

WORLDS = 2_000


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=2, max_size=60))
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    first, second = zip(*pairs, strict=True)
    found = cohen_kappa(first, second)
    assert found is not None
    if len(set(first) | set(second)) == 1:
        assert (found.value, found.low) == (1.0, None)  # there, scikit-learn has no answer
    else:
        assert found.value == pytest.approx(cohen_kappa_score(first, second), abs=1e-12)


LEVELS: tuple[Level, ...] = ("nominal", "interval")
RATING = st.one_of(st.none(), st.integers(1, 5))


@given(st.lists(st.tuples(RATING, RATING, RATING), min_size=4, max_size=25), st.sampled_from(LEVELS))
def test_alpha_is_that_of_the_krippendorff_package(units: list[tuple[int | None, ...]], level: Level) -> None:
    raters = [list(rater) for rater in zip(*units, strict=True)]
    found = krippendorff_alpha(raters, level)
    paired = [value for unit in units if sum(value is not None for value in unit) > 1 for value in unit if value is not None]
    if found is None:
        assert not paired
    elif len(set(paired)) == 1:
        assert found.value == 1.0
    else:
        data = [[math.nan if value is None else float(value) for value in rater] for rater in raters]
        assert found.value == pytest.approx(krippendorff.alpha(data, level_of_measurement=level), abs=1e-9)


def test_confusion_counts_what_people_call_good_and_bad() -> None:
    found = confusion([True, True, False, False, True], [True, False, False, True, True])
    assert (found.true_positive, found.false_positive, found.false_negative, found.true_negative) == (2, 1, 1, 1)
    assert found.sensitivity is not None
    assert found.sensitivity.value == pytest.approx(2 / 3)
    assert found.specificity is not None
    assert found.specificity.value == pytest.approx(1 / 2)


def test_kappa_covers_its_truth() -> None:
    """2,000 worlds, 120 cases, a judge with sensitivity .85 and specificity .75 on 60 % good ones."""
    rng = np.random.default_rng(7)
    agree = 0.6 * 0.85 + 0.4 * 0.75
    says_good = 0.6 * 0.85 + 0.4 * 0.25
    chance = 0.6 * says_good + 0.4 * (1 - says_good)
    truth = (agree - chance) / (1 - chance)
    covered = 0
    for _ in range(WORLDS):
        people = rng.random(120) < 0.6
        judge = np.where(people, rng.random(120) < 0.85, rng.random(120) < 0.25)
        found = cohen_kappa(judge.tolist(), people.tolist())
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    assert 0.935 <= covered / WORLDS <= 0.975


def test_rank_correlation_covers_its_truth() -> None:
    """2,000 worlds, 100 cases, two normal raters with Pearson .7, so Spearman 6/π·asin(.35)."""
    rng = np.random.default_rng(11)
    truth, covered = 6 / math.pi * math.asin(0.35), 0
    for _ in range(WORLDS):
        people = rng.normal(size=100)
        judge = 0.7 * people + math.sqrt(1 - 0.49) * rng.normal(size=100)
        found = rank_correlation(judge.tolist(), people.tolist())
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= truth <= found.high
    assert 0.935 <= covered / WORLDS <= 0.975


def test_rank_correlation_of_a_rater_that_ranks_nothing() -> None:
    assert rank_correlation([1.0, 1.0, 1.0], [1.0, 2.0, 3.0]) is None
    perfect = rank_correlation([1, 2, 3, 4, 5], [2, 3, 4, 5, 9])
    assert perfect is not None
    assert perfect.value == pytest.approx(scipy.stats.spearmanr([1, 2, 3], [1, 2, 3]).statistic)


def test_alpha_of_chance_is_near_zero_and_its_interval_says_so() -> None:
    rng = np.random.default_rng(3)
    found = krippendorff_alpha([rng.integers(0, 2, 300).tolist(), rng.integers(0, 2, 300).tolist()])
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high
