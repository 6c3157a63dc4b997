"""Drift on a rhythm: the first two weeks are the reference, each run is kept, what moved pages once, another mix does not."""

import numpy as np
import pytest
from tests.unit.monitors.conftest import Watchtower
from tests.unit.monitors.test_incidents import hear, watch

from pellucid_server.core.clock import DAY, HOUR, MINUTE, SECOND
from pellucid_server.monitors.drifting import EVERY, DriftLooker, found_in, pages, seen_in
from pellucid_server.monitors.errors import BadMonitor
from pellucid_server.monitors.rules import WEEK_S, Rule, RuleKind, read_rule, write_rule
from pellucid_server.monitors.verdicts import FIRING

WARNINGS = Rule(kind=RuleKind.DRIFT, measure="drift:warning", window_s=WEEK_S)


def traffic(
    tower: Watchtower, rng: np.random.Generator, *, days: int, ends_ago_days: float, means: dict[str, tuple[int, float]]
) -> None:
    """Of each segment so many cases a day about so large a mean."""
    end = tower.now - round(ends_ago_days * DAY)
    for segment, (a_day, mean) in means.items():
        for place in range(days * a_day):
            tower.traffic.add(end - place * DAY // a_day - SECOND, float(rng.lognormal(np.log(mean), 0.3)), segment=segment)


def calm(tower: Watchtower, rng: np.random.Generator) -> None:
    traffic(tower, rng, days=21, ends_ago_days=7, means={"chat": (60, 100.0), "digest": (20, 400.0)})


def events(tower: Watchtower) -> list[str]:
    return tower.receiver.events


def test_nothing_is_said_until_the_first_two_weeks_are_over(tower: Watchtower) -> None:
    hear(tower)
    watch(tower, WARNINGS, severity="medium")
    traffic(tower, np.random.default_rng(1), days=20, ends_ago_days=0, means={"chat": (60, 100.0)})
    tower.look()
    with tower.store.reading() as unit:
        assert unit.drift_runs.of_project(tower.scope.project_id, 10) == []
    tower.pass_time(2 * 86_400)
    tower.look()
    with tower.store.reading() as unit:
        (run,) = unit.drift_runs.of_project(tower.scope.project_id, 10)
    first = tower.traffic.oldest(tower.scope)
    assert (run.reference_start, run.reference_end) == (first, (first or 0) + 14 * DAY)
    assert (run.window_start, run.window_end) == (tower.now - 7 * DAY, tower.now)
    assert events(tower) == []


def test_what_moved_pages_once_and_runs_follow_the_rhythm(tower: Watchtower) -> None:
    rng = np.random.default_rng(2)
    hear(tower)
    watch(tower, WARNINGS, severity="medium")
    calm(tower, rng)
    traffic(tower, rng, days=7, ends_ago_days=0, means={"chat": (60, 180.0), "digest": (20, 720.0)})
    for _ in range(40):
        tower.look()
        tower.pass_time(660)
    assert events(tower) == ["opened"]
    text = str(tower.receiver.got[0]["breaches"])
    assert "Answer length moved" in text
    assert "adjusted p" in text
    assert "n = 1000 before" in text
    with tower.store.reading() as unit:
        runs = unit.drift_runs.of_project(tower.scope.project_id, 10)
    assert len(runs) == 2  # in seven hours
    assert runs[0].time - runs[1].time >= EVERY
    assert {one.cause for one in found_in(runs[0]) if one.kind == "number" and one.drifted} == {"rate"}


def test_a_restart_neither_compares_again_nor_pages_again(tower: Watchtower) -> None:
    rng = np.random.default_rng(3)
    hear(tower)
    watch(tower, WARNINGS, severity="medium")
    calm(tower, rng)
    traffic(tower, rng, days=7, ends_ago_days=0, means={"chat": (60, 180.0), "digest": (20, 720.0)})
    tower.look()
    again = Watchtower(store=tower.store, scope=tower.scope, traffic=tower.traffic, now=tower.now + HOUR)
    asked = len(tower.traffic.asked)
    again.look()
    assert len(tower.traffic.asked) == asked
    assert events(tower) == ["opened"]
    assert again.receiver.events == []


def test_another_mix_of_features_is_told_as_such_and_pages_nobody(tower: Watchtower) -> None:
    rng = np.random.default_rng(4)
    calm(tower, rng)
    traffic(tower, rng, days=7, ends_ago_days=0, means={"chat": (40, 100.0), "digest": (60, 400.0)})
    run = tower.drifting.compare(tower.scope, WARNINGS, tower.now)
    assert run is not None
    moved = [one for one in found_in(run) if one.kind == "number" and one.drifted]
    assert moved
    assert {one.cause for one in moved} == {"mix"}
    assert not any(pages(one) for one in moved)
    firing = {one.finding.measure for one in seen_in(WARNINGS, run) if one.finding.verdict.status == FIRING}
    assert not firing & {one.key for one in moved}


def test_traffic_that_does_not_change_pages_nobody_in_a_season(tower: Watchtower) -> None:
    """Twelve weeks, three runs a week, two rules."""
    rng = np.random.default_rng(5)
    traffic(tower, rng, days=105, ends_ago_days=-84, means={"chat": (60, 100.0), "digest": (20, 400.0)})
    moved = []
    tower.pass_time(3_600)
    for _ in range(36):
        run = tower.drifting.compare(tower.scope, WARNINGS, tower.now)
        assert run is not None
        moved += [one.label for one in found_in(run) if pages(one)]
        tower.now += 56 * HOUR
    assert moved == []


def test_a_captured_reference_stands_in_for_the_first_weeks(tower: Watchtower) -> None:
    calm(tower, np.random.default_rng(6))
    start, end = tower.now - 20 * DAY, tower.now - 10 * DAY
    rule = Rule(kind=RuleKind.DRIFT, measure="drift:*", window_s=WEEK_S, reference_start=start, reference_end=end)
    assert read_rule(write_rule(rule)) == rule
    tower.pass_time(-3 * 86_400)
    run = tower.drifting.compare(tower.scope, rule, tower.now)
    assert run is not None
    assert (run.reference_start, run.reference_end) == (start, end)


def test_a_clock_that_is_set_back_does_not_stop_the_rhythm(tower: Watchtower) -> None:
    rng = np.random.default_rng(7)
    calm(tower, rng)
    traffic(tower, rng, days=7, ends_ago_days=0, means={"chat": (60, 100.0)})
    tower.drifting(tower.scope, WARNINGS, (), tower.now)
    tower.drifting(tower.scope, WARNINGS, (), tower.now - MINUTE)
    tower.drifting(tower.scope, WARNINGS, (), tower.now - EVERY)
    with tower.store.reading() as unit:
        assert len(unit.drift_runs.of_project(tower.scope.project_id, 10)) == 2


def test_too_little_traffic_says_nothing_and_keeps_nothing(tower: Watchtower) -> None:
    tower.traffic.add(tower.now - 40 * DAY, 1.0)
    assert tower.drifting(tower.scope, WARNINGS, (), tower.now) == []
    assert isinstance(tower.drifting, DriftLooker)
    with tower.store.reading() as unit:
        assert unit.drift_runs.of_project(tower.scope.project_id, 10) == []


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "drift"},
        {"kind": "drift", "measure": "cost"},
        {"kind": "absolute", "measure": "drift:error"},
        {"kind": "drift", "measure": "drift:*", "reference_start": 5, "reference_end": 5},
    ],
)
def test_a_rule_on_drift_that_cannot_be_is_refused(rule: dict[str, object]) -> None:
    with pytest.raises(BadMonitor):
        read_rule(rule)  # type: ignore[arg-type]
