"""Detectors: how often they cry wolf while nothing changes, on traffic with seasons, and how soon they find what did."""

import math
from collections.abc import Callable

import numpy as np
import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.monitors.memory import Watch, read_watch, write_watch
from pellucid_server.monitors.rules import Rule, RuleKind
from pellucid_server.monitors.sequence import advance
from pellucid_server.monitors.sequence import follow as follow_once
from pellucid_server.stats.detectors import ALLOWANCE, CLIP, Detector, alarm_at, delay, detectable, step
from pellucid_server.stats.moments import Moments
from pellucid_server.stats.normal import DAY_S, Stretch, learn

RULE = Rule(kind=RuleKind.ALWAYS_VALID, direction="below")
START_S = 1_700_006_400 // DAY_S * DAY_S
LEARNT_DAYS = 14


def traffic(
    rng: np.random.Generator, days: int, an_hour: float, *, hanging: float, noise: float, shift: float = 0.0, at_day: int = 0
) -> list[Stretch]:
    """Hours of a yes-or-no score: busier by day, quieter at weekends, its level swinging with the hour and wandering by itself."""
    hours, wander = [], 0.0
    for hour in range(days * 24):
        start = START_S + hour * 3_600
        weekend = (start // DAY_S + 3) % 7 >= 5
        busy = (1 + 0.8 * math.sin(2 * math.pi * (hour % 24 - 8) / 24)) * (0.5 if weekend else 1.0)
        wander = hanging * wander + noise * math.sqrt(1 - hanging**2) * rng.normal()
        level = 1.7 + 0.15 * math.sin(2 * math.pi * (hour % 24) / 24) + (0.1 if weekend else 0.0) + wander
        level += shift if at_day and hour >= at_day * 24 else 0.0
        n = int(rng.poisson(an_hour * busy))
        good = int(rng.binomial(n, 1 / (1 + math.exp(-level)))) if n else 0
        if n:
            hours.append(Stretch(start_s=start, moments=Moments(n=n, total=good, squares=good)))
    return hours


def follow(hours: list[Stretch], days: int, each_day: Callable[[int, Watch, Watch], None]) -> Watch:
    """Day by day, as the server does, with no more of the past at hand than it reads."""
    watch = Watch()
    for day in range(1, days + 1):
        end = START_S + day * DAY_S
        near = [hour for hour in hours if end - 45 * DAY_S <= hour.start_s < end]
        before, watch = watch, advance(watch, near, end * 1_000_000, RULE)
        each_day(day, before, watch)
    return watch


def watched_days(seed: int, series: int, an_hour: float, hanging: float, noise: float, days: int = 114) -> tuple[int, int]:
    """False alarms and days watched."""
    alarms = watched = 0
    rng = np.random.default_rng(seed)

    def count(day: int, before: Watch, after: Watch) -> None:
        nonlocal alarms, watched
        alarms += bool(after.alarm_time and not before.alarm_time)
        watched += after.normal is not None

    for _ in range(series):
        follow(traffic(rng, days, an_hour, hanging=hanging, noise=noise), days, count)
    return alarms, watched


KINDS = ((100.0, 0.7, 0.25), (100.0, 0.9, 0.3), (5.0, 0.7, 0.25), (0.4, 0.5, 0.2))
"""Scores an hour, how much an hour hangs together with the one before, and how much the level wanders (log odds)."""


def test_false_alarms_of_three_thousand_days_are_fewer_than_one_in_ninety() -> None:
    found = [watched_days(seed, 8, *kind) for seed, kind in enumerate(KINDS)]
    alarms, days = (sum(part) for part in zip(*found, strict=True))
    assert days >= 3_000
    upper = float(scipy.stats.chi2.ppf(0.975, 2 * alarms + 2)) / 2 / days
    assert upper <= 1 / 90, f"{found}: at most one in {1 / upper:.0f} days"


def test_a_lasting_drop_is_found_within_days_and_earlier_where_there_is_more_traffic() -> None:
    def median_delay_h(an_hour: float) -> float:
        delays = []
        rng = np.random.default_rng(5)
        for _ in range(5):
            found: list[float] = []

            def look(day: int, before: Watch, after: Watch, found: list[float] = found) -> None:
                if after.alarm_time and day > 30 and not found:
                    found.append((after.alarm_time / 1e6 - START_S) / 3_600 - 30 * 24)

            hours = traffic(rng, 40, an_hour, hanging=0.5, noise=0.15, shift=-1.0, at_day=30)
            follow(hours, 40, look)
            delays.append(found[0] if found else math.inf)
        return sorted(delays)[2]

    busy, quiet = median_delay_h(100), median_delay_h(3)
    assert busy <= 24
    assert quiet <= 5 * 24
    assert busy <= quiet


def test_one_giant_outlier_is_no_change() -> None:
    rng = np.random.default_rng(3)
    hours = traffic(rng, 30, 100, hanging=0.0, noise=0.1)
    place = len(hours) - 40
    giant = hours[place].moments
    hours[place] = Stretch(start_s=hours[place].start_s, moments=Moments(n=giant.n, total=-1e9, squares=1e18))
    alarms: list[int] = []
    follow(hours, 30, lambda day, before, after: alarms.append(day) if after.alarm_time else None)
    assert alarms == []


def test_what_is_carried_on_survives_as_json() -> None:
    hours = traffic(np.random.default_rng(4), 20, 5, hanging=0.3, noise=0.1)
    watch = follow(hours, 20, lambda *_: None)
    assert watch.normal is not None
    assert read_watch(write_watch(watch)) == watch
    assert read_watch({}) == Watch()


def test_what_another_version_stored_is_discarded_and_begun_anew() -> None:
    hours = traffic(np.random.default_rng(4), 20, 5, hanging=0.3, noise=0.1)
    stored = write_watch(follow(hours, 20, lambda *_: None))
    normal, detector = stored["normal"], stored["detector"]
    assert isinstance(normal, dict)
    assert isinstance(detector, dict)
    renamed = {name: value for name, value in normal.items() if name != "inflation"} | {"correlation": 0.4}
    for strange in (
        {"normal": renamed},
        {"normal": {**normal, "correlation": 0.4}},
        {"normal": {**normal, "weights": [1.0]}},
        {"normal": {**normal, "within": "much"}},
        {"detector": {**detector, "wealth": [0.0]}},
        {"detector": "calm"},
        {"waiting": [{"start_s": 1}]},
        {"more": 1},
    ):
        assert read_watch({**stored, **strange}) == Watch(), strange
    assert read_watch({name: value for name, value in stored.items() if name != "cases"}) == Watch()


def test_late_data_and_a_clock_set_back_do_not_count_twice() -> None:
    hours = traffic(np.random.default_rng(4), 20, 30, hanging=0.3, noise=0.1)
    end = (START_S + 20 * DAY_S) * 1_000_000
    once = advance(Watch(), hours, end, RULE)
    again = advance(once, hours, end - 3_600_000_000, RULE)
    assert again == once


def test_history_that_is_still_arriving_is_waited_for_and_history_that_comes_later_begins_it_anew() -> None:
    hours = traffic(np.random.default_rng(4), 30, 30, hanging=0.3, noise=0.1)
    end = (START_S + 30 * DAY_S) * 1_000_000
    half = hours[::2]
    first = follow_once(Watch(), half, end, RULE, 1)
    assert first.normal is None
    second = follow_once(first, hours, end, RULE, 1)
    assert second.normal is None
    third = follow_once(second, hours, end, RULE, 1)
    assert third.normal is not None
    more = [Stretch(start_s=hour.start_s, moments=hour.moments + hour.moments) for hour in hours]
    assert follow_once(third, more, end, RULE, 1).normal is None


def test_a_normal_of_too_little_is_none() -> None:
    assert learn(traffic(np.random.default_rng(1), 1, 5, hanging=0, noise=0)[:5], 3_600) is None


def test_strangeness_is_about_standard_normal_while_nothing_changes() -> None:
    rng = np.random.default_rng(8)
    hours = traffic(rng, 60, 50, hanging=0.0, noise=0.0)
    normal = learn(hours[: 28 * 24], 3_600)
    assert normal is not None
    strange = [normal.strangeness([hour]) for hour in hours[28 * 24 :] if hour.moments.n >= 8]
    assert abs(float(np.mean(strange))) < 0.2
    assert 0.8 < float(np.std(strange)) < 1.15


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=60))
def test_evidence_is_finite_and_no_step_counts_for_more_than_the_clip(values: list[float]) -> None:
    detector = Detector()
    for value in values:
        detector = step(detector, value)
        assert math.isfinite(detector.evidence)
        assert detector.evidence >= 0
    assert abs(detector.recent) <= CLIP
    assert detector.steps == len(values)


@given(st.floats(10, 10_000), st.floats(2, 200))
def test_the_least_effect_is_found_in_the_time_that_it_is_stated_for(bound: float, steps: float) -> None:
    least = detectable(bound, steps)
    assert least > ALLOWANCE
    assert delay(least, bound) <= steps * 1.001


def test_the_bound_follows_from_steps_and_days() -> None:
    assert alarm_at(24, 90) == pytest.approx(2_160)
