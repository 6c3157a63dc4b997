"""Score analytics: what one name of scores says, whoever gave them."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.asking import QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.score_views import ScoreViewAnswer, to_score_view
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["scores"], responses=PROBLEMS)
    router.get("/score-analyses", summary="Distribution, time, segments, and judges against people")(analyse_scores)
    return router


def analyse_scores(
    request: Request,
    scope: Reader,
    window: QueryWindow,
    name: Annotated[str, Query(min_length=1, max_length=200)],
    segment: Annotated[str, Query(max_length=200)] = "",
) -> ScoreViewAnswer:
    """Means raw (weighted) and corrected by people's labels, each with its interval. `segment`: a field of spans, such as `model`."""
    return to_score_view(house_of(request).evals.views.of(scope, name, window, segment))
