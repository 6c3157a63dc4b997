"""Fields: what a filter may name, completion of values, and what a filter means."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.asking import FilterText, QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.facets import Completions, Fields, FilterParsed, to_field
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.facets import MAX_VALUES

Reader = Annotated[Scope, requires(Permission.READ)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["fields"], responses=PROBLEMS)
    router.get("/fields", summary="What a filter may name")(list_fields)
    router.get("/fields/complete", summary="Values of a field")(complete_values)
    router.get("/filter/parse", summary="What a filter means")(parse_filter)
    return router


def list_fields(request: Request, scope: Reader) -> Fields:
    """Every field with its type, operators and short forms."""
    facets = house_of(request).queries.facets
    return Fields(data=[to_field(field, facets.aliases_of(field)) for field in facets.fields()])


def complete_values(
    request: Request,
    scope: Reader,
    window: QueryWindow,
    field: str,
    prefix: str = "",
    limit: Annotated[int, Query(ge=1, le=MAX_VALUES)] = 20,
) -> Completions:
    """Of `metadata` its keys, of `score` the names of scores. Without a window: values of the last 30 days, and every name of scores."""
    facets = house_of(request).queries.facets
    return Completions(data=facets.complete(scope, field, prefix, window=window, limit=limit))


def parse_filter(request: Request, scope: Reader, text: FilterText = "") -> FilterParsed:
    """The canonical spelling and the tree; a mistake is answered with the `position` and what was `expected`."""
    canonical, tree = house_of(request).queries.facets.explain(text)
    return FilterParsed(ok=True, canonical=canonical, tree=tree)
