"""Checks of golden sets: the kind of durable run that asks a judge about its frozen cases."""

import asyncio
from collections.abc import Mapping
from typing import Final

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.evals.errors import NoSuchEvaluator, NoSuchGoldenSet
from pellucid_server.evals.evaluators import EvaluatorBook
from pellucid_server.evals.golden.sets import KIND
from pellucid_server.evals.running import scope_of
from pellucid_server.evals.subject import Subject, place_from_json
from pellucid_server.llm.durable import ItemContext, ItemOutcome, RunContext
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.golden import GoldenItem, StoredCheck

CONCURRENCY: Final = 8
"""Nobody waits for it."""


class GoldenHandler:
    """An item is a position in the set. A case without a verdict is kept as missing, and a check that was not whole is not kept."""

    kind = KIND
    concurrency = CONCURRENCY

    def __init__(self, store: MetaStore, book: EvaluatorBook, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._book = book
        self._clock = clock
        self._new_id = new_id

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """Ask about one case. Raises `NotFound` where evaluator or set are gone, and the errors of the call."""
        evaluator, version = _wanted(context.settings)
        scope = scope_of(context.project_id)
        _, ready = await asyncio.to_thread(self._book.ready, scope, evaluator, version)
        case = await asyncio.to_thread(self._case, evaluator, item)
        subject = Subject(place=place_from_json(dict(case.place)), value=case.subject, models=tuple(case.models))
        [verdict, *_] = await ready.ask(subject, context.call)
        value = verdict.value
        return {
            "value": float(value) if isinstance(value, bool | float) else None,
            "comment": verdict.comment,
            "cost": verdict.cost,
            "model": verdict.judge_model,
        }

    async def finished(self, context: RunContext) -> None:
        """Keep the check."""
        evaluator, version = _wanted(context.settings)
        told = [_told(outcome) async for outcome in context.outcomes()]
        verdicts = [value if isinstance(value := one.get("value"), float) else None for one in told]
        costs = [cost for one in told if isinstance(cost := one.get("cost"), float)]
        models = [model for one in told if isinstance(model := one.get("model"), str) and model]
        check = StoredCheck(
            id=self._new_id("check"),
            evaluator_id=evaluator,
            version=version,
            judge_model=models[-1] if models else "",
            verdicts=verdicts,
            cost=sum(costs) if costs else None,
            time=self._clock(),
        )
        kept = await asyncio.to_thread(self._keep, context.run_id, check)
        missing = verdicts.count(None)
        await context.conclude({"verdicts": {"valid": len(verdicts) - missing, "missing": missing}, "kept": kept})

    def _case(self, evaluator_id: str, item: JsonValue) -> GoldenItem:
        with self._store.reading() as unit:
            found = unit.golden.item(evaluator_id, item) if isinstance(item, int) else None
        if found is None:
            raise NoSuchGoldenSet
        return found

    def _keep(self, run_id: str, check: StoredCheck) -> bool:
        """Not where the set was frozen anew or deleted meanwhile: these verdicts are of other cases."""
        with self._store.writing() as unit:
            golden = unit.golden.get(check.evaluator_id)
            if golden is None or golden.last_run != run_id:
                return False
            unit.golden.add_check(check)
        return True


def _wanted(settings: JsonValue) -> tuple[str, int]:
    wanted: Mapping[str, JsonValue] = settings if isinstance(settings, dict) else {}
    evaluator, version = wanted.get("evaluator"), wanted.get("version")
    if not isinstance(evaluator, str) or not isinstance(version, int):
        raise NoSuchEvaluator("The run names no evaluator and version; start another one.")
    return evaluator, version


def _told(outcome: ItemOutcome) -> Mapping[str, JsonValue]:
    return outcome.output if isinstance(outcome.output, dict) else {}
