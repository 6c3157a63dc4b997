"""Budgets: how much a slice of the traffic may cost in a day, week or month, how much is spent, and where that will end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import Final

from pellucid_server.core.clock import DAY, HOUR, Clock, Micros, system_clock
from pellucid_server.core.ids import IdSource, random_id
from pellucid_server.dashboards.errors import BadBudget, NoSuchBudget, TooManyOfThem
from pellucid_server.model.scope import Scope
from pellucid_server.query.facets import read_filter
from pellucid_server.query.metrics import Measure, MetricQueries, MetricsAsk
from pellucid_server.query.windows import Window
from pellucid_server.stats.forecast import Ahead, Day, total_ahead
from pellucid_server.stats.intervals import Estimate
from pellucid_server.store.meta.dashboards import Budget
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.unit import UnitOfWork

PERIODS: Final = ("day", "week", "month")
MAX_BUDGETS: Final = 100
"""In one project: the list asks for the spend of each."""
MAX_NAME_CHARS: Final = 200
MAX_USD: Final = 1e9
HISTORY_DAYS: Final = 35
"""Five weeks: each weekday five times."""
_SPEND: Final = (Measure(name="cost", aggregation="sum"), Measure(name="unpriced", aggregation="count"))


class BudgetState(StrEnum):
    """How it stands."""

    OK = "ok"
    AT_RISK = "at_risk"
    """The forecast is above the amount."""
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetContent:
    """What the one who saves decides."""

    name: str
    filter: str
    period: str
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetStatus:
    """A budget and how it stands now."""

    budget: Budget
    start: Micros
    """Of the running period."""
    end: Micros
    spent: float
    unpriced: int
    """Calls of the period that nobody can price: the spend is too low by them."""
    elapsed: float
    """Share of the period."""
    forecast: Estimate | None
    """Of the whole period, with an 80 % interval; None while too few days are known."""
    state: BudgetState

    @property
    def burn(self) -> float | None:
        """How fast it is spent: 1 ends exactly at the amount, 2 in half of the period."""
        return self.spent / self.budget.amount / self.elapsed if self.elapsed > 0 else None


class BudgetBook:
    """The verbs."""

    def __init__(self, store: MetaStore, metrics: MetricQueries, clock: Clock = system_clock, new_id: IdSource = random_id) -> None:
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._new_id = new_id

    def list_budgets(self, scope: Scope) -> list[BudgetStatus]:
        """All of the project with their spend, by name."""
        with self._store.reading() as unit:
            budgets = unit.budgets.of_project(scope.project_id)
        return [self._status(scope, budget) for budget in budgets]

    def create(self, scope: Scope, content: BudgetContent) -> BudgetStatus:
        """Set a budget."""
        _check(content)
        now = self._clock()
        budget = Budget(
            id=self._new_id("budget"),
            project_id=scope.project_id,
            name=content.name.strip(),
            filter=content.filter,
            period=content.period,
            amount=content.amount,
            created_by=scope.actor,
            created_time=now,
            updated_time=now,
        )
        with self._store.writing() as unit:
            if len(unit.budgets.of_project(scope.project_id)) >= MAX_BUDGETS:
                raise TooManyOfThem
            unit.budgets.add(budget)
        return self._status(scope, budget)

    def update(self, scope: Scope, budget_id: str, content: BudgetContent) -> BudgetStatus:
        """Replace it."""
        _check(content)
        with self._store.writing() as unit:
            changed = replace(
                _own(unit, scope, budget_id),
                name=content.name.strip(),
                filter=content.filter,
                period=content.period,
                amount=content.amount,
                updated_time=self._clock(),
            )
            unit.budgets.put(changed)
        return self._status(scope, changed)

    def remove(self, scope: Scope, budget_id: str) -> None:
        """Delete it."""
        with self._store.writing() as unit:
            _own(unit, scope, budget_id)
            unit.budgets.remove(scope.project_id, budget_id)

    def _status(self, scope: Scope, budget: Budget) -> BudgetStatus:
        now = self._clock()
        start, end = period_around(budget.period, now)
        first = min(start, now - HISTORY_DAYS * DAY)
        hours = self._hours(scope, budget, first, now)
        running = [(spend, unpriced) for time, spend, unpriced in hours if time >= start]
        spent = sum(spend for spend, _ in running)
        rest = rest_of([(time, spend) for time, spend, _ in hours], now, end)
        forecast = None if rest is None else _plus(rest, spent)
        return BudgetStatus(
            budget=budget,
            start=start,
            end=end,
            spent=spent,
            unpriced=sum(unpriced for _, unpriced in running),
            elapsed=(now - start) / (end - start),
            forecast=forecast,
            state=_state(budget.amount, spent, forecast),
        )

    def _hours(self, scope: Scope, budget: Budget, start: Micros, now: Micros) -> list[tuple[Micros, float, int]]:
        window = Window(start=start // HOUR * HOUR, end=now)
        ask = MetricsAsk(measures=_SPEND, interval="hour", window=window, filter=read_filter(budget.filter))
        found = []
        for row in self._metrics.ask(scope, ask).data:
            spend, unpriced = row["cost_sum"], row["unpriced_count"]
            found.append((_micros(str(row["time"])), float(spend or 0), int(unpriced or 0)))
        return found


def period_around(period: str, now: Micros) -> tuple[Micros, Micros]:
    """Start and end (exclusive) of the day, week (from Monday) or month around a time, in UTC."""
    midnight = datetime.fromtimestamp(now / 1_000_000, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "day":
        return _of(midnight), _of(midnight + timedelta(days=1))
    if period == "week":
        monday = midnight - timedelta(days=midnight.weekday())
        return _of(monday), _of(monday + timedelta(days=7))
    first = midnight.replace(day=1)
    return _of(first), _of((first + timedelta(days=32)).replace(day=1))


def rest_of(hours: Sequence[tuple[Micros, float]], now: Micros, end: Micros) -> Estimate | None:
    """What is still to come until `end`, from what each hour cost until now.

    Days are counted back from now, so that the running one is whole. Where less than a day is left, only the same hours of the days
    behind are looked at: nights are not evenings.
    """
    left = end - now
    if not hours:
        return None
    known = min(HISTORY_DAYS, int((now - min(time for time, _ in hours)) // DAY))
    days = [
        Day(weekday=-back % 7, value=_sum(hours, now - back * DAY, now - back * DAY + min(left, DAY)))
        for back in range(1, known + 1)
    ]
    if left <= DAY:
        return total_ahead(days, [Ahead(weekday=0)])
    whole = [Ahead(weekday=ahead % 7) for ahead in range(left // DAY)]
    part = [Ahead(weekday=left // DAY % 7, share=left % DAY / DAY)] if left % DAY else []
    return total_ahead(days, [*whole, *part])


def _sum(hours: Sequence[tuple[Micros, float]], start: Micros, end: Micros) -> float:
    return sum(spend for time, spend in hours if start <= time < end)


def _plus(rest: Estimate, spent: float) -> Estimate:
    low, high = rest.low, rest.high
    return Estimate(
        value=rest.value + spent,
        low=None if low is None else low + spent,
        high=None if high is None else high + spent,
        n=rest.n,
    )


def _state(amount: float, spent: float, forecast: Estimate | None) -> BudgetState:
    if spent >= amount:
        return BudgetState.OVER
    return BudgetState.AT_RISK if forecast is not None and forecast.value > amount else BudgetState.OK


def _of(moment: datetime) -> Micros:
    return int(moment.timestamp()) * 1_000_000


def _micros(iso: str) -> Micros:
    return _of(datetime.fromisoformat(iso))


def _own(unit: UnitOfWork, scope: Scope, budget_id: str) -> Budget:
    budget = unit.budgets.get(scope.project_id, budget_id)
    if budget is None:
        raise NoSuchBudget
    return budget


def _check(content: BudgetContent) -> None:
    if not 0 < len(content.name.strip()) <= MAX_NAME_CHARS:
        raise BadBudget(f"The name of a budget has between 1 and {MAX_NAME_CHARS} characters; choose another one.")
    if content.period not in PERIODS:
        raise BadBudget(f"The period of a budget is one of {', '.join(PERIODS)}.")
    if not (isfinite(content.amount) and 0 < content.amount <= MAX_USD):
        raise BadBudget(f"The amount of a budget is above 0 and at most {MAX_USD:,.0f} US dollars.")
    read_filter(content.filter)
