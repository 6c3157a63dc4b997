"""Drift tests keep their level while nothing drifts, find what does, and say how large it is."""

import math

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.stats.drift import categories, corrected, kernel_distance, mix_and_rate, numbers, told_apart
from pellucid_server.stats.embedding import embed, grown_words

ROUNDS = 300
CALM = "How do I add a seat to my plan {}?"
NEW = "Why was my card charged twice in {}?"


def uniform_p(p_values: list[float]) -> float:
    """How well the p-values fit a uniform distribution."""
    return float(scipy.stats.kstest(p_values, "uniform").pvalue)


def test_p_values_of_numbers_and_categories_are_uniform_under_no_drift() -> None:
    rng = np.random.default_rng(1)
    ks, chi2 = [], []
    for _ in range(ROUNDS):
        found = numbers(list(rng.lognormal(size=400)), list(rng.lognormal(size=300)))
        assert found is not None
        ks.append(found.p)
        left, right = rng.multinomial(500, [0.5, 0.3, 0.2]), rng.multinomial(400, [0.5, 0.3, 0.2])
        kinds = categories(dict(zip("abc", map(int, left), strict=True)), dict(zip("abc", map(int, right), strict=True)))
        assert kinds is not None
        chi2.append(kinds.p)
    assert uniform_p(ks) > 0.001
    assert uniform_p(chi2) > 0.001
    for p_values in (ks, chi2):
        assert np.mean(np.array(p_values) < 0.05) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / ROUNDS)


def test_tests_in_space_keep_their_level() -> None:
    rng = np.random.default_rng(2)
    for test in (kernel_distance, told_apart):
        found = [test(rng.normal(size=(120, 4)), rng.normal(size=(80, 4)), rng) for _ in range(40)]
        alarms = sum(one is not None and one.p < 0.05 for one in found)
        assert alarms <= 6, test.__name__  # 40 at 5 %: more than six in fewer than one of a hundred runs


@pytest.mark.parametrize(("shift", "least"), [(0.2, 0.5), (0.4, 0.95)])
def test_power_grows_with_the_effect(shift: float, least: float) -> None:
    rng = np.random.default_rng(3)
    found = [numbers(list(rng.normal(size=1_000)), list(rng.normal(shift, size=500))) for _ in range(60)]
    assert np.mean([one is not None and one.p < 0.05 for one in found]) >= least


def test_a_cloud_that_moved_or_spread_is_found() -> None:
    rng = np.random.default_rng(4)
    for current in (rng.normal(0.8, size=(150, 4)), rng.normal(0, 2.5, size=(150, 4))):
        found = kernel_distance(rng.normal(size=(200, 4)), current, rng)
        assert found is not None
        assert found.p <= 0.01
    apart = told_apart(rng.normal(size=(200, 4)), rng.normal(0.8, size=(150, 4)), rng)
    assert apart is not None
    assert apart.effect > 0.6


def test_too_few_cases_say_nothing() -> None:
    assert numbers([1.0] * 99, [1.0] * 500) is None
    assert categories({"a": 500}, {"a": 49}) is None
    assert kernel_distance(np.zeros((99, 2)), np.zeros((99, 2)), np.random.default_rng(1)) is None
    assert mix_and_rate({}, {"a": (1, 1.0)}) is None


def test_a_new_category_is_a_shift_with_a_finite_index() -> None:
    found = categories({"a": 900, "b": 100}, {"a": 500, "b": 60, "c": 200})
    assert found is not None
    assert found.p < 1e-9
    assert 0.1 < found.effect < 100


def test_mix_is_told_from_rate() -> None:
    before = {"chat": (80, 80.0), "digest": (20, 200.0)}
    other_mix = mix_and_rate(before, {"chat": (50, 50.0), "digest": (50, 500.0)})
    other_rate = mix_and_rate(before, {"chat": (80, 80.0), "digest": (20, 400.0)})
    assert other_mix == pytest.approx((2.7, 0.0))
    assert other_rate == pytest.approx((0.0, 2.0))


segments = st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(1, 50), st.floats(-100, 100)), min_size=1, max_size=4)


@given(segments, segments)
def test_mix_and_rate_add_up_to_the_difference(before: dict[str, tuple[int, float]], now: dict[str, tuple[int, float]]) -> None:
    found = mix_and_rate(before, now)
    assert found is not None
    means = [sum(s for _, s in side.values()) / sum(n for n, _ in side.values()) for side in (before, now)]
    assert sum(found) == pytest.approx(means[1] - means[0], abs=1e-6)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_corrected_p_values_are_never_smaller_and_keep_the_order(p_values: list[float]) -> None:
    adjusted = corrected(p_values)
    assert all(0 <= new <= 1 and new >= old - 1e-12 for new, old in zip(adjusted, p_values, strict=True))
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    assert [adjusted[place] for place in order] == sorted(adjusted)


def test_questions_about_something_else_are_found_and_named() -> None:
    rng = np.random.default_rng(5)
    reference = [CALM.format(number) for number in range(150)]
    current = [(NEW if number % 2 else CALM).format(number) for number in range(100)]
    points = embed([*reference, *current])
    found = kernel_distance(points[:150], points[150:], rng)
    assert found is not None
    assert found.p <= 0.01
    new = {word.text for word in grown_words(reference, current) if word.now > word.before}
    assert new & {"why", "charged", "card", "my card", "card was", "was charged", "why was", "twice"}, new


def test_texts_that_are_empty_or_few_are_no_fault() -> None:
    assert embed([]).shape[0] == 0
    assert embed(["", ""]).shape[0] == 2
    assert not embed(["", "", "", "a long text about seats"])[:3].any()
