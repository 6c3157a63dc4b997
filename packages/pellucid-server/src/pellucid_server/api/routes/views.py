"""Saved views."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.views import ViewAnswer, ViewBody, to_view
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["views"], responses=PROBLEMS)
    router.get("/views", summary="The shared views and one's own")(list_views)
    router.post("/views", summary="Save a view", status_code=201)(create_view)
    router.get("/views/{view_id}", summary="One view")(get_view)
    router.put("/views/{view_id}", summary="Replace a view")(update_view)
    router.delete("/views/{view_id}", summary="Delete a view", status_code=204)(remove_view)
    return router


def list_views(request: Request, scope: Reader, page: str | None = None) -> Page[ViewAnswer]:
    """By page and name; of one page with `?page=`."""
    return Page(data=[to_view(view, scope) for view in house_of(request).views.list_views(scope, page=page)])


def create_view(request: Request, scope: Writer, body: ViewBody) -> ViewAnswer:
    """It belongs to the caller."""
    return to_view(house_of(request).views.create(scope, body.content()), scope)


def get_view(request: Request, scope: Reader, view_id: str) -> ViewAnswer:
    """Somebody else's own view is as if it did not exist."""
    return to_view(house_of(request).views.get(scope, view_id), scope)


def update_view(request: Request, scope: Writer, view_id: str, body: ViewBody) -> ViewAnswer:
    """Its owner, or an admin where it is shared."""
    return to_view(house_of(request).views.update(scope, view_id, body.content()), scope)


def remove_view(request: Request, scope: Writer, view_id: str) -> None:
    """Its owner, or an admin where it is shared."""
    house_of(request).views.remove(scope, view_id)
