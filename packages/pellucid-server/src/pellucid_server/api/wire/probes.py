"""Probe sets and their looks."""

from pydantic import BaseModel, Field, JsonValue

from pellucid_server.api.wire.prompt_insights import EstimateAnswer
from pellucid_server.api.wire.times import WireTime
from pellucid_server.monitors.probes import ProbeDraft, ProbeRecord
from pellucid_server.store.meta.probes import ProbeLook


class ProbeSetBody(BaseModel):
    """Prompts that a model is asked on a schedule."""

    name: str = Field(min_length=1, max_length=200)
    connection: str = Field(min_length=1, max_length=200)
    model: str = Field(min_length=1, max_length=200)
    prompts: list[str] = Field(max_length=200)
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    repeats: int = 3
    every_s: int = 86_400
    enabled: bool = True


class ProbeSwitch(BaseModel):
    """Whether it looks by itself."""

    enabled: bool


class ProbeLookAnswer(BaseModel):
    """What one look found. `distance` is null for the look that became the reference and where too little was answered."""

    id: str
    run_id: str
    time: WireTime
    answers: int
    failed: int
    moved: bool
    distance: float | None
    low: float | None
    high: float | None
    p: float | None
    level: float
    exact: EstimateAnswer | None
    """Share of answers that the reference has word by word."""
    length: EstimateAnswer | None
    """Difference in characters."""
    refusals: EstimateAnswer | None
    """Difference of shares."""
    models: list[str]


class ProbeSetAnswer(BaseModel):
    """A set with its looks, the latest first; a list has only the latest."""

    id: str
    name: str
    connection: str
    model: str
    prompts: list[str]
    parameters: dict[str, JsonValue]
    repeats: int
    every_s: int
    enabled: bool
    reference_time: WireTime | None
    next_time: WireTime
    looks: list[ProbeLookAnswer]


def to_draft(body: ProbeSetBody) -> ProbeDraft:
    """The body as the room takes it."""
    return ProbeDraft(**body.model_dump())


def to_probe_set(record: ProbeRecord) -> ProbeSetAnswer:
    """`record` for the wire."""
    one = record.probe_set
    return ProbeSetAnswer(
        id=one.id,
        name=one.name,
        connection=one.connection,
        model=one.model,
        prompts=list(one.prompts),
        parameters=dict(one.parameters),
        repeats=one.repeats,
        every_s=one.every_s,
        enabled=one.enabled,
        reference_time=one.reference_time,
        next_time=one.next_time,
        looks=list(map(_to_look, record.looks)),
    )


def _to_look(look: ProbeLook) -> ProbeLookAnswer:
    return ProbeLookAnswer(
        id=look.id,
        run_id=look.run_id,
        time=look.time,
        answers=look.answers,
        failed=look.failed,
        moved=look.moved,
        distance=look.distance,
        low=look.low,
        high=look.high,
        p=look.p,
        level=look.level,
        exact=_estimate(look.measures.get("exact")),
        length=_estimate(look.measures.get("length")),
        refusals=_estimate(look.measures.get("refusals")),
        models=list(look.models),
    )


def _estimate(kept: JsonValue) -> EstimateAnswer | None:
    return None if kept is None else EstimateAnswer.model_validate(kept)
