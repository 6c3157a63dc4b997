"""The guided path of evaluators on the wire."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, JsonValue

from pellucid_server.evals.guide import Guidance
from pellucid_server.evals.guiding import Act


class KindCoverAnswer(BaseModel):
    """A kind of span of the last 24 hours, and what looks at it."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    spans: int
    share: float
    ruled: float
    """The share that a live rule or code looks at."""
    judged: float
    """The share that a live judge looks at."""


class StepAnswer(BaseModel):
    """A step that one click does."""

    model_config = ConfigDict(from_attributes=True)

    act: Act
    title: str
    why: str
    cost_a_day: float | None
    evaluator_id: str
    entry: str
    filter: str
    plan: Mapping[str, JsonValue]


class GuidanceAnswer(BaseModel):
    """What evaluates the traffic, and which step comes next."""

    model_config = ConfigDict(from_attributes=True)

    kinds: list[KindCoverAnswer]
    steps: list[StepAnswer]


def to_guidance(guidance: Guidance) -> GuidanceAnswer:
    """`guidance` for the wire."""
    return GuidanceAnswer.model_validate(guidance)
