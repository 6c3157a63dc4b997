"""Golden sets: a judge's frozen cases, and what it says of them day by day."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.golden import GoldenSetAnswer, GoldenSetBody, to_golden
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.runs import RunAnswer, to_run
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]
_PATH = "/evaluators/{evaluator_id}/golden-set"


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["evaluators"], responses=PROBLEMS)
    router.get(_PATH, summary="A judge's golden set and its checks")(get_golden_set)
    router.put(_PATH, summary="Freeze a golden set from labelled cases")(freeze_golden_set)
    router.delete(_PATH, summary="Delete a golden set", status_code=204)(remove_golden_set)
    router.post(f"{_PATH}/checks", summary="Ask the judge about its golden set now", status_code=202)(check_golden_set)
    return router


def get_golden_set(request: Request, scope: Reader, evaluator_id: str) -> GoldenSetAnswer:
    """Each check is compared, case by case, with the first one of the judge's version."""
    return to_golden(house_of(request).evals.golden.view(scope, evaluator_id))


def freeze_golden_set(request: Request, scope: Writer, evaluator_id: str, body: GoldenSetBody) -> GoldenSetAnswer:
    """In the place of an earlier set, whose checks go with it. The judge is asked about it within a minute, then once a day."""
    return to_golden(house_of(request).evals.golden.freeze(scope, evaluator_id, body.size))


def remove_golden_set(request: Request, scope: Writer, evaluator_id: str) -> None:
    """With its copies of what was judged, and its checks."""
    house_of(request).evals.golden.remove(scope, evaluator_id)


def check_golden_set(request: Request, scope: Writer, evaluator_id: str) -> RunAnswer:
    """As a durable run. What it costs counts for the judge's day; its daily budget does not stop what a person asks for."""
    house = house_of(request)
    return to_run(house.runs.get(scope, house.evals.golden.check(scope, evaluator_id).id))
