"""Score configs: what scores of a name may be."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.score_configs import ScoreConfigAnswer, ScoreConfigBody, to_score_config
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["scores"], responses=PROBLEMS)
    router.get("/score-configs", summary="Score configs of the project")(list_configs)
    router.post("/score-configs", summary="Make a score config", status_code=201)(create_config)
    router.put("/score-configs/{config_id}", summary="Change a score config")(edit_config)
    router.delete("/score-configs/{config_id}", summary="Delete a score config", status_code=204)(remove_config)
    return router


def list_configs(request: Request, scope: Reader) -> Page[ScoreConfigAnswer]:
    """By name."""
    return Page(data=[to_score_config(config) for config in house_of(request).evals.configs.list_all(scope)])


def create_config(request: Request, scope: Writer, body: ScoreConfigBody) -> ScoreConfigAnswer:
    """A score that names it by `config_id` must fit it."""
    return to_score_config(house_of(request).evals.configs.create(scope, body.draft()))


def edit_config(request: Request, scope: Writer, config_id: str, body: ScoreConfigBody) -> ScoreConfigAnswer:
    """Range, categories and description; name and type stay."""
    return to_score_config(house_of(request).evals.configs.edit(scope, config_id, body.draft()))


def remove_config(request: Request, scope: Writer, config_id: str) -> None:
    """Scores stay."""
    house_of(request).evals.configs.remove(scope, config_id)
