"""Experiments that the server runs: a prompt version on a model over the cases of a data set, as a durable run, and what it will cost.

Each case is one item of the run: an answer that was recorded is never paid for again, a run that was stopped goes on where it was.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pellucid_server.datasets.answering import KIND, PROMPT, VERSION, PromptSource, request_for
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.errors import BadExperiment
from pellucid_server.datasets.gates import GateState
from pellucid_server.datasets.scorers import EvaluatorSource, Wanted, checked
from pellucid_server.datasets.trials import Trials
from pellucid_server.llm.durable import RunStarter
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import text_of
from pellucid_server.model.scope import Scope
from pellucid_server.model.usage import Usage
from pellucid_server.store.meta.datasets import Item
from pellucid_server.store.meta.experiments import Experiment

MAX_CASES: Final = 20_000
ESTIMATED_ON: Final = 50
"""Cases that are compiled to see how long they are."""
CHARS_A_TOKEN: Final = 4.0
"""The usual rule for English; an estimate says that it is one."""
ASSUMED_OUTPUT: Final = 256
"""Tokens of an answer where nothing of the prompt was recorded in the last seven days."""

PriceOfCall = Callable[[str, str, str, Usage], float | None]
"""(project, connection, model, usage) → US dollars."""
AnswerLengths = Callable[[Scope, str], tuple[float, int]]
"""(scope, prompt) → mean output tokens of its recorded answers of the last seven days, and of how many."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEstimate:
    """What a run will cost, before it is begun. An estimate: tokens are counted by letters, answers by those before."""

    cases: int
    calls: int
    judge_calls: int
    input_tokens: float
    """Of one call."""
    output_tokens: float
    answers_seen: int
    """Recorded answers of the prompt that the output is estimated by; 0: a number is assumed."""
    cost: float | None
    """Of all calls; None where nobody knows the model's price."""
    judge_cost: float | None


class ServerRuns:
    """The verbs."""

    def __init__(
        self,
        cases: Cases,
        trials: Trials,
        starter: RunStarter,
        *,
        prompts: PromptSource,
        evaluators: EvaluatorSource,
        lengths: AnswerLengths,
        price: PriceOfCall,
    ) -> None:
        self._cases = cases
        self._trials = trials
        self._starter = starter
        self._prompts = prompts
        self._evaluators = evaluators
        self._lengths = lengths
        self._price = price

    def start(self, scope: Scope, draft: RunDraft) -> Started:
        """Begin: one call for each case and repetition. Raises `BadExperiment` for an empty data set."""
        scorers = checked(draft.scorers, scope, self._evaluators)
        ids = [item.id for item in self._wanted(scope, draft)]
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
                "scorers": list(scorers.plain),
                "evaluators": list(scorers.evaluators),
                "experiment_id": experiment.id,
                "dataset_id": experiment.dataset_id,
                "dataset_version": experiment.dataset_version,
            },
            max_cost=draft.max_cost,
        )
        noted = self._trials.note_run(scope, experiment, run.id)
        return Started(experiment=noted, run_id=run.id, calls=len(ids) * draft.repetitions)

    def estimate(self, scope: Scope, draft: RunDraft) -> RunEstimate:
        """What `start` would cost. Raises what it would raise."""
        scorers = checked(draft.scorers, scope, self._evaluators)
        items = self._wanted(scope, draft)
        step = max(1, len(items) // ESTIMATED_ON)
        given = self._input_tokens(scope, draft, items[::step][:ESTIMATED_ON])
        recorded, seen = self._lengths(scope, draft.prompt)
        said = recorded if seen else ASSUMED_OUTPUT
        usage = Usage(input=round(given), output=round(said))
        each = self._price(scope.project_id, draft.connection, draft.model, usage)
        calls = len(items) * draft.repetitions
        return RunEstimate(
            cases=len(items),
            calls=calls,
            judge_calls=calls * len(scorers.evaluators),
            input_tokens=given,
            output_tokens=said,
            answers_seen=seen,
            cost=None if each is None else each * calls,
            judge_cost=self._judge_cost(scope, scorers, calls),
        )

    def run_gate(self, scope: Scope, state: GateState) -> list[Started]:
        """Try over the gate's cases what has not been tried there: the version that shall go out, and the live one."""
        return [self.start(scope, draft) for draft in gate_drafts(state)]

    def _wanted(self, scope: Scope, draft: RunDraft) -> list[Item]:
        pages = self._cases.pages(scope, draft.dataset, version=draft.dataset_version, split=draft.split)
        items = [item for page in pages for item in page]
        if not 1 <= len(items) * draft.repetitions <= MAX_CASES:
            raise BadExperiment(
                f"The data set {draft.dataset!r} has {len(items):,} such cases; an experiment makes 1 to {MAX_CASES:,} calls."
            )
        return items

    def _input_tokens(self, scope: Scope, draft: RunDraft, items: Sequence[Item]) -> float:
        settings: dict[str, JsonValue] = {PROMPT: draft.prompt, VERSION: draft.prompt_version, "model": draft.model}
        chars = [len(text_of(request_for(self._prompts, scope.project_id, settings, item.input).messages)) for item in items]
        return sum(chars) / len(chars) / CHARS_A_TOKEN

    def _judge_cost(self, scope: Scope, scorers: Wanted, calls: int) -> float | None:
        each = [self._evaluators.cost_each(scope, pinned) for pinned in scorers.evaluators]
        known = [cost for cost in each if cost is not None]
        return sum(known) * calls if len(known) == len(each) else None


def gate_drafts(state: GateState) -> list[RunDraft]:
    """What must be run before the gate can tell. Raises `BadExperiment` where it names no connection."""
    gate, candidate = state.gate, state.candidate
    if not gate.connection:
        raise BadExperiment(f"The gate of `{gate.label}` names no connection to a model; name one, or run experiments from code.")
    missing = [candidate.version] if state.experiment is None else []
    if candidate.live_version is not None and state.baseline is None:
        missing.append(candidate.live_version)
    return [
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
        )
        for version in missing
    ]
