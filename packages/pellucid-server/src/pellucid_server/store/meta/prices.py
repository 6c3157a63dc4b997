"""A project's own model prices, where the public price list does not know the model or the contract says otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Table, delete, func, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

price_overrides = Table(
    "price_overrides",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("model_pattern", TextColumn, nullable=False),
    Column("provider", TextColumn),
    Column("from_time", MicrosColumn, nullable=False),
    Column("prices", JsonColumn, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPrice:
    """Unit prices of the models that a pattern names, from a time on."""

    id: str
    project_id: str
    model_pattern: str
    """A regular expression (RE2) that must match the whole model name."""
    provider: str | None
    """None: of any provider."""
    from_time: Micros
    """Spans of earlier days (UTC) have another price."""
    prices: Mapping[str, float]
    """Usage kind (`input`, `output`, `cache_read` …) → USD per million tokens; `fixed` → USD per request."""
    created_by: str
    created_time: Micros


class Prices:
    """Reads and writes price overrides."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, price: StoredPrice) -> None:
        """Insert."""
        self._connection.execute(insert(price_overrides).values(columns(price)))

    def put(self, price: StoredPrice) -> None:
        """Overwrite the stored price with the same id."""
        self._connection.execute(update(price_overrides).where(price_overrides.c.id == price.id).values(columns(price)))

    def get(self, project_id: str, price_id: str) -> StoredPrice | None:
        """By id, in its project only."""
        query = select(price_overrides).where((price_overrides.c.id == price_id) & (price_overrides.c.project_id == project_id))
        return first(StoredPrice, self._connection.execute(query).all())

    def of_project(self, project_id: str) -> list[StoredPrice]:
        """All, the newest `from_time` first: the first that matches a span is the one that counts."""
        query = select(price_overrides).where(price_overrides.c.project_id == project_id)
        ordered = query.order_by(price_overrides.c.from_time.desc(), price_overrides.c.created_time.desc(), price_overrides.c.id)
        return [record(StoredPrice, row) for row in self._connection.execute(ordered)]

    def count(self, project_id: str) -> int:
        """How many a project has."""
        return self._connection.execute(select(func.count()).where(price_overrides.c.project_id == project_id)).scalar_one()

    def remove(self, project_id: str, price_id: str) -> bool:
        """Delete, in its project only; whether it was there."""
        where = (price_overrides.c.id == price_id) & (price_overrides.c.project_id == project_id)
        return self._connection.execute(delete(price_overrides).where(where)).rowcount > 0
