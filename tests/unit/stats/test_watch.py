"""Production after a deployment: false alarms of daily looks are rare, a fall is found, and less is better where it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.stats.gate import GateVerdict
from pellucid_server.stats.watch import FEWEST, watched

RUNS = 1_000


@pytest.mark.parametrize("a_day", [10, 40])
def test_four_weeks_of_daily_looks_without_a_change_alarm_in_fewer_than_one_of_thirty(a_day: int) -> None:
    """1,000 deployments of 28 days, shares of 80 %, a rolling week, a baseline of 200 cases: measured 1.9 % and 0.5 %."""
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(RUNS):
        baseline = (rng.random(200) < 0.8).astype(float).tolist()
        days = (rng.random((28, a_day)) < 0.8).astype(float)
        alarms += any(
            _verdict(days[max(0, day - 6) : day + 1].ravel().tolist(), baseline) is GateVerdict.BLOCKED for day in range(28)
        )
    assert alarms / RUNS < 0.033


def test_a_fall_of_twenty_points_is_found_within_a_week_four_times_of_five() -> None:
    """Shares, 20 traces a day, a baseline of 200 cases, 1,000 deployments: measured 84.7 %."""
    rng = np.random.default_rng(5)
    found = 0
    for _ in range(RUNS):
        baseline = (rng.random(200) < 0.85).astype(float).tolist()
        week = (rng.random(140) < 0.65).astype(float).tolist()
        found += _verdict(week, baseline) is GateVerdict.BLOCKED
    assert found / RUNS > 0.8


def test_a_loss_of_exactly_the_margin_is_called_a_fall_no_more_often_than_alpha() -> None:
    """One look, numbers and shares, 1,000 each: α is 1 %; measured 1.0 % and 0.3 %."""
    rng = np.random.default_rng(7)
    for binary in (False, True):
        alarms = 0
        for _ in range(RUNS):
            if binary:
                baseline, week = (rng.random(200) < 0.8).astype(float), (rng.random(140) < 0.76).astype(float)
            else:
                baseline, week = rng.normal(0.8, 0.15, 200), rng.normal(0.76, 0.15, 140)
            alarms += _verdict(week.tolist(), baseline.tolist()) is GateVerdict.BLOCKED
        assert alarms / RUNS <= 0.02


def test_too_little_tells_nothing_and_nothing_gives_none() -> None:
    few = watched("m", [0.0] * (FEWEST - 1), [1.0] * 100, margin=0.05)
    assert few is not None
    assert (few.verdict, few.difference.low, few.difference.value) == (GateVerdict.CANNOT_TELL, None, -1.0)
    assert watched("m", [], [1.0], margin=0.05) is None
    assert watched("m", [1.0], [], margin=0.05) is None


def test_what_grows_falls_where_less_is_better() -> None:
    rng = np.random.default_rng(11)
    low, high = rng.normal(0.1, 0.02, 80).tolist(), rng.normal(0.3, 0.02, 80).tolist()
    grown = watched("toxicity", high, low, margin=0.05, lower_is_better=True)
    shrunk = watched("toxicity", low, high, margin=0.05, lower_is_better=True)
    assert grown is not None
    assert shrunk is not None
    assert (grown.verdict, shrunk.verdict) == (GateVerdict.BLOCKED, GateVerdict.PASSED)
    assert grown.difference.value > 0


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=50), st.lists(st.floats(-5, 5), min_size=1, max_size=50))
def test_the_bounds_hold_the_difference(values: list[float], baseline: list[float]) -> None:
    found = watched("m", values, baseline, margin=0.05)
    assert found is not None
    gap = found.difference
    if gap.low is not None and gap.high is not None:
        assert gap.low - 1e-9 <= gap.value <= gap.high + 1e-9
    assert (found.n, found.baseline_n) == (len(values), len(baseline))


def _verdict(values: list[float], baseline: list[float]) -> GateVerdict:
    found = watched("m", values, baseline, margin=0.05)
    assert found is not None
    return found.verdict
