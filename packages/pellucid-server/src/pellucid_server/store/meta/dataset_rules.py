"""What data sets demand of their cases, and which traces flow into them every so often."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Float, ForeignKey, Integer, Table, delete, insert, select

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.datasets import datasets
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, metadata

dataset_rules = Table(
    "dataset_rules",
    metadata,
    Column("dataset_id", ForeignKey(datasets.c.id, ondelete="CASCADE"), primary_key=True),
    Column("input_schema", JsonColumn),
    Column("expected_schema", JsonColumn),
    Column("dimensions", JsonColumn),
)

dataset_samplings = Table(
    "dataset_samplings",
    metadata,
    Column("dataset_id", ForeignKey(datasets.c.id, ondelete="CASCADE"), primary_key=True),
    Column("project_id", TextColumn, nullable=False),
    Column("score", TextColumn, nullable=False),
    Column("filter", TextColumn, nullable=False),
    Column("low_below", Float, nullable=False),
    Column("high_from", Float, nullable=False),
    Column("low_count", Integer, nullable=False),
    Column("high_count", Integer, nullable=False),
    Column("minimum", Integer, nullable=False),
    Column("every_days", Integer, nullable=False),
    Column("last_time", MicrosColumn),
    Column("last_report", JsonColumn),
    Column("input", TextColumn),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What every case of a data set must look like."""

    dataset_id: str
    input_schema: JsonValue = None
    expected_schema: JsonValue = None
    dimensions: Sequence[Mapping[str, JsonValue]] | None = None
    """By what its cases are labelled; None: by the usual ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """Which traces flow into a data set every so often: so many of those that a score calls low, so many of the high ones."""

    dataset_id: str
    project_id: str
    score: str
    filter: str = ""
    low_below: float
    high_from: float
    low_count: int = 100
    high_count: int = 100
    minimum: int = 50
    """Fewer scored traces than this make no sample."""
    every_days: int = 7
    last_time: Micros | None = None
    last_report: JsonValue = None
    input: str | None = None
    """Which text of a trace a case asks; None: what the trace was asked."""


class DatasetRules:
    """Reads and writes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def rules(self, dataset_id: str) -> Rules:
        """Of a data set; without any, every case is fine."""
        query = select(dataset_rules).where(dataset_rules.c.dataset_id == dataset_id)
        return first(Rules, self._connection.execute(query).all()) or Rules(dataset_id=dataset_id)

    def put_rules(self, rules: Rules) -> None:
        """Replace."""
        self._connection.execute(delete(dataset_rules).where(dataset_rules.c.dataset_id == rules.dataset_id))
        self._connection.execute(insert(dataset_rules).values(columns(rules)))

    def sampling(self, dataset_id: str) -> Sampling | None:
        """Of a data set."""
        query = select(dataset_samplings).where(dataset_samplings.c.dataset_id == dataset_id)
        return first(Sampling, self._connection.execute(query).all())

    def samplings_due(self, now: Micros, day: Micros) -> list[tuple[Sampling, str]]:
        """All whose time has come, in all projects, with the names of their data sets."""
        due = dataset_samplings.c.last_time.is_(None) | (
            dataset_samplings.c.last_time + dataset_samplings.c.every_days * day <= now
        )
        query = select(dataset_samplings, datasets.c.name.label("dataset")).join(
            datasets, datasets.c.id == dataset_samplings.c.dataset_id
        )
        found: list[tuple[Sampling, str]] = []
        for row in self._connection.execute(query.where(due)):
            values = dict(row._mapping)
            name = values.pop("dataset")
            found.append((Sampling(**values), name))
        return found

    def put_sampling(self, sampling: Sampling) -> None:
        """Replace."""
        self.remove_sampling(sampling.dataset_id)
        self._connection.execute(insert(dataset_samplings).values(columns(sampling)))

    def remove_sampling(self, dataset_id: str) -> bool:
        """Take it away; whether there was one."""
        return self._connection.execute(delete(dataset_samplings).where(dataset_samplings.c.dataset_id == dataset_id)).rowcount > 0
