"""Gates in front of labels, and how versions stand at them."""

from pydantic import BaseModel, Field, JsonValue

from pellucid_server.api.wire.absent import NullIsAbsent
from pellucid_server.api.wire.times import WireTime
from pellucid_server.datasets.gates import GateState, Tried
from pellucid_server.datasets.server_runs import RunDraft, RunEstimate, Started
from pellucid_server.datasets.trials import RUN
from pellucid_server.stats.gate import MARGIN, GateMetric, GateVerdict
from pellucid_server.store.meta.gates import GateDecision, LabelGate


class GateBody(NullIsAbsent):
    """What a version must pass."""

    dataset: str = Field(min_length=1, max_length=200)
    split: str = Field(default="", max_length=200, description="The held-out cases; empty: all.")
    margin: float = Field(
        default=MARGIN, ge=0, lt=1, description="A loss of this share of the live version's mean is not accepted."
    )
    connection: str = Field(default="", max_length=200)
    model: str = Field(default="", max_length=200)
    scorers: list[str] = Field(default_factory=list, max_length=20)
    max_cost: float | None = Field(default=None, gt=0)
    metrics: list[str] | None = Field(
        default=None, max_length=50, description="Which must not fall; without any, all scores (not duration and cost)."
    )


class GateAnswer(BaseModel):
    """A gate."""

    label: str
    dataset: str
    split: str
    margin: float
    connection: str
    model: str
    scorers: list[str]
    max_cost: float | None
    metrics: list[str] | None
    created_by: str
    created_time: WireTime


class GateMetricAnswer(BaseModel):
    """One metric; `low` and `high` bound the difference, each one-sided at 5 %."""

    name: str
    verdict: GateVerdict
    n: int
    mean: float
    baseline_mean: float
    difference: float
    low: float | None
    high: float | None
    margin: float
    needed: int | None
    lower_is_better: bool


class TriedAnswer(BaseModel):
    """An experiment at a gate, and how far it is."""

    experiment_id: str
    run_id: str | None
    done: int
    wanted: int


class DecisionAnswer(BaseModel):
    """What a gate decided, or who let something through all the same."""

    id: str
    prompt: str
    label: str
    version: int
    live_version: int
    experiment_id: str
    baseline_id: str
    verdict: str
    approved_by: str
    reason: str
    time: WireTime


class GateStateAnswer(BaseModel):
    """How a version stands at the gate of a label."""

    label: str
    version: int
    live_version: int | None
    open: bool
    verdict: GateVerdict
    why: str
    metrics: list[GateMetricAnswer]
    experiment_id: str | None
    baseline_id: str | None
    tried: TriedAnswer | None
    live: TriedAnswer | None
    approved: DecisionAnswer | None


class ApprovalBody(BaseModel):
    """Why a version may go out all the same."""

    label: str
    version: int
    reason: str = Field(min_length=1, max_length=2_000)


class StartedAnswer(BaseModel):
    """An experiment that the server runs, and the durable run that does it."""

    experiment_id: str
    run_id: str
    calls: int


class RunEstimateAnswer(BaseModel):
    """What a run will cost, by the length of its cases and of answers before; costs are null where nobody knows a price."""

    cases: int
    calls: int
    judge_calls: int
    input_tokens: float
    output_tokens: float
    answers_seen: int
    cost: float | None
    judge_cost: float | None


class CandidateBody(BaseModel):
    """A version that a label shall point at."""

    label: str
    version: int


class ExperimentRunBody(NullIsAbsent):
    """A prompt version on a model over the cases of a data set."""

    name: str = Field(min_length=1, max_length=200)
    dataset: str
    dataset_version: int | None = None
    split: str | None = None
    prompt: str
    prompt_version: int
    connection: str
    model: str = ""
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    repetitions: int = Field(default=1, ge=1, le=100)
    scorers: tuple[str, ...] = ()
    max_cost: float | None = Field(default=None, gt=0, description="In US dollars; the run pauses when it is reached.")

    def draft(self) -> RunDraft:
        """What the room takes."""
        return RunDraft(**self.model_dump())


def to_started(started: Started) -> StartedAnswer:
    """`started` for the wire."""
    return StartedAnswer(experiment_id=started.experiment.id, run_id=started.run_id, calls=started.calls)


def to_gate(gate: LabelGate) -> GateAnswer:
    """`gate` for the wire."""
    return GateAnswer.model_validate(gate, from_attributes=True)


def to_decision(decision: GateDecision) -> DecisionAnswer:
    """`decision` for the wire."""
    return DecisionAnswer.model_validate(decision, from_attributes=True)


def to_gate_state(state: GateState) -> GateStateAnswer:
    """`state` for the wire."""
    return GateStateAnswer(
        label=state.candidate.label,
        version=state.candidate.version,
        live_version=state.candidate.live_version,
        open=state.is_open,
        verdict=state.verdict,
        why=state.why,
        metrics=[_metric(metric) for metric in state.metrics],
        experiment_id=state.experiment.id if state.experiment else None,
        baseline_id=state.baseline.id if state.baseline else None,
        tried=_tried(state.tried),
        live=_tried(state.live),
        approved=None if state.approved is None else to_decision(state.approved),
    )


def to_run_estimate(estimate: RunEstimate) -> RunEstimateAnswer:
    """`estimate` for the wire."""
    return RunEstimateAnswer.model_validate(estimate, from_attributes=True)


def _tried(tried: Tried | None) -> TriedAnswer | None:
    if tried is None:
        return None
    run_id = tried.experiment.metadata.get(RUN)
    return TriedAnswer(
        experiment_id=tried.experiment.id,
        run_id=run_id if isinstance(run_id, str) else None,
        done=tried.done,
        wanted=tried.wanted,
    )


def _metric(metric: GateMetric) -> GateMetricAnswer:
    names = ("name", "verdict", "n", "mean", "baseline_mean", "margin", "needed", "lower_is_better")
    own = {name: getattr(metric, name) for name in names}
    return GateMetricAnswer(**own, difference=metric.difference.value, low=metric.difference.low, high=metric.difference.high)
