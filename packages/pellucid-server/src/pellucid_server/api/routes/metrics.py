"""Metrics."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST

from pellucid_server.api.asking import FilterText
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.exposition import exposition, measures_of
from pellucid_server.api.wire.metrics import MetricsAnswer, MetricsBody
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.facets import read_filter
from pellucid_server.query.metrics import MetricsAsk
from pellucid_server.query.windows import read_window

Reader = Annotated[Scope, requires(Permission.READ)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["metrics"], responses=PROBLEMS)
    router.post("/metrics/query", summary="Any measure, aggregated by time and dimensions")(query_metrics)
    router.get("/metrics/prometheus", summary="Chosen measures for Prometheus", response_class=PlainTextResponse)(scrape_metrics)
    return router


def query_metrics(request: Request, scope: Reader, body: MetricsBody) -> MetricsAnswer:
    """The filter is asked of each span by itself; tokens and cost are those of spans that count."""
    queries = house_of(request).queries
    window = read_window(body.start, body.end, queries.clock())
    answer = queries.metrics.ask(scope, body.ask(read_filter(body.filter), window))
    return MetricsAnswer(data=answer.data, interval=answer.interval or None, complete=answer.complete)


def scrape_metrics(
    request: Request,
    scope: Reader,
    measure: Annotated[list[str], Query()],
    dimension: Annotated[list[str], Query()] = [],  # noqa: B006  # FastAPI copies it for every request
    last: str = "-5m",
    text: FilterText = "",
) -> PlainTextResponse:
    """`measure=cost:sum&dimension=feature&last=-5m&filter=…`: gauges over the last while, in Prometheus' text format."""
    queries = house_of(request).queries
    measures = measures_of(measure)
    window = read_window(last, None, queries.clock())
    ask = MetricsAsk(measures=measures, dimensions=dimension, interval="", window=window, filter=read_filter(text), timezone="UTC")
    answer = queries.metrics.ask(scope, ask)
    return PlainTextResponse(exposition(answer.data, measures, dimension), media_type=CONTENT_TYPE_LATEST)
