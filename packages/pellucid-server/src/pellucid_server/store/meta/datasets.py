"""Data sets, their items in every version, experiments and their results.

An item is never overwritten: a change ends the validity of the old row and adds a new one, so that any earlier version of a data set can
be read as it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Float, ForeignKey, Index, Integer, Table, delete, func, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

datasets = Table(
    "datasets",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("name", TextColumn, nullable=False),
    Column("description", TextColumn, nullable=False),
    Column("metadata", JsonColumn, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Index("uq_datasets_name", "project_id", "name", unique=True),
)

dataset_items = Table(
    "dataset_items",
    metadata,
    Column("dataset_id", ForeignKey(datasets.c.id, ondelete="CASCADE"), primary_key=True),
    Column("id", TextColumn, primary_key=True),
    Column("since", Integer, primary_key=True),
    Column("until", Integer),
    Column("input", JsonColumn),
    Column("expected", JsonColumn),
    Column("metadata", JsonColumn, nullable=False),
    Column("split", TextColumn, nullable=False),
    Column("trace_id", TextColumn, nullable=False),
    Column("span_id", TextColumn, nullable=False),
    Column("content_hash", TextColumn, nullable=False),
    Column("time", MicrosColumn, nullable=False),
    Index("ix_dataset_items_until", "dataset_id", "until", "id"),
)

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
class Dataset:
    """A named set of cases. `version` grows by one with every change of its items."""

    id: str
    project_id: str
    name: str
    description: str = ""
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    version: int = 0
    created_by: str
    created_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One case, as it is from version `since` on, until the version before `until`."""

    dataset_id: str
    id: str
    since: int
    until: int | None = None
    input: JsonValue = None
    expected: JsonValue = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    split: str = ""
    trace_id: str = ""
    """Where it came from."""
    span_id: str = ""
    content_hash: str
    time: Micros


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


class Datasets:
    """Reads and writes data sets and items."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, dataset: Dataset) -> None:
        """Insert; a taken name is a `Conflict`."""
        self._connection.execute(insert(datasets).values(columns(dataset)))

    def get(self, project_id: str, name: str) -> Dataset | None:
        """By name, in its project only."""
        query = select(datasets).where((datasets.c.project_id == project_id) & (datasets.c.name == name))
        return first(Dataset, self._connection.execute(query).all())

    def by_id(self, dataset_id: str) -> Dataset | None:
        """By id."""
        return first(Dataset, self._connection.execute(select(datasets).where(datasets.c.id == dataset_id)).all())

    def list_all(self, project_id: str) -> list[tuple[Dataset, int]]:
        """All of a project with how many items they have now, by name."""
        count = (
            select(func.count())
            .where((dataset_items.c.dataset_id == datasets.c.id) & dataset_items.c.until.is_(None))
            .scalar_subquery()
        )
        query = select(datasets, count.label("items")).where(datasets.c.project_id == project_id).order_by(datasets.c.name)
        found: list[tuple[Dataset, int]] = []
        for row in self._connection.execute(query):
            values = dict(row._mapping)
            items = values.pop("items")
            found.append((Dataset(**values), items))
        return found

    def remove(self, project_id: str, name: str) -> bool:
        """Delete with its items and experiments; whether it was there."""
        where = (datasets.c.project_id == project_id) & (datasets.c.name == name)
        return self._connection.execute(delete(datasets).where(where)).rowcount > 0

    def begin_version(self, dataset_id: str) -> int:
        """Count the version up, and lock the data set until the transaction ends; the new version."""
        self._connection.execute(update(datasets).where(datasets.c.id == dataset_id).values(version=datasets.c.version + 1))
        version: int = self._connection.execute(select(datasets.c.version).where(datasets.c.id == dataset_id)).scalar_one()
        return version

    def items(self, dataset_id: str, version: int, *, split: str | None = None, after: str = "", limit: int) -> list[Item]:
        """Items as they were in a version, by id, beginning behind the id `after`."""
        query = select(dataset_items).where(
            (dataset_items.c.dataset_id == dataset_id)
            & (dataset_items.c.since <= version)
            & (dataset_items.c.until.is_(None) | (dataset_items.c.until > version))
            & (dataset_items.c.id > after)
        )
        if split is not None:
            query = query.where(dataset_items.c.split == split)
        return [record(Item, row) for row in self._connection.execute(query.order_by(dataset_items.c.id).limit(limit))]

    def current(self, dataset_id: str, ids: Iterable[str]) -> dict[str, Item]:
        """The items with these ids, as they are now."""
        query = select(dataset_items).where(
            (dataset_items.c.dataset_id == dataset_id) & dataset_items.c.until.is_(None) & dataset_items.c.id.in_(list(ids))
        )
        return {item.id: item for item in (record(Item, row) for row in self._connection.execute(query))}

    def end_items(self, dataset_id: str, ids: Iterable[str], version: int) -> None:
        """From `version` on these items are no longer as they were, or gone."""
        where = (dataset_items.c.dataset_id == dataset_id) & dataset_items.c.until.is_(None) & dataset_items.c.id.in_(list(ids))
        self._connection.execute(update(dataset_items).where(where).values(until=version))

    def add_items(self, items: Sequence[Item]) -> None:
        """Insert."""
        if items:
            self._connection.execute(insert(dataset_items), [columns(item) for item in items])


class Experiments:
    """Reads and writes experiments and results."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, experiment: Experiment) -> None:
        """Insert."""
        self._connection.execute(insert(experiments).values(columns(experiment)))

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
