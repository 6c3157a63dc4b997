"""Durable runs: what is under way, and how it went. Rooms start them by routes of their own."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.runs import (
    ItemState,
    ResumeBody,
    RunAnswer,
    RunItemAnswer,
    from_run_cursor,
    to_run,
    to_run_cursor,
    to_run_item,
)
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]
Limit = Annotated[int, Query(ge=1, le=500)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["runs"], responses=PROBLEMS)
    router.get("/runs", summary="Durable runs")(list_runs)
    router.get("/runs/{run_id}", summary="One run")(get_run)
    router.get("/runs/{run_id}/items", summary="The items of a run")(list_items)
    router.post("/runs/{run_id}/cancel", summary="Cancel a run")(cancel_run)
    router.post("/runs/{run_id}/resume", summary="Resume a run")(resume_run)
    return router


def list_runs(
    request: Request,
    scope: Reader,
    kind: str | None = None,
    asked_for: bool = False,
    limit: Limit = 50,
    cursor: str | None = None,
) -> Page[RunAnswer]:
    """The newest first. `asked_for`: without the runs that evaluators start by themselves as traffic comes in."""
    page = house_of(request).runs.list(scope, kind=kind, asked_for=asked_for, after=from_run_cursor(cursor), limit=limit)
    return Page(data=[to_run(run) for run in page.runs], next_cursor=to_run_cursor(page.next_after))


def get_run(request: Request, scope: Reader, run_id: str) -> RunAnswer:
    """With its counts as they are now."""
    return to_run(house_of(request).runs.get(scope, run_id))


def list_items(
    request: Request,
    scope: Reader,
    run_id: str,
    state: ItemState | None = None,
    limit: Limit = 100,
    cursor: Annotated[int, Query(ge=-1)] = -1,
) -> Page[RunItemAnswer]:
    """In order; the cursor is the position behind which the page begins."""
    page = house_of(request).runs.items(scope, run_id, state=state, after=cursor, limit=limit)
    next_cursor = None if page.next_after is None else str(page.next_after)
    return Page(data=[to_run_item(item) for item in page.items], next_cursor=next_cursor)


def cancel_run(request: Request, scope: Writer, run_id: str) -> RunAnswer:
    """What is done stays; what is under way ends within a second."""
    return to_run(house_of(request).runs.cancel(scope, run_id))


def resume_run(request: Request, scope: Writer, run_id: str, body: ResumeBody) -> RunAnswer:
    """Go on where it stopped: failed and skipped items are tried again, recorded answers are not asked for again."""
    return to_run(house_of(request).runs.resume(scope, run_id, max_cost=body.max_cost))
