"""Drift: what the traffic is drawn from, now and before."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.asking import FilterText, QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.drift import DriftAnswer, DriftRunAnswer, to_drift, to_drift_run
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.core.clock import DAY
from pellucid_server.core.errors import BadRequest
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.facets import read_filter
from pellucid_server.query.windows import Window, read_window

Reader = Annotated[Scope, requires(Permission.READ)]
REFERENCE_DAYS = 14


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["drift"], responses=PROBLEMS)
    router.get("/drift", summary="What drifted")(report)
    router.get("/drift-runs", summary="What scheduled comparisons found")(list_runs)
    return router


def report(
    request: Request,
    scope: Reader,
    window: QueryWindow,
    text: FilterText = "",
    reference_from: Annotated[str | None, Query(max_length=40)] = None,
    reference_to: Annotated[str | None, Query(max_length=40)] = None,
) -> DriftAnswer:
    """The window (a day where none is named) against a reference: the two weeks before it where none is named."""
    house = house_of(request)
    now = house.queries.clock()
    end = now if window.end is None else window.end
    current = Window(start=end - DAY if window.start is None else window.start, end=end)
    named = read_window(reference_from, reference_to, now)
    before = current.start if current.start is not None else end - DAY
    reference = Window(
        start=before - REFERENCE_DAYS * DAY if named.start is None else named.start,
        end=before if named.end is None else named.end,
    )
    if (reference.start or 0) >= (reference.end or 0):
        raise BadRequest("The reference ends before it begins; name `reference_from` and `reference_to`.")
    return to_drift(house.monitoring.drift.report(scope, current, reference, read_filter(text)))


def list_runs(request: Request, scope: Reader, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> Page[DriftRunAnswer]:
    """The newest first; rules of the kind `drift` make them every six hours."""
    return Page(data=[to_drift_run(run) for run in house_of(request).monitoring.drift_runs.list_runs(scope, limit)])
