"""Comments of people on traces and spans."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Index, Table, delete, func, insert, select, tuple_, update

from pellucid_server.core.clock import Micros
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import MicrosColumn, TextColumn, columns, first, id_column, metadata, record

comments = Table(
    "comments",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("trace_id", TextColumn, nullable=False),
    Column("span_id", TextColumn),
    Column("author", TextColumn, nullable=False),
    Column("author_name", TextColumn, nullable=False),
    Column("body", TextColumn, nullable=False),
    Column("time", MicrosColumn, nullable=False),
    Column("edited_time", MicrosColumn),
    Index("ix_comments_project_id", "project_id", "trace_id"),
    Index("ix_comments_time", "project_id", "time"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What somebody wrote beside a trace, or beside one span of it."""

    id: str
    project_id: str
    trace_id: str
    span_id: str | None
    author: str
    """An actor of `Scope`."""
    author_name: str
    """As it was when the comment was written: people leave, comments stay."""
    body: str
    time: Micros
    edited_time: Micros | None = None


class Comments:
    """Reads and writes comments."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, comment: Comment) -> None:
        """Insert."""
        self._connection.execute(insert(comments).values(columns(comment)))

    def put(self, comment: Comment) -> None:
        """Overwrite the stored comment with the same id."""
        self._connection.execute(update(comments).where(comments.c.id == comment.id).values(columns(comment)))

    def get(self, project_id: str, comment_id: str) -> Comment | None:
        """By id, in its project only."""
        query = select(comments).where((comments.c.id == comment_id) & (comments.c.project_id == project_id))
        return first(Comment, self._connection.execute(query).all())

    def page(self, project_id: str, *, trace_id: str | None, after: tuple[Micros, str] | None, limit: int) -> list[Comment]:
        """Of a trace or of the whole project, the oldest first, beginning behind the (time, id) `after`."""
        query = select(comments).where(comments.c.project_id == project_id)
        if trace_id is not None:
            query = query.where(comments.c.trace_id == trace_id)
        if after is not None:
            query = query.where(tuple_(comments.c.time, comments.c.id) > after)
        ordered = query.order_by(comments.c.time, comments.c.id).limit(limit)
        return [record(Comment, row) for row in self._connection.execute(ordered)]

    def count(self, project_id: str, trace_id: str) -> int:
        """How many a trace has."""
        query = select(func.count()).where((comments.c.project_id == project_id) & (comments.c.trace_id == trace_id))
        return self._connection.execute(query).scalar_one()

    def remove(self, project_id: str, comment_id: str) -> bool:
        """Delete, in its project only; whether it was there."""
        where = (comments.c.id == comment_id) & (comments.c.project_id == project_id)
        return self._connection.execute(delete(comments).where(where)).rowcount > 0
