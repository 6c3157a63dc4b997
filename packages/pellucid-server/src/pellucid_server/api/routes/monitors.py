"""Monitors: rules that watch the traffic, and the windows in which nobody is told."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.monitors import (
    MaintenanceAnswer,
    MaintenanceBody,
    MonitorAnswer,
    MonitorBody,
    MonitorPut,
    PreviewAnswer,
    PreviewBody,
    to_maintenance,
    to_monitor,
    to_preview,
)
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.monitors.rules import read_rule

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["monitors"], responses=PROBLEMS)
    router.get("/monitors", summary="Monitors with how they stand")(list_monitors)
    router.post("/monitors", summary="Watch something", status_code=201)(create_monitor)
    router.post("/monitor-previews", summary="Try a rule on the past")(preview)
    router.post("/monitors/{monitor_id}/preview", summary="Try a monitor on the past")(preview_monitor)
    router.get("/monitors/{monitor_id}", summary="One monitor")(get_monitor)
    router.put("/monitors/{monitor_id}", summary="Replace a monitor")(update_monitor)
    router.delete("/monitors/{monitor_id}", summary="Delete a monitor", status_code=204)(remove_monitor)
    router.get("/maintenance-windows", summary="Running and coming maintenance")(list_maintenance)
    router.post("/maintenance-windows", summary="Plan maintenance", status_code=201)(plan_maintenance)
    router.delete("/maintenance-windows/{window_id}", summary="End maintenance", status_code=204)(end_maintenance)
    return router


def list_monitors(request: Request, scope: Reader) -> Page[MonitorAnswer]:
    """By name."""
    return Page(data=[to_monitor(record) for record in house_of(request).monitoring.monitors.list_monitors(scope)])


def create_monitor(request: Request, scope: Writer, body: MonitorBody) -> MonitorAnswer:
    """It is evaluated within half a minute."""
    book = house_of(request).monitoring.monitors
    return to_monitor(book.get(scope, book.create(scope, body.content()).id))


def get_monitor(request: Request, scope: Reader, monitor_id: str) -> MonitorAnswer:
    """With its segments."""
    return to_monitor(house_of(request).monitoring.monitors.get(scope, monitor_id))


def update_monitor(request: Request, scope: Writer, monitor_id: str, body: MonitorPut) -> MonitorAnswer:
    """Where the rule itself changes, its open breaches are over and it begins anew."""
    book = house_of(request).monitoring.monitors
    book.update(scope, monitor_id, body.content(), version=body.version)
    return to_monitor(book.get(scope, monitor_id))


def remove_monitor(request: Request, scope: Writer, monitor_id: str) -> None:
    """A rule of the starter pack does not come back."""
    house_of(request).monitoring.monitors.remove(scope, monitor_id)


def preview(request: Request, scope: Reader, body: PreviewBody) -> PreviewAnswer:
    """When it would have fired, and the smallest change that it would have found."""
    found = house_of(request).monitoring.previewer.preview(scope, read_rule(body.rule), days=body.days)
    return to_preview(found)


def preview_monitor(
    request: Request, scope: Reader, monitor_id: str, days: Annotated[int, Query(ge=1, le=90)] = 30
) -> PreviewAnswer:
    """As it is saved."""
    house = house_of(request).monitoring
    rule = read_rule(house.monitors.get(scope, monitor_id).monitor.rule)
    return to_preview(house.previewer.preview(scope, rule, days=days))


def list_maintenance(request: Request, scope: Reader) -> Page[MaintenanceAnswer]:
    """The earliest first."""
    return Page(data=[to_maintenance(window) for window in house_of(request).monitoring.incidents.maintenance(scope)])


def plan_maintenance(request: Request, scope: Writer, body: MaintenanceBody) -> MaintenanceAnswer:
    """What is still wrong at its end is told then."""
    window = house_of(request).monitoring.incidents.plan_maintenance(
        scope, reason=body.reason, start=body.start, end=body.end, monitor_ids=body.monitor_ids
    )
    return to_maintenance(window)


def end_maintenance(request: Request, scope: Writer, window_id: str) -> None:
    """At once."""
    house_of(request).monitoring.incidents.end_maintenance(scope, window_id)
