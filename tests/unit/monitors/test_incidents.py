"""From a breach to the receiver and back to normal: one cause pages once, and nothing is lost or told twice."""

import pytest
from tests.unit.monitors.conftest import Watchtower

from pellucid_server.core.clock import MINUTE, SECOND
from pellucid_server.monitors.book import MonitorContent
from pellucid_server.monitors.channels import ChannelContent
from pellucid_server.monitors.errors import BadIncidentAct, BadMonitor, IncidentOver, MonitorChanged, NoSuchIncident
from pellucid_server.monitors.rules import Rule, RuleKind
from pellucid_server.store.meta.monitors import StoredMonitor

ERRORS = Rule(kind=RuleKind.ABSOLUTE, condition="outcome:error", threshold=0.05, least_n=20)


def watch(tower: Watchtower, rule: Rule = ERRORS, name: str = "Error rate", severity: str = "critical") -> StoredMonitor:
    return tower.book.create(tower.scope, MonitorContent(name=name, rule=rule, severity=severity))


def hear(tower: Watchtower, **more: object) -> str:
    content = ChannelContent(name=str(more.pop("name", "pager")), target="https://receiver.test/hook", **more)  # type: ignore[arg-type]
    return tower.channels.create(tower.scope, content).id


def traffic(tower: Watchtower, failed: int, of: int = 100) -> None:
    """A minute of calls, a second ago."""
    tower.traffic.add(tower.now - SECOND, *[1.0] * failed, *[0.0] * (of - failed))


def states(tower: Watchtower) -> list[str]:
    return [incident.state for incident in tower.incidents.list_incidents(tower.scope).incidents]


def test_a_breach_opens_one_incident_tells_once_and_ends_when_all_is_well(tower: Watchtower) -> None:
    hear(tower)
    watch(tower)
    traffic(tower, failed=40)
    for _ in range(4):
        tower.look()
        tower.pass_time(30)
    assert tower.receiver.events == ["opened"]
    (message,) = tower.receiver.got
    assert message["summary"] == "[critical] Error rate opened"
    assert message["breaches"] == [
        {
            "monitor": "Error rate",
            "segment": "",
            "text": "share of outcome:error is 0.4 (0.2147 to 0.6191, n = 100), above 0.05",
            "value": 0.4,
            "bound": 0.05,
            "n": 100,
            "filter": "",
            "traces": ["a" * 32],
        }
    ]
    for _ in range(25):
        traffic(tower, failed=0)
        tower.look()
        tower.pass_time(30)
    assert tower.receiver.events == ["opened", "resolved"]
    assert states(tower) == ["resolved"]
    (incident,) = tower.incidents.list_incidents(tower.scope).incidents
    assert [entry.kind for entry in tower.incidents.get(tower.scope, incident.id).entries] == ["opened", "recovered", "resolved"]


def test_a_restart_in_an_open_incident_neither_tells_again_nor_forgets(tower: Watchtower) -> None:
    hear(tower)
    watch(tower)
    traffic(tower, failed=40)
    tower.evaluator.run()
    again = Watchtower(store=tower.store, scope=tower.scope, traffic=tower.traffic, now=tower.now + 30 * SECOND)
    again.look()
    assert again.receiver.events == ["opened"]
    for _ in range(25):
        traffic(again, failed=0)
        again.look()
        again.pass_time(30)
    assert again.receiver.events == ["opened", "resolved"]


def test_what_breaks_together_is_one_incident_and_only_the_graver_tells_again(tower: Watchtower) -> None:
    hear(tower)
    watch(tower, name="Low", severity="low")
    watch(tower, name="Also low", severity="low")
    traffic(tower, failed=40)
    tower.look()
    watch(tower, name="Grave", severity="critical")
    tower.pass_time(30)
    tower.look()
    assert tower.receiver.events == ["opened", "worse"]
    (incident,) = tower.incidents.list_incidents(tower.scope).incidents
    assert incident.severity == "critical"
    assert sorted(str(member["name"]) for member in incident.members) == ["Also low", "Grave", "Low"]


def test_severities_choose_the_channel(tower: Watchtower) -> None:
    hear(tower, name="pager", severities=("critical", "high"))
    hear(tower, name="chat", severities=("medium", "low"))
    watch(tower, severity="medium")
    traffic(tower, failed=40)
    tower.look()
    assert [message["channel"] for message in tower.receiver.got] == ["chat"]


def test_a_receiver_that_is_down_is_tried_again_until_it_is_there(tower: Watchtower) -> None:
    hear(tower)
    watch(tower)
    traffic(tower, failed=40)
    tower.receiver.error = "answered 503"
    for _ in range(6):
        tower.look()
        tower.pass_time(30)
    (waiting,) = tower.channels.deliveries(tower.scope)
    assert (waiting.state, waiting.error) == ("waiting", "answered 503")
    assert 2 <= waiting.attempts <= 6
    tower.receiver.error = ""
    tower.pass_time(3_600)
    tower.dispatcher.run()
    assert tower.receiver.events == ["opened"]
    assert [one.state for one in tower.channels.deliveries(tower.scope)] == ["sent"]


def test_what_a_receiver_refuses_for_good_is_given_up_and_said(tower: Watchtower) -> None:
    hear(tower)
    watch(tower)
    traffic(tower, failed=40)
    tower.receiver.error, tower.receiver.again = "answered 404", False
    tower.look()
    (failed,) = tower.channels.deliveries(tower.scope)
    assert (failed.state, failed.attempts, failed.error) == ("failed", 1, "answered 404")


def test_a_rule_that_is_edited_while_it_fires_ends_its_breach_and_begins_anew(tower: Watchtower) -> None:
    hear(tower)
    monitor = watch(tower)
    traffic(tower, failed=40)
    tower.look()
    tolerant = MonitorContent(name="Error rate", rule=Rule(kind=RuleKind.ABSOLUTE, threshold=0.9, least_n=20), severity="critical")
    tower.book.update(tower.scope, monitor.id, tolerant, version=1)
    with pytest.raises(MonitorChanged):
        tower.book.update(tower.scope, monitor.id, tolerant, version=1)
    tower.dispatcher.run()
    assert tower.receiver.events == ["opened", "resolved"]


def test_what_was_found_of_a_rule_that_is_no_more_is_dropped(tower: Watchtower) -> None:
    monitor = watch(tower)
    traffic(tower, failed=40)
    tower.book.remove(tower.scope, monitor.id)
    assert tower.evaluator.evaluate(tower.scope, monitor) == []
    assert states(tower) == []


def test_acknowledged_incidents_are_not_escalated_and_others_are(tower: Watchtower) -> None:
    hear(tower)
    hear(tower, name="boss", escalation=True)
    watch(tower)
    for _ in range(20):
        traffic(tower, failed=40)
        tower.look()
        tower.pass_time(60)
    assert sorted((str(m["channel"]), str(m["event"])) for m in tower.receiver.got) == [
        ("boss", "escalated"),
        ("pager", "escalated"),
        ("pager", "opened"),
    ]
    (incident,) = tower.incidents.list_incidents(tower.scope).incidents
    tower.incidents.acknowledge(tower.scope, incident.id)
    for _ in range(90):
        traffic(tower, failed=40)
        tower.look()
        tower.pass_time(60)
    assert len(tower.receiver.got) == 3


def test_a_snooze_is_silent_and_reminds_at_its_end(tower: Watchtower) -> None:
    hear(tower)
    watch(tower)
    traffic(tower, failed=40)
    tower.look()
    (incident,) = tower.incidents.list_incidents(tower.scope).incidents
    with pytest.raises(BadIncidentAct):
        tower.incidents.snooze(tower.scope, incident.id, tower.now - 1)
    tower.incidents.snooze(tower.scope, incident.id, tower.now + 60 * MINUTE)
    for _ in range(62):
        traffic(tower, failed=40)
        tower.look()
        tower.pass_time(60)
    assert tower.receiver.events == ["opened", "reminder"]


def test_maintenance_is_silent_and_what_is_still_wrong_at_its_end_is_told(tower: Watchtower) -> None:
    hear(tower)
    watch(tower)
    tower.incidents.plan_maintenance(tower.scope, reason="upgrade", start=tower.now, end=tower.now + 10 * MINUTE)
    for _ in range(9):
        traffic(tower, failed=40)
        tower.look()
        tower.pass_time(60)
    assert tower.receiver.events == []
    tower.pass_time(90)
    traffic(tower, failed=40)
    tower.look()
    assert tower.receiver.events == ["opened"]


def test_what_a_person_ended_stays_quiet_until_it_was_well_once(tower: Watchtower) -> None:
    hear(tower)
    watch(tower)
    traffic(tower, failed=40)
    tower.look()
    (incident,) = tower.incidents.list_incidents(tower.scope).incidents
    ended = tower.incidents.resolve(tower.scope, incident.id, benign=True, text="a load test")
    assert (ended.state, ended.feedback, ended.resolved_by) == ("resolved", "benign", "user:ann")
    with pytest.raises(IncidentOver):
        tower.incidents.acknowledge(tower.scope, incident.id)
    tower.pass_time(30)
    tower.look()
    assert states(tower) == ["resolved"]
    tower.pass_time(600)
    traffic(tower, failed=0)
    tower.look()
    tower.pass_time(600)
    traffic(tower, failed=40)
    tower.look()
    assert states(tower) == ["open", "resolved"]


def test_a_clock_that_is_set_back_neither_ends_nor_repeats_anything(tower: Watchtower) -> None:
    hear(tower)
    watch(tower)
    traffic(tower, failed=40)
    tower.look()
    tower.pass_time(-3_600)
    traffic(tower, failed=40)
    tower.look()
    tower.pass_time(30)
    tower.look()
    assert tower.receiver.events == ["opened"]
    assert states(tower) == ["open"]


def test_other_projects_see_nothing(tower: Watchtower) -> None:
    watch(tower)
    traffic(tower, failed=40)
    tower.look()
    (incident,) = tower.incidents.list_incidents(tower.scope).incidents
    stranger = type(tower.scope)(organization_id="o", project_id="other", role=tower.scope.role, actor="user:bob")
    assert tower.incidents.list_incidents(stranger).incidents == []
    with pytest.raises(NoSuchIncident):
        tower.incidents.get(stranger, incident.id)


@pytest.mark.parametrize(
    "rule",
    [
        Rule(kind=RuleKind.ABSOLUTE, measure="weather"),
        Rule(kind=RuleKind.ABSOLUTE, statistic="p42"),
        Rule(kind=RuleKind.RELATIVE, threshold=0),
        Rule(kind=RuleKind.BASELINE, threshold=2),
        Rule(kind=RuleKind.BUDGET),
        Rule(kind=RuleKind.UNEXPECTED),
        Rule(kind=RuleKind.ABSOLUTE, window_s=1),
        Rule(kind=RuleKind.ABSOLUTE, filter="cost>>"),
        Rule(kind=RuleKind.ABSOLUTE, dimension="cost"),
    ],
)
def test_an_unusable_rule_is_refused(tower: Watchtower, rule: Rule) -> None:
    with pytest.raises(BadMonitor):
        watch(tower, rule)
