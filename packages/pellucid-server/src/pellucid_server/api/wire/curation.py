"""How cases come into data sets and out of them: files, traces, samples, splits, versions side by side."""

from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, Field, JsonValue

from pellucid_server.api.wire.absent import NullIsAbsent
from pellucid_server.api.wire.datasets import ItemAnswer, to_item
from pellucid_server.api.wire.times import WireTime
from pellucid_server.datasets.curating import Change, Curated
from pellucid_server.datasets.importing import Imported
from pellucid_server.datasets.sampling import Sampled
from pellucid_server.datasets.traces import Mapped, Take
from pellucid_server.store.meta.dataset_rules import Sampling

TraceField = Literal["name", "feature", "user_tier", "environment", "release", "service", "user_id", "session_id"]


class FaultAnswer(BaseModel):
    """A line that is no case, and why."""

    line: int
    message: str


class ImportedAnswer(BaseModel):
    """What became of a file."""

    version: int
    lines: int
    added: int
    changed: int
    unchanged: int
    duplicates: int
    fault_count: int
    faults: list[FaultAnswer]


class MappingBody(NullIsAbsent):
    """Which text of a trace becomes what."""

    input: Take = Take.INPUT
    expected: Take = Take.OUTPUT
    metadata: tuple[TraceField, ...] = ("feature", "user_tier", "environment", "release")

    def mapped(self) -> Mapped:
        """What the room takes."""
        return Mapped(input=self.input, expected=self.expected, metadata=self.metadata)


class FromTracesBody(NullIsAbsent):
    """Traces that shall become cases."""

    trace_ids: list[str] = Field(min_length=1, max_length=500)
    mapping: MappingBody = Field(default_factory=MappingBody)
    split: str = Field(default="", max_length=200)
    dedupe: bool = True


class CuratedAnswer(BaseModel):
    """What became of them."""

    version: int
    added: int
    changed: int
    unchanged: int
    duplicates: int
    missing: list[str]
    empty: list[str]


class RegressionBody(NullIsAbsent):
    """A trace that was answered badly."""

    trace_id: str = Field(min_length=32, max_length=32)
    expected: str | None = Field(default=None, max_length=100_000)


class RegressionAnswer(BaseModel):
    """The case, and a pytest file that fails on what was answered then."""

    item_id: str
    version: int
    filename: str
    source: str


class SplitsBody(BaseModel):
    """Shares of splits; they sum to 1."""

    shares: dict[str, float] = Field(min_length=1, max_length=20)


class RulesBody(BaseModel):
    """JSON Schemas that every new case must fit; null demands nothing."""

    input_schema: dict[str, JsonValue] | None = None
    expected_schema: dict[str, JsonValue] | None = None


class ChangeAnswer(BaseModel):
    """An item in two versions; null where it is not in one of them."""

    id: str
    before: ItemAnswer | None
    after: ItemAnswer | None


class DiffAnswer(BaseModel):
    """Two versions."""

    added: int
    removed: int
    changed: int
    data: list[ChangeAnswer]
    """The first five hundred."""


class SamplingBody(NullIsAbsent):
    """Which traces flow into a data set every so often."""

    score: str = Field(min_length=1, max_length=200)
    filter: str = Field(default="", max_length=10_000)
    low_below: float = 0.5
    high_from: float = 0.8
    low_count: int = Field(default=100, ge=0, le=500)
    high_count: int = Field(default=100, ge=0, le=500)
    minimum: int = Field(default=50, ge=1, le=100_000)
    every_days: int = Field(default=7, ge=1, le=90)
    input: Take = Field(
        default=Take.INPUT, description="`messages`: all that the last model call was given, so that prompts can be tried."
    )

    def sampling(self) -> Sampling:
        """What the room takes."""
        return Sampling(dataset_id="", project_id="", **{**self.model_dump(), "input": self.input.value})


class StratumAnswer(BaseModel):
    """One side of a sample."""

    name: str
    wanted: int
    found: int
    taken: int
    probability: float


class SampledAnswer(BaseModel):
    """What a sample brought."""

    scored: int
    strata: list[StratumAnswer]
    version: int | None
    added: int
    missing: int
    reason: str


class SamplingAnswer(BaseModel):
    """What flows into a data set, and what the last sample brought."""

    score: str
    filter: str
    low_below: float
    high_from: float
    low_count: int
    high_count: int
    minimum: int
    every_days: int
    input: Take
    last_time: WireTime | None
    last_report: SampledAnswer | None


def to_imported(imported: Imported) -> ImportedAnswer:
    """`imported` for the wire."""
    return ImportedAnswer.model_validate(imported, from_attributes=True)


def to_curated(curated: Curated) -> CuratedAnswer:
    """`curated` for the wire."""
    written = curated.written
    return CuratedAnswer(
        version=written.version,
        added=written.added,
        changed=written.changed,
        unchanged=written.unchanged,
        duplicates=curated.duplicates,
        missing=list(curated.missing),
        empty=list(curated.empty),
    )


def to_diff(changes: list[Change]) -> DiffAnswer:
    """`changes` for the wire."""
    shown = [
        ChangeAnswer(
            id=change.id,
            before=None if change.before is None else to_item(change.before),
            after=None if change.after is None else to_item(change.after),
        )
        for change in changes[:500]
    ]
    added = sum(change.before is None for change in changes)
    removed = sum(change.after is None for change in changes)
    return DiffAnswer(added=added, removed=removed, changed=len(changes) - added - removed, data=shown)


def to_sampled(sampled: Sampled) -> SampledAnswer:
    """`sampled` for the wire."""
    return SampledAnswer.model_validate(sampled, from_attributes=True)


def to_sampling(sampling: Sampling) -> SamplingAnswer:
    """`sampling` for the wire."""
    return SamplingAnswer.model_validate(replace(sampling, input=sampling.input or Take.INPUT.value), from_attributes=True)
