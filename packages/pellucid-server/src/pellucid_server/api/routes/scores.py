"""Scores."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.asking import ScoreAsk
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.api.wire.scores import ScoreAnswer, ScoreBody, ScoreId, ScoresWritten, to_score
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Scorer = Annotated[Scope, requires(Permission.SCORE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["scores"], responses=PROBLEMS)
    router.get("/scores", summary="Scores that match")(list_scores)
    router.post("/scores", summary="Write one score or a list", status_code=201)(write_scores)
    return router


def list_scores(request: Request, scope: Reader, ask: ScoreAsk) -> Page[ScoreAnswer]:
    """Newest first. The filter names fields of scores: `name:quality value<0.5 source:human`."""
    page = house_of(request).queries.scores.list_scores(scope, ask)
    return Page(data=[to_score(score) for score in page.data], next_cursor=page.next_cursor)


def write_scores(request: Request, scope: Scorer, body: ScoreBody | list[ScoreBody]) -> ScoresWritten:
    """All or none. The same id again replaces; a score may come before its span."""
    bodies = body if isinstance(body, list) else [body]
    drafts = [one.draft() for one in bodies]
    house = house_of(request)
    if any(draft.config_id for draft in drafts):
        house.evals.configs.check(scope, drafts)
    ids = house.queries.scores.write(scope, drafts)
    return ScoresWritten(data=[ScoreId(id=id_) for id_ in ids])
