"""Comments on traces and spans."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.comments import CommentAnswer, CommentBody, CommentPatch, from_cursor, to_comment, to_cursor
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["comments"], responses=PROBLEMS)
    router.get("/comments", summary="Comments of a trace or of the project")(list_comments)
    router.post("/comments", summary="Write a comment", status_code=201)(create_comment)
    router.patch("/comments/{comment_id}", summary="Change one's own comment")(edit_comment)
    router.delete("/comments/{comment_id}", summary="Delete a comment", status_code=204)(remove_comment)
    return router


def list_comments(
    request: Request,
    scope: Reader,
    trace_id: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: str | None = None,
) -> Page[CommentAnswer]:
    """The oldest first."""
    page = house_of(request).comments.list_comments(scope, trace_id=trace_id, after=from_cursor(cursor), limit=limit)
    return Page(data=[to_comment(comment, scope) for comment in page.comments], next_cursor=to_cursor(page.next_after))


def create_comment(request: Request, scope: Writer, body: CommentBody) -> CommentAnswer:
    """Signed with the caller's name."""
    house = house_of(request)
    comment = house.comments.create(
        scope,
        trace_id=body.trace_id,
        span_id=body.span_id,
        body=body.body,
        author_name=house.identity.projects.name_of(scope),
    )
    return to_comment(comment, scope)


def edit_comment(request: Request, scope: Writer, comment_id: str, body: CommentPatch) -> CommentAnswer:
    """Only its author."""
    return to_comment(house_of(request).comments.edit(scope, comment_id, body=body.body), scope)


def remove_comment(request: Request, scope: Writer, comment_id: str) -> None:
    """Its author or an admin."""
    house_of(request).comments.remove(scope, comment_id)
