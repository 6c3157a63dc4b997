"""Incidents: what went wrong, and what people do about it."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.comments import from_cursor, to_cursor
from pellucid_server.api.wire.incidents import (
    EntryAnswer,
    IncidentAnswer,
    IncidentFileAnswer,
    NoteBody,
    ResolveBody,
    SnoozeBody,
    to_entry,
    to_file,
    to_incident,
)
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["incidents"], responses=PROBLEMS)
    router.get("/incidents", summary="Incidents")(list_incidents)
    router.get("/incidents/{incident_id}", summary="One incident with its history")(get_incident)
    router.post("/incidents/{incident_id}/acknowledge", summary="Say that somebody looks at it")(acknowledge)
    router.post("/incidents/{incident_id}/resolve", summary="End it, or say that it was benign")(resolve)
    router.post("/incidents/{incident_id}/snooze", summary="Be silent about it until then")(snooze)
    router.post("/incidents/{incident_id}/notes", summary="Write a note", status_code=201)(note)
    return router


def list_incidents(
    request: Request,
    scope: Reader,
    state: Annotated[str, Query(max_length=100)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: str | None = None,
) -> Page[IncidentAnswer]:
    """The latest first. `state`: one, or several with commas between them; empty: all."""
    page = house_of(request).monitoring.incidents.list_incidents(
        scope, states=[one for one in state.split(",") if one], before=from_cursor(cursor), limit=limit
    )
    return Page(data=[to_incident(incident) for incident in page.incidents], next_cursor=to_cursor(page.next_before))


def get_incident(request: Request, scope: Reader, incident_id: str) -> IncidentFileAnswer:
    """With the traces behind each breach, its history, and whom it was told."""
    return to_file(house_of(request).monitoring.incidents.get(scope, incident_id))


def acknowledge(request: Request, scope: Writer, incident_id: str) -> IncidentAnswer:
    """No more reminders, no escalation."""
    return to_incident(house_of(request).monitoring.incidents.acknowledge(scope, incident_id))


def resolve(request: Request, scope: Writer, incident_id: str, body: ResolveBody) -> IncidentAnswer:
    """Its rules stay quiet until they were back to normal once."""
    incidents = house_of(request).monitoring.incidents
    return to_incident(incidents.resolve(scope, incident_id, benign=body.benign, text=body.text))


def snooze(request: Request, scope: Writer, incident_id: str, body: SnoozeBody) -> IncidentAnswer:
    """For a week at most; people are reminded at its end."""
    return to_incident(house_of(request).monitoring.incidents.snooze(scope, incident_id, body.until))


def note(request: Request, scope: Writer, incident_id: str, body: NoteBody) -> EntryAnswer:
    """Signed with the caller's actor."""
    return to_entry(house_of(request).monitoring.incidents.note(scope, incident_id, body.text))
