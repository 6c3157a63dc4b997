"""Traces."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from pellucid_server.api.asking import SpanAsk
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.api.wire.rows import TraceRow
from pellucid_server.api.wire.traces import TraceAnswer, to_trace
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["traces"], responses=PROBLEMS)
    router.get("/traces", summary="Traces of which any span matches")(list_traces)
    router.get("/traces/{trace_id}", summary="One trace with its spans and scores", response_model=TraceAnswer)(get_trace)
    return router


def list_traces(request: Request, scope: Reader, ask: SpanAsk) -> Page[TraceRow]:
    """Newest first, or by `duration`, `ttft`, `cost`, `tokens`, `span_count`, `error_count` or `refused_count` within the time range."""
    page = house_of(request).queries.traces.list_traces(scope, ask)
    return Page(data=[TraceRow.model_validate(row) for row in page.data], next_cursor=page.next_cursor)


def get_trace(request: Request, scope: Reader, trace_id: str) -> Response:
    """Whole, however long it took."""
    house = house_of(request)
    detail = house.queries.traces.get_trace(scope, trace_id.lower())
    answer = to_trace(detail, house.comments.count(scope, trace_id.lower()))
    # Written by the model's own encoder: the framework's way over dictionaries takes a second longer for 10,000 spans.
    return Response(answer.model_dump_json(), media_type="application/json")
