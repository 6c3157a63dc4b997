"""Golden sets: cases of a judge whose right verdict people gave, frozen with what was judged, and the judge's verdicts of each check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    Column,
    Connection,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    delete,
    insert,
    select,
    update,
)

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.evaluators import evaluators
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

golden_sets = Table(
    "golden_sets",
    metadata,
    Column("evaluator_id", ForeignKey(evaluators.c.id, ondelete="CASCADE"), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("next_time", MicrosColumn, nullable=False),
    Column("last_run", TextColumn, nullable=False),
    Column("note", TextColumn, nullable=False),
    Column("frozen_by", TextColumn, nullable=False),
    Column("frozen_time", MicrosColumn, nullable=False),
)

golden_items = Table(
    "golden_items",
    metadata,
    Column("evaluator_id", ForeignKey(golden_sets.c.evaluator_id, ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("place", JsonColumn, nullable=False),
    Column("subject", JsonColumn, nullable=False),
    Column("models", JsonColumn, nullable=False),
    Column("expected", Float, nullable=False),
    PrimaryKeyConstraint("evaluator_id", "position"),
)

golden_checks = Table(
    "golden_checks",
    metadata,
    id_column(),
    Column("evaluator_id", ForeignKey(golden_sets.c.evaluator_id, ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("judge_model", TextColumn, nullable=False),
    Column("verdicts", JsonColumn, nullable=False),
    Column("cost", Float),
    Column("time", MicrosColumn, nullable=False),
    Index("ix_golden_checks_evaluator_id", "evaluator_id", "time"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenSet:
    """A judge's frozen set."""

    evaluator_id: str
    size: int
    next_time: Micros
    """When the judge is asked again."""
    last_run: str
    note: str
    """Why the last check did less than it should; empty when all is well."""
    frozen_by: str
    frozen_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenItem:
    """One case: what was judged, and what people said of it. It never changes."""

    evaluator_id: str
    position: int
    place: Mapping[str, JsonValue]
    subject: JsonValue
    models: Sequence[str]
    """Which models made what is judged."""
    expected: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheck:
    """The judge's verdicts on the whole set, at one time."""

    id: str
    evaluator_id: str
    version: int
    judge_model: str
    verdicts: Sequence[float | None]
    """By position; None where there was no verdict."""
    cost: float | None
    time: Micros


class GoldenSets:
    """Reads and writes golden sets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def freeze(self, golden: GoldenSet, items: Sequence[GoldenItem]) -> None:
        """Put a set in the place of what there was; checks of the old one go with it."""
        self.remove(golden.evaluator_id)
        self._connection.execute(insert(golden_sets).values(columns(golden)))
        self._connection.execute(insert(golden_items), [columns(item) for item in items])

    def remove(self, evaluator_id: str) -> bool:
        """Delete with its checks. Whether it was there."""
        where = golden_sets.c.evaluator_id == evaluator_id
        return self._connection.execute(delete(golden_sets).where(where)).rowcount > 0

    def get(self, evaluator_id: str) -> GoldenSet | None:
        """Of one evaluator."""
        query = select(golden_sets).where(golden_sets.c.evaluator_id == evaluator_id)
        return first(GoldenSet, self._connection.execute(query).all())

    def due(self, now: Micros) -> list[GoldenSet]:
        """Of all projects: those whose time has come."""
        query = select(golden_sets).where(golden_sets.c.next_time <= now).order_by(golden_sets.c.evaluator_id)
        return [record(GoldenSet, row) for row in self._connection.execute(query)]

    def take(self, golden: GoldenSet, next_time: Micros) -> bool:
        """Make a due check one's own; False where another server did so first."""
        where = (golden_sets.c.evaluator_id == golden.evaluator_id) & (golden_sets.c.next_time == golden.next_time)
        return self._connection.execute(update(golden_sets).where(where).values(next_time=next_time)).rowcount > 0

    def set(self, evaluator_id: str, **values: object) -> None:
        """Change columns."""
        self._connection.execute(update(golden_sets).where(golden_sets.c.evaluator_id == evaluator_id).values(**values))

    def item(self, evaluator_id: str, position: int) -> GoldenItem | None:
        """One case."""
        where = (golden_items.c.evaluator_id == evaluator_id) & (golden_items.c.position == position)
        return first(GoldenItem, self._connection.execute(select(golden_items).where(where)).all())

    def expected(self, evaluator_id: str) -> list[float]:
        """What people said, by position."""
        query = select(golden_items.c.expected).where(golden_items.c.evaluator_id == evaluator_id)
        return list(self._connection.execute(query.order_by(golden_items.c.position)).scalars())

    def add_check(self, check: StoredCheck) -> None:
        """Keep one."""
        self._connection.execute(insert(golden_checks).values(columns(check)))

    def checks(self, evaluator_id: str, limit: int) -> list[StoredCheck]:
        """The newest, oldest first."""
        query = select(golden_checks).where(golden_checks.c.evaluator_id == evaluator_id)
        newest = query.order_by(golden_checks.c.time.desc(), golden_checks.c.id.desc()).limit(limit)
        return [record(StoredCheck, row) for row in self._connection.execute(newest)][::-1]

    def first_check(self, evaluator_id: str, version: int) -> StoredCheck | None:
        """The one that later ones of the version are compared with."""
        where = (golden_checks.c.evaluator_id == evaluator_id) & (golden_checks.c.version == version)
        query = select(golden_checks).where(where).order_by(golden_checks.c.time, golden_checks.c.id).limit(1)
        return first(StoredCheck, self._connection.execute(query).all())
