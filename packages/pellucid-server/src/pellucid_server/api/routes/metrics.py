"""Metrics."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.metrics import MetricsAnswer, MetricsBody
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.facets import read_filter
from pellucid_server.query.windows import read_window

Reader = Annotated[Scope, requires(Permission.READ)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["metrics"], responses=PROBLEMS)
    router.post("/metrics/query", summary="Any measure, aggregated by time and dimensions")(query_metrics)
    return router


def query_metrics(request: Request, scope: Reader, body: MetricsBody) -> MetricsAnswer:
    """The filter is asked of each span by itself; tokens and cost are those of spans that count."""
    queries = house_of(request).queries
    window = read_window(body.start, body.end, queries.clock())
    answer = queries.metrics.ask(scope, body.ask(read_filter(body.filter), window))
    return MetricsAnswer(data=answer.data, interval=answer.interval or None, complete=answer.complete)
