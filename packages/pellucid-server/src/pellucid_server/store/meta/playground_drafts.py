"""Drafts of the playground: panes that an address names."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, delete, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, metadata

playground_drafts = Table(
    "playground_drafts",
    metadata,
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), primary_key=True),
    Column("id", TextColumn, primary_key=True),
    Column("panes", JsonColumn, nullable=False),
    Column("author", TextColumn, nullable=False),
    Column("time", MicrosColumn, nullable=False),
    Index("ix_playground_drafts_time", "project_id", "time"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaygroundDraft:
    """Panes as somebody left them."""

    project_id: str
    id: str
    """Follows from the panes."""
    panes: Sequence[JsonValue]
    author: str
    """Who kept them last; an actor of `Scope`."""
    time: Micros


class PlaygroundDrafts:
    """Reads and writes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, draft: PlaygroundDraft) -> None:
        """Insert, or note that it was kept again."""
        where = (playground_drafts.c.project_id == draft.project_id) & (playground_drafts.c.id == draft.id)
        touched = self._connection.execute(update(playground_drafts).where(where).values(author=draft.author, time=draft.time))
        if touched.rowcount == 0:
            self._connection.execute(insert(playground_drafts).values(columns(draft)))

    def get(self, project_id: str, draft_id: str) -> PlaygroundDraft | None:
        """One, in its project only."""
        query = select(playground_drafts).where(
            (playground_drafts.c.project_id == project_id) & (playground_drafts.c.id == draft_id)
        )
        return first(PlaygroundDraft, self._connection.execute(query).all())

    def keep_newest(self, project_id: str, most: int) -> None:
        """Delete all but the newest."""
        of_project = playground_drafts.c.project_id == project_id
        newest = select(playground_drafts.c.id).where(of_project).order_by(playground_drafts.c.time.desc()).limit(most)
        kept = set(self._connection.execute(newest).scalars())
        self._connection.execute(delete(playground_drafts).where(of_project & playground_drafts.c.id.not_in(kept)))
