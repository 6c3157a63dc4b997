"""Full-text search."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.asking import Cursor, FilterText, QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.api.wire.search import HitsAnswer
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.asking import Ask
from pellucid_server.query.facets import read_filter
from pellucid_server.query.search import MAX_HITS, Mode

Reader = Annotated[Scope, requires(Permission.READ)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["search"], responses=PROBLEMS)
    router.get("/search", summary="Spans whose text holds words, or a piece of text")(search)
    return router


def search(
    request: Request,
    scope: Reader,
    window: QueryWindow,
    q: Annotated[str, Query(description='Words, all of which must be there; in quotes, side by side: `"refund policy"`.')],
    text: FilterText = "",
    mode: Annotated[Mode, Query(description="`tokens`: by the index. `substring`: a scan that says what it read.")] = "tokens",
    limit: Annotated[int, Query(ge=1, le=MAX_HITS)] = 20,
    cursor: Cursor = None,
) -> HitsAnswer:
    """Case and accents do not matter. A page of `substring` may be short or empty and still have a cursor."""
    ask = Ask(filter=read_filter(text), window=window, limit=limit, cursor=cursor)
    return HitsAnswer.model_validate(house_of(request).queries.search.search(scope, q, ask, mode))
