"""The state of a data set, how a deployment does, and by what cases are labelled."""

from typing import Literal

from pydantic import BaseModel, Field

from pellucid_server.api.wire.annotations import DimensionBody
from pellucid_server.api.wire.times import WireTime
from pellucid_server.datasets.health import Health
from pellucid_server.datasets.watching import DeploymentWatch
from pellucid_server.stats.coverage import Topic
from pellucid_server.stats.gate import GateVerdict
from pellucid_server.stats.intervals import Estimate
from pellucid_server.stats.watch import WatchMetric


class ShareAnswer(BaseModel):
    """A share with its 95 % interval and the cases behind it."""

    value: float
    low: float | None
    high: float | None
    n: int


class TopicAnswer(BaseModel):
    """Something that is asked in production."""

    words: list[str]
    """More frequent in it than elsewhere."""
    example: str
    asked: ShareAnswer
    cases: int


class CoverageAnswer(BaseModel):
    """Which of production's topics the cases speak of."""

    covered: ShareAnswer
    topics: list[TopicAnswer]
    cases: int
    strays: int
    """Cases that are near to nothing that was asked."""


class FreshnessAnswer(BaseModel):
    """How old the cases are."""

    newest: WireTime
    median_days: float
    old: ShareAnswer
    """Share that nobody has touched for 90 days."""
    new_topics: int
    """Topics of production without a case."""


class LeakAnswer(BaseModel):
    """A case that gives another one away, or itself."""

    kind: Literal["splits", "answer"]
    item_id: str
    split: str
    other_id: str
    other_split: str


class HealthAnswer(BaseModel):
    """The state of a version. Topics are null where too little was asked in the last 28 days."""

    version: int
    cases: int
    asked: int
    coverage: CoverageAnswer | None
    freshness: FreshnessAnswer | None
    leaks: list[LeakAnswer]
    leak_count: int


class WatchMetricAnswer(BaseModel):
    """A metric of production since the deployment; `low` and `high` bound the difference, each one-sided at 1 %."""

    name: str
    verdict: GateVerdict
    n: int
    mean: float
    baseline_n: int
    baseline_mean: float
    difference: float
    low: float | None
    high: float | None
    margin: float
    lower_is_better: bool


class WatchDayAnswer(BaseModel):
    """A day of a deployment: so many traces were answered, so many of them drawn."""

    day: WireTime
    answered: int
    drawn: int
    fallen: list[str]
    run_ids: list[str]


class WatchAnswer(BaseModel):
    """How the version that is live does against the baseline that was stored when it went out."""

    version: int
    deployed_time: WireTime
    baseline_id: str
    days: list[WatchDayAnswer]
    metrics: list[WatchMetricAnswer]


class DimensionsBody(BaseModel):
    """By what the cases of a data set are labelled."""

    dimensions: list[DimensionBody] = Field(min_length=1, max_length=20)


def to_health(health: Health) -> HealthAnswer:
    """`health` for the wire."""
    found, fresh = health.coverage, health.freshness
    return HealthAnswer(
        version=health.version,
        cases=health.cases,
        asked=health.asked,
        coverage=None
        if found is None
        else CoverageAnswer(
            covered=_share(found.covered), topics=[_topic(one) for one in found.topics], cases=found.cases, strays=found.strays
        ),
        freshness=None
        if fresh is None
        else FreshnessAnswer(
            newest=fresh.newest, median_days=fresh.median_days, old=_share(fresh.old), new_topics=fresh.new_topics
        ),
        leaks=[LeakAnswer.model_validate(leak, from_attributes=True) for leak in health.leaks],
        leak_count=health.leak_count,
    )


def to_watch(watch: DeploymentWatch) -> WatchAnswer:
    """`watch` for the wire."""
    return WatchAnswer(
        version=watch.decision.version,
        deployed_time=watch.decision.time,
        baseline_id=watch.baseline_id,
        days=[
            WatchDayAnswer(
                day=day.day,
                answered=day.answered,
                drawn=len(day.trace_ids),
                fallen=list(day.fallen),
                run_ids=list(day.run_ids),
            )
            for day in watch.days
        ],
        metrics=[_metric(metric) for metric in watch.metrics],
    )


def _metric(metric: WatchMetric) -> WatchMetricAnswer:
    names = ("name", "verdict", "n", "mean", "baseline_n", "baseline_mean", "margin", "lower_is_better")
    own = {name: getattr(metric, name) for name in names}
    gap = metric.difference
    return WatchMetricAnswer(**own, difference=gap.value, low=gap.low, high=gap.high)


def _topic(topic: Topic) -> TopicAnswer:
    return TopicAnswer(words=list(topic.words), example=topic.example, asked=_share(topic.asked), cases=topic.cases)


def _share(estimate: Estimate) -> ShareAnswer:
    return ShareAnswer(value=estimate.value, low=estimate.low, high=estimate.high, n=estimate.n)
