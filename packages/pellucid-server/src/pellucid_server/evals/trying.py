"""Before an evaluator is switched on: verdicts on real history that are kept nowhere, and what a day of it would cost."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pellucid_server.core.clock import DAY
from pellucid_server.core.errors import PellucidError
from pellucid_server.evals.candidates import Candidates
from pellucid_server.evals.errors import NothingToEvaluate
from pellucid_server.evals.evaluating import Ready
from pellucid_server.evals.evaluators import EvaluatorBook, Versioned
from pellucid_server.evals.running import KIND
from pellucid_server.evals.sampling import Sampling, read_sampling
from pellucid_server.evals.spending import Spending
from pellucid_server.evals.subject import Place, Subjects
from pellucid_server.evals.verdict import Verdict
from pellucid_server.llm.calls import ModelAnswer, ModelRequest, Origin
from pellucid_server.llm.durable import RunStarter, StartedRun
from pellucid_server.llm.models import LanguageModels
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.query.queries import Queries
from pellucid_server.query.windows import Window

MAX_TRIED: Final = 20
MAX_BACKFILL: Final = 50_000
PATIENCE_S: Final = 20.0
"""Somebody waits at the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One verdict of a preview, or why there is none."""

    place: Place
    verdicts: Sequence[Verdict] = ()
    error: str = ""
    shown: Mapping[str, JsonValue] = field(default_factory=dict)
    """What the evaluator saw of it: input and output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a day would be, by the last one."""

    matching: int
    """Places that match the filter."""
    by_stratum: Mapping[str, int]
    sampled: float
    """Of these, how many would be evaluated."""
    cost_each: float | None
    """US dollars; None where nothing is known yet."""
    cost: float | None
    budget: float | None

    @property
    def borne(self) -> float:
        """The share of the sample that the budget bears."""
        if self.budget is None or not self.cost:
            return 1.0
        return min(1.0, self.budget / self.cost)


class Trials:
    """The verbs."""

    def __init__(
        self,
        book: EvaluatorBook,
        candidates: Candidates,
        subjects: Subjects,
        spending: Spending,
        models: LanguageModels,
        queries: Queries,
        runs: RunStarter,
    ) -> None:
        self._book = book
        self._candidates = candidates
        self._subjects = subjects
        self._spending = spending
        self._models = models
        self._queries = queries
        self._runs = runs

    async def preview(
        self, scope: Scope, definition: JsonValue, text: str, *, limit: int, place: Place | None = None
    ) -> list[Tried]:
        """Verdicts of a draft on `place`, else on the newest places that match. Nothing is written. Raises `NothingToEvaluate`."""
        ready = self._book.compile(definition)
        places = [place] if place is not None else await self._newest(scope, ready, text, limit)
        if not places:
            raise NothingToEvaluate
        return list(await asyncio.gather(*(self._try(scope, ready, one) for one in places)))

    def forecast(
        self,
        scope: Scope,
        definition: JsonValue,
        text: str,
        sampling: JsonValue,
        budget: float | None,
        evaluator_id: str = "",
        measured: float | None = None,
    ) -> Forecast:
        """By the last 24 hours. `measured`: the cost of one evaluation as a preview has just seen it."""
        ready, drawn, now = self._book.compile(definition), read_sampling(sampling), self._queries.clock()
        counts = self._candidates.counts(scope, ready.definition.target, text, drawn, Window(start=now - DAY, end=now))
        sampled = drawn.expected(counts)
        each = 0.0 if ready.is_free else measured
        if each is None and evaluator_id:
            each = self._spending.lately(scope, evaluator_id).of_verdict(ready.calls)
        return Forecast(
            matching=sum(counts.values()),
            by_stratum=counts,
            sampled=sampled,
            cost_each=each,
            cost=None if each is None else sampled * each,
            budget=budget,
        )

    def backfill(
        self, scope: Scope, evaluator_id: str, window: Window, *, share: float, limit: int, max_cost: float | None
    ) -> StartedRun:
        """Evaluate history as a durable run: a random `share` of what matches, at most `limit`. Raises `NothingToEvaluate`."""
        found, ready = self._book.ready(scope, evaluator_id)
        sampling = Sampling(default=share, strata=())
        drawn = self._candidates.drawn(
            scope, ready.definition.target, found.evaluator.filter, sampling, seed=evaluator_id, window=window, limit=MAX_BACKFILL
        )
        places = list(drawn.places)[: max(1, min(limit, MAX_BACKFILL))]
        if not places:
            raise NothingToEvaluate
        return self._start(scope, found, places, "backfill", max_cost)

    def evaluate(self, scope: Scope, evaluator_id: str, places: Sequence[Place]) -> StartedRun:
        """Evaluate named places as a durable run."""
        found, _ = self._book.ready(scope, evaluator_id)
        if not places:
            raise NothingToEvaluate
        return self._start(scope, found, places, "chosen", None)

    def _start(self, scope: Scope, found: Versioned, places: Sequence[Place], mode: str, max_cost: float | None) -> StartedRun:
        what = {"backfill": "over history", "chosen": "on chosen items"}[mode]
        return self._runs.start(
            scope,
            kind=KIND,
            title=f"{found.evaluator.name} {what}",
            items=[place.as_json() for place in places],
            settings={"evaluator": found.evaluator.id, "version": found.version.version, "mode": mode},
            max_cost=max_cost,
        )

    async def _newest(self, scope: Scope, ready: Ready, text: str, limit: int) -> list[Place]:
        return await asyncio.to_thread(self._candidates.newest, scope, ready.definition.target, text, min(limit, MAX_TRIED))

    async def _try(self, scope: Scope, ready: Ready, place: Place) -> Tried:
        async def ask(connection: str, request: ModelRequest, *, environment: str, origin: Origin | None = None) -> ModelAnswer:
            return await self._models.complete(
                scope.project_id, connection, request, environment=environment, origin=origin, patience_s=PATIENCE_S
            )

        try:
            subject = await asyncio.to_thread(self._subjects.read, scope, place)
            verdicts = await asyncio.to_thread(ready.evaluate, subject) if ready.is_free else await ready.ask(subject, ask)
        except PellucidError as error:
            return Tried(place=place, error=error.message)
        value = subject.value if isinstance(subject.value, dict) else {}
        shown = {name: value.get(name) for name in ("name", "input", "output", "conversation") if value.get(name) is not None}
        return Tried(place=place, verdicts=verdicts, shown=shown)
