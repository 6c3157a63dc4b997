"""Periods of budgets, and what is still to come of them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.core.clock import DAY, HOUR
from pellucid_server.dashboards.budgets import PERIODS, period_around, rest_of


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[arg-type,misc]  # parts of a date


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("day", at(2028, 2, 29), at(2028, 3, 1)),
        ("week", at(2028, 2, 28), at(2028, 3, 6)),
        ("month", at(2028, 2, 1), at(2028, 3, 1)),
    ],
)
def test_periods_are_of_the_calendar(period: str, start: int, end: int) -> None:
    assert period_around(period, at(2028, 2, 29, 13)) == (start, end)


@given(st.sampled_from(PERIODS), st.integers(0, 4_000_000_000))
def test_a_period_holds_its_time_and_the_next_begins_where_it_ends(period: str, seconds: int) -> None:
    now = seconds * 1_000_000
    start, end = period_around(period, now)
    assert start <= now < end
    assert period_around(period, end)[0] == end


def test_the_rest_of_a_day_is_that_of_the_days_behind() -> None:
    """Everything is spent between 20 and 22 o'clock: at 21 half of it is still to come, at 23 nothing."""
    hours = [(at(2026, 11, day, hour), 5.0) for day in range(1, 20) for hour in (20, 21)]
    evening = rest_of(hours, at(2026, 11, 20, 21), at(2026, 11, 21))
    assert evening is not None
    assert evening.value == pytest.approx(5.0)
    night = rest_of(hours, at(2026, 11, 20, 23), at(2026, 11, 21))
    assert night is not None
    assert night.value == pytest.approx(0.0)


def test_the_rest_of_a_month_is_its_days() -> None:
    now = at(2026, 11, 21)
    hours = [(now - back * HOUR, 1.0) for back in range(1, 35 * 24 + 1)]
    found = rest_of(hours, now, at(2026, 12, 1))
    assert found is not None
    assert found.value == pytest.approx(240.0)


def test_without_days_behind_there_is_no_forecast() -> None:
    assert rest_of([], at(2026, 11, 21), at(2026, 12, 1)) is None
    assert rest_of([(at(2026, 11, 21) - DAY, 3.0)], at(2026, 11, 21), at(2026, 12, 1)) is None
