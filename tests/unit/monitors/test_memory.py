"""A rule whose memory was stored by an earlier version is evaluated all the same."""

from dataclasses import replace

from tests.unit.monitors.conftest import Watchtower
from tests.unit.monitors.test_incidents import traffic, watch

from pellucid_server.core.clock import HOUR, SECOND
from pellucid_server.monitors.rules import Rule, RuleKind


def test_a_memory_of_an_earlier_version_is_discarded_and_begun_anew(tower: Watchtower) -> None:
    monitor = watch(tower, Rule(kind=RuleKind.ALWAYS_VALID, measure="duration", least_n=20))
    for _ in range(2):
        traffic(tower, failed=0)
        tower.pass_time(2 * HOUR / SECOND)
        tower.look()
    with tower.store.writing() as unit:
        (state,) = unit.monitors.states(tower.scope.project_id, monitor.id)
        outdated = {**state.memory, "normal": {"stretch_s": 3_600, "weights": [1.0, 0.0], "correlation": 0.3}}
        unit.monitors.put_state(replace(state, memory=outdated))
    for _ in range(2):
        tower.pass_time(2 * HOUR / SECOND)
        tower.look()
    (after,) = tower.book.get(tower.scope, monitor.id).states
    assert (after.evaluated_time, after.status) == (tower.now, "too_few")
    assert set(after.memory) == set(state.memory)
    assert after.memory["normal"] is None
    assert after.memory["read_until"], "it was followed anew"
