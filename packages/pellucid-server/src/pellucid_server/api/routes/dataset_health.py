"""The state of data sets, by what their cases are labelled, and how deployments do against the baselines of their gates."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.annotations import DimensionBody
from pellucid_server.api.wire.health import DimensionsBody, HealthAnswer, WatchAnswer, to_health, to_watch
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.datasets.dimensions import Dimension
from pellucid_server.model.scope import Permission, Scope

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["datasets"], responses=PROBLEMS)
    router.get("/datasets/{name}/health", summary="Coverage, age and leaks of a version")(show_health)
    router.get("/datasets/{name}/dimensions", summary="By what its cases are labelled")(get_dimensions)
    router.put("/datasets/{name}/dimensions", summary="Label its cases by these")(put_dimensions)
    router.get("/prompt-watches/{name:path}", summary="How a deployment does against its baseline")(show_watch)
    return router


def show_health(request: Request, scope: Reader, name: str, version: int | None = None) -> HealthAnswer:
    """Against what was asked in production in the last 28 days."""
    return to_health(house_of(request).curation.healths.of(scope, name, version))


def get_dimensions(request: Request, scope: Reader, name: str) -> DimensionsBody:
    """Relevance, groundedness and tone, unless the data set says otherwise."""
    return _dimensions(house_of(request).cases.dimensions(scope, name))


def put_dimensions(request: Request, scope: Writer, name: str, body: DimensionsBody) -> DimensionsBody:
    """Queues that are made for the data set begin with them; labels that are there stay."""
    wanted = [one.dimension() for one in body.dimensions]
    return _dimensions(house_of(request).cases.put_dimensions(scope, name, wanted))


def show_watch(request: Request, scope: Reader, name: str, label: str) -> WatchAnswer | None:
    """Of the version that the label points at; null where none went through the gate."""
    watch = house_of(request).gate_watch.of(scope, name, label)
    return None if watch is None else to_watch(watch)


def _dimensions(dimensions: tuple[Dimension, ...]) -> DimensionsBody:
    return DimensionsBody(dimensions=[DimensionBody.model_validate(one.stored()) for one in dimensions])
