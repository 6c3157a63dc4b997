"""Model prices of the project, beside the public price list."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.prices import PriceAnswer, PriceBody, to_price
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope

Admin = Annotated[Scope, requires(Permission.ADMIN)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["prices"], responses=PROBLEMS)
    router.get("/prices", summary="The project's own prices")(list_prices)
    router.post("/prices", summary="Add a price", status_code=201)(create_price)
    router.put("/prices/{price_id}", summary="Replace a price")(update_price)
    router.delete("/prices/{price_id}", summary="Delete a price", status_code=204)(remove_price)
    return router


def list_prices(request: Request, scope: Annotated[Scope, requires(Permission.READ)]) -> Page[PriceAnswer]:
    """The newest `from_time` first: the first that matches a call is the one that counts."""
    return Page(data=[to_price(price) for price in house_of(request).identity.prices.list_prices(scope.project_id)])


def create_price(request: Request, scope: Admin, body: PriceBody) -> PriceAnswer:
    """For spans that arrive from now on and started after `from_time`."""
    created = house_of(request).identity.prices.create(
        scope, model_pattern=body.model_pattern, provider=body.provider, from_time=body.from_time, prices=body.prices
    )
    return to_price(created)


def update_price(request: Request, scope: Admin, price_id: str, body: PriceBody) -> PriceAnswer:
    """Spans that were priced already keep their cost."""
    updated = house_of(request).identity.prices.update(
        scope, price_id, model_pattern=body.model_pattern, provider=body.provider, from_time=body.from_time, prices=body.prices
    )
    return to_price(updated)


def remove_price(request: Request, scope: Admin, price_id: str) -> None:
    """Spans that were priced by it keep their cost."""
    house_of(request).identity.prices.remove(scope, price_id)
