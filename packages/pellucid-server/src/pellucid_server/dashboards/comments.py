"""Comments on traces and spans: written by people and keys, changed by their authors, deleted by them or an admin."""

from dataclasses import dataclass, replace

from pellucid_server.core.clock import Clock, Micros, system_clock
from pellucid_server.core.ids import SPAN_ID_CHARS, TRACE_ID_CHARS, IdSource, is_hex, random_id
from pellucid_server.dashboards.errors import BadComment, NoSuchComment, NotYours
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.store.meta.comments import Comment
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.unit import UnitOfWork

MAX_BODY_CHARS = 10_000
MAX_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPage:
    """Some comments, and where the next ones begin."""

    comments: list[Comment]
    next_after: tuple[Micros, str] | None


class CommentBook:
    """The verbs."""

    def __init__(self, store: MetaStore, clock: Clock = system_clock, new_id: IdSource = random_id) -> None:
        self._store = store
        self._clock = clock
        self._new_id = new_id

    def list_comments(
        self, scope: Scope, *, trace_id: str | None = None, after: tuple[Micros, str] | None = None, limit: int = 100
    ) -> CommentPage:
        """Of a trace, or of the whole project; the oldest first."""
        bounded = max(1, min(limit, MAX_PAGE))
        with self._store.reading() as unit:
            found = unit.comments.page(scope.project_id, trace_id=trace_id, after=after, limit=bounded + 1)
        shown = found[:bounded]
        return CommentPage(comments=shown, next_after=(shown[-1].time, shown[-1].id) if len(found) > bounded else None)

    def count(self, scope: Scope, trace_id: str) -> int:
        """How many a trace has."""
        with self._store.reading() as unit:
            return unit.comments.count(scope.project_id, trace_id)

    def create(self, scope: Scope, *, trace_id: str, span_id: str | None, body: str, author_name: str) -> Comment:
        """Write one. The trace need not have arrived yet."""
        if not is_hex(trace_id, TRACE_ID_CHARS) or not (span_id is None or is_hex(span_id, SPAN_ID_CHARS)):
            raise BadComment("`trace_id` is 32 hex digits and `span_id` 16, as in W3C Trace Context; copy them from the trace.")
        comment = Comment(
            id=self._new_id("comment"),
            project_id=scope.project_id,
            trace_id=trace_id.lower(),
            span_id=span_id.lower() if span_id is not None else None,
            author=scope.actor,
            author_name=author_name,
            body=_checked(body),
            time=self._clock(),
        )
        with self._store.writing() as unit:
            unit.comments.add(comment)
        return comment

    def edit(self, scope: Scope, comment_id: str, *, body: str) -> Comment:
        """Change one's own words."""
        checked = _checked(body)
        with self._store.writing() as unit:
            comment = _get(unit, scope, comment_id)
            if comment.author != scope.actor:
                raise NotYours("Only its author may change the words of a comment; write one of your own.")
            edited = replace(comment, body=checked, edited_time=self._clock())
            unit.comments.put(edited)
        return edited

    def remove(self, scope: Scope, comment_id: str) -> None:
        """Delete one's own, or as an admin anybody's."""
        with self._store.writing() as unit:
            if _get(unit, scope, comment_id).author != scope.actor and not scope.may(Permission.ADMIN):
                raise NotYours
            unit.comments.remove(scope.project_id, comment_id)


def _get(unit: UnitOfWork, scope: Scope, comment_id: str) -> Comment:
    comment = unit.comments.get(scope.project_id, comment_id)
    if comment is None:
        raise NoSuchComment
    return comment


def _checked(body: str) -> str:
    if not 0 < len(body.strip()) <= MAX_BODY_CHARS:
        raise BadComment(f"A comment has between 1 and {MAX_BODY_CHARS:,} characters; shorten it or write some.")
    return body
