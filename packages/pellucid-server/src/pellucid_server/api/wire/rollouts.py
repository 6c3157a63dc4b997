"""Rollouts with their guardrails and evidence, on the wire."""

from typing import Literal

from pydantic import BaseModel, Field

from pellucid_server.api.wire.prompt_insights import EstimateAnswer, to_estimate
from pellucid_server.api.wire.prompts import ArmBody, MoveAnswer, to_arms, to_move
from pellucid_server.api.wire.times import WireTime
from pellucid_server.prompts.effects import MoveEffect, SideSeen
from pellucid_server.prompts.guardrails import DEFAULTS, Guardrail, Worse
from pellucid_server.prompts.watch import GuardrailSet, RolloutReport
from pellucid_server.store.meta.guardrails import StoredStop


class GuardrailBody(BaseModel):
    """A metric that is watched, and how much worse it may be."""

    metric: str = Field(max_length=300)
    """`refusals`, `errors`, `feedback` (share of positive), `cost`, `duration` or `score:<name>`."""
    margin: float
    """Accepted worsening: of cost and duration a share of the old version's value, else absolute."""
    worse: Literal["higher", "lower"]
    stops: bool = True
    """Whether the rollout ends when it is broken, or it is only shown."""


class GuardrailSetBody(BaseModel):
    """What is watched while a label is split."""

    guardrails: list[GuardrailBody]
    automatic: bool = True
    """Whether the label points at the old version alone again once a guardrail is broken."""

    def wanted(self) -> GuardrailSet:
        """For the room."""
        guardrails = tuple(
            Guardrail(metric=one.metric, margin=one.margin, worse=Worse(one.worse), stops=one.stops) for one in self.guardrails
        )
        return GuardrailSet(guardrails=guardrails, automatic=self.automatic)


class GuardrailSetAnswer(GuardrailSetBody):
    """The same, with what would be watched had nobody said anything."""

    defaults: list[GuardrailBody]


class SideAnswer(BaseModel):
    """A metric on one arm."""

    value: float | None
    calls: int
    units: int
    """Users, else sessions, else traces: by these the rollout assigns."""


class FindingAnswer(BaseModel):
    """A metric of a new version against the old one."""

    metric: str
    margin: float
    worse: str
    stops: bool
    relative: bool
    """Whether margin and difference are shares of the old version's value."""
    version: int
    ours: SideAnswer
    base: SideAnswer
    difference: EstimateAnswer | None
    """New minus old; the interval holds at all looks together. Null where there is nothing to compare."""
    e_value: float
    """Evidence that it is worse by more than the margin."""
    limit: float
    """The e-value from which on the guardrail is broken."""
    verdict: str
    """`worse`, `within` or `cannot_tell`."""


class RatioAnswer(BaseModel):
    """Whether the arms got the shares that they should."""

    counts: dict[str, int]
    """Version → users."""
    expected: dict[str, float]
    e_value: float
    limit: float
    is_off: bool


class EvidenceAnswer(BaseModel):
    """All comparisons with the old version."""

    control: int
    """The old version."""
    ratio: RatioAnswer
    findings: list[FindingAnswer]


class RolloutReportAnswer(BaseModel):
    """A rollout as it stands."""

    label: str
    rollout_id: str
    arms: list[ArmBody]
    since: WireTime
    """When its shares were last set; calls since then count."""
    guardrails: list[GuardrailBody]
    automatic: bool
    evidence: EvidenceAnswer


class StopAnswer(BaseModel):
    """A rollout that ended by itself."""

    id: str
    label: str
    rollout_id: str
    time: WireTime
    reason: str
    evidence: EvidenceAnswer


class StopsAnswer(BaseModel):
    """The newest first."""

    data: list[StopAnswer]


class EffectSideAnswer(BaseModel):
    """The calls on one side of a move."""

    start: WireTime
    end: WireTime
    calls: int
    users: int
    """Users, else sessions, else traces: one case each."""


class MetricEffectAnswer(BaseModel):
    """A metric around a move. Costs in US dollars a call, durations in ms."""

    metric: str
    """`score:<name>`, `feedback` (share of positive, from more than 10 on), `refusals`, `errors`, `cost` or `duration`."""
    before: EstimateAnswer | None
    after: EstimateAnswer | None
    difference: EstimateAnswer | None
    """After minus before; no bounds below five users on either side."""


class EffectAnswer(BaseModel):
    """A move of a label with what its calls were before and after."""

    move: MoveAnswer
    before: EffectSideAnswer
    after: EffectSideAnswer
    metrics: list[MetricEffectAnswer]


class EffectsAnswer(BaseModel):
    """The newest first."""

    data: list[EffectAnswer]


def to_effect(effect: MoveEffect) -> EffectAnswer:
    """What a move did, for the wire."""
    return EffectAnswer(
        move=to_move(effect.move),
        before=_side(effect.before),
        after=_side(effect.after),
        metrics=[
            MetricEffectAnswer(
                metric=one.metric,
                before=to_estimate(one.before),
                after=to_estimate(one.after),
                difference=to_estimate(one.difference),
            )
            for one in effect.metrics
        ],
    )


def to_guardrails(found: GuardrailSet) -> GuardrailSetAnswer:
    """Guardrails for the wire."""
    return GuardrailSetAnswer(
        guardrails=[_guardrail(one) for one in found.guardrails],
        automatic=found.automatic,
        defaults=[_guardrail(one) for one in DEFAULTS],
    )


def to_rollout_report(report: RolloutReport) -> RolloutReportAnswer:
    """A report for the wire."""
    return RolloutReportAnswer(
        label=report.label,
        rollout_id=report.rollout.id,
        arms=to_arms(report.rollout),
        since=report.since,
        guardrails=[_guardrail(one) for one in report.watched.guardrails],
        automatic=report.watched.automatic,
        evidence=EvidenceAnswer.model_validate(report.evidence),
    )


def to_stop(stop: StoredStop) -> StopAnswer:
    """A stop for the wire."""
    return StopAnswer(
        id=stop.id,
        label=stop.label,
        rollout_id=stop.rollout_id,
        time=stop.time,
        reason=stop.reason,
        evidence=EvidenceAnswer.model_validate(stop.evidence),
    )


def _side(side: SideSeen) -> EffectSideAnswer:
    return EffectSideAnswer(start=side.start, end=side.end, calls=side.calls, users=side.users)


def _guardrail(guardrail: Guardrail) -> GuardrailBody:
    return GuardrailBody(metric=guardrail.metric, margin=guardrail.margin, worse=guardrail.worse.value, stops=guardrail.stops)
