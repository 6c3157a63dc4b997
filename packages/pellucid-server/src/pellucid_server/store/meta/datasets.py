"""Data sets and their items in every version.

An item is never overwritten: a change ends the validity of the old row and adds a new one, so that any earlier version of a data set can
be read as it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Table, delete, func, insert, select, text, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

STAGED_SINCE = 1_000_000_000
"""From here on, `since` is no version: the item belongs to an import that is not finished, and nobody sees it."""

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


_CURRENT = dataset_items.c.until.is_(None) & (dataset_items.c.since < STAGED_SINCE)


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

    def item_ids(self, dataset_id: str, version: int, split: str = "") -> frozenset[str]:
        """Ids of the items of a version; of one split, where it is named."""
        where = (dataset_items.c.dataset_id == dataset_id) & (dataset_items.c.since <= version)
        where &= dataset_items.c.until.is_(None) | (dataset_items.c.until > version)
        if split:
            where &= dataset_items.c.split == split
        return frozenset(row[0] for row in self._connection.execute(select(dataset_items.c.id).where(where)))

    def list_all(self, project_id: str) -> list[tuple[Dataset, int]]:
        """All of a project with how many items they have now, by name."""
        count = select(func.count()).where((dataset_items.c.dataset_id == datasets.c.id) & _CURRENT).scalar_subquery()
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

    def end_empty_version(self, dataset_id: str) -> int:
        """Take back the version that this transaction began: nothing has changed in it. The version as it was."""
        self._connection.execute(update(datasets).where(datasets.c.id == dataset_id).values(version=datasets.c.version - 1))
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

    def item(self, dataset_id: str, version: int, item_id: str) -> Item | None:
        """One item as it was in a version."""
        query = select(dataset_items).where(
            (dataset_items.c.dataset_id == dataset_id)
            & (dataset_items.c.id == item_id)
            & (dataset_items.c.since <= version)
            & (dataset_items.c.until.is_(None) | (dataset_items.c.until > version))
        )
        return first(Item, self._connection.execute(query).all())

    def current(self, dataset_id: str, ids: Iterable[str]) -> dict[str, Item]:
        """The items with these ids, as they are now."""
        query = select(dataset_items).where(
            (dataset_items.c.dataset_id == dataset_id) & _CURRENT & dataset_items.c.id.in_(list(ids))
        )
        return {item.id: item for item in (record(Item, row) for row in self._connection.execute(query))}

    def end_items(self, dataset_id: str, ids: Iterable[str], version: int) -> None:
        """From `version` on these items are no longer as they were, or gone."""
        where = (dataset_items.c.dataset_id == dataset_id) & _CURRENT & dataset_items.c.id.in_(list(ids))
        self._connection.execute(update(dataset_items).where(where).values(until=version))

    def add_items(self, items: Sequence[Item]) -> None:
        """Insert."""
        if items:
            self._connection.execute(insert(dataset_items), [columns(item) for item in items])

    def stage(self, items: Sequence[Item]) -> int:
        """Insert items of an import that is not finished; of one id twice the later counts. How many there were before."""
        if not items:
            return 0
        where = (
            (dataset_items.c.dataset_id == items[0].dataset_id)
            & (dataset_items.c.since == items[0].since)
            & dataset_items.c.id.in_([item.id for item in items])
        )
        replaced = self._connection.execute(delete(dataset_items).where(where)).rowcount
        self.add_items(items)
        return replaced

    def drop_stage(self, dataset_id: str, stage: int | None = None, *, before: Micros | None = None) -> None:
        """Forget an import, or all that were begun before a time."""
        where = (dataset_items.c.dataset_id == dataset_id) & (dataset_items.c.since >= STAGED_SINCE)
        if stage is not None:
            where &= dataset_items.c.since == stage
        if before is not None:
            where &= dataset_items.c.time < before
        self._connection.execute(delete(dataset_items).where(where))

    def settle_stage(self, dataset_id: str, stage: int) -> tuple[int, int, int]:
        """Drop of an import what is equal already; how many are new, changed and unchanged."""
        self._tell_planner()
        staged, now = dataset_items.alias("staged"), dataset_items.alias("now")
        both = (
            (staged.c.dataset_id == dataset_id)
            & (staged.c.since == stage)
            & (now.c.dataset_id == dataset_id)
            & (now.c.id == staged.c.id)
            & now.c.until.is_(None)
            & (now.c.since < STAGED_SINCE)
        )
        equal = select(staged.c.id).where(both & (now.c.content_hash == staged.c.content_hash))
        of_stage = (dataset_items.c.dataset_id == dataset_id) & (dataset_items.c.since == stage)
        unchanged = self._connection.execute(delete(dataset_items).where(of_stage & dataset_items.c.id.in_(equal))).rowcount
        changed = self._connection.execute(select(func.count()).where(both)).scalar_one()
        left = self._connection.execute(select(func.count()).where(of_stage)).scalar_one()
        return left - changed, changed, unchanged

    def adopt_stage(self, dataset_id: str, stage: int, version: int) -> None:
        """Make an import a part of a version that was begun."""
        of_stage = (dataset_items.c.dataset_id == dataset_id) & (dataset_items.c.since == stage)
        replaced = (dataset_items.c.dataset_id == dataset_id) & _CURRENT
        ids = select(dataset_items.c.id).where(of_stage)
        self._connection.execute(update(dataset_items).where(replaced & dataset_items.c.id.in_(ids)).values(until=version))
        self._connection.execute(update(dataset_items).where(of_stage).values(since=version))

    def _tell_planner(self) -> None:
        """Count the table anew after many rows came in at once: PostgreSQL believes that there are none, and compares all with all."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text("ANALYZE dataset_items"))
