"""Data sets, items, experiments and comparisons."""

from typing import Annotated

from pydantic import BaseModel, Field, JsonValue

from pellucid_server.api.wire.absent import NullIsAbsent
from pellucid_server.api.wire.times import WireTime
from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.trials import Compared, Metric, Summary
from pellucid_server.stats.intervals import CONFIDENCE
from pellucid_server.stats.paired import Verdict
from pellucid_server.store.meta.datasets import Dataset, Item
from pellucid_server.store.meta.experiments import Experiment, Result


class DatasetBody(NullIsAbsent):
    """A new data set; one of that name stays as it is."""

    name: str = Field(min_length=1, max_length=200)
    description: str = Field(default="", max_length=10_000)
    metadata: dict[str, JsonValue] = Field(default_factory=dict)


class DatasetAnswer(BaseModel):
    """A data set."""

    id: str
    name: str
    description: str
    metadata: dict[str, JsonValue]
    version: int
    items: int | None = None
    created_by: str
    created_time: WireTime


class ItemBody(BaseModel):
    """A case. The same id again replaces; without an id it gets one of its content."""

    id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    input: JsonValue = None
    expected: JsonValue = None
    metadata: dict[str, JsonValue] | None = None
    split: str | None = Field(default=None, max_length=200)
    trace_id: str | None = None
    span_id: str | None = None

    def draft(self) -> ItemDraft:
        """What the room takes."""
        return ItemDraft(
            id=self.id,
            input=self.input,
            expected=self.expected,
            metadata=self.metadata or {},
            split=self.split or "",
            trace_id=self.trace_id or "",
            span_id=self.span_id or "",
        )


class ItemAnswer(BaseModel):
    """A case as it was in the version that was asked for."""

    id: str
    input: JsonValue
    expected: JsonValue
    metadata: dict[str, JsonValue]
    split: str
    trace_id: str
    span_id: str
    since: int
    """The version in which it became so."""


class ItemsAnswer(BaseModel):
    """Some cases of a version."""

    data: list[ItemAnswer]
    version: int
    next_cursor: str | None


class ItemsWritten(BaseModel):
    """What a write did, and the version that it made."""

    version: int
    added: int
    changed: int
    unchanged: int


class ExperimentBody(NullIsAbsent):
    """An experiment to begin, or with `resume` to go on with."""

    name: str = Field(min_length=1, max_length=200)
    dataset: str
    dataset_version: int | None = None
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    repetitions: int = Field(default=1, ge=1, le=100)
    resume: bool = False


class ExperimentAnswer(BaseModel):
    """An experiment."""

    id: str
    name: str
    dataset_id: str
    dataset_version: int
    metadata: dict[str, JsonValue]
    repetitions: int
    created_by: str
    created_time: WireTime
    url: str
    """Its page."""


class ResultScore(NullIsAbsent):
    """A score of a result."""

    name: str
    type: str = "numeric"
    value: float | None = None
    string_value: str | None = None
    comment: str | None = None
    status: str = "valid"
    lower_is_better: bool | None = None
    """Of a metric whose name does not say so, such as a distance."""


class ResultBody(NullIsAbsent):
    """What an experiment made of a case, once."""

    item_id: str = Field(min_length=1, max_length=200)
    repetition: int = Field(default=0, ge=0, lt=100)
    output: JsonValue = None
    error: str | None = None
    trace_id: str = ""
    duration_ms: float | None = None
    scores: list[ResultScore] = Field(default_factory=list)

    def result(self, experiment_id: str, time: int) -> Result:
        """What the room takes."""
        return Result(
            experiment_id=experiment_id,
            item_id=self.item_id,
            repetition=self.repetition,
            output=self.output,
            error=self.error,
            trace_id=self.trace_id,
            duration_ms=self.duration_ms,
            scores=[score.model_dump() for score in self.scores],
            time=time,
        )


class ResultAnswer(BaseModel):
    """A result."""

    item_id: str
    repetition: int
    output: JsonValue
    error: str | None
    trace_id: str
    duration_ms: float | None
    scores: list[ResultScore]
    time: WireTime


class Named(BaseModel):
    """Which experiment."""

    id: str
    name: str


class MetricAnswer(BaseModel):
    """One metric of two experiments on the same cases; `low` and `high` bound the difference of the means, else the mean itself."""

    name: str
    n: int
    mean: float
    baseline_mean: float | None
    difference: float | None
    low: float | None
    high: float | None
    confidence: float
    verdict: Verdict | None
    needed: int | None
    """How many more cases would tell, where it cannot be told."""
    detectable: float | None
    """The smallest difference that so many cases would tell, with power 80 %."""
    lower_is_better: bool


class ComparisonAnswer(BaseModel):
    """Two experiments, case by case; without a baseline, the means of one."""

    experiment: Named
    baseline: Named | None
    items: int
    errors: int
    url: str
    metrics: list[MetricAnswer]


def to_dataset(dataset: Dataset, items: int | None = None) -> DatasetAnswer:
    """`dataset` for the wire."""
    return DatasetAnswer.model_validate({**_fields(dataset), "items": items})


def to_item(item: Item) -> ItemAnswer:
    """`item` for the wire."""
    return ItemAnswer.model_validate(item, from_attributes=True)


def to_experiment(experiment: Experiment) -> ExperimentAnswer:
    """`experiment` for the wire."""
    return ExperimentAnswer.model_validate({**_fields(experiment), "url": _page(experiment.id)})


def to_result(result: Result) -> ResultAnswer:
    """`result` for the wire."""
    return ResultAnswer.model_validate({name: getattr(result, name) for name in ResultAnswer.model_fields})


def to_comparison(compared: Compared) -> ComparisonAnswer:
    """`compared` for the wire."""
    return ComparisonAnswer(
        experiment=Named(id=compared.experiment.id, name=compared.experiment.name),
        baseline=Named(id=compared.baseline.id, name=compared.baseline.name),
        items=compared.items,
        errors=compared.errors,
        url=f"{_page(compared.experiment.id)}?with={compared.baseline.id}",
        metrics=[_metric(metric) for metric in compared.metrics],
    )


def to_means(found: Summary) -> ComparisonAnswer:
    """`found` for the wire."""
    return ComparisonAnswer(
        experiment=Named(id=found.experiment.id, name=found.experiment.name),
        baseline=None,
        items=found.items,
        errors=found.errors,
        url=_page(found.experiment.id),
        metrics=[
            MetricAnswer(
                name=mean.name,
                n=mean.estimate.n,
                mean=mean.estimate.value,
                baseline_mean=None,
                difference=None,
                low=mean.estimate.low,
                high=mean.estimate.high,
                confidence=CONFIDENCE,
                verdict=None,
                needed=None,
                detectable=None,
                lower_is_better=mean.lower_is_better,
            )
            for mean in found.means
        ],
    )


def _metric(metric: Metric) -> MetricAnswer:
    found = metric.comparison
    return MetricAnswer(
        name=metric.name,
        n=found.n,
        mean=found.mean,
        baseline_mean=found.baseline_mean,
        difference=found.difference.value,
        low=found.difference.low,
        high=found.difference.high,
        confidence=metric.confidence,
        verdict=found.verdict,
        needed=found.needed,
        detectable=found.detectable,
        lower_is_better=found.lower_is_better,
    )


def _fields(record: Dataset | Experiment) -> dict[str, object]:
    return {name: getattr(record, name) for name in type(record).__dataclass_fields__}


def _page(experiment_id: str) -> str:
    return f"/experiments/{experiment_id}"
