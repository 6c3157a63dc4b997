"""The cost lab: budgets, the same traffic on another model, and what the documents of retrievals cost."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from pellucid_server.api.asking import FilterText, QueryWindow
from pellucid_server.api.house import house_of
from pellucid_server.api.security import requires
from pellucid_server.api.wire.cost import (
    BudgetAnswer,
    BudgetBody,
    ClassContextAnswer,
    CostDayAnswer,
    WhatIfAnswer,
    to_budget,
    to_class_context,
    to_cost_day,
    to_what_if,
)
from pellucid_server.api.wire.page import Page
from pellucid_server.api.wire.problem import PREFIX, PROBLEMS
from pellucid_server.model.scope import Permission, Scope
from pellucid_server.query.cost_days import DIMENSIONS
from pellucid_server.query.facets import read_filter

Reader = Annotated[Scope, requires(Permission.READ)]
Writer = Annotated[Scope, requires(Permission.WRITE)]


def create_router() -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=PREFIX, tags=["cost"], responses=PROBLEMS)
    router.get("/budgets", summary="Budgets with spend and forecast")(list_budgets)
    router.post("/budgets", summary="Set a budget", status_code=201)(create_budget)
    router.put("/budgets/{budget_id}", summary="Replace a budget")(update_budget)
    router.delete("/budgets/{budget_id}", summary="Delete a budget", status_code=204)(remove_budget)
    router.get("/cost/what-if", summary="The same traffic on another model")(what_if)
    router.get("/cost/retrieval", summary="Context by class of documents")(retrieval)
    router.get("/cost/days", summary="Daily roll-ups of cost")(cost_days)
    return router


def list_budgets(request: Request, scope: Reader) -> Page[BudgetAnswer]:
    """By name, each with what its running period has cost and will cost."""
    return Page(data=[to_budget(status) for status in house_of(request).budgets.list_budgets(scope)])


def create_budget(request: Request, scope: Writer, body: BudgetBody) -> BudgetAnswer:
    """Of a feature, a tier, a user: of whatever the filter names."""
    return to_budget(house_of(request).budgets.create(scope, body.content()))


def update_budget(request: Request, scope: Writer, budget_id: str, body: BudgetBody) -> BudgetAnswer:
    """The spend of the running period is counted anew."""
    return to_budget(house_of(request).budgets.update(scope, budget_id, body.content()))


def remove_budget(request: Request, scope: Writer, budget_id: str) -> None:
    """Nothing is kept of it."""
    house_of(request).budgets.remove(scope, budget_id)


def what_if(
    request: Request,
    scope: Reader,
    window: QueryWindow,
    model: Annotated[str, Query(min_length=1, max_length=200)],
    provider: Annotated[str, Query(max_length=200)] = "",
    text: FilterText = "",
) -> WhatIfAnswer:
    """The tokens that were used, at the other model's rates of today. Calls without a known price are in neither sum."""
    found = house_of(request).what_ifs.compare(scope, model=model, provider=provider, text=text, window=window)
    return to_what_if(found)


def retrieval(request: Request, scope: Reader, window: QueryWindow, text: FilterText = "") -> Page[ClassContextAnswer]:
    """The dearest first, each against the period of the same length before."""
    found = house_of(request).queries.retrieval.by_class(scope, read_filter(text), window)
    return Page(data=[to_class_context(one) for one in found])


def cost_days(
    request: Request,
    scope: Reader,
    window: QueryWindow,
    by: Annotated[list[str] | None, Query(description=f"Any of {', '.join(DIMENSIONS)}; may be repeated.")] = None,
) -> Page[CostDayAnswer]:
    """Kept for ninety days, also of spans that have left by retention; of the last ninety days where no start is named."""
    found = house_of(request).queries.cost_days.by_day(scope, by or (), window)
    return Page(data=[to_cost_day(one) for one in found])
