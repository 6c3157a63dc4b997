"""Actions on many traces: each starts a durable run."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.bulk import BulkBody
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.runs import RunAnswer, to_run
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.asking import Ask
from pellucid_server.query.facets import read_filter
from pellucid_server.query.windows import read_window

Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The route."""
    router = APIRouter(prefix=PREFIX, tags=["traces"], responses=PROBLEMS)
    router.post("/bulk/traces", summary="Do something with many traces, as a durable run", status_code=202)(start)
    return router


def start(request: Request, scope: Writer, body: BulkBody) -> RunAnswer:
    """The run goes on while nobody looks, and after a restart; `GET /api/v1/runs/{id}` says how far it is."""
    house = house_of(request)
    ask = None
    if body.filter is not None:
        window = read_window(body.start, body.end, house.queries.clock())
        ask = Ask(filter=read_filter(body.filter), window=window)
    return to_run(house.bulk.start(scope, body.action, body.options, trace_ids=body.trace_ids, ask=ask))
