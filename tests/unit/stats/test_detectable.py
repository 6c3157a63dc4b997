"""Detectable differences: the promise is kept in simulations, and the two questions are each other's inverse."""

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.stats.detectable import cases_for, least_effect


def test_a_difference_as_large_as_promised_is_found_four_times_in_five() -> None:
    rng = np.random.default_rng(2)
    n = cases_for(0.08, 0.4, 1_000)
    assert n is not None
    found = sum(
        scipy.stats.ttest_ind(rng.normal(0.72, 0.4, n), rng.normal(0.8, 0.4, 1_000), equal_var=False).pvalue < 0.05
        for _ in range(2_000)
    )
    assert 0.77 <= found / 2_000 <= 0.84


@given(st.floats(0.01, 1), st.floats(0.01, 2), st.floats(10, 1e6))
def test_the_cases_that_are_asked_for_show_the_effect(effect: float, spread: float, base_n: float) -> None:
    n = cases_for(effect, spread, base_n)
    if n is None:
        least = least_effect(spread, 1e12, base_n)
        assert least is not None
        assert least >= effect * (1 - 1e-6)
        return
    least = least_effect(spread, n, base_n)
    assert least is not None
    assert least <= effect * (1 + 1e-9)


def test_where_nothing_can_be_said() -> None:
    assert least_effect(0.4, 0, 100) is None
    assert cases_for(0.0, 0.4, 100) is None
    assert cases_for(0.001, 0.4, 10) is None  # a base of ten shows no such trifle, whatever comes after
    assert cases_for(0.1, 0.0, 100) == 0  # what never scatters needs no more than a look


@pytest.mark.parametrize("n", [50, 500])
def test_more_cases_show_less(n: int) -> None:
    few, more = least_effect(0.4, n, 1_000), least_effect(0.4, 2 * n, 1_000)
    assert few is not None
    assert more is not None
    assert more < few
