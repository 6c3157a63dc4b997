"""Trust in judges and score analyses on the wire."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from pellucid_server.evals.analysis import Analysis
from pellucid_server.evals.trust import Trust
from pellucid_server.stats.intervals import Estimate


class Interval(BaseModel):
    """A value with its 95 % interval and the number of cases behind it."""

    model_config = ConfigDict(from_attributes=True)

    value: float
    low: float | None
    high: float | None
    n: int


class ConfusionAnswer(BaseModel):
    """A judge against people."""

    model_config = ConfigDict(from_attributes=True)

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int
    sensitivity: Interval | None
    specificity: Interval | None
    agreement: Interval | None


class PlaceAnswer(BaseModel):
    """A judged case to label next."""

    target: str
    trace_id: str
    span_id: str
    session_id: str


class DoubtAnswer(PlaceAnswer):
    """A verdict that is worth a person's look."""

    reason: str


class TrustAnswer(BaseModel):
    """What people's labels say about a judge."""

    state: str
    binary: bool
    labels: int
    needed: int
    correlation: float | None
    table: ConfusionAnswer | None
    kappa: Interval | None
    alpha: Interval | None
    rank: Interval | None
    length_bias: Interval | None
    kin_bias: Interval | None
    kin: int
    proposed: list[PlaceAnswer]


class BelievedAnswer(BaseModel):
    """A mean, raw and corrected."""

    model_config = ConfigDict(from_attributes=True)

    segment: str
    raw: Interval | None
    corrected: Interval | None
    missing: int


class AnalysisAnswer(BaseModel):
    """One evaluator's scores."""

    name: str
    trust: TrustAnswer
    means: list[BelievedAnswer]
    histogram: Mapping[str, Sequence[float]]
    """By source: weighted counts in equal bins from 0 to 1."""
    doubtful: list[DoubtAnswer]
    """To understand the judge by; labels of these would make a calibration crooked."""
    complete: bool


_PLACE = ("target", "trace_id", "span_id", "session_id")


def to_analysis(analysis: Analysis) -> AnalysisAnswer:
    """`analysis` for the wire."""
    return AnalysisAnswer(
        name=analysis.name,
        trust=_to_trust(analysis.trust),
        means=[BelievedAnswer.model_validate(mean) for mean in analysis.means],
        histogram=analysis.histogram,
        doubtful=[DoubtAnswer(**dict(zip(_PLACE, one.place, strict=True)), reason=one.reason) for one in analysis.doubtful],
        complete=analysis.complete,
    )


def _to_trust(trust: Trust) -> TrustAnswer:
    return TrustAnswer(
        state=trust.state.value,
        binary=trust.binary,
        labels=trust.labels,
        needed=trust.needed,
        correlation=trust.correlation,
        table=None if trust.table is None else ConfusionAnswer.model_validate(trust.table),
        kappa=_interval(trust.kappa),
        alpha=_interval(trust.alpha),
        rank=_interval(trust.rank),
        length_bias=_interval(trust.length_bias),
        kin_bias=_interval(trust.kin_bias),
        kin=trust.kin,
        proposed=[PlaceAnswer(**dict(zip(_PLACE, place, strict=True))) for place in trust.proposed],
    )


def _interval(value: Estimate | None) -> Interval | None:
    return None if value is None else Interval.model_validate(value)
