"""Bias tests of judges on the wire."""

from pydantic import BaseModel, ConfigDict, Field

from pellucid_server.api.wire.analyses import Interval
from pellucid_server.api.wire.times import WireTime
from pellucid_server.evals.biases.service import MAX_CASES, MAX_REPEATS, BiasTest


class BiasTestBody(BaseModel):
    """How large the test shall be."""

    model_config = ConfigDict(extra="forbid")

    cases: int = Field(default=60, ge=1, le=MAX_CASES)
    repeats: int = Field(default=3, ge=2, le=MAX_REPEATS)
    max_cost: float | None = Field(default=None, gt=0)


class FindingAnswer(BaseModel):
    """One bias: 0 is fair."""

    model_config = ConfigDict(from_attributes=True)

    probe: str
    """`repeats`, `longer`, `own_style` or `lean`."""
    estimate: Interval | None
    word: str
    """`fair`, `biased` or `cannot_tell`."""
    without: int
    reason: str


class BiasTestAnswer(BaseModel):
    """The newest bias test of a judge."""

    run_id: str
    state: str
    error: str
    created_time: WireTime
    finished_time: WireTime | None
    version: int
    cases: int
    items: int
    findings: list[FindingAnswer]


class BiasTestsAnswer(BaseModel):
    """`newest` is null where the judge was never tested."""

    newest: BiasTestAnswer | None


def to_bias_tests(found: BiasTest | None) -> BiasTestsAnswer:
    """`found` for the wire."""
    if found is None:
        return BiasTestsAnswer(newest=None)
    run = found.run
    return BiasTestsAnswer(
        newest=BiasTestAnswer(
            run_id=run.id,
            state=run.state,
            error=run.error,
            created_time=run.created_time,
            finished_time=run.finished_time,
            version=found.version,
            cases=found.cases,
            items=found.items,
            findings=[FindingAnswer.model_validate(one) for one in found.findings],
        )
    )
