"""Saved views: a page with its filter, columns and order under a name, personal or shared with the project."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Table, delete, func, insert, or_, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

saved_views = Table(
    "saved_views",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("page", TextColumn, nullable=False),
    Column("name", TextColumn, nullable=False),
    Column("shared", Boolean, nullable=False),
    Column("state", JsonColumn, nullable=False),
    Column("owner", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("updated_time", MicrosColumn, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """What a page showed, to be shown again."""

    id: str
    project_id: str
    page: str
    name: str
    shared: bool
    """Seen by everybody in the project; else by its owner only."""
    state: Mapping[str, JsonValue]
    """The page's own: filter, columns, order, density."""
    owner: str
    """An actor of `Scope`."""
    created_time: Micros
    updated_time: Micros


class SavedViews:
    """Reads and writes saved views."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, view: SavedView) -> None:
        """Insert."""
        self._connection.execute(insert(saved_views).values(columns(view)))

    def put(self, view: SavedView) -> None:
        """Overwrite the stored view with the same id."""
        self._connection.execute(update(saved_views).where(saved_views.c.id == view.id).values(columns(view)))

    def get(self, project_id: str, view_id: str) -> SavedView | None:
        """By id, in its project only."""
        query = select(saved_views).where((saved_views.c.id == view_id) & (saved_views.c.project_id == project_id))
        return first(SavedView, self._connection.execute(query).all())

    def seen_by(self, project_id: str, actor: str) -> list[SavedView]:
        """The shared ones and the actor's own, by name."""
        visible = or_(saved_views.c.shared, saved_views.c.owner == actor)
        query = select(saved_views).where((saved_views.c.project_id == project_id) & visible)
        ordered = query.order_by(saved_views.c.page, saved_views.c.name, saved_views.c.id)
        return [record(SavedView, row) for row in self._connection.execute(ordered)]

    def count(self, project_id: str) -> int:
        """How many a project has, of all people."""
        return self._connection.execute(select(func.count()).where(saved_views.c.project_id == project_id)).scalar_one()

    def remove(self, project_id: str, view_id: str) -> bool:
        """Delete, in its project only; whether it was there."""
        where = (saved_views.c.id == view_id) & (saved_views.c.project_id == project_id)
        return self._connection.execute(delete(saved_views).where(where)).rowcount > 0
