"""API keys of the project."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.keys import KeyAnswer, KeyBody, NewKeyAnswer, RotateBody, to_key, to_new_key
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Admin = Annotated[Scope, requires(Permission.ADMIN)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["keys"], responses=PROBLEMS)
    router.get("/keys", summary="The project's keys")(list_keys)
    router.post("/keys", summary="Create a key", status_code=201)(create_key)
    router.delete("/keys/{key_id}", summary="Revoke a key", status_code=204)(revoke_key)
    router.post("/keys/{key_id}/rotate", summary="Replace a key", status_code=201)(rotate_key)
    return router


def list_keys(request: Request, scope: Admin) -> Page[KeyAnswer]:
    """Without secrets."""
    return Page(data=[to_key(key) for key in house_of(request).identity.keys.list_keys(scope)])


def create_key(request: Request, response: Response, scope: Admin, body: KeyBody) -> NewKeyAnswer:
    """The answer holds the secret, this once."""
    response.headers["cache-control"] = "no-store"
    new = house_of(request).identity.keys.create(scope, name=body.name, role=body.role, expires_time=body.expires_time)
    return to_new_key(new)


def revoke_key(request: Request, scope: Admin, key_id: str) -> None:
    """At once in this process, within a minute in others."""
    house_of(request).identity.keys.revoke(scope, key_id)


def rotate_key(request: Request, response: Response, scope: Admin, key_id: str, body: RotateBody) -> NewKeyAnswer:
    """A new key with the same name and role; the old one stays good for `overlap_s`."""
    response.headers["cache-control"] = "no-store"
    return to_new_key(house_of(request).identity.keys.rotate(scope, key_id, overlap_s=body.overlap_s))
