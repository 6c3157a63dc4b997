"""The audit log: who did what to which thing. It can be appended to and read; there is no verb that changes or deletes."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, Table, insert, select

from pellucid_server.model.change import AuditEvent
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, metadata, record

audit_log = Table(
    "audit_log",
    metadata,
    # SQLite numbers rows by itself only for the type INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("organization_id", TextColumn),
    Column("project_id", TextColumn),
    Column("time", MicrosColumn, nullable=False),
    Column("actor", TextColumn, nullable=False),
    Column("action", TextColumn, nullable=False),
    Column("target", TextColumn, nullable=False),
    Column("details", JsonColumn, nullable=False),
    Index("ix_audit_log_project_id", "project_id", "id"),
    Index("ix_audit_log_organization_id", "organization_id", "id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the log."""

    id: int
    organization_id: str | None
    project_id: str | None
    time: int
    actor: str
    action: str
    target: str
    details: Mapping[str, JsonValue]


class AuditLog:
    """Appends and reads."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, event: AuditEvent, *, organization_id: str | None = None, project_id: str | None = None) -> None:
        """Write one event, in the transaction of the change that it tells of."""
        values = {
            "organization_id": organization_id,
            "project_id": project_id,
            "time": event.time,
            "actor": event.actor,
            "action": event.action,
            "target": event.target,
            "details": dict(event.details),
        }
        self._connection.execute(insert(audit_log).values(values))

    def newest(self, *, organization_id: str, before_id: int | None = None, limit: int = 100) -> list[AuditEntry]:
        """An organisation's newest entries, or those before one of them."""
        query = select(audit_log).where(audit_log.c.organization_id == organization_id)
        if before_id is not None:
            query = query.where(audit_log.c.id < before_id)
        ordered = query.order_by(audit_log.c.id.desc()).limit(limit)
        return [record(AuditEntry, row) for row in self._connection.execute(ordered)]
