"""Connections to model providers: everybody may see which there are, admins change them, nobody reads a key."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.model_connections import ConnectionAnswer, ConnectionBody, to_connection, to_draft
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Admin = Annotated[Scope, requires(Permission.ADMIN)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["model connections"], responses=PROBLEMS)
    router.get("/model-connections", summary="Connections to model providers")(list_connections)
    router.post("/model-connections", summary="Add a connection", status_code=201)(create_connection)
    router.put("/model-connections/{connection_id}", summary="Replace a connection")(update_connection)
    router.delete("/model-connections/{connection_id}", summary="Delete a connection", status_code=204)(remove_connection)
    return router


def list_connections(request: Request, scope: Annotated[Scope, requires(Permission.READ)]) -> Page[ConnectionAnswer]:
    """By name, without their keys."""
    return Page(data=[to_connection(one) for one in house_of(request).model_connections.list_connections(scope)])


def create_connection(request: Request, scope: Admin, body: ConnectionBody) -> ConnectionAnswer:
    """The key is sealed for the host of the address and never given out again."""
    return to_connection(house_of(request).model_connections.create(scope, to_draft(body)))


def update_connection(request: Request, scope: Admin, connection_id: str, body: ConnectionBody) -> ConnectionAnswer:
    """Without `key` the kept one stays, as long as the host does."""
    return to_connection(house_of(request).model_connections.update(scope, connection_id, to_draft(body)))


def remove_connection(request: Request, scope: Admin, connection_id: str) -> None:
    """Runs that need it fail from then on."""
    house_of(request).model_connections.remove(scope, connection_id)
