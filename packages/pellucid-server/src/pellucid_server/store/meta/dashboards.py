"""Dashboards, the read-only links to them, and budgets. A dashboard's widgets are one JSON document: they are read and written together."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, Connection, Double, ForeignKey, Integer, Table, delete, func, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

dashboards = Table(
    "dashboards",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("name", TextColumn, nullable=False),
    Column("description", TextColumn, nullable=False),
    Column("document", JsonColumn, nullable=False),
    Column("version", Integer, nullable=False),
    Column("owner", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("updated_time", MicrosColumn, nullable=False),
    Column("updated_by", TextColumn, nullable=False),
)

dashboard_shares = Table(
    "dashboard_shares",
    metadata,
    id_column(),
    Column("dashboard_id", ForeignKey(dashboards.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("token_hash", TextColumn, nullable=False, unique=True),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("expires_time", MicrosColumn),
)

budgets = Table(
    "budgets",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("name", TextColumn, nullable=False),
    Column("filter", TextColumn, nullable=False),
    Column("period", TextColumn, nullable=False),
    Column("amount", Double, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("updated_time", MicrosColumn, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDashboard:
    """A page of charts."""

    id: str
    project_id: str
    name: str
    description: str
    document: Mapping[str, JsonValue]
    """Widgets, filter and time range, in the shape of `dashboards.document`."""
    version: int
    """Counts up with each change: who changes an older one is told."""
    owner: str
    """An actor of `Scope`."""
    created_time: Micros
    updated_time: Micros
    updated_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardShare:
    """A link by which anybody sees one dashboard."""

    id: str
    dashboard_id: str
    token_hash: str
    created_by: str
    created_time: Micros
    expires_time: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much a slice of the traffic may cost in a period."""

    id: str
    project_id: str
    name: str
    filter: str
    """Which spans it is about, in the filter language."""
    period: str
    """`day`, `week` or `month`, in UTC."""
    amount: float
    """US dollars in one period."""
    created_by: str
    created_time: Micros
    updated_time: Micros


class Dashboards:
    """Reads and writes dashboards and their links."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, dashboard: StoredDashboard) -> None:
        """Insert."""
        self._connection.execute(insert(dashboards).values(columns(dashboard)))

    def put(self, dashboard: StoredDashboard, *, over_version: int) -> bool:
        """Overwrite the stored one with the same id if it still has that version; whether it had."""
        where = (dashboards.c.id == dashboard.id) & (dashboards.c.version == over_version)
        return self._connection.execute(update(dashboards).where(where).values(columns(dashboard))).rowcount > 0

    def get(self, project_id: str, dashboard_id: str) -> StoredDashboard | None:
        """By id, in its project only."""
        query = select(dashboards).where((dashboards.c.id == dashboard_id) & (dashboards.c.project_id == project_id))
        return first(StoredDashboard, self._connection.execute(query).all())

    def of_project(self, project_id: str) -> list[StoredDashboard]:
        """All, by name."""
        query = select(dashboards).where(dashboards.c.project_id == project_id).order_by(dashboards.c.name, dashboards.c.id)
        return [record(StoredDashboard, row) for row in self._connection.execute(query)]

    def count(self, project_id: str) -> int:
        """How many a project has."""
        return self._connection.execute(select(func.count()).where(dashboards.c.project_id == project_id)).scalar_one()

    def remove(self, project_id: str, dashboard_id: str) -> bool:
        """Delete with its links, in its project only; whether it was there."""
        where = (dashboards.c.id == dashboard_id) & (dashboards.c.project_id == project_id)
        return self._connection.execute(delete(dashboards).where(where)).rowcount > 0

    def add_share(self, share: DashboardShare) -> None:
        """Insert a link."""
        self._connection.execute(insert(dashboard_shares).values(columns(share)))

    def shares(self, dashboard_id: str) -> list[DashboardShare]:
        """The links to one, the oldest first."""
        query = select(dashboard_shares).where(dashboard_shares.c.dashboard_id == dashboard_id)
        ordered = query.order_by(dashboard_shares.c.created_time, dashboard_shares.c.id)
        return [record(DashboardShare, row) for row in self._connection.execute(ordered)]

    def remove_share(self, dashboard_id: str, share_id: str) -> bool:
        """Delete a link; whether it was there."""
        where = (dashboard_shares.c.id == share_id) & (dashboard_shares.c.dashboard_id == dashboard_id)
        return self._connection.execute(delete(dashboard_shares).where(where)).rowcount > 0

    def shared(self, token_hash: str, now: Micros) -> tuple[DashboardShare, StoredDashboard] | None:
        """The link with that token, if it has not ended, and what it opens."""
        open_ = dashboard_shares.c.expires_time.is_(None) | (dashboard_shares.c.expires_time > now)
        query = select(dashboard_shares).where((dashboard_shares.c.token_hash == token_hash) & open_)
        share = first(DashboardShare, self._connection.execute(query).all())
        if share is None:
            return None
        opened = select(dashboards).where(dashboards.c.id == share.dashboard_id)
        return share, record(StoredDashboard, self._connection.execute(opened).one())


class Budgets:
    """Reads and writes budgets."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, budget: Budget) -> None:
        """Insert."""
        self._connection.execute(insert(budgets).values(columns(budget)))

    def put(self, budget: Budget) -> None:
        """Overwrite the stored one with the same id."""
        self._connection.execute(update(budgets).where(budgets.c.id == budget.id).values(columns(budget)))

    def get(self, project_id: str, budget_id: str) -> Budget | None:
        """By id, in its project only."""
        query = select(budgets).where((budgets.c.id == budget_id) & (budgets.c.project_id == project_id))
        return first(Budget, self._connection.execute(query).all())

    def of_project(self, project_id: str) -> list[Budget]:
        """All, by name."""
        query = select(budgets).where(budgets.c.project_id == project_id).order_by(budgets.c.name, budgets.c.id)
        return [record(Budget, row) for row in self._connection.execute(query)]

    def remove(self, project_id: str, budget_id: str) -> bool:
        """Delete, in its project only; whether it was there."""
        where = (budgets.c.id == budget_id) & (budgets.c.project_id == project_id)
        return self._connection.execute(delete(budgets).where(where)).rowcount > 0
