"""Model prices of the project, beside the public price list."""

from typing import Annotated

from fastapi import APIRouter, Request

from pellucid_server.api.asking import QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.prices import PriceAnswer, PriceBody, to_price
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.api.wire.repricing import RepricingAnswer, RepricingBody, to_repricing
from pellucid_server.api.wire.runs import RunAnswer, to_run
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.windows import read_window

Admin = Annotated[Scope, requires(Permission.ADMIN)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["prices"], responses=PROBLEMS)
    router.get("/prices", summary="The project's own prices")(list_prices)
    router.post("/prices", summary="Add a price", status_code=201)(create_price)
    router.put("/prices/{price_id}", summary="Replace a price")(update_price)
    router.delete("/prices/{price_id}", summary="Delete a price", status_code=204)(remove_price)
    router.get("/repricing", summary="What the prices of now would change in history")(preview_repricing)
    router.post("/repricing", summary="Price history anew, as a durable run", status_code=202)(start_repricing)
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
    """Spans that were priced already keep their cost, until history is priced anew (`POST /api/v1/repricing`)."""
    updated = house_of(request).identity.prices.update(
        scope, price_id, model_pattern=body.model_pattern, provider=body.provider, from_time=body.from_time, prices=body.prices
    )
    return to_price(updated)


def remove_price(request: Request, scope: Admin, price_id: str) -> None:
    """Spans that were priced by it keep their cost."""
    house_of(request).identity.prices.remove(scope, price_id)


def preview_repricing(request: Request, scope: Admin, window: QueryWindow) -> RepricingAnswer:
    """Nothing is changed. Of everything that is stored where no `from` is named."""
    return to_repricing(house_of(request).repricings.preview(scope, window))


def start_repricing(request: Request, scope: Admin, body: RepricingBody) -> RunAnswer:
    """Readers see the old costs until all is done, then the new ones. `GET /api/v1/runs/{id}` says how far it is."""
    house = house_of(request)
    window = read_window(body.start, body.end, house.queries.clock())
    started = house.repricings.start(scope, window, body.prices)
    return to_run(house.runs.get(scope, started.id))
