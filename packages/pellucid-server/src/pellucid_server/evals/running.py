"""Runs of evaluations: the kind of durable run that scores many places with one version of one evaluator.

The version is pinned when the run starts, so an edit in the middle changes nothing. What was deleted meanwhile fails by name. A call whose
answer was recorded is never repeated (the floor of jobs sees to that), and a score that is written twice replaces itself.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Final

from pellucid_server.evals.errors import NoSuchEvaluator
from pellucid_server.evals.evaluating import Ready
from pellucid_server.evals.evaluators import EvaluatorBook, Versioned
from pellucid_server.evals.scoring import drafts
from pellucid_server.evals.store_side import StoreSide
from pellucid_server.evals.subject import Subjects, place_from_json
from pellucid_server.evals.verdict import Verdict
from pellucid_server.llm.durable import ItemContext, RunContext
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.scores import Scores

KIND: Final = "evaluation"
CONCURRENCY: Final = 96
"""Evaluations of one run at the same time; most of them wait for the store's next batch. How many calls a provider takes at once is found
out by the port to models."""


def scope_of(project_id: str, actor: str = "evaluator") -> Scope:
    """In whose name evaluators read and write: a member of the one project."""
    return Scope(organization_id="", project_id=project_id, role=Role.MEMBER, actor=actor)


class EvaluationHandler:
    """See the module."""

    kind = KIND
    concurrency = CONCURRENCY

    def __init__(self, book: EvaluatorBook, subjects: Subjects, scores: Scores) -> None:
        self._book = book
        self._subjects = subjects
        self._scores = scores
        self._sides: dict[str, StoreSide] = {}
        self._ready: dict[tuple[str, str, int], tuple[Versioned, Ready]] = {}

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """Read, judge, write. Raises `NotFound` for a place that is gone, and the errors of the call."""
        scope, place = scope_of(context.project_id), place_from_json(item)
        found, ready = await self._compiled(scope, context.settings)
        subject = await self._side(scope).read(place)
        if ready.is_free:
            verdicts = await asyncio.to_thread(ready.evaluate, subject)
        else:
            verdicts = await ready.ask(subject, context.call)
        await self._side(scope).write(drafts(found.evaluator, found.version, place, verdicts))
        return _told(verdicts[0])

    async def finished(self, context: RunContext) -> None:
        """How many verdicts of each kind, and their mean."""
        states: Counter[str] = Counter()
        values: list[float] = []
        async for outcome in context.outcomes():
            told = outcome.output if isinstance(outcome.output, dict) else {}
            states[str(told.get("status", "failed")) if not outcome.error else "failed"] += 1
            value = told.get("value")
            if isinstance(value, bool | int | float):
                values.append(float(value))
        await context.conclude({"verdicts": dict(states), "mean": sum(values) / len(values) if values else None})

    def _side(self, scope: Scope) -> StoreSide:
        if scope.project_id not in self._sides:
            self._sides[scope.project_id] = StoreSide(self._subjects, self._scores, scope)
        return self._sides[scope.project_id]

    async def _compiled(self, scope: Scope, settings: JsonValue) -> tuple[Versioned, Ready]:
        wanted: Mapping[str, JsonValue] = settings if isinstance(settings, dict) else {}
        evaluator, version = wanted.get("evaluator"), wanted.get("version")
        if not isinstance(evaluator, str) or not isinstance(version, int):
            raise NoSuchEvaluator("The run names no evaluator and version; start another one.")
        key = (scope.project_id, evaluator, version)
        if key not in self._ready:
            self._ready[key] = await asyncio.to_thread(self._book.ready, scope, evaluator, version)
        return self._ready[key]


def _told(verdict: Verdict) -> JsonValue:
    """What the page of the run shows of an item."""
    return {
        "status": verdict.status.value,
        "value": verdict.value,
        "comment": verdict.comment,
        "cost": verdict.cost,
        "trace_id": verdict.trace_id,
    }
