"""Evaluators, their versions (never changed), and what their judges were measured to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Boolean, Column, Connection, Float, ForeignKey, Index, Integer, Table, delete, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

evaluators = Table(
    "evaluators",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("name", TextColumn, nullable=False),
    Column("description", TextColumn, nullable=False),
    Column("version", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("filter", TextColumn, nullable=False),
    Column("sampling", JsonColumn, nullable=False),
    Column("daily_budget", Float),
    Column("watermark", MicrosColumn, nullable=False),
    Column("live_run", TextColumn, nullable=False),
    Column("state_note", TextColumn, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("updated_time", MicrosColumn, nullable=False),
    Index("uq_evaluators_name", "project_id", "name", unique=True),
)

evaluator_versions = Table(
    "evaluator_versions",
    metadata,
    Column("evaluator_id", ForeignKey(evaluators.c.id, ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", TextColumn, nullable=False),
    Column("target", TextColumn, nullable=False),
    Column("output", TextColumn, nullable=False),
    Column("score_name", TextColumn, nullable=False),
    Column("definition", JsonColumn, nullable=False),
    Column("note", TextColumn, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvaluator:
    """An evaluator: its name, its newest version, and what it looks at."""

    id: str
    project_id: str
    name: str
    description: str
    version: int
    enabled: bool
    """Whether it looks at live traffic."""
    filter: str
    """In the filter language of spans."""
    sampling: Mapping[str, JsonValue] = field(default_factory=dict)
    daily_budget: float | None
    """US dollars from midnight to midnight, UTC; None: no limit."""
    watermark: Micros
    """Traffic up to here was looked at."""
    live_run: str
    """The run of its last sample; the next one waits for its end."""
    state_note: str
    """Why it does less than it should (a budget that is spent, a connection that is gone); empty when all is well."""
    created_by: str
    created_time: Micros
    updated_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatorVersion:
    """One version's content."""

    evaluator_id: str
    version: int
    kind: str
    target: str
    output: str
    score_name: str
    definition: Mapping[str, JsonValue]
    note: str
    created_by: str
    created_time: Micros


class Evaluators:
    """Reads and writes evaluators."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, evaluator: StoredEvaluator, version: EvaluatorVersion) -> None:
        """Insert one with its first version."""
        self._connection.execute(insert(evaluators).values(columns(evaluator)))
        self._connection.execute(insert(evaluator_versions).values(columns(version)))

    def add_version(self, version: EvaluatorVersion) -> None:
        """Insert a version, and make it the newest."""
        self._connection.execute(insert(evaluator_versions).values(columns(version)))
        self.set(version.evaluator_id, version=version.version, updated_time=version.created_time)

    def set(self, evaluator_id: str, **values: object) -> None:
        """Change columns."""
        self._connection.execute(update(evaluators).where(evaluators.c.id == evaluator_id).values(**values))

    def get(self, project_id: str, evaluator_id: str) -> StoredEvaluator | None:
        """By id, in its project only."""
        query = select(evaluators).where((evaluators.c.id == evaluator_id) & (evaluators.c.project_id == project_id))
        return first(StoredEvaluator, self._connection.execute(query).all())

    def by_id(self, evaluator_id: str) -> StoredEvaluator | None:
        """Of any project: for the server's own rhythms."""
        query = select(evaluators).where(evaluators.c.id == evaluator_id)
        return first(StoredEvaluator, self._connection.execute(query).all())

    def named(self, project_id: str, name: str) -> StoredEvaluator | None:
        """By name."""
        query = select(evaluators).where((evaluators.c.name == name) & (evaluators.c.project_id == project_id))
        return first(StoredEvaluator, self._connection.execute(query).all())

    def list_all(self, project_id: str) -> list[StoredEvaluator]:
        """Of a project, by name."""
        query = select(evaluators).where(evaluators.c.project_id == project_id).order_by(evaluators.c.name)
        return [record(StoredEvaluator, row) for row in self._connection.execute(query)]

    def list_enabled(self) -> list[StoredEvaluator]:
        """Of all projects: those that look at live traffic."""
        query = select(evaluators).where(evaluators.c.enabled).order_by(evaluators.c.id)
        return [record(StoredEvaluator, row) for row in self._connection.execute(query)]

    def remove(self, project_id: str, evaluator_id: str) -> bool:
        """Delete with its versions; its scores stay. Whether it was there."""
        where = (evaluators.c.id == evaluator_id) & (evaluators.c.project_id == project_id)
        return self._connection.execute(delete(evaluators).where(where)).rowcount > 0

    def version(self, evaluator_id: str, version: int) -> EvaluatorVersion | None:
        """One version."""
        where = (evaluator_versions.c.evaluator_id == evaluator_id) & (evaluator_versions.c.version == version)
        return first(EvaluatorVersion, self._connection.execute(select(evaluator_versions).where(where)).all())

    def versions(self, evaluator_ids: Sequence[str]) -> list[EvaluatorVersion]:
        """All versions of several evaluators, the newest first."""
        query = select(evaluator_versions).where(evaluator_versions.c.evaluator_id.in_(evaluator_ids))
        ordered = query.order_by(evaluator_versions.c.evaluator_id, evaluator_versions.c.version.desc())
        return [record(EvaluatorVersion, row) for row in self._connection.execute(ordered)]
