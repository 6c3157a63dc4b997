"""Duels: contestants compared answer by answer in both orders, with their strengths."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from pellucid_server.api.asking import QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.duels import (
    DuelAnswer,
    DuelsBody,
    DuelsPreviewAnswer,
    StandingsAnswer,
    to_duel,
    to_duels_preview,
    to_read_duel,
    to_standings,
)
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.runs import RunAnswer, to_run
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]
Position = Annotated[int, Path(ge=0, le=1_000_000)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["duels"], responses=PROBLEMS)
    router.post("/duel-previews", summary="Count the duels that would be fought")(preview_duels)
    router.post("/duels", summary="Compare answers in both orders", status_code=202)(start_duels)
    router.get("/duels/{run_id}", summary="Strengths of the contestants, and what the orders say of the judge")(get_standings)
    router.get("/duels/{run_id}/duels", summary="The duels one by one")(list_duels)
    router.get("/duels/{run_id}/duels/{position}", summary="One duel with both answers")(get_duel)
    return router


def preview_duels(request: Request, scope: Reader, window: QueryWindow, body: DuelsBody) -> DuelsPreviewAnswer:
    """Nobody is asked and nothing is written."""
    return to_duels_preview(house_of(request).evals.duels.preview(scope, body.draft(window)))


def start_duels(request: Request, scope: Writer, window: QueryWindow, body: DuelsBody) -> RunAnswer:
    """A durable run of two calls a duel. Filters look at `from` to `to`; answers meet where they are to the same question."""
    house = house_of(request)
    started = house.evals.duels.start(scope, body.draft(window))
    return to_run(house.runs.get(scope, started.id))


def get_standings(request: Request, scope: Reader, run_id: str) -> StandingsAnswer:
    """As they are now; `strength` is the chance to win against an average contestant (Bradley–Terry)."""
    return to_standings(house_of(request).evals.duels.standings(scope, run_id))


def list_duels(
    request: Request,
    scope: Reader,
    run_id: str,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
    cursor: Annotated[int, Query(ge=-1)] = -1,
) -> Page[DuelAnswer]:
    """In order, without texts; the cursor is the position behind which the page begins."""
    found = house_of(request).evals.duels.duels(scope, run_id, after=cursor, limit=limit + 1)
    shown = found[:limit]
    return Page(data=[to_duel(item) for item in shown], next_cursor=str(shown[-1].position) if len(found) > limit else None)


def get_duel(request: Request, scope: Reader, run_id: str, position: Position) -> DuelAnswer:
    """Both answers are read now: what was erased since says so."""
    return to_read_duel(house_of(request).evals.duels.duel(scope, run_id, position))
