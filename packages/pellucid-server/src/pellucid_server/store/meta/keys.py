"""API keys. Of the secret only its hash is kept: 256 random bits need no slow hash, and a fast one keeps the door fast."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Table, delete, func, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.scope import Role
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import MicrosColumn, RoleColumn, TextColumn, columns, first, id_column, metadata, record

api_keys = Table(
    "api_keys",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("name", TextColumn, nullable=False),
    Column("role", RoleColumn, nullable=False),
    Column("public_key", TextColumn, nullable=False, unique=True),
    Column("secret_hash", TextColumn, nullable=False, unique=True),
    Column("prefix", TextColumn, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("last_used_time", MicrosColumn),
    Column("expires_time", MicrosColumn),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key of one project."""

    id: str
    project_id: str
    name: str
    role: Role
    public_key: str
    """`pk-…`: names the key, opens nothing."""
    secret_hash: str
    """SHA-256 of the secret in hex."""
    prefix: str
    """The secret's first characters, so that people tell keys apart."""
    created_by: str
    created_time: Micros
    last_used_time: Micros | None = None
    """To the minute."""
    expires_time: Micros | None = None


class ApiKeys:
    """Reads and writes keys."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, key: ApiKey) -> None:
        """Insert; a taken public key or secret is a `Conflict`."""
        self._connection.execute(insert(api_keys).values(columns(key)))

    def put(self, key: ApiKey) -> None:
        """Overwrite the stored key with the same id."""
        self._connection.execute(update(api_keys).where(api_keys.c.id == key.id).values(columns(key)))

    def touch(self, key_id: str, time: Micros) -> None:
        """Note that it was used."""
        self._connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(last_used_time=time))

    def by_secret(self, secret_hash: str) -> ApiKey | None:
        """By the hash of its secret, expired or not."""
        return first(ApiKey, self._connection.execute(select(api_keys).where(api_keys.c.secret_hash == secret_hash)).all())

    def by_public_key(self, public_key: str) -> ApiKey | None:
        """By its public half."""
        return first(ApiKey, self._connection.execute(select(api_keys).where(api_keys.c.public_key == public_key)).all())

    def get(self, project_id: str, key_id: str) -> ApiKey | None:
        """By id, in its project only."""
        query = select(api_keys).where((api_keys.c.id == key_id) & (api_keys.c.project_id == project_id))
        return first(ApiKey, self._connection.execute(query).all())

    def of_project(self, project_id: str) -> list[ApiKey]:
        """All, the oldest first."""
        query = select(api_keys).where(api_keys.c.project_id == project_id)
        ordered = query.order_by(api_keys.c.created_time, api_keys.c.id)
        return [record(ApiKey, row) for row in self._connection.execute(ordered)]

    def count(self, project_id: str | None = None) -> int:
        """How many a project has, or how many there are."""
        query = select(func.count()).select_from(api_keys)
        if project_id is not None:
            query = query.where(api_keys.c.project_id == project_id)
        return self._connection.execute(query).scalar_one()

    def remove(self, project_id: str, key_id: str) -> bool:
        """Delete, in its project only; whether it was there."""
        where = (api_keys.c.id == key_id) & (api_keys.c.project_id == project_id)
        return self._connection.execute(delete(api_keys).where(where)).rowcount > 0
