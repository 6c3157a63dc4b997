"""Probe sets: prompts that are sent to a model on a schedule, the answers that they are held against, and what each look found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Boolean, Column, Connection, Float, ForeignKey, Index, Integer, Table, delete, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

probe_sets = Table(
    "probe_sets",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("name", TextColumn, nullable=False),
    Column("connection", TextColumn, nullable=False),
    Column("model", TextColumn, nullable=False),
    Column("prompts", JsonColumn, nullable=False),
    Column("parameters", JsonColumn, nullable=False),
    Column("repeats", Integer, nullable=False),
    Column("every_s", Integer, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("reference", JsonColumn),
    Column("reference_time", MicrosColumn),
    Column("next_time", MicrosColumn, nullable=False),
    Column("live_run", TextColumn, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
)

probe_looks = Table(
    "probe_looks",
    metadata,
    id_column(),
    Column("probe_set_id", ForeignKey(probe_sets.c.id, ondelete="CASCADE"), nullable=False),
    Column("run_id", TextColumn, nullable=False),
    Column("time", MicrosColumn, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("moved", Boolean, nullable=False),
    Column("distance", Float),
    Column("low", Float),
    Column("high", Float),
    Column("p", Float),
    Column("level", Float, nullable=False),
    Column("measures", JsonColumn, nullable=False),
    Column("models", JsonColumn, nullable=False),
    Index("ix_probe_looks_time", "probe_set_id", "time"),
    Index("uq_probe_looks_run", "run_id", unique=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeSet:
    """Prompts for one model."""

    id: str
    project_id: str
    name: str
    connection: str
    model: str
    """The alias that is asked for."""
    prompts: Sequence[str]
    parameters: Mapping[str, JsonValue]
    repeats: int
    """Answers of each prompt in a look."""
    every_s: int
    enabled: bool
    reference: JsonValue
    """Answers by prompt, with models, as `monitors.probing` writes them; None before the first look."""
    reference_time: Micros | None
    next_time: Micros
    live_run: str
    """The run of the latest look."""
    created_by: str
    created_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeLook:
    """What one look found."""

    id: str
    probe_set_id: str
    run_id: str
    time: Micros
    answers: int
    failed: int
    """Calls without an answer."""
    moved: bool
    distance: float | None
    """None for the look that became the reference, and where too little was answered."""
    low: float | None
    high: float | None
    p: float | None
    level: float
    """Below which p is believed."""
    measures: Mapping[str, JsonValue]
    """`exact`, `length` and `refusals`, each with value, low, high and n."""
    models: Sequence[str]
    """That answered, with the provider's mark."""


class Probes:
    """Reads and writes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, probe_set: ProbeSet) -> None:
        """Insert one."""
        self._connection.execute(insert(probe_sets).values(columns(probe_set)))

    def set(self, probe_set_id: str, **values: object) -> None:
        """Change columns."""
        self._connection.execute(update(probe_sets).where(probe_sets.c.id == probe_set_id).values(**values))

    def get(self, project_id: str, probe_set_id: str) -> ProbeSet | None:
        """One, in its project only."""
        where = (probe_sets.c.id == probe_set_id) & (probe_sets.c.project_id == project_id)
        return first(ProbeSet, self._connection.execute(select(probe_sets).where(where)).all())

    def of_project(self, project_id: str) -> list[ProbeSet]:
        """By name."""
        query = select(probe_sets).where(probe_sets.c.project_id == project_id).order_by(probe_sets.c.name, probe_sets.c.id)
        return [record(ProbeSet, row) for row in self._connection.execute(query)]

    def due(self, now: Micros) -> list[ProbeSet]:
        """Of all projects."""
        query = select(probe_sets).where(probe_sets.c.enabled & (probe_sets.c.next_time <= now)).order_by(probe_sets.c.next_time)
        return [record(ProbeSet, row) for row in self._connection.execute(query)]

    def remove(self, project_id: str, probe_set_id: str) -> bool:
        """Delete with its looks; whether it was there."""
        where = (probe_sets.c.id == probe_set_id) & (probe_sets.c.project_id == project_id)
        return self._connection.execute(delete(probe_sets).where(where)).rowcount > 0

    def add_look(self, look: ProbeLook) -> None:
        """Insert one."""
        self._connection.execute(insert(probe_looks).values(columns(look)))

    def look_of_run(self, run_id: str) -> ProbeLook | None:
        """What a run found, where it was written."""
        return first(ProbeLook, self._connection.execute(select(probe_looks).where(probe_looks.c.run_id == run_id)).all())

    def looks(self, probe_set_id: str, *, limit: int) -> list[ProbeLook]:
        """The latest first."""
        query = select(probe_looks).where(probe_looks.c.probe_set_id == probe_set_id)
        ordered = query.order_by(probe_looks.c.time.desc(), probe_looks.c.id.desc()).limit(limit)
        return [record(ProbeLook, row) for row in self._connection.execute(ordered)]
