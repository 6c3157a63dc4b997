"""Sessions."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.asking import FilterText, QueryWindow, SpanAsk
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.conversations import ConversationsAnswer, to_conversations
from pellucid_server.api.wire.groups import SessionAnswer, SessionRow, to_session, to_session_row
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.facets import read_filter

Reader = Annotated[Scope, requires(Permission.READ)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["sessions"], responses=PROBLEMS)
    router.get("/sessions", summary="Sessions with a matching span")(list_sessions)
    router.get("/session-analytics", summary="All sessions of a range together")(together)
    router.get("/sessions/{session_id:path}", summary="One session, turn by turn")(get_session)
    return router


def list_sessions(request: Request, scope: Reader, ask: SpanAsk) -> Page[SessionRow]:
    """The most recently active first, or by `trace_count`, `cost`, `tokens` or `error_count`."""
    page = house_of(request).queries.sessions.list_groups(scope, ask)
    return Page(data=[to_session_row(row) for row in page.data], next_cursor=page.next_cursor)


def together(
    request: Request, scope: Reader, window: QueryWindow, text: FilterText = "", score: Annotated[str, Query()] = ""
) -> ConversationsAnswer:
    """How many turns sessions have, what becomes of them at each, where people leave, and a score by turn if one is named."""
    found = house_of(request).queries.conversations.of(scope, read_filter(text), window, score)
    return to_conversations(found)


def get_session(request: Request, scope: Reader, session_id: str, window: QueryWindow) -> SessionAnswer:
    """Its turns, oldest first, with what was asked and answered."""
    return to_session(house_of(request).queries.sessions.get_group(scope, session_id, window))
