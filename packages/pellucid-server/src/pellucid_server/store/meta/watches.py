"""Deployments after the gate: which answers of a day were drawn to be judged, and what a rolling week of them said."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Table, delete, insert, select

from pellucid_server.core.clock import Micros
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, metadata, record

deployment_days = Table(
    "deployment_days",
    metadata,
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), primary_key=True),
    Column("decision_id", TextColumn, primary_key=True),
    Column("day", MicrosColumn, primary_key=True),
    Column("answered", Integer, nullable=False),
    Column("trace_ids", JsonColumn, nullable=False),
    Column("run_ids", JsonColumn, nullable=False),
    Column("fallen", JsonColumn, nullable=False),
    Column("time", MicrosColumn, nullable=False),
    Index("ix_deployment_days_day", "project_id", "day"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentDay:
    """A day of a deployment."""

    project_id: str
    decision_id: str
    """Of the gate, when the version went out."""
    day: Micros
    """Where it begins, UTC."""
    answered: int
    """Traces that the version answered."""
    trace_ids: Sequence[str] = ()
    """That were drawn."""
    run_ids: Sequence[str] = ()
    """Of the evaluations that were begun on them."""
    fallen: Sequence[str] = ()
    """Metrics that people were told of on this day."""
    time: Micros


class Watches:
    """Reads and writes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def days(self, project_id: str, decision_id: str, since: Micros = 0) -> list[DeploymentDay]:
        """The oldest first."""
        where = (deployment_days.c.project_id == project_id) & (deployment_days.c.decision_id == decision_id)
        where &= deployment_days.c.day >= since
        query = select(deployment_days).where(where).order_by(deployment_days.c.day)
        return [record(DeploymentDay, row) for row in self._connection.execute(query)]

    def put(self, day: DeploymentDay) -> None:
        """Write one; the same day again replaces."""
        where = (deployment_days.c.project_id == day.project_id) & (deployment_days.c.decision_id == day.decision_id)
        self._connection.execute(delete(deployment_days).where(where & (deployment_days.c.day == day.day)))
        self._connection.execute(insert(deployment_days).values(columns(day)))
