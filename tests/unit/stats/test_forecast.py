"""Forecasts of sums: their 80 % intervals hold over simulated months with weekly seasons, and few days say nothing."""

import numpy as np
import pytest

from pellucid_server.stats.forecast import LEAST_DAYS, Ahead, Day, total_ahead

WEEK = np.array([1.0, 1.1, 1.15, 1.1, 0.9, 0.3, 0.25])
"""Working days and weekends."""
RUNS = 2_000


def month(rng: np.random.Generator, days: int, noise: str) -> np.ndarray:
    season = 10 * WEEK[np.arange(days) % 7]
    if noise == "even":
        return season + rng.normal(0, 0.8, days)
    return season * rng.lognormal(0, 0.25, days)


@pytest.mark.parametrize("noise", ["even", "proportional"])
@pytest.mark.parametrize(("behind", "ahead"), [(35, 10), (35, 25), (28, 3)])
def test_intervals_hold_over_months_with_weekly_seasons(noise: str, behind: int, ahead: int) -> None:
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(RUNS):
        values = month(rng, behind + ahead, noise)
        found = total_ahead(
            [Day(weekday=day % 7, value=float(values[day])) for day in range(behind)],
            [Ahead(weekday=day % 7) for day in range(behind, behind + ahead)],
        )
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= values[behind:].sum() <= found.high
    assert 0.75 <= inside / RUNS <= 0.85


def test_a_steady_week_is_forecast_exactly() -> None:
    days = [Day(weekday=day % 7, value=float(WEEK[day % 7])) for day in range(28)]
    found = total_ahead(days, [Ahead(weekday=5), Ahead(weekday=6, share=0.5)])
    assert found is not None
    assert found.value == pytest.approx(0.3 + 0.125)
    assert found.low == pytest.approx(found.high)


def test_few_days_know_no_weekdays_and_fewer_nothing() -> None:
    days = [Day(weekday=day, value=float(2 + day % 2)) for day in range(4)]
    found = total_ahead(days, [Ahead(weekday=6)] * 2)
    assert found is not None
    assert found.value == pytest.approx(5.0)
    assert found.n == 4
    assert total_ahead(days[: LEAST_DAYS - 1], [Ahead(weekday=0)]) is None


def test_one_giant_day_widens_the_interval_and_nothing_falls_below_zero() -> None:
    calm = [Day(weekday=day % 7, value=1.0 + 0.1 * (day % 3)) for day in range(35)]
    giant = [*calm[:-1], Day(weekday=calm[-1].weekday, value=1_000.0)]
    ahead = [Ahead(weekday=day % 7) for day in range(7)]
    narrow, wide = total_ahead(calm, ahead), total_ahead(giant, ahead)
    assert narrow is not None
    assert wide is not None
    assert narrow.high is not None
    assert wide.high is not None
    assert wide.low == 0.0
    assert wide.high - wide.value > 50 * (narrow.high - narrow.value)
