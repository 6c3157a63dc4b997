"""Users."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.asking import QueryWindow, SpanAsk
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.groups import UserAnswer, UserRow, to_user, to_user_row
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["users"], responses=PROBLEMS)
    router.get("/users", summary="Users with a matching span")(list_users)
    router.get("/users/{user_id:path}", summary="One user with their traces")(get_user)
    return router


def list_users(request: Request, scope: Reader, ask: SpanAsk) -> Page[UserRow]:
    """The most recently active first, or by `trace_count`, `cost`, `tokens` or `error_count`."""
    page = house_of(request).queries.users.list_groups(scope, ask)
    return Page(data=[to_user_row(row) for row in page.data], next_cursor=page.next_cursor)


def get_user(request: Request, scope: Reader, user_id: str, window: QueryWindow) -> UserAnswer:
    """Their traces, oldest first."""
    return to_user(house_of(request).queries.users.get_group(scope, user_id, window))
