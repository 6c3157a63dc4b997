"""Previews say what the rule would have done: as often, as soon and as long as if it had been looked at then."""

import pytest
from tests.unit.monitors.conftest import Watchtower

from pellucid_server.core.clock import DAY, HOUR, MINUTE, SECOND, Micros
from pellucid_server.monitors.looking import Looker
from pellucid_server.monitors.past import Past
from pellucid_server.monitors.preview import Previewer
from pellucid_server.monitors.rules import DAY_S, Rule, RuleKind
from pellucid_server.monitors.verdicts import FIRING
from pellucid_server.query.windows import Window

SHORT = Rule(kind=RuleKind.ABSOLUTE, condition="outcome:error", threshold=0.05, least_n=20)
DAILY = Rule(kind=RuleKind.RELATIVE, measure="score:thumbs", direction="below", threshold=0.95, window_s=DAY_S, least_n=30)
HOURLY = Rule(kind=RuleKind.RELATIVE, measure="cost", threshold=3, window_s=3_600, least_n=20)


def previewer(tower: Watchtower) -> Previewer:
    return Previewer(tower.traffic, lambda scope, pattern: [], lambda project_id: {}, tower.drifting, lambda: tower.now)


def traffic(tower: Watchtower, days: int, value: float, *, ends: Micros) -> None:
    """Ten cases each half hour."""
    for back in range(days * 48):
        tower.traffic.add(ends - back * 30 * MINUTE - SECOND, *[value, value + 0.01] * 5)


def test_a_rule_over_a_day_sees_what_went_wrong_this_morning(tower: Watchtower) -> None:
    """It was looked at by midnights only, and what began after the last one was no firing."""
    begun = tower.now - 15 * HOUR
    traffic(tower, 20, 0.8, ends=begun)
    tower.traffic.add(begun + HOUR, *[0.1, 0.11] * 150)
    (firing,) = previewer(tower).preview(tower.scope, DAILY, days=7).firings
    assert firing.end is None
    assert begun <= firing.start <= begun + 3 * HOUR


@pytest.mark.parametrize("days", [1, 7, 30])
def test_a_short_outage_is_found_whenever_it_was(tower: Watchtower, days: int) -> None:
    outages = [tower.now - DAY + 7 * HOUR + 7 * MINUTE, tower.now - 20 * MINUTE]
    for outage in outages:
        tower.traffic.add(outage, *[1.0] * 40, *[0.0] * 40)
    found = previewer(tower).preview(tower.scope, SHORT, days=days).firings
    assert len(found) == 2
    for outage, firing in zip(outages, found, strict=True):
        assert 0 <= firing.start - outage <= 10 * MINUTE


def test_a_preview_says_what_the_rule_says_at_the_same_moments(tower: Watchtower) -> None:
    traffic(tower, 10, 0.01, ends=tower.now)
    tower.traffic.add(tower.now - 26 * HOUR, *[0.2, 0.21] * 30)
    end = tower.now // (5 * MINUTE) * 5 * MINUTE
    past = Past(tower.traffic, Window(start=end - 12 * DAY, end=end), 300)
    remembered = Looker(past, lambda scope, pattern: [], lambda project_id: {})
    statuses = set()
    for back in range(0, 40 * 60, 35):
        now = end - back * MINUTE
        (then,), (said,) = (looker.look(tower.scope, HOURLY, now) for looker in (tower.looker, remembered))
        assert said.verdict.status == then.verdict.status
        assert said.verdict.n == then.verdict.n
        assert said.verdict.bound == pytest.approx(then.verdict.bound)
        statuses.add(said.verdict.status)
    assert FIRING in statuses


def test_the_smallest_change_that_is_found_is_told_and_shrinks_with_the_cases(tower: Watchtower) -> None:
    traffic(tower, 40, 0.8, ends=tower.now)
    few = previewer(tower).preview(tower.scope, DAILY, days=7)
    for _ in range(3):
        traffic(tower, 40, 0.8, ends=tower.now)
    many = previewer(tower).preview(tower.scope, DAILY, days=7)
    assert few.least_effect is not None
    assert many.least_effect is not None
    assert 0 < many.least_effect < few.least_effect
    assert many.cases > few.cases
