"""Live tail: rows of traces as their spans arrive, as server-sent events."""

from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from pellucid_server.api.asking import FilterText
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.sse import event, events, told
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.api.wire.rows import TraceRow
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.facets import read_filter

Reader = Annotated[Scope, requires(Permission.READ)]

MAX_ROWS: Final = 100
"""Traces told at once: more than anybody can read; the list has the others."""


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["live"], responses=PROBLEMS)
    router.get("/live", summary="Traces as they arrive", response_class=StreamingResponse)(tail)
    return router


async def tail(request: Request, scope: Reader, text: FilterText = "") -> StreamingResponse:
    """Events `trace` with a row as in the list (again whenever it grows), and `ping`."""
    house, node = house_of(request), read_filter(text)

    async def rows(written: list[str]) -> list[bytes]:
        found = await run_in_threadpool(house.queries.traces.rows_of, scope, written[-MAX_ROWS:], node)
        return [event("trace", TraceRow.model_validate(row).model_dump_json()) for row in reversed(found)]

    return events(told(house.live, scope.project_id, rows))
