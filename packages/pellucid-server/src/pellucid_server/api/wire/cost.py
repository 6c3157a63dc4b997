"""Budgets, what-if questions and the over-retrieval lens."""

from collections.abc import Sequence

from pydantic import BaseModel, Field

from pellucid_server.api.wire.times import WireTime
from pellucid_server.dashboards.budgets import BudgetContent, BudgetStatus
from pellucid_server.dashboards.what_if import WhatIf
from pellucid_server.query.cost_days import CostDay
from pellucid_server.query.retrieval import ClassContext


class BudgetBody(BaseModel):
    """How much a slice of the traffic may cost."""

    name: str = Field(min_length=1, max_length=200)
    filter: str = ""
    """Which spans, such as `feature:digest` or `user_tier:free`."""
    period: str
    """`day`, `week` or `month`, in UTC."""
    amount: float
    """US dollars in one period."""

    def content(self) -> BudgetContent:
        """For the verb."""
        return BudgetContent(name=self.name, filter=self.filter, period=self.period, amount=self.amount)


class ForecastAnswer(BaseModel):
    """Where the period will end, with its 80 % interval."""

    value: float
    low: float | None
    high: float | None
    days: int
    """Days that it was learnt from."""


class BudgetAnswer(BudgetBody):
    """A budget and how it stands."""

    id: str
    start: WireTime
    end: WireTime
    spent: float
    unpriced: int
    """Calls of the period without a price: the spend is too low by them."""
    elapsed: float
    burn: float | None
    """1 ends exactly at the amount, 2 in half of the period."""
    forecast: ForecastAnswer | None
    state: str
    """`ok`, `at_risk` or `over`."""


class KindCostAnswer(BaseModel, from_attributes=True):
    """One kind of tokens."""

    kind: str
    tokens: int
    cost: float | None


class WhatIfAnswer(BaseModel):
    """The same calls at another model's rates."""

    model: str
    source: str
    calls: int
    left_out: int
    cost: float
    other_cost: float | None
    kinds: Sequence[KindCostAnswer]


class ContextAnswer(BaseModel, from_attributes=True):
    """Sums over answers; a trace counts for each class by its share of the documents."""

    traces: float
    documents: int
    input_tokens: float
    context_cost: float
    cost: float


class ClassContextAnswer(BaseModel):
    """One class of documents in one version of the index."""

    document_class: str
    index_version: str
    now: ContextAnswer
    before: ContextAnswer | None
    inflation: float | None
    """How much more context an answer takes than in the period before, as a share."""
    excess_cost: float | None


class CostDayAnswer(BaseModel):
    """The counted model calls of one day (UTC) and one value of each dimension."""

    day: WireTime
    """Midnight."""
    dimensions: dict[str, str]
    calls: int
    unpriced: int
    """Calls with tokens that nobody can price; they are in no cost."""
    input_tokens: int
    output_tokens: int
    cost: float
    """US dollars; the three parts below sum to it."""
    cost_input: float
    cost_output: float
    cost_fixed: float


def to_cost_day(found: CostDay) -> CostDayAnswer:
    """`found` for the wire."""
    return CostDayAnswer.model_validate(found, from_attributes=True)


def to_budget(status: BudgetStatus) -> BudgetAnswer:
    """`status` for the wire."""
    budget, forecast = status.budget, status.forecast
    return BudgetAnswer(
        id=budget.id,
        name=budget.name,
        filter=budget.filter,
        period=budget.period,
        amount=budget.amount,
        start=status.start,
        end=status.end,
        spent=status.spent,
        unpriced=status.unpriced,
        elapsed=status.elapsed,
        burn=status.burn,
        forecast=None
        if forecast is None
        else ForecastAnswer(value=forecast.value, low=forecast.low, high=forecast.high, days=forecast.n),
        state=status.state.value,
    )


def to_what_if(found: WhatIf) -> WhatIfAnswer:
    """`found` for the wire."""
    return WhatIfAnswer.model_validate(found, from_attributes=True)


def to_class_context(found: ClassContext) -> ClassContextAnswer:
    """`found` for the wire."""
    return ClassContextAnswer.model_validate(found, from_attributes=True)
