"""Events of the ledger of changes, and the cursor of their list."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, Field, JsonValue

from pellucid_server.api.wire.comments import from_cursor as from_cursor
from pellucid_server.api.wire.comments import to_cursor as to_cursor
from pellucid_server.api.wire.prompt_insights import EstimateAnswer, to_estimate
from pellucid_server.api.wire.times import WireTime
from pellucid_server.filters.printer import show
from pellucid_server.model.change import ChangeEvent
from pellucid_server.monitors.bursts import Judging
from pellucid_server.monitors.impact import Impact, Reach
from pellucid_server.monitors.slices import Slice
from pellucid_server.store.spans.vocabulary import SPAN_VOCABULARY


class EventBody(BaseModel):
    """A change to announce: a deploy, a note, a feature flag."""

    id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    kind: str = "deploy"
    title: str = Field(min_length=1, max_length=500)
    time: WireTime | None = None
    scope: dict[str, str] = Field(default_factory=dict)
    """Which slice of traffic it touches: field → value, such as `{"environment": "production"}`."""
    before: JsonValue = None
    after: JsonValue = None


class EventAnswer(BaseModel):
    """A change."""

    id: str
    time: WireTime
    kind: str
    title: str
    actor: str
    scope: dict[str, str]
    before: JsonValue
    after: JsonValue


def to_event(event: ChangeEvent) -> EventAnswer:
    """`event` for the wire."""
    return EventAnswer.model_validate(event, from_attributes=True)


class ReachAnswer(BaseModel):
    """The blast radius of a change: which share of the requests of a window it touched."""

    start: WireTime
    end: WireTime
    requests: int
    total: int
    share: EstimateAnswer | None


class JudgingAnswer(BaseModel):
    """What one evaluator judges more of because of a change."""

    evaluator_id: str
    evaluator: str
    state: str
    """`running`, `reached`, `expired` or `stopped`."""
    note: str
    probability: float
    start: WireTime
    until: WireTime
    ended_time: WireTime | None
    wanted: int
    judged: int
    effect: float
    """The promised one, in units of the score."""
    visible: float | None
    """The smallest difference that would be seen with what is judged by now."""
    base_mean: float
    base_n: float


class EventFile(EventAnswer):
    """A change with the slice of the traffic that it is about."""

    filter: str | None
    """Of the new traffic; null where no filter can name it."""
    filter_before: str | None
    """Of what the new traffic took the place of."""
    reach: ReachAnswer | None
    judging: list[JudgingAnswer]


class EffectAnswer(BaseModel):
    """One measure of one segment, before and after."""

    measure: str
    better: str
    segment: str
    before: EstimateAnswer | None
    after: EstimateAnswer | None
    difference: EstimateAnswer | None


class ImpactAnswer(BaseModel):
    """Two windows that meet at the change."""

    before_start: WireTime
    time: WireTime
    after_end: WireTime
    dimension: str
    confidence: float
    data: list[EffectAnswer]


def to_event_file(event: ChangeEvent, touched: Slice | None, reach: Reach | None, judging: Sequence[Judging]) -> EventFile:
    """`event` with its slice for the wire."""
    return EventFile(
        **to_event(event).model_dump(),
        filter=None if touched is None else show(touched.after, SPAN_VOCABULARY),
        filter_before=None if touched is None else show(touched.before, SPAN_VOCABULARY),
        reach=None if reach is None else _to_reach(reach),
        judging=list(map(_to_judging, judging)),
    )


def to_impact(impact: Impact) -> ImpactAnswer:
    """`impact` for the wire."""
    return ImpactAnswer(
        before_start=impact.before.start or 0,
        time=impact.after.start or 0,
        after_end=impact.after.end or 0,
        dimension=impact.dimension,
        confidence=impact.confidence,
        data=[
            EffectAnswer(
                measure=one.measure,
                better=one.better,
                segment=one.segment,
                before=to_estimate(one.before),
                after=to_estimate(one.after),
                difference=to_estimate(one.difference),
            )
            for one in impact.effects
        ],
    )


def _to_reach(reach: Reach) -> ReachAnswer:
    return ReachAnswer(
        start=reach.window.start or 0,
        end=reach.window.end or 0,
        requests=reach.requests,
        total=reach.total,
        share=to_estimate(reach.share),
    )


def _to_judging(judging: Judging) -> JudgingAnswer:
    burst = judging.burst
    return JudgingAnswer(
        evaluator_id=burst.evaluator_id,
        evaluator=judging.evaluator,
        state=burst.state,
        note=judging.note,
        probability=burst.probability,
        start=burst.start_time,
        until=burst.until_time,
        ended_time=burst.ended_time,
        wanted=burst.wanted,
        judged=burst.judged,
        effect=burst.effect,
        visible=judging.visible,
        base_mean=burst.base_mean,
        base_n=burst.base_n,
    )
