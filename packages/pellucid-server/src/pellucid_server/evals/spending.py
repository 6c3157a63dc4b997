"""What an evaluator's calls cost, read from its own traces: every call counts, also one whose answer was no verdict."""

from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import DAY, Clock, Micros
from pellucid_server.evals.judges.judging import ENVIRONMENT
from pellucid_server.filters.tree import Compare, FieldRef, Text, all_of
from pellucid_server.model.scope import Scope
from pellucid_server.query.metrics import Measure, MetricQueries, MetricsAsk
from pellucid_server.query.windows import Window

_MEASURES: Final = (Measure(name="cost", aggregation="sum"), Measure(name="spans", aggregation="count"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """Of a window."""

    cost: float
    calls: int

    def of_verdict(self, calls: int) -> float | None:
        """What a verdict costs that takes so many calls; None before the first call."""
        return calls * self.cost / self.calls if self.calls else None


class Spending:
    """The verbs."""

    def __init__(self, metrics: MetricQueries, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock

    def today(self, scope: Scope, evaluator_id: str) -> Spend:
        """Since midnight, UTC."""
        now = self._clock()
        return self._of(scope, evaluator_id, now - now % DAY)

    def lately(self, scope: Scope, evaluator_id: str) -> Spend:
        """Of the last seven days."""
        return self._of(scope, evaluator_id, self._clock() - 7 * DAY)

    def _of(self, scope: Scope, evaluator_id: str, start: Micros) -> Spend:
        mine = all_of(
            [
                Compare(field=FieldRef(name="environment"), value=Text(ENVIRONMENT)),
                Compare(field=FieldRef(name="metadata", key="evaluator"), value=Text(evaluator_id)),
            ]
        )
        found = self._metrics.ask(scope, MetricsAsk(measures=_MEASURES, window=Window(start=start), filter=mine))
        row = found.data[0] if found.data else {}
        return Spend(cost=float(row.get("cost_sum") or 0.0), calls=int(row.get("spans_count") or 0))
