"""Guardrails: what is kept of them, where a stopped rollout leads, and which version is the old one."""

import math
from collections.abc import Callable

import pytest
from tests.unit.prompts.saying import FakeClock, new, split, to

from pellucid_server.model.scope import Role
from pellucid_server.prompts.context import Editor
from pellucid_server.prompts.errors import BadGuardrails, ChangedMeanwhile
from pellucid_server.prompts.guardrails import (
    DEFAULTS,
    Guardrail,
    Judgement,
    Verdict,
    Worse,
    checked,
    from_stored,
    judge,
    to_stored,
)
from pellucid_server.prompts.rollouts import Arm, Rollout
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.prompts.stops import document_of, reason_of
from pellucid_server.prompts.watch import control_of
from pellucid_server.query.rollout_traffic import ArmSums
from pellucid_server.stats.sequential import Clusters
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.guardrails import StoredGuardrails, StoredStop


@pytest.fixture
def ada(as_role: Callable[..., Editor]) -> Editor:
    return as_role(Role.MEMBER)


def shipped(room: PromptRoom, ada: Editor) -> Rollout:
    """v1 to everybody, then v2 to a tenth, then to a half."""
    for prompt in ("one", "two", "three"):
        room.registry.create(ada, new("answer", prompt))
    room.labels.move(ada, "answer", to("production", 3))
    room.labels.move(ada, "answer", to("production", 1))
    room.labels.move(ada, "answer", split("production", v1=0.9, v2=0.1))
    return room.labels.move(ada, "answer", split("production", v1=0.5, v2=0.5))


def stopped(room: PromptRoom, editor: Editor, expected: Rollout) -> None:
    with room.context.store.writing() as unit:
        prompt = unit.prompts.by_name("shop", "answer")
        assert prompt is not None
        room.labels.stop(unit, editor, prompt, "production", expected, 1, "broken")


def test_nobody_is_rolled_back_into_a_stopped_rollout(room: PromptRoom, ada: Editor) -> None:
    stopped(room, ada, shipped(room, ada))
    assert room.labels.roll_back(ada, "answer", "production").arms == (Arm(version=3),)


def test_a_rollout_that_changed_meanwhile_is_not_stopped(room: PromptRoom, ada: Editor) -> None:
    seen = shipped(room, ada)
    room.labels.move(ada, "answer", to("production", 3))
    with pytest.raises(ChangedMeanwhile):
        stopped(room, ada, seen)


def test_the_old_version_is_the_one_that_served_alone(room: PromptRoom, ada: Editor) -> None:
    rollout = shipped(room, ada)
    with room.context.store.reading() as unit:
        prompt = unit.prompts.by_name("shop", "answer")
        assert prompt is not None
        moves = unit.prompts.moves(prompt.id, "production")
    assert control_of(rollout, moves) == 1
    assert control_of(rollout, moves[:1]) == 1
    assert control_of(Rollout(arms=(Arm(version=1, probability=0.2), Arm(version=2, probability=0.8))), []) == 2


def test_guardrails_and_stops_are_read_back(store: MetaStore, room: PromptRoom, ada: Editor, clock: FakeClock) -> None:
    room.registry.create(ada, new("answer", "one"))
    wanted = (*DEFAULTS, Guardrail(metric="score:helpful", margin=0.1, worse=Worse.LOWER, stops=False))
    with store.writing() as unit:
        prompt = unit.prompts.by_name("shop", "answer")
        assert prompt is not None
        for automatic in (True, False):
            unit.guardrails.put(
                StoredGuardrails(
                    prompt_id=prompt.id,
                    label="production",
                    automatic=automatic,
                    guardrails=to_stored(wanted),
                    updated_time=clock(),
                    updated_by="user:ada",
                )
            )
        for number in (1, 2):
            unit.guardrails.add_stop(
                StoredStop(
                    id=f"stop_{number}",
                    prompt_id=prompt.id,
                    label="production",
                    rollout_id="r",
                    time=number,
                    reason="",
                    evidence={},
                )
            )
    with store.reading() as unit:
        found = unit.guardrails.get(prompt.id, "production")
        assert found is not None
        assert not found.automatic
        assert from_stored(found.guardrails) == wanted
        assert unit.guardrails.get(prompt.id, "staging") is None
        assert [stop.id for stop in unit.guardrails.stops(prompt.id, 5)] == ["stop_2", "stop_1"]


def shares(ones: int, n: int) -> Clusters:
    """Users with one call each."""
    return Clusters(clusters=n, count=n, total=ones, count_squares=n, count_totals=ones, total_squares=ones, is_share=True)


def judged(ours: dict[str, Clusters], base: dict[str, Clusters], *guardrails: Guardrail) -> Judgement:
    arms = [ArmSums(version=1, sums=base), ArmSums(version=2, sums=ours)]
    return judge(1, arms, {1: 0.5, 2: 0.5}, guardrails or DEFAULTS)


def test_a_fall_of_feedback_is_evidence_and_its_interval_is_new_minus_old() -> None:
    found = judged({"feedback": shares(60, 300)}, {"feedback": shares(240, 300)})
    [broken] = found.broken
    assert broken.guardrail.metric == "feedback"
    assert broken.difference.value == pytest.approx(-0.6)
    assert broken.difference.low is not None
    assert broken.difference.high is not None
    assert broken.difference.low < -0.6 < broken.difference.high < -0.05
    assert reason_of(found) == "guardrail broken: feedback of v2 20.0 % against 80.0 % (n = 300 and 300)"


def test_what_is_better_or_unknown_breaks_nothing() -> None:
    better = judged({"feedback": shares(290, 300)}, {"feedback": shares(100, 300)})
    assert not better.broken
    assert better.findings[2].verdict is Verdict.WITHIN
    unknown = judged({}, {})
    assert {one.verdict for one in unknown.findings} == {Verdict.CANNOT_TELL}
    findings = document_of(unknown)["findings"]
    assert isinstance(findings, list)
    assert all(isinstance(one, dict) and one["difference"] is None for one in findings)


def test_more_guardrails_ask_for_more_evidence() -> None:
    one = judged({}, {}, DEFAULTS[0]).findings[0].limit
    two = judged({}, {}, DEFAULTS[0], DEFAULTS[1]).findings[0].limit
    assert two == 2 * one


@pytest.mark.parametrize(
    "bad",
    [
        [DEFAULTS[0], DEFAULTS[0]],
        [Guardrail(metric="cost", margin=math.inf, worse=Worse.HIGHER)],
        [Guardrail(metric=f"score:s{number}", margin=0.1, worse=Worse.LOWER) for number in range(21)],
    ],
)
def test_guardrails_that_make_no_sense_are_refused(bad: list[Guardrail]) -> None:
    with pytest.raises(BadGuardrails):
        checked(bad)
