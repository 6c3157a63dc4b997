"""Comments, and the cursor of their list."""

from pydantic import BaseModel, Field

from pellucid_server.api.wire.times import WireTime
from pellucid_server.core.clock import Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta.comments import Comment


class CommentBody(BaseModel):
    """A new comment on a trace, or on one span of it."""

    trace_id: str = Field(min_length=32, max_length=32)
    span_id: str | None = Field(default=None, min_length=16, max_length=16)
    body: str = Field(min_length=1, max_length=10_000)


class CommentPatch(BaseModel):
    """Other words."""

    body: str = Field(min_length=1, max_length=10_000)


class CommentAnswer(BaseModel):
    """A comment as it is kept."""

    id: str
    trace_id: str
    span_id: str | None
    author: str
    """The name of who wrote it."""
    author_id: str
    """Their actor: `user:…`, `key:…` or `local`."""
    mine: bool
    body: str
    time: WireTime
    edited_time: WireTime | None


def to_comment(comment: Comment, scope: Scope) -> CommentAnswer:
    """`comment` for the wire, seen by `scope`."""
    return CommentAnswer(
        id=comment.id,
        trace_id=comment.trace_id,
        span_id=comment.span_id,
        author=comment.author_name,
        author_id=comment.author,
        mine=comment.author == scope.actor,
        body=comment.body,
        time=comment.time,
        edited_time=comment.edited_time,
    )


def to_cursor(after: tuple[Micros, str] | None) -> str | None:
    """Where a page ended."""
    return None if after is None else f"{after[0]}.{after[1]}"


def from_cursor(cursor: str | None) -> tuple[Micros, str] | None:
    """Where the next page begins."""
    if cursor is None:
        return None
    time, dot, comment_id = cursor.partition(".")
    if not (dot and comment_id and time.isascii() and time.isdigit() and len(time) <= 18):
        raise BadRequest("The cursor is not one of this list; hand back `next_cursor` as it was given, or leave it out.")
    return int(time), comment_id
