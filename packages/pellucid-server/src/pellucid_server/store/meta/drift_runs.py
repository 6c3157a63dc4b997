"""What scheduled comparisons of the traffic with its past found: one row a run, kept for as long as there is the project."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, insert, select

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

drift_runs = Table(
    "drift_runs",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("slice", TextColumn, nullable=False),
    Column("time", MicrosColumn, nullable=False),
    Column("reference_start", MicrosColumn, nullable=False),
    Column("reference_end", MicrosColumn, nullable=False),
    Column("window_start", MicrosColumn, nullable=False),
    Column("window_end", MicrosColumn, nullable=False),
    Column("found", JsonColumn, nullable=False),
    Index("ix_drift_runs_time", "project_id", "slice", "time"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftRun:
    """One comparison."""

    id: str
    project_id: str
    slice: str
    """Which traffic was compared with which reference, as text; runs of the same slice follow each other."""
    time: Micros
    reference_start: Micros
    reference_end: Micros
    window_start: Micros
    window_end: Micros
    found: Sequence[JsonValue]
    """The signals, in the shape of `monitors.drift`."""


class DriftRuns:
    """Reads and writes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, run: DriftRun) -> None:
        """Insert."""
        self._connection.execute(insert(drift_runs).values(columns(run)))

    def latest(self, project_id: str, part: str) -> DriftRun | None:
        """The newest of a slice."""
        table = drift_runs
        query = select(table).where((table.c.project_id == project_id) & (table.c.slice == part))
        return first(DriftRun, self._connection.execute(query.order_by(table.c.time.desc(), table.c.id.desc()).limit(1)).all())

    def of_project(self, project_id: str, limit: int) -> list[DriftRun]:
        """The newest first."""
        table = drift_runs
        query = select(table).where(table.c.project_id == project_id)
        ordered = query.order_by(table.c.time.desc(), table.c.id.desc()).limit(limit)
        return [record(DriftRun, row) for row in self._connection.execute(ordered)]
