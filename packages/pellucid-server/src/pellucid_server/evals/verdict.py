"""Verdict: what an evaluator says about one subject. Not yet a score: `scoring` gives it its place and its sender."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pellucid_server.model.json import JsonValue
from pellucid_server.model.score import ScoreStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One verdict. Where `status` is not valid there is no value: a missing verdict is never a zero."""

    name: str = ""
    """Of the score where it is not the evaluator's own: the dimension of a rubric."""
    value: bool | float | str | None = None
    comment: str = ""
    status: ScoreStatus = ScoreStatus.VALID
    cost: float | None = None
    """US dollars; None where nobody knows the price."""
    judge_model: str = ""
    trace_id: str = ""
    """Of the evaluator's own call."""
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)


def missing(why: str, *, status: ScoreStatus = ScoreStatus.INVALID) -> Verdict:
    """No verdict, and why."""
    return Verdict(status=status, comment=why)
