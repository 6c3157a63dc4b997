"""Live tail: rows of traces as their spans arrive, as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from pellucid_server.api.asking import FilterText
from pellucid_server.api.house import LiveFeed, house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.api.wire.rows import TraceRow
from pellucid_server.filters.tree import Filter
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.facets import read_filter
from pellucid_server.query.traces import Traces

Reader = Annotated[Scope, requires(Permission.READ)]

PING_S: Final = 15.0
"""Proxies close connections that are silent for a minute."""
MAX_ROWS: Final = 100
"""Traces told at once: more than anybody can read; the list has the others."""


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["live"], responses=PROBLEMS)
    router.get("/live", summary="Traces as they arrive", response_class=StreamingResponse)(tail)
    return router


async def tail(request: Request, scope: Reader, text: FilterText = "") -> StreamingResponse:
    """Events `trace` with a row as in the list (again whenever it grows), and `ping`."""
    house = house_of(request)
    events = _events(house.live, house.queries.traces, scope, read_filter(text))
    return StreamingResponse(events, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _events(live: LiveFeed, traces: Traces, scope: Scope, node: Filter) -> AsyncIterator[bytes]:
    subscription = live.subscribe(scope.project_id)
    try:
        yield b"event: ping\ndata: {}\n\n"
        while not subscription.closed:
            written = await subscription.wait(PING_S)
            if not written:
                yield b"event: ping\ndata: {}\n\n"
                continue
            rows = await run_in_threadpool(traces.rows_of, scope, written[-MAX_ROWS:], node)
            for row in reversed(rows):
                yield b"event: trace\ndata: " + TraceRow.model_validate(row).model_dump_json().encode() + b"\n\n"
    finally:
        live.unsubscribe(subscription)
