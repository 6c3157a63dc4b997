"""Which channels are told of which kinds of changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Table, delete, insert, select

from pellucid_server.core.clock import Micros
from pellucid_server.store.meta.incidents import alert_channels
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, metadata, record

change_subscriptions = Table(
    "change_subscriptions",
    metadata,
    Column("channel_id", ForeignKey(alert_channels.c.id, ondelete="CASCADE"), primary_key=True),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("kinds", JsonColumn, nullable=False),
    Column("updated_by", TextColumn, nullable=False),
    Column("updated_time", MicrosColumn, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSubscription:
    """What one channel hears of."""

    channel_id: str
    project_id: str
    kinds: Sequence[str]
    updated_by: str
    updated_time: Micros


class ChangeSubscriptions:
    """Reads and writes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, subscription: ChangeSubscription) -> None:
        """Set; one without kinds is none."""
        self._connection.execute(delete(change_subscriptions).where(change_subscriptions.c.channel_id == subscription.channel_id))
        if subscription.kinds:
            self._connection.execute(insert(change_subscriptions).values(columns(subscription)))

    def of_project(self, project_id: str) -> list[ChangeSubscription]:
        """All of a project."""
        table = change_subscriptions
        query = select(table).where(table.c.project_id == project_id).order_by(table.c.channel_id)
        return [record(ChangeSubscription, row) for row in self._connection.execute(query)]
