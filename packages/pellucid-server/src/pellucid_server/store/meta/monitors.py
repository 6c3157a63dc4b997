"""Monitors: rules that watch the traffic, how each of them stands by segment, and the windows in which nobody is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Boolean, Column, Connection, Double, ForeignKey, Index, Integer, Table, delete, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

monitors = Table(
    "monitors",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("name", TextColumn, nullable=False),
    Column("preset", TextColumn, nullable=False),
    Column("rule", JsonColumn, nullable=False),
    Column("severity", TextColumn, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("updated_time", MicrosColumn, nullable=False),
    Index("ix_monitors_project_id", "project_id", "name"),
)

monitor_states = Table(
    "monitor_states",
    metadata,
    Column("monitor_id", ForeignKey(monitors.c.id, ondelete="CASCADE"), primary_key=True),
    Column("segment", TextColumn, primary_key=True),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("status", TextColumn, nullable=False),
    Column("value", Double),
    Column("bound", Double),
    Column("n", Integer, nullable=False),
    Column("since", MicrosColumn, nullable=False),
    Column("evaluated_time", MicrosColumn, nullable=False),
    Column("incident_id", TextColumn, nullable=False),
    Column("memory", JsonColumn),
)

monitor_packs = Table(
    "monitor_packs",
    metadata,
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), primary_key=True),
    Column("preset", TextColumn, primary_key=True),
)

maintenance_windows = Table(
    "maintenance_windows",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("reason", TextColumn, nullable=False),
    Column("start", MicrosColumn, nullable=False),
    Column("end", MicrosColumn, nullable=False),
    Column("monitor_ids", JsonColumn, nullable=False),
    Column("created_by", TextColumn, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMonitor:
    """A rule and who is told how loudly."""

    id: str
    project_id: str
    name: str
    preset: str
    """Of the starter pack, such as `N1`; empty: made by somebody."""
    rule: Mapping[str, JsonValue]
    """In the shape of `monitors.rules`."""
    severity: str
    """`critical`, `high`, `medium` or `low`."""
    enabled: bool
    version: int
    """Counts up with each change: who changes an older one is told."""
    created_by: str
    created_time: Micros
    updated_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorState:
    """How a monitor stands in one segment of its traffic."""

    monitor_id: str
    segment: str
    """Value of the rule's dimension; empty where it has none."""
    project_id: str
    status: str
    """`ok`, `firing`, `quiet` (ended by a person, and not yet back to normal), `no_data` or `too_few`."""
    value: float | None = None
    bound: float | None = None
    """Beyond which it fires."""
    n: int = 0
    since: Micros
    evaluated_time: Micros
    incident_id: str = ""
    memory: Mapping[str, JsonValue] = field(default_factory=dict)
    """What an always-valid rule carries from block to block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceWindow:
    """A time in which breaches are noted and nobody is told."""

    id: str
    project_id: str
    reason: str
    start: Micros
    end: Micros
    monitor_ids: Sequence[str]
    """Empty: all."""
    created_by: str


class Monitors:
    """Reads and writes monitors and their states."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, monitor: StoredMonitor) -> None:
        """Insert."""
        self._connection.execute(insert(monitors).values(columns(monitor)))

    def put(self, monitor: StoredMonitor, *, over_version: int) -> bool:
        """Overwrite the stored one with the same id if it still has that version; whether it had."""
        where = (monitors.c.id == monitor.id) & (monitors.c.version == over_version)
        return self._connection.execute(update(monitors).where(where).values(columns(monitor))).rowcount > 0

    def get(self, project_id: str, monitor_id: str) -> StoredMonitor | None:
        """By id, in its project only."""
        query = select(monitors).where((monitors.c.id == monitor_id) & (monitors.c.project_id == project_id))
        return first(StoredMonitor, self._connection.execute(query).all())

    def of_project(self, project_id: str) -> list[StoredMonitor]:
        """All, by name."""
        query = select(monitors).where(monitors.c.project_id == project_id).order_by(monitors.c.name, monitors.c.id)
        return [record(StoredMonitor, row) for row in self._connection.execute(query)]

    def remove(self, project_id: str, monitor_id: str) -> bool:
        """Delete with its states, in its project only; whether it was there."""
        where = (monitors.c.id == monitor_id) & (monitors.c.project_id == project_id)
        return self._connection.execute(delete(monitors).where(where)).rowcount > 0

    def installed(self, project_id: str) -> set[str]:
        """Presets that were installed once, whether or not they are still there."""
        query = select(monitor_packs.c.preset).where(monitor_packs.c.project_id == project_id)
        return {row.preset for row in self._connection.execute(query)}

    def note_installed(self, project_id: str, preset: str) -> None:
        """Never install it again."""
        self._connection.execute(insert(monitor_packs).values(project_id=project_id, preset=preset))

    def states(self, project_id: str, monitor_id: str | None = None) -> list[MonitorState]:
        """Of a project or of one monitor, by segment."""
        query = select(monitor_states).where(monitor_states.c.project_id == project_id)
        if monitor_id is not None:
            query = query.where(monitor_states.c.monitor_id == monitor_id)
        ordered = query.order_by(monitor_states.c.monitor_id, monitor_states.c.segment)
        return [_state(dict(row._mapping)) for row in self._connection.execute(ordered)]

    def put_state(self, state: MonitorState) -> None:
        """Write how a segment stands now."""
        where = (monitor_states.c.monitor_id == state.monitor_id) & (monitor_states.c.segment == state.segment)
        if self._connection.execute(update(monitor_states).where(where).values(columns(state))).rowcount == 0:
            self._connection.execute(insert(monitor_states).values(columns(state)))

    def forget_states(self, monitor_id: str) -> None:
        """Begin anew, after the rule was changed."""
        self._connection.execute(delete(monitor_states).where(monitor_states.c.monitor_id == monitor_id))


class MaintenanceWindows:
    """Reads and writes maintenance windows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, window: MaintenanceWindow) -> None:
        """Insert."""
        self._connection.execute(insert(maintenance_windows).values(columns(window)))

    def of_project(self, project_id: str, *, ending_after: Micros = 0) -> list[MaintenanceWindow]:
        """Those that end after a time, the earliest first."""
        table = maintenance_windows
        query = select(table).where((table.c.project_id == project_id) & (table.c.end > ending_after))
        return [record(MaintenanceWindow, row) for row in self._connection.execute(query.order_by(table.c.start, table.c.id))]

    def remove(self, project_id: str, window_id: str) -> bool:
        """Delete, in its project only; whether it was there."""
        where = (maintenance_windows.c.id == window_id) & (maintenance_windows.c.project_id == project_id)
        return self._connection.execute(delete(maintenance_windows).where(where)).rowcount > 0


def _state(row: dict[str, JsonValue]) -> MonitorState:
    return MonitorState(**{**row, "memory": row["memory"] or {}})  # type: ignore[arg-type]  # the row's columns are its fields
