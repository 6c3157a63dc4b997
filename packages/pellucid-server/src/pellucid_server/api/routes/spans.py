"""Spans."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.asking import SpanAsk
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.api.wire.rows import SpanSummary
from pellucid_server.api.wire.spans import SpanWhole, to_span
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["spans"], responses=PROBLEMS)
    router.get("/spans", summary="Spans that match")(list_spans)
    router.get("/spans/{span_id}", summary="One span with its content")(get_span)
    return router


def list_spans(request: Request, scope: Reader, ask: SpanAsk) -> Page[SpanSummary]:
    """Newest first, or by `duration`, `ttft`, `cost`, `tokens` and other numbers within the time range."""
    page = house_of(request).queries.spans.list_spans(scope, ask)
    return Page(data=[SpanSummary.model_validate(row) for row in page.data], next_cursor=page.next_cursor)


def get_span(request: Request, scope: Reader, span_id: str, trace_id: str = "") -> SpanWhole:
    """With its messages, documents, attributes and the reasons of its cost. Without `trace_id`: the newest with this id."""
    return to_span(house_of(request).queries.spans.get_span(scope, span_id.lower(), trace_id.lower()))
