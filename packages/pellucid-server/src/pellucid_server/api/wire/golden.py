"""Golden sets on the wire."""

from pydantic import BaseModel, ConfigDict, Field

from pellucid_server.api.wire.analyses import Interval
from pellucid_server.api.wire.times import WireTime
from pellucid_server.evals.golden.sets import FEWEST, MOST, USUAL, GoldenView


class GoldenSetBody(BaseModel):
    """How a set is frozen."""

    model_config = ConfigDict(extra="forbid")

    size: int = Field(default=USUAL, ge=FEWEST, le=MOST)
    """At most so many of the cases that people labelled, drawn at random."""


class GoldenCheckAnswer(BaseModel):
    """What a judge said of its set at one time."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    time: WireTime
    version: int
    judge_model: str
    cost: float | None
    missing: int
    mean: Interval | None
    agreement: Interval | None
    """With people: the share of equal verdicts, or 1 minus the mean distance."""
    shift: Interval | None
    """The mean's change since the version's first check, case by case."""
    agreement_shift: Interval | None
    moved: bool
    """Changed by more than chance explains, at one per cent."""


class GoldenSetAnswer(BaseModel):
    """A judge's golden set with its checks, oldest first."""

    evaluator_id: str
    size: int
    next_time: WireTime
    last_run: str
    note: str
    frozen_by: str
    frozen_time: WireTime
    checks: list[GoldenCheckAnswer]


_PLAIN = ("evaluator_id", "size", "next_time", "last_run", "note", "frozen_by", "frozen_time")


def to_golden(view: GoldenView) -> GoldenSetAnswer:
    """`view` for the wire."""
    checks = [GoldenCheckAnswer.model_validate(reading) for reading in view.readings]
    return GoldenSetAnswer(**{name: getattr(view.golden, name) for name in _PLAIN}, checks=checks)
