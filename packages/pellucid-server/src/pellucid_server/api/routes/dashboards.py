"""Dashboards and links to them."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.dashboards import (
    DashboardAnswer,
    DashboardBody,
    DashboardChange,
    DashboardRow,
    NewShareAnswer,
    ShareAnswer,
    ShareBody,
    to_dashboard,
    to_dashboard_row,
    to_new_share,
    to_share,
)
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["dashboards"], responses=PROBLEMS)
    router.get("/dashboards", summary="Presets and the project's own dashboards")(list_dashboards)
    router.post("/dashboards", summary="Make a dashboard, or import one", status_code=201)(create_dashboard)
    router.get("/dashboards/{dashboard_id}", summary="One dashboard; what an export holds")(get_dashboard)
    router.put("/dashboards/{dashboard_id}", summary="Replace a dashboard")(update_dashboard)
    router.delete("/dashboards/{dashboard_id}", summary="Delete a dashboard", status_code=204)(remove_dashboard)
    router.get("/dashboards/{dashboard_id}/shares", summary="Links to a dashboard")(list_shares)
    router.post("/dashboards/{dashboard_id}/shares", summary="Make a read-only link", status_code=201)(create_share)
    router.delete("/dashboards/{dashboard_id}/shares/{share_id}", summary="Revoke a link", status_code=204)(remove_share)
    return router


def list_dashboards(request: Request, scope: Reader) -> Page[DashboardRow]:
    """The presets first, then by name."""
    return Page(data=[to_dashboard_row(board, scope) for board in house_of(request).boards.list_boards(scope)])


def create_dashboard(request: Request, scope: Writer, body: DashboardBody) -> DashboardAnswer:
    """Everybody in the project sees it. A file that was exported from another project is taken as it is."""
    return to_dashboard(house_of(request).boards.create(scope, body.content()), scope)


def get_dashboard(request: Request, scope: Reader, dashboard_id: str) -> DashboardAnswer:
    """A preset by its name, another one by its id."""
    return to_dashboard(house_of(request).boards.get(scope, dashboard_id), scope)


def update_dashboard(request: Request, scope: Writer, dashboard_id: str, body: DashboardChange) -> DashboardAnswer:
    """`version` is the one that was read: where somebody saved another meanwhile, this is refused with 409."""
    return to_dashboard(house_of(request).boards.update(scope, dashboard_id, body.content(), version=body.version), scope)


def remove_dashboard(request: Request, scope: Writer, dashboard_id: str) -> None:
    """With all links to it: its owner, or an admin."""
    house_of(request).boards.remove(scope, dashboard_id)


def list_shares(request: Request, scope: Writer, dashboard_id: str) -> Page[ShareAnswer]:
    """Without their tokens, which nobody knows any more."""
    return Page(data=[to_share(share) for share in house_of(request).sharing.list_shares(scope, dashboard_id)])


def create_share(request: Request, scope: Writer, dashboard_id: str, body: ShareBody) -> NewShareAnswer:
    """Whoever has the link sees the dashboard's charts, of any time range, and nothing else."""
    return to_new_share(house_of(request).sharing.share(scope, dashboard_id, days=body.days))


def remove_share(request: Request, scope: Writer, dashboard_id: str, share_id: str) -> None:
    """It opens nothing from now on."""
    house_of(request).sharing.revoke(scope, dashboard_id, share_id)
