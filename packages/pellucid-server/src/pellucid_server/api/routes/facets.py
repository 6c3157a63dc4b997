"""Facets: values of fields with counts."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.asking import FilterText, QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.facets import Facet, FacetsByField
from pellucid_server.api.wire.problem import PROBLEMS
from pellucid_server.core.errors import BadRequest
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.facets import MAX_VALUES, Unit, read_filter

Reader = Annotated[Scope, requires(Permission.READ)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/api/v1", tags=["facets"], responses=PROBLEMS)
    router.get("/facets", summary="The most frequent values of one field, or of several")(count_values)
    return router


def count_values(
    request: Request,
    scope: Reader,
    window: QueryWindow,
    field: str | None = None,
    fields: Annotated[str | None, Query(description="Several names with commas between; the answer is by field.")] = None,
    text: FilterText = "",
    limit: Annotated[int, Query(ge=1, le=MAX_VALUES)] = 20,
    unit: Annotated[Unit, Query(description="What is counted: traces with a matching span, or spans.")] = "traces",
) -> Facet | FacetsByField:
    """Of the last 30 days where no `from` is given."""
    if (field is None) == (fields is None):
        raise BadRequest("Name either one `field`, or several `fields` with commas between them.")
    names = [field] if field is not None else [name for name in (fields or "").split(",") if name]
    found = house_of(request).queries.facets.count(scope, names, read_filter(text), window, limit=limit, unit=unit)
    if field is not None:
        return Facet.model_validate(found[field])
    return FacetsByField(data={name: Facet.model_validate(facet) for name, facet in found.items()})
