"""The rhythm of golden sets: each judge is asked about its set once a day, right after midnight UTC, when the day's budget is fresh.

A server that slept over midnight makes up for it when it wakes, once. A judge without a budget left is not asked; its set says so.
"""

import logging

from pellucid_server.core.clock import Clock
from pellucid_server.core.errors import PellucidError
from pellucid_server.evals.golden.sets import GoldenBook, next_midnight
from pellucid_server.evals.running import scope_of
from pellucid_server.evals.spending import Spending
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.evaluators import StoredEvaluator

log = logging.getLogger(__name__)


class DailyChecks:
    """Looks which sets are due."""

    def __init__(self, store: MetaStore, golden: GoldenBook, spending: Spending, clock: Clock) -> None:
        self._store = store
        self._golden = golden
        self._spending = spending
        self._clock = clock

    def run(self) -> int:
        """Start the checks that are due; how many."""
        now = self._clock()
        with self._store.writing() as unit:
            due = [golden for golden in unit.golden.due(now) if unit.golden.take(golden, next_midnight(now))]
            evaluators = {golden.evaluator_id: unit.evaluators.by_id(golden.evaluator_id) for golden in due}
        return sum(self._start(evaluator) for evaluator in evaluators.values() if evaluator is not None)

    def _start(self, evaluator: StoredEvaluator) -> bool:
        """One; trouble with it does not keep the others."""
        scope = scope_of(evaluator.project_id, f"evaluator:{evaluator.id}")
        try:
            left = self._left(evaluator)
            if left is not None and left <= 0:
                self._note(
                    evaluator,
                    f"The day's budget of {evaluator.daily_budget:g} USD was spent; it is asked again after midnight, UTC.",
                )
                return False
            self._golden.check(scope, evaluator.id, max_cost=left)
        except PellucidError as error:
            log.warning("evaluator %s could not be checked on its golden set: %s", evaluator.name, error.message)
            self._note(evaluator, error.message)
            return False
        return True

    def _left(self, evaluator: StoredEvaluator) -> float | None:
        if evaluator.daily_budget is None:
            return None
        scope = scope_of(evaluator.project_id)
        return evaluator.daily_budget - self._spending.today(scope, evaluator.id).cost

    def _note(self, evaluator: StoredEvaluator, note: str) -> None:
        with self._store.writing() as unit:
            unit.golden.set(evaluator.id, note=note)
