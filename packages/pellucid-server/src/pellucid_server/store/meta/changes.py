"""The ledger of changes: what happened to the system, and what was seen for the first time."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, delete, insert, select, tuple_

from pellucid_server.core.clock import Micros
from pellucid_server.model.change import ChangeEvent
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, metadata

change_events = Table(
    "change_events",
    metadata,
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), primary_key=True),
    Column("id", TextColumn, primary_key=True),
    Column("time", MicrosColumn, nullable=False),
    Column("kind", TextColumn, nullable=False),
    Column("title", TextColumn, nullable=False),
    Column("actor", TextColumn, nullable=False),
    Column("scope", JsonColumn, nullable=False),
    Column("before", JsonColumn),
    Column("after", JsonColumn),
    Index("ix_change_events_time", "project_id", "time"),
)

first_seen = Table(
    "first_seen",
    metadata,
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), primary_key=True),
    Column("kind", TextColumn, primary_key=True),
    Column("value", TextColumn, primary_key=True),
    Column("time", MicrosColumn, nullable=False),
)


class Changes:
    """Reads and writes the ledger."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, project_id: str, event: ChangeEvent) -> None:
        """Write an event; the same id again replaces it."""
        self.remove(project_id, event.id)
        self._connection.execute(insert(change_events).values(project_id=project_id, **columns(event)))

    def remove(self, project_id: str, event_id: str) -> bool:
        """Delete an event; whether it was there."""
        where = (change_events.c.project_id == project_id) & (change_events.c.id == event_id)
        return self._connection.execute(delete(change_events).where(where)).rowcount > 0

    def get(self, project_id: str, event_id: str) -> ChangeEvent | None:
        """One, in its project only."""
        where = (change_events.c.project_id == project_id) & (change_events.c.id == event_id)
        rows = self._connection.execute(select(change_events).where(where)).all()
        return _event({str(key): value for key, value in rows[0]._mapping.items()}) if rows else None

    def page(
        self,
        project_id: str,
        *,
        start: Micros | None,
        end: Micros | None,
        kinds: Sequence[str],
        before: tuple[Micros, str] | None,
        limit: int,
    ) -> list[ChangeEvent]:
        """Events of a time range, the newest first, beginning behind the (time, id) `before`."""
        query = select(change_events).where(change_events.c.project_id == project_id)
        if start is not None:
            query = query.where(change_events.c.time >= start)
        if end is not None:
            query = query.where(change_events.c.time < end)
        if kinds:
            query = query.where(change_events.c.kind.in_(kinds))
        if before is not None:
            query = query.where(tuple_(change_events.c.time, change_events.c.id) < before)
        ordered = query.order_by(change_events.c.time.desc(), change_events.c.id.desc()).limit(limit)
        return [_event({str(key): value for key, value in row._mapping.items()}) for row in self._connection.execute(ordered)]

    def seen(self, project_id: str) -> set[tuple[str, str]]:
        """(kind, value) of everything that was seen before."""
        query = select(first_seen.c.kind, first_seen.c.value).where(first_seen.c.project_id == project_id)
        return {(row.kind, row.value) for row in self._connection.execute(query)}

    def add_seen(self, project_id: str, found: Iterable[tuple[str, str, Micros]]) -> None:
        """Note (kind, value, time) as seen."""
        rows = [{"project_id": project_id, "kind": kind, "value": value, "time": time} for kind, value, time in found]
        if rows:
            self._connection.execute(insert(first_seen), rows)


def _event(row: Mapping[str, Any]) -> ChangeEvent:
    return ChangeEvent(**{name: row[name] for name in ChangeEvent.__dataclass_fields__})
