"""Experiments on the server, on a real engine and simulator: each case is asked once, also where the run was stopped half-way."""

from collections.abc import Mapping
from itertools import count

import pytest
from tests.unit.jobs.conftest import SCOPE, Works

from pellucid_server.app.experimenting import PromptMessages
from pellucid_server.core.clock import system_clock
from pellucid_server.core.ids import random_id
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadExperiment
from pellucid_server.datasets.gates import Candidate, GateKeeper
from pellucid_server.datasets.server_runs import ExperimentHandler, RunDraft, ServerRuns, Started
from pellucid_server.datasets.trials import Trials
from pellucid_server.model.json import JsonValue
from pellucid_server.prompts.content import Content, PromptType
from pellucid_server.prompts.context import Editor
from pellucid_server.prompts.registry import NewVersion
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.store.meta.gates import LabelGate

CASES = 12


class Room:
    """Data sets, prompts and an engine."""

    def __init__(self, works: Works) -> None:
        self.works = works
        numbers = count(1)
        self.cases = Cases(works.store, system_clock, lambda prefix: f"{prefix}_{next(numbers)}")
        self.trials = Trials(works.store, system_clock, random_id)
        self.keeper = GateKeeper(works.store, system_clock, random_id)
        self.prompts = PromptRoom.open(works.store, gate=self.keeper)
        handler = ExperimentHandler(works.store, PromptMessages(self.prompts.serving), system_clock)
        works.start_engine(handler)
        self.runs = ServerRuns(self.cases, self.trials, works.runs)
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
    assert all([score["name"] for score in one.scores] == ["contains", "overlap"] and one.trace_id for one in results)
    assert len(room.works.records) == 2 * CASES
    assert started.experiment.metadata["prompt_version"] == 1
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
