"""What breaks soon after something else joins its incident only where one cause is likely."""

import pytest
from tests.unit.monitors.conftest import Watchtower
from tests.unit.monitors.test_incidents import ERRORS, hear, traffic, watch

from pellucid_server.core.clock import HOUR, MINUTE
from pellucid_server.model.change import ChangeEvent
from pellucid_server.monitors.kinship import Kinship, kinship_of, read_kinship, write_kinship
from pellucid_server.monitors.looking import Finding
from pellucid_server.monitors.rules import Rule, RuleKind
from pellucid_server.monitors.verdicts import FIRING, Verdict
from pellucid_server.query.windows import Window

COST = Rule(kind=RuleKind.ABSOLUTE, measure="cost", threshold=0.05, least_n=20)
QUALITY = Rule(kind=RuleKind.ABSOLUTE, measure="score:quality", threshold=0.05, least_n=20)


def of_feature(rule: Rule, feature: str) -> Rule:
    return Rule(kind=rule.kind, measure=rule.measure, filter=f"feature:{feature}", threshold=rule.threshold, least_n=rule.least_n)


def incidents(tower: Watchtower) -> list[list[str]]:
    """The names of the rules in each, the oldest first."""
    found = tower.incidents.list_incidents(tower.scope).incidents
    return [sorted(str(member["name"]) for member in incident.members) for incident in reversed(found)]


def break_both(tower: Watchtower, first: Rule, second: Rule) -> None:
    """The second a minute after the first."""
    hear(tower)
    watch(tower, first, name="First")
    traffic(tower, failed=40)
    tower.look()
    tower.pass_time(60)
    watch(tower, second, name="Second")
    tower.look()


def change(tower: Watchtower, event_id: str, minutes_ago: float, kind: str = "deploy", **scope: str) -> None:
    time = tower.now - round(minutes_ago * MINUTE)
    with tower.store.writing() as unit:
        unit.changes.put(tower.scope.project_id, ChangeEvent(id=event_id, time=time, kind=kind, title="Release 2", scope=scope))


def test_another_cause_within_half_an_hour_is_an_incident_of_its_own_and_is_told(tower: Watchtower) -> None:
    break_both(tower, ERRORS, COST)
    assert incidents(tower) == [["First"], ["Second"]]
    assert tower.receiver.events == ["opened", "opened"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ERRORS, Rule(kind=RuleKind.ABSOLUTE, measure="duration", threshold=0.05, least_n=20)),
        (COST, Rule(kind=RuleKind.ABSOLUTE, measure="input_tokens", threshold=0.05, least_n=20)),
        (of_feature(COST, "checkout"), of_feature(QUALITY, "checkout")),
    ],
    ids=["service", "cost", "the same slice"],
)
def test_kin_joins_and_tells_once(tower: Watchtower, first: Rule, second: Rule) -> None:
    break_both(tower, first, second)
    assert incidents(tower) == [["First", "Second"]]
    assert tower.receiver.events == ["opened"]


def test_another_slice_and_another_measure_do_not_join(tower: Watchtower) -> None:
    break_both(tower, of_feature(COST, "checkout"), of_feature(QUALITY, "search"))
    assert incidents(tower) == [["First"], ["Second"]]


def test_kin_that_comes_late_is_an_incident_of_its_own(tower: Watchtower) -> None:
    watch(tower, ERRORS, name="First")
    traffic(tower, failed=40)
    tower.look()
    for _ in range(16):
        tower.pass_time(120)
        traffic(tower, failed=40)
        tower.look()
    watch(tower, ERRORS, name="Second")
    tower.look()
    assert incidents(tower) == [["First"], ["Second"]]


def test_the_same_change_before_both_joins_them(tower: Watchtower) -> None:
    change(tower, "e1", minutes_ago=10)
    break_both(tower, COST, QUALITY)
    assert incidents(tower) == [["First", "Second"]]


@pytest.mark.parametrize(
    ("minutes_ago", "kind", "scope"),
    [(90, "deploy", {}), (10, "note", {}), (10, "deploy", {"feature": "search"})],
    ids=["too long ago", "a note", "of another slice"],
)
def test_a_change_that_cannot_be_the_cause_joins_nothing(
    tower: Watchtower, minutes_ago: float, kind: str, scope: dict[str, str]
) -> None:
    change(tower, "e1", minutes_ago, kind, **scope)
    break_both(tower, of_feature(COST, "checkout"), QUALITY)
    assert incidents(tower) == [["First"], ["Second"]]


def finding(segment: str = "", value: str = "", measure: str = "spans") -> Finding:
    window = Window(start=0, end=HOUR)
    return Finding(segment=segment, value=value, measure=measure, window=window, verdict=Verdict(status=FIRING))


@pytest.mark.parametrize(
    ("rule", "found", "slices", "group"),
    [
        (ERRORS, finding(), set(), "service"),
        (Rule(kind=RuleKind.ABSOLUTE, condition="outcome:refused"), finding(), set(), "refusals"),
        (Rule(kind=RuleKind.ABSOLUTE, condition="guardrail_action:block*"), finding(), set(), "refusals"),
        (Rule(kind=RuleKind.ABSOLUTE, condition="usage_cache_read>0"), finding(), set(), "cost"),
        (Rule(kind=RuleKind.NO_DATA, filter="environment:production kind:generation"), finding(), set(), "service"),
        (Rule(kind=RuleKind.ABSOLUTE, filter="feature:a OR feature:b"), finding(), set(), "service"),
        (Rule(kind=RuleKind.ABSOLUTE, filter="-feature:a user_tier:free"), finding(), {"user_tier:free"}, "service"),
        (
            Rule(kind=RuleKind.RELATIVE, measure="score:*", dimension="feature", threshold=0.9),
            finding("quality · chat", "chat", "score:quality"),
            {"feature:chat"},
            "quality",
        ),
        (
            Rule(kind=RuleKind.ALWAYS_VALID, measure="document_count", dimension="metadata.plan"),
            finding("pro", "pro", "document_count"),
            {"metadata.plan:pro"},
            "document_count",
        ),
        (
            Rule(kind=RuleKind.UNEXPECTED, dimension="prompt_version"),
            finding("support · 3", "3"),
            {"prompt_name:support"},
            "prompt_version",
        ),
    ],
)
def test_what_a_breach_has_to_do_with(rule: Rule, found: Finding, slices: set[str], group: str) -> None:
    kinship = kinship_of(rule, found, [])
    assert (kinship.slices, kinship.group) == (frozenset(slices), group)
    assert read_kinship(write_kinship(kinship)) == kinship


def test_a_breach_that_was_stored_without_kinship_is_kin_to_nothing() -> None:
    assert not kinship_of(ERRORS, finding(), []).joins([read_kinship({"name": "Error rate"}), Kinship()])
