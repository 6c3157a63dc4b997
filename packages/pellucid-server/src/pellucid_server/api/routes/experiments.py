"""Experiments, their results and comparisons."""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.datasets import (
    ComparisonAnswer,
    ExperimentAnswer,
    ExperimentBody,
    ItemAnswer,
    ResultAnswer,
    ResultBody,
    to_comparison,
    to_experiment,
    to_item,
    to_means,
    to_result,
)
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.core.errors import BadRequest
from pellucid_server.datasets.trials import MARGIN
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["experiments"], responses=PROBLEMS)
    router.get("/experiments", summary="Experiments of the project or of a data set")(list_experiments)
    router.post("/experiments", summary="Begin an experiment, or go on with one", status_code=201)(start_experiment)
    router.get("/experiments/{id_or_name}", summary="One experiment")(get_experiment)
    router.get("/experiments/{id_or_name}/items", summary="Results of an experiment")(list_results)
    router.post("/experiments/{id_or_name}/items", summary="Write results", status_code=204)(write_results)
    router.get("/experiments/{id_or_name}/cases/{item_id}", summary="A case as the experiment met it")(get_case)
    router.get("/experiments/{id_or_name}/compare", summary="Compare with a baseline, case by case")(compare)
    return router


def list_experiments(
    request: Request, scope: Reader, dataset: str | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> Page[ExperimentAnswer]:
    """The newest first."""
    found = house_of(request).trials.list_experiments(scope, dataset=dataset, limit=limit)
    return Page(data=[to_experiment(experiment) for experiment in found])


def start_experiment(request: Request, scope: Writer, body: ExperimentBody) -> ExperimentAnswer:
    """With `resume`, the newest of that name over that data set, if there is one."""
    made = house_of(request).trials.start(
        scope,
        name=body.name,
        dataset=body.dataset,
        version=body.dataset_version,
        metadata=body.metadata,
        repetitions=body.repetitions,
        resume=body.resume,
    )
    return to_experiment(made)


def get_experiment(request: Request, scope: Reader, id_or_name: str) -> ExperimentAnswer:
    """By id, else the newest of that name."""
    return to_experiment(house_of(request).trials.get(scope, id_or_name))


def list_results(
    request: Request,
    scope: Reader,
    id_or_name: str,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 500,
    cursor: str | None = None,
) -> Page[ResultAnswer]:
    """By item and repetition."""
    found, after = house_of(request).trials.results(scope, id_or_name, after=_from_cursor(cursor), limit=limit)
    return Page(data=[to_result(result) for result in found], next_cursor=json.dumps(after) if after else None)


def get_case(request: Request, scope: Reader, id_or_name: str, item_id: str) -> ItemAnswer:
    """In the version of the data set that it runs over."""
    return to_item(house_of(request).trials.case(scope, id_or_name, item_id))


def write_results(request: Request, scope: Writer, id_or_name: str, body: ResultBody | list[ResultBody]) -> None:
    """All or none; the same item and repetition again replaces."""
    house = house_of(request)
    experiment = house.trials.get(scope, id_or_name)
    now = house.queries.clock()
    bodies = body if isinstance(body, list) else [body]
    house.trials.record(scope, experiment.id, [one.result(experiment.id, now) for one in bodies])


def compare(
    request: Request,
    scope: Reader,
    id_or_name: str,
    baseline: str | None = None,
    margin: Annotated[float, Query(ge=0, le=1, description="A loss of this share of the baseline is still accepted.")] = MARGIN,
    among: Annotated[int, Query(ge=1, le=20, description="So many experiments are compared with this baseline.")] = 1,
) -> ComparisonAnswer:
    """Each metric with its interval and verdict: better, worse, not worse, or that it cannot be told yet. Without a baseline, its means."""
    if baseline is None:
        return to_means(house_of(request).trials.summary(scope, id_or_name))
    return to_comparison(house_of(request).trials.compare(scope, id_or_name, baseline, margin=margin, among=among))


def _from_cursor(cursor: str | None) -> tuple[str, int] | None:
    if cursor is None:
        return None
    try:
        item, repetition = json.loads(cursor)
        return str(item), int(repetition)
    except (ValueError, TypeError) as error:
        raise BadRequest("The cursor is not one of ours; hand `next_cursor` back as it came.") from error
