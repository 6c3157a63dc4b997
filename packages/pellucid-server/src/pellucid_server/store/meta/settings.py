"""Facts of this installation under a key: small JSON values that belong to no project. Not for anything that is listed or searched."""

from sqlalchemy import Column, Connection, Table, delete, insert, select

from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.schema import JsonColumn, TextColumn, metadata

settings = Table(
    "settings",
    metadata,
    Column("key", TextColumn, primary_key=True),
    Column("value", JsonColumn),
)


class Settings:
    """Reads and writes settings."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> JsonValue:
        """The value, or None."""
        value: JsonValue = self._connection.execute(select(settings.c.value).where(settings.c.key == key)).scalar()
        return value

    def put(self, key: str, value: JsonValue) -> None:
        """Set or replace."""
        self.remove(key)
        self._connection.execute(insert(settings).values(key=key, value=value))

    def remove(self, key: str) -> None:
        """Forget."""
        self._connection.execute(delete(settings).where(settings.c.key == key))
