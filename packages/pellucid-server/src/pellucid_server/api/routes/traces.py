"""Traces."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from pellucid_server.api.asking import SpanAsk
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.api.wire.rows import TraceRow
from pellucid_server.api.wire.traces import TraceAnswer, TraceTreeAnswer, to_trace, tree_json
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["traces"], responses=PROBLEMS)
    router.get("/traces", summary="Traces of which any span matches", response_model=Page[TraceRow])(list_traces)
    router.get("/traces/{trace_id}", summary="One trace with its spans and scores", response_model=TraceAnswer)(get_trace)
    router.get("/traces/{trace_id}/tree", summary="One trace with its spans in brief", response_model=TraceTreeAnswer)(get_tree)
    return router


def list_traces(request: Request, scope: Reader, ask: SpanAsk) -> Response:
    """Newest first, or by `duration`, `ttft`, `cost`, `tokens`, `span_count`, `error_count` or `refused_count` within the time range."""
    page = house_of(request).queries.traces.list_traces(scope, ask)
    answer = Page(data=[TraceRow.model_validate(row) for row in page.data], next_cursor=page.next_cursor)
    # Written by the model's own encoder, here as below: the framework's way over dictionaries takes as long as the query.
    return Response(answer.model_dump_json(), media_type="application/json")


def get_trace(request: Request, scope: Reader, trace_id: str) -> Response:
    """Whole, however long it took."""
    house = house_of(request)
    detail = house.queries.traces.get_trace(scope, trace_id.lower())
    answer = to_trace(detail, house.comments.count(scope, trace_id.lower()))
    return Response(answer.model_dump_json(), media_type="application/json")


def get_tree(request: Request, scope: Reader, trace_id: str) -> Response:
    """What a page shows first of a trace of thousands of spans; each span whole is at `spans/{span_id}`."""
    house = house_of(request)
    tree = house.queries.traces.get_tree(scope, trace_id.lower())
    return Response(tree_json(tree, house.comments.count(scope, trace_id.lower())), media_type="application/json")
