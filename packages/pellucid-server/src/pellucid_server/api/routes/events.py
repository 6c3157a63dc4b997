"""The ledger of changes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.events import (
    EventAnswer,
    EventBody,
    EventFile,
    ImpactAnswer,
    from_cursor,
    to_cursor,
    to_event,
    to_event_file,
    to_impact,
)
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.core.clock import HOUR
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.monitors.slices import slice_of
from pellucid_server.query.windows import read_window

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["changes"], responses=PROBLEMS)
    router.get("/events", summary="Changes of a time range")(list_events)
    router.post("/events", summary="Announce a change, such as a deploy", status_code=201)(announce)
    router.get("/events/{event_id}", summary="One change with its blast radius")(get_event)
    router.get("/events/{event_id}/impact", summary="What was before and after a change")(impact)
    router.delete("/events/{event_id}", summary="Delete a change", status_code=204)(remove)
    return router


def list_events(
    request: Request,
    scope: Reader,
    start: Annotated[str | None, Query(alias="from")] = None,
    end: Annotated[str | None, Query(alias="to")] = None,
    kind: Annotated[list[str] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: str | None = None,
) -> Page[EventAnswer]:
    """The newest first. `kind` may be given several times."""
    house = house_of(request)
    window = read_window(start, end, house.queries.clock())
    page = house.ledger.list_events(
        scope, start=window.start, end=window.end, kinds=kind or (), before=from_cursor(cursor), limit=limit
    )
    return Page(data=[to_event(event) for event in page.events], next_cursor=to_cursor(page.next_before))


def get_event(request: Request, scope: Reader, event_id: str) -> EventFile:
    """Its slice of the traffic as filters, and which share of the requests of the day after it was in that slice."""
    house = house_of(request)
    event = house.ledger.get(scope, event_id)
    reach = house.monitoring.impact.reach(scope, event)
    return to_event_file(event, slice_of(event), reach, house.monitoring.bursts.of_change(scope, event_id))


def impact(
    request: Request,
    scope: Reader,
    event_id: str,
    hours: Annotated[float, Query(gt=0, le=336)] = 24.0,
    dimension: Annotated[str, Query(max_length=200)] = "",
) -> ImpactAnswer:
    """Quality, cost, latency, refusals and errors of two windows that meet at the change, each with interval and n.

    `dimension` cuts both by the values of a field. The windows are no longer than what has passed since.
    """
    house = house_of(request)
    event = house.ledger.get(scope, event_id)
    return to_impact(house.monitoring.impact.compare(scope, event, length=round(hours * HOUR), dimension=dimension))


def announce(request: Request, scope: Writer, body: EventBody) -> EventAnswer:
    """A deploy pipeline or a person says what changed; the same id again replaces it."""
    event = house_of(request).ledger.announce(
        scope,
        kind=body.kind,
        title=body.title,
        time=body.time,
        event_id=body.id,
        attributes=body.scope,
        before=body.before,
        after=body.after,
    )
    return to_event(event)


def remove(request: Request, scope: Writer, event_id: str) -> None:
    """Take back what should not stand there."""
    house_of(request).ledger.remove(scope, event_id)
