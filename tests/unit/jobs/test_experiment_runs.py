"""Experiments on the server, on a real engine and simulator: each case is asked once, also where the run was stopped half-way."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import count

import pytest
from tests.unit.jobs.conftest import SCOPE, Works

from pellucid_server.app.experiment_scorers import EvaluatorScorers
from pellucid_server.app.experimenting import CallPrices, PromptMessages
from pellucid_server.core.clock import system_clock
from pellucid_server.core.ids import random_id
from pellucid_server.datasets.answering import ExperimentHandler
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadExperiment
from pellucid_server.datasets.gates import Candidate, GateKeeper
from pellucid_server.datasets.server_runs import RunDraft, ServerRuns, Started
from pellucid_server.datasets.trials import Trials
from pellucid_server.evals.code import Sandbox
from pellucid_server.evals.evaluating import Compiler
from pellucid_server.evals.evaluators import EvaluatorBook, Plan
from pellucid_server.evals.gallery.catalogue import GALLERY
from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.model.usage import Cost, Usage
from pellucid_server.prompts.content import Content, PromptType
from pellucid_server.prompts.context import Editor
from pellucid_server.prompts.registry import NewVersion
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.store.meta.gates import LabelGate

CASES = 12


class Unrecorded:
    """A ledger that keeps nothing."""

    def record(self, project_id: str, event: ChangeEvent) -> None:
        pass


def _by_tokens(project_id: str, provider: str, model: str, usage: Usage, at: int) -> Cost | None:
    return None if model == "unknown" else Cost(input=1e-6 * usage.input_total, output=2e-6 * usage.output_total, source="test")


class Room:
    """Data sets, prompts and an engine."""

    def __init__(self, works: Works) -> None:
        self.works = works
        numbers = count(1)
        self.cases = Cases(works.store, system_clock, lambda prefix: f"{prefix}_{next(numbers)}")
        self.trials = Trials(works.store, system_clock, random_id)
        self.keeper = GateKeeper(works.store, system_clock, random_id)
        self.prompts = PromptRoom.open(works.store, gate=self.keeper)
        self.evaluators = EvaluatorBook(works.store, Compiler(Sandbox()), Unrecorded(), system_clock, random_id)
        source, scorers = PromptMessages(self.prompts.serving), EvaluatorScorers(self.evaluators, lambda scope, id_: 0.02)
        works.start_engine(ExperimentHandler(works.store, source, scorers, system_clock))
        self.runs = ServerRuns(
            self.cases,
            self.trials,
            works.runs,
            prompts=source,
            evaluators=scorers,
            lengths=lambda scope, prompt: (40.0, 3) if prompt == "support" else (0.0, 0),
            price=CallPrices(works, _by_tokens, system_clock),
        )
        self.cases.create(SCOPE, name="held out")
        drafts = [ItemDraft(id=f"c{n:02}", input=f"question {n}", expected="a") for n in range(CASES)]
        self.cases.write(SCOPE, "held out", drafts)
        for text in ("Answer kindly.", "Answer {{input}} briefly."):
            new = NewVersion(name="support", content=Content(type=PromptType.TEXT, prompt=text, config={}))
            self.prompts.registry.create(Editor(scope=SCOPE, name="Ann"), new)

    def start(self, **more: object) -> Started:
        draft: dict[str, object] = {
            "name": "try",
            "dataset": "held out",
            "prompt": "support",
            "prompt_version": 1,
            "connection": "sim",
        }
        return self.runs.start(SCOPE, RunDraft(**{**draft, **more}))  # type: ignore[arg-type]  # fields of the draft

    def evaluator(self, key: str, **body: JsonValue) -> str:
        """One of the gallery; its name as a scorer."""
        entry = next(entry for entry in GALLERY if entry.key == key)
        definition: dict[str, JsonValue] = {**entry.definition, "body": {**entry.definition["body"], **body}}  # type: ignore[dict-item]  # JSON
        self.evaluators.create(SCOPE, name=entry.title, definition=definition, plan=Plan())
        return f"evaluator:{entry.title}"

    def scores(self, started: Started) -> Mapping[str, list[JsonValue]]:
        found, _ = self.trials.results(SCOPE, started.experiment.id)
        return {one.item_id: [score["name"] for score in one.scores] for one in found if one.error is None}


@pytest.fixture
def room(works: Works) -> Room:
    return Room(works)


def test_each_case_is_asked_once_and_scored(room: Room) -> None:
    started = room.start(repetitions=2)
    assert started.calls == 2 * CASES
    run = room.works.until(started.run_id, lambda run: not run.is_active)
    assert (run.stored.state, run.counts.done) == ("finished", 2 * CASES)
    results, _ = room.trials.results(SCOPE, started.experiment.id)
    assert [(one.item_id, one.repetition) for one in results] == [(f"c{n:02}", r) for n in range(CASES) for r in (0, 1)]
    assert all([score["name"] for score in one.scores] == ["contains", "overlap", "cost"] and one.trace_id for one in results)
    assert len(room.works.records) == 2 * CASES
    assert started.experiment.metadata["prompt_version"] == 1
    assert room.trials.get(SCOPE, started.experiment.id).metadata["run_id"] == started.run_id
    sent = [record.request.messages for record in room.works.records]
    assert {message.role for messages in sent for message in messages} == {"system", "user"}


def test_a_run_that_was_stopped_goes_on_and_pays_for_nothing_twice(room: Room) -> None:
    room.works.slow_down(0.2)
    started = room.start()
    room.works.until(started.run_id, lambda run: run.counts.done >= 2)
    room.works.runs.cancel(SCOPE, started.run_id)
    room.works.until(started.run_id, lambda run: not run.stored.owner and run.stored.state == "cancelled")
    room.works.slow_down(0.0)
    room.works.runs.resume(SCOPE, started.run_id)
    room.works.until(started.run_id, lambda run: run.stored.state == "finished")
    assert len(room.scores(started)) == CASES
    answered = [record for record in room.works.records if record.answer is not None]
    assert len(answered) == CASES


def test_a_case_that_cannot_be_asked_says_why(room: Room) -> None:
    started = room.start(prompt_version=7)
    room.works.until(started.run_id, lambda run: not run.is_active)
    results, _ = room.trials.results(SCOPE, started.experiment.id)
    assert len(results) == CASES
    assert all(one.error and "no version 7" in one.error for one in results)


def test_what_cannot_be_run_is_refused(room: Room) -> None:
    room.cases.create(SCOPE, name="empty")
    with pytest.raises(BadExperiment, match="has 0 such cases"):
        room.start(dataset="empty")
    with pytest.raises(BadExperiment, match="no scorer `vibes`"):
        room.start(scorers=("vibes",))


def test_the_gate_runs_what_was_not_tried(room: Room) -> None:
    gate = LabelGate(
        project_id=SCOPE.project_id,
        label="production",
        dataset="held out",
        margin=0.05,
        connection="sim",
        created_by="x",
        created_time=1,
    )
    room.keeper.put(SCOPE, gate)
    candidate = Candidate(prompt="support", label="production", version=2, live_version=1)
    started = room.runs.run_gate(SCOPE, room.keeper.state(SCOPE, candidate))
    for one in started:
        room.works.until(one.run_id, lambda run: not run.is_active)
    state = room.keeper.state(SCOPE, candidate)
    assert (len(started), state.experiment is not None, state.baseline is not None) == (2, True, True)
    assert {metric.n for metric in state.metrics} == {CASES}
    assert room.runs.run_gate(SCOPE, state) == []


def test_evaluators_of_the_project_score_answers_and_a_judge_is_asked_once_for_each(room: Room) -> None:
    judge, rule = room.evaluator("helpfulness", connection="sim", model="gpt-4o-mini"), room.evaluator("refusal")
    started = room.start(scorers=("exact", judge, rule))
    run = room.works.until(started.run_id, lambda run: not run.is_active)
    assert (run.stored.state, run.counts.calls) == ("finished", 2 * CASES)
    results, _ = room.trials.results(SCOPE, started.experiment.id)
    for one in results:
        by_name = {str(score["name"]): score for score in one.scores}
        assert set(by_name) == {"exact", "cost", "helpfulness", "answered"}
        assert by_name["helpfulness"]["value"] in (0.0, 1.0)
        assert by_name["helpfulness"]["comment"]
    purposes = [record.request.purpose for record in room.works.records]
    assert (purposes.count("experiment"), purposes.count("judge")) == (CASES, CASES)


def test_a_judge_that_cannot_be_asked_costs_its_own_score_only(room: Room) -> None:
    started = room.start(scorers=("exact", room.evaluator("helpfulness", connection="sim", model="no-such-model")))
    room.works.until(started.run_id, lambda run: not run.is_active)
    results, _ = room.trials.results(SCOPE, started.experiment.id)
    assert all(one.error is None for one in results)
    judged = [score for one in results for score in one.scores if score["name"] == "helpfulness"]
    assert {(score["status"], score["value"]) for score in judged} == {("invalid", None)}
    assert all("no-such-model" in str(score["comment"]) for score in judged)


def test_the_cost_is_estimated_before_a_run_and_nothing_is_begun(room: Room) -> None:
    draft = RunDraft(name="try", dataset="held out", prompt="support", prompt_version=1, connection="sim", repetitions=3)
    found = room.runs.estimate(SCOPE, draft)
    assert (found.cases, found.calls, found.judge_calls, found.answers_seen) == (CASES, 3 * CASES, 0, 3)
    length = (len("Answer kindly.") + len("question 0")) / 4
    assert found.input_tokens == pytest.approx(length, abs=1)
    assert found.cost == pytest.approx(3 * CASES * (1e-6 * round(found.input_tokens) + 2e-6 * 40))
    judge = room.evaluator("helpfulness", connection="sim", model="gpt-4o-mini")
    judged = room.runs.estimate(SCOPE, replace(draft, scorers=(judge,), model="unknown"))
    assert (judged.judge_calls, judged.judge_cost, judged.cost) == (3 * CASES, pytest.approx(3 * CASES * 0.02), None)
    assert room.works.records == []
    with pytest.raises(BadExperiment, match="no evaluator 'nobody'"):
        room.runs.estimate(SCOPE, replace(draft, scorers=("evaluator:nobody",)))


@pytest.mark.parametrize(
    ("version", "input_", "said"),
    [
        (1, "Why?", [("system", "Answer kindly."), ("user", "Why?")]),
        (2, "Why?", [("user", "Answer Why? briefly.")]),
        (2, {"input": "Why?", "other": 1}, [("user", "Answer Why? briefly.")]),
        (2, {"other": 1}, [("system", "Answer {{input}} briefly."), ("user", '{"other":1}')]),
        (
            1,
            [{"role": "system", "content": "old"}, {"role": "user", "parts": [{"type": "text", "text": "Why?"}]}],
            [("system", "Answer kindly."), ("user", "Why?")],
        ),
        (
            2,
            {"input": "x", "messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]},
            [("system", "Answer x briefly."), ("user", "a"), ("assistant", "b")],
        ),
    ],
)
def test_a_case_is_said_to_the_model_as_its_input_is_made(
    room: Room, version: int, input_: JsonValue, said: list[tuple[str, str]]
) -> None:
    found, _ = PromptMessages(room.prompts.serving).messages(SCOPE.project_id, "support", version, input_)
    assert found == said
