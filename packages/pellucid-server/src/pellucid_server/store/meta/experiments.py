"""Experiments over versions of data sets, and what each made of each case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Float, ForeignKey, Index, Integer, Table, delete, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.datasets import datasets
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

experiments = Table(
    "experiments",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("name", TextColumn, nullable=False),
    Column("dataset_id", ForeignKey(datasets.c.id, ondelete="CASCADE"), nullable=False),
    Column("dataset_version", Integer, nullable=False),
    Column("metadata", JsonColumn, nullable=False),
    Column("repetitions", Integer, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Index("ix_experiments_name", "project_id", "name", "created_time"),
)

experiment_results = Table(
    "experiment_results",
    metadata,
    Column("experiment_id", ForeignKey(experiments.c.id, ondelete="CASCADE"), primary_key=True),
    Column("item_id", TextColumn, primary_key=True),
    Column("repetition", Integer, primary_key=True),
    Column("output", JsonColumn),
    Column("error", TextColumn),
    Column("trace_id", TextColumn, nullable=False),
    Column("duration_ms", Float),
    Column("scores", JsonColumn, nullable=False),
    Column("time", MicrosColumn, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """One run of something over a version of a data set."""

    id: str
    project_id: str
    name: str
    dataset_id: str
    dataset_version: int
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    repetitions: int = 1
    created_by: str
    created_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What an experiment made of one case, once."""

    experiment_id: str
    item_id: str
    repetition: int = 0
    output: JsonValue = None
    error: str | None = None
    trace_id: str = ""
    duration_ms: float | None = None
    scores: Sequence[Mapping[str, JsonValue]] = ()
    time: Micros


class Experiments:
    """Reads and writes experiments and results."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, experiment: Experiment) -> None:
        """Insert."""
        self._connection.execute(insert(experiments).values(columns(experiment)))

    def set_metadata(self, project_id: str, experiment_id: str, said: Mapping[str, JsonValue]) -> None:
        """Replace what is noted of it."""
        where = (experiments.c.project_id == project_id) & (experiments.c.id == experiment_id)
        self._connection.execute(update(experiments).where(where).values(metadata=dict(said)))

    def find(self, project_id: str, id_or_name: str) -> Experiment | None:
        """By id, else the newest of that name, in its project only."""
        query = (
            select(experiments)
            .where(
                (experiments.c.project_id == project_id) & ((experiments.c.id == id_or_name) | (experiments.c.name == id_or_name))
            )
            .order_by((experiments.c.id == id_or_name).desc(), experiments.c.created_time.desc())
            .limit(1)
        )
        return first(Experiment, self._connection.execute(query).all())

    def newest(self, project_id: str, name: str, dataset_id: str) -> Experiment | None:
        """The newest of a name over a data set."""
        query = (
            select(experiments)
            .where(
                (experiments.c.project_id == project_id) & (experiments.c.name == name) & (experiments.c.dataset_id == dataset_id)
            )
            .order_by(experiments.c.created_time.desc())
            .limit(1)
        )
        return first(Experiment, self._connection.execute(query).all())

    def list_all(self, project_id: str, dataset_id: str | None, limit: int) -> list[Experiment]:
        """The newest first."""
        query = select(experiments).where(experiments.c.project_id == project_id)
        if dataset_id is not None:
            query = query.where(experiments.c.dataset_id == dataset_id)
        ordered = query.order_by(experiments.c.created_time.desc(), experiments.c.id).limit(limit)
        return [record(Experiment, row) for row in self._connection.execute(ordered)]

    def put_results(self, results: Sequence[Result]) -> None:
        """Write results; the same item and repetition again replaces."""
        for result in results:
            where = (
                (experiment_results.c.experiment_id == result.experiment_id)
                & (experiment_results.c.item_id == result.item_id)
                & (experiment_results.c.repetition == result.repetition)
            )
            self._connection.execute(delete(experiment_results).where(where))
        if results:
            self._connection.execute(insert(experiment_results), [columns(result) for result in results])

    def results(self, experiment_id: str, *, after: tuple[str, int] | None = None, limit: int | None = None) -> list[Result]:
        """Results by item and repetition, beginning behind `after`."""
        query = select(experiment_results).where(experiment_results.c.experiment_id == experiment_id)
        if after is not None:
            item, repetition = after
            later = (experiment_results.c.item_id == item) & (experiment_results.c.repetition > repetition)
            query = query.where((experiment_results.c.item_id > item) | later)
        ordered = query.order_by(experiment_results.c.item_id, experiment_results.c.repetition)
        return [record(Result, row) for row in self._connection.execute(ordered if limit is None else ordered.limit(limit))]
