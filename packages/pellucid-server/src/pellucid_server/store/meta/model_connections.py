"""Connections to model providers. The key is sealed before it comes here; nothing here can read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Integer, Table, UniqueConstraint, delete, func, insert, or_, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

model_connections = Table(
    "model_connections",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("name", TextColumn, nullable=False),
    Column("provider", TextColumn, nullable=False),
    Column("base_url", TextColumn, nullable=False),
    Column("sealed_key", TextColumn, nullable=False),
    Column("key_hint", TextColumn, nullable=False),
    Column("default_model", TextColumn, nullable=False),
    Column("models", JsonColumn, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("updated_time", MicrosColumn, nullable=False),
    UniqueConstraint("project_id", "name"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConnection:
    """How a project reaches a provider."""

    id: str
    project_id: str
    name: str
    provider: str
    base_url: str
    """Empty: the provider's own."""
    sealed_key: str
    """Empty: the server needs none."""
    key_hint: str
    """The key's last characters, so that people can tell keys apart."""
    default_model: str
    models: Sequence[str]
    """Offered in lists; others may be typed."""
    revision: int
    created_by: str
    created_time: Micros
    updated_time: Micros


class ModelConnections:
    """Reads and writes connections."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, value: ModelConnection) -> None:
        """Insert; a name that is taken is a `Conflict`."""
        self._connection.execute(insert(model_connections).values(columns(value)))

    def put(self, value: ModelConnection) -> None:
        """Overwrite the stored one with the same id."""
        self._connection.execute(update(model_connections).where(model_connections.c.id == value.id).values(columns(value)))

    def get(self, project_id: str, id_or_name: str) -> ModelConnection | None:
        """In its project only."""
        named = or_(model_connections.c.id == id_or_name, model_connections.c.name == id_or_name)
        query = select(model_connections).where((model_connections.c.project_id == project_id) & named)
        return first(ModelConnection, self._connection.execute(query).all())

    def of_project(self, project_id: str) -> list[ModelConnection]:
        """All, by name."""
        query = select(model_connections).where(model_connections.c.project_id == project_id).order_by(model_connections.c.name)
        return [record(ModelConnection, row) for row in self._connection.execute(query)]

    def count(self, project_id: str) -> int:
        """How many a project has."""
        return self._connection.execute(select(func.count()).where(model_connections.c.project_id == project_id)).scalar_one()

    def remove(self, project_id: str, connection_id: str) -> bool:
        """Delete, in its project only; whether it was there."""
        where = (model_connections.c.id == connection_id) & (model_connections.c.project_id == project_id)
        return self._connection.execute(delete(model_connections).where(where)).rowcount > 0
