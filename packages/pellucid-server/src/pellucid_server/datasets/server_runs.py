"""Experiments that the server runs: a prompt version on a model over the cases of a data set, as a durable run.

Each case is one item of the run: an answer that was recorded is never paid for again, a run that was stopped goes on where it was.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pellucid_server.core.clock import Clock
from pellucid_server.core.errors import PellucidError
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.errors import BadExperiment
from pellucid_server.datasets.gates import PROMPT, VERSION, GateState
from pellucid_server.datasets.scorers import checked, scored
from pellucid_server.datasets.trials import Trials
from pellucid_server.llm.calls import ModelRequest, Origin
from pellucid_server.llm.durable import ItemContext, RunContext, RunStarter
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role, text_part
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.experiments import Experiment, Result

KIND = "experiment"
ENVIRONMENT = "pellucid-experiments"
MAX_CASES = 20_000


class PromptSource(Protocol):
    """Knows prompts."""

    def messages(
        self, project_id: str, name: str, version: int, input_: JsonValue
    ) -> tuple[list[tuple[str, str]], Mapping[str, JsonValue]]:
        """The (role, text) of each message for a case's input, and the version's config. Raises members of the error family."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunDraft:
    """What shall be tried on what."""

    name: str
    dataset: str
    dataset_version: int | None = None
    split: str | None = None
    prompt: str
    prompt_version: int
    connection: str
    model: str = ""
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    repetitions: int = 1
    scorers: tuple[str, ...] = ()
    max_cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What was begun."""

    experiment: Experiment
    run_id: str
    calls: int


class ServerRuns:
    """The verbs."""

    def __init__(self, cases: Cases, trials: Trials, starter: RunStarter) -> None:
        self._cases = cases
        self._trials = trials
        self._starter = starter

    def start(self, scope: Scope, draft: RunDraft) -> Started:
        """Begin: one call for each case and repetition. Raises `BadExperiment` for an empty data set."""
        scorers = checked(draft.scorers)
        pages = self._cases.pages(scope, draft.dataset, version=draft.dataset_version, split=draft.split)
        ids = [item.id for page in pages for item in page]
        if not 1 <= len(ids) * draft.repetitions <= MAX_CASES:
            raise BadExperiment(
                f"The data set {draft.dataset!r} has {len(ids):,} such cases; an experiment makes 1 to {MAX_CASES:,} calls."
            )
        what: dict[str, JsonValue] = {PROMPT: draft.prompt, VERSION: draft.prompt_version, "model": draft.model}
        experiment = self._trials.start(
            scope,
            name=draft.name,
            dataset=draft.dataset,
            version=draft.dataset_version,
            metadata={**what, "connection": draft.connection},
            repetitions=draft.repetitions,
        )
        run = self._starter.start(
            scope,
            kind=KIND,
            title=f"{draft.name}: {draft.prompt} v{draft.prompt_version} over {draft.dataset}",
            items=[{"item_id": id_, "repetition": number} for id_ in ids for number in range(draft.repetitions)],
            settings={
                **what,
                "connection": draft.connection,
                "parameters": dict(draft.parameters),
                "scorers": list(scorers),
                "experiment_id": experiment.id,
                "dataset_id": experiment.dataset_id,
                "dataset_version": experiment.dataset_version,
            },
            max_cost=draft.max_cost,
        )
        return Started(experiment=experiment, run_id=run.id, calls=len(ids) * draft.repetitions)

    def run_gate(self, scope: Scope, state: GateState) -> list[Started]:
        """Try over the gate's cases what has not been tried there: the version that shall go out, and the live one."""
        gate, candidate = state.gate, state.candidate
        if not gate.connection:
            raise BadExperiment(
                f"The gate of `{gate.label}` names no connection to a model; name one, or run experiments from code."
            )
        missing = [candidate.version] if state.experiment is None else []
        if candidate.live_version is not None and state.baseline is None:
            missing.append(candidate.live_version)
        return [
            self.start(
                scope,
                RunDraft(
                    name=f"gate {gate.label} v{version}",
                    dataset=gate.dataset,
                    split=gate.split or None,
                    prompt=candidate.prompt,
                    prompt_version=version,
                    connection=gate.connection,
                    model=gate.model,
                    scorers=tuple(gate.scorers),
                    max_cost=gate.max_cost,
                ),
            )
            for version in missing
        ]


class ExperimentHandler:
    """Does one case of a run."""

    kind = KIND
    concurrency = 8

    def __init__(self, store: MetaStore, prompts: PromptSource, clock: Clock) -> None:
        self._store = store
        self._prompts = prompts
        self._clock = clock

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """Ask, score, and write the result; a case that cannot be asked has a result that says so, and can be tried again."""
        settings, wanted = _object(context.settings), _object(item)
        item_id, repetition = str(wanted["item_id"]), int(str(wanted["repetition"]))
        experiment_id = str(settings["experiment_id"])
        with self._store.reading() as unit:
            case = unit.datasets.item(str(settings["dataset_id"]), int(str(settings["dataset_version"])), item_id)
        if case is None:
            raise BadExperiment(f"The case {item_id!r} is not in the data set any more.")
        try:
            answer = await context.call(
                str(settings["connection"]),
                self._request(context.project_id, settings, case.input),
                environment=ENVIRONMENT,
                origin=Origin(name="experiment", metadata={"experiment": experiment_id, "item": item_id}),
            )
        except PellucidError as error:
            self._write(
                Result(experiment_id=experiment_id, item_id=item_id, repetition=repetition, error=error.message, time=self._clock())
            )
            raise
        names = [str(name) for name in _list(settings["scorers"])]
        self._write(
            Result(
                experiment_id=experiment_id,
                item_id=item_id,
                repetition=repetition,
                output=answer.text,
                trace_id=answer.trace_id,
                duration_ms=answer.duration_ms,
                scores=scored(names, answer.text, case.expected),
                time=self._clock(),
            )
        )
        return {"item_id": item_id, "trace_id": answer.trace_id}

    async def finished(self, context: RunContext) -> None:
        """The run points at its experiment."""
        await context.conclude({"experiment_id": _object(context.settings)["experiment_id"]})

    def _request(self, project_id: str, settings: Mapping[str, JsonValue], input_: JsonValue) -> ModelRequest:
        said, config = self._prompts.messages(project_id, str(settings[PROMPT]), int(str(settings[VERSION])), input_)
        configured = config.get("parameters")
        parameters = {**(configured if isinstance(configured, dict) else {}), **_object(settings["parameters"])}
        return ModelRequest(
            model=str(settings["model"] or config.get("model") or ""),
            messages=tuple(Message(role=Role(role), parts=(text_part(text),)) for role, text in said),
            parameters=parameters,
            purpose="experiment",
        )

    def _write(self, result: Result) -> None:
        with self._store.writing() as unit:
            unit.experiments.put_results([result])


def _object(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
