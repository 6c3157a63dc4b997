"""Online evaluation: every few seconds each enabled evaluator looks at the traffic since its watermark, draws its sample and evaluates it.

Rules and code run here at once: they are free, and their scores have ids that follow from the place, so a repetition after a crash changes
nothing. Judges cost money: their sample becomes a durable run, one at a time an evaluator, within what is left of the day's budget. The
watermark moves only when the sample is in safe hands.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pellucid_server.core.clock import DAY, MINUTE, Clock
from pellucid_server.core.errors import NotFound, PellucidError
from pellucid_server.evals.candidates import SETTLED, Candidates, Found
from pellucid_server.evals.evaluating import Ready
from pellucid_server.evals.evaluators import EvaluatorBook, Versioned
from pellucid_server.evals.running import KIND, scope_of
from pellucid_server.evals.sampling import Boosts, draw, no_boosts, read_sampling
from pellucid_server.evals.scoring import drafts, score_id
from pellucid_server.evals.spending import Spending
from pellucid_server.evals.subject import Place, Subjects
from pellucid_server.llm.durable import RunStarter
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreTarget
from pellucid_server.query.scores import Scores
from pellucid_server.query.windows import Window
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.evaluators import StoredEvaluator

MAX_LOOK: Final = 2_000
"""Places of one look of one evaluator; the rest is looked at next time."""
OVERLAP: Final = 1 * MINUTE
"""What is looked at again: spans arrive late, and traces change."""
LONGEST_GAP: Final = 1 * DAY
"""Older traffic is not taken up after a pause; a back-fill is for that."""
FIRST_BATCH: Final = 20
"""Calls of an evaluator with a budget before anybody knows what one costs."""
AT_ONCE: Final = 200
"""Places that are read together, and whose scores are written together."""

log = logging.getLogger(__name__)


class Online:
    """Looks, and sees to it that what was drawn is evaluated."""

    def __init__(
        self,
        store: MetaStore,
        book: EvaluatorBook,
        candidates: Candidates,
        subjects: Subjects,
        scores: Scores,
        spending: Spending,
        runs: RunStarter,
        clock: Clock,
        boosts: Boosts = no_boosts,
    ) -> None:
        self._boosts = boosts
        self._store = store
        self._book = book
        self._candidates = candidates
        self._subjects = subjects
        self._scores = scores
        self._spending = spending
        self._runs = runs
        self._clock = clock

    def look(self) -> None:
        """Every enabled evaluator of every project, one after the other; trouble with one does not keep the others."""
        with self._store.reading() as unit:
            enabled = unit.evaluators.list_enabled()
        for evaluator in enabled:
            try:
                self.look_with(evaluator)
            except PellucidError as error:
                log.warning("evaluator %s could not look at the traffic: %s", evaluator.name, error.message)
                self._note(evaluator, error.message)

    def look_with(self, evaluator: StoredEvaluator) -> int:
        """One evaluator; how many places it took on."""
        scope = scope_of(evaluator.project_id, f"evaluator:{evaluator.id}")
        if self._is_under_way(scope, evaluator):
            return 0
        found, ready = self._book.ready(scope, evaluator.id)
        window = self._window(evaluator, ready.definition.target)
        if _is_empty(window):
            return 0
        drawn, new = self._take_on(scope, found, ready, window, MAX_LOOK)
        with self._store.writing() as unit:
            unit.evaluators.set(evaluator.id, watermark=drawn.until)
        return len(new)

    def catch_up(self) -> None:
        """Once a night: what became interesting after it was looked at (a rating that came late) is evaluated after all.

        A place that has moved into a stratum with a higher probability would have been drawn with that one; its score is weighed so.
        """
        with self._store.reading() as unit:
            enabled = unit.evaluators.list_enabled()
        now = self._clock()
        for evaluator in enabled:
            scope = scope_of(evaluator.project_id, f"evaluator:{evaluator.id}")
            try:
                found, ready = self._book.ready(scope, evaluator.id)
                window = Window(start=max(now - LONGEST_GAP, evaluator.created_time), end=evaluator.watermark)
                if not _is_empty(window) and (ready.is_free or not self._is_under_way(scope, evaluator)):
                    self._take_on(scope, found, ready, window, 10 * MAX_LOOK)
            except PellucidError as error:
                log.warning("evaluator %s could not catch up: %s", evaluator.name, error.message)

    def _take_on(self, scope: Scope, found: Versioned, ready: Ready, window: Window, limit: int) -> tuple[Found, list[Place]]:
        """Draw from a stretch of traffic and have what is new evaluated: here and now where that costs nothing, else by a run."""
        evaluator = found.evaluator
        sampling = read_sampling(dict(evaluator.sampling))
        target = ready.definition.target
        drawn = self._candidates.drawn(
            scope,
            target,
            evaluator.filter,
            sampling,
            seed=evaluator.id,
            window=window,
            limit=limit,
            boosts=self._boosts(scope.project_id, evaluator.id),
        )
        new = self._without_known(scope, ready, drawn)
        if ready.is_free:
            self._evaluate(scope, found, ready, new)
        else:
            self._start(scope, found, ready, new)
        return drawn, new

    def _window(self, evaluator: StoredEvaluator, target: ScoreTarget) -> Window:
        now = self._clock()
        start = max(evaluator.watermark - OVERLAP, now - LONGEST_GAP)
        return Window(start=start, end=now - SETTLED[target])

    def _without_known(self, scope: Scope, ready: Ready, drawn: Found) -> list[Place]:
        name = ready.definition.score_name
        ids = {score_id(ready.evaluator_id, place, name): place for place in drawn.places}
        known = self._scores.existing(scope, list(ids)) if ids else frozenset()
        return [place for id_, place in ids.items() if id_ not in known]

    def _evaluate(self, scope: Scope, found: Versioned, ready: Ready, places: Sequence[Place]) -> None:
        for start in range(0, len(places), AT_ONCE):
            # What was erased between the two questions is None.
            subjects = [one for one in self._subjects.read_many(scope, places[start : start + AT_ONCE]) if one is not None]
            said = [drafts(found.evaluator, found.version, one.place, ready.evaluate(one)) for one in subjects]
            if written := [draft for few in said for draft in few]:
                self._scores.write(scope, written)

    def _start(self, scope: Scope, found: Versioned, ready: Ready, places: Sequence[Place]) -> None:
        """Queue what the budget bears; what it does not bear is passed over, and the evaluator's note says so."""
        evaluator = found.evaluator
        left, taken, share = None, list(places), 1.0
        if evaluator.daily_budget is not None and places:
            left = evaluator.daily_budget - self._spending.today(scope, evaluator.id).cost
            if left <= 0:
                self._note(evaluator, f"The day's budget of {evaluator.daily_budget:g} USD is spent; it goes on at midnight, UTC.")
                return
            taken, share = self._affordable(scope, ready, places, left)
        self._note(
            evaluator, "" if share == 1.0 else f"The budget bears {share:.0%} of the sample; the estimates are weighted for it."
        )
        if not taken:
            return
        run = self._runs.start(
            scope,
            kind=KIND,
            title=f"{evaluator.name} on live traffic",
            items=[place.as_json() for place in taken],
            settings={"evaluator": evaluator.id, "version": found.version.version, "mode": "online"},
            max_cost=left,
        )
        with self._store.writing() as unit:
            unit.evaluators.set(evaluator.id, live_run=run.id)

    def _affordable(self, scope: Scope, ready: Ready, places: Sequence[Place], left: float) -> tuple[list[Place], float]:
        mean = self._spending.lately(scope, ready.evaluator_id).of_verdict(ready.calls)
        bearable = FIRST_BATCH if mean is None else int(left / mean) if mean > 0 else len(places)
        if bearable >= len(places):
            return list(places), 1.0
        share = bearable / len(places)
        kept = [place for place in places if draw(f"{ready.evaluator_id}:budget", place.key) < share]
        return [replace(place, probability=place.probability * share) for place in kept], share

    def _is_under_way(self, scope: Scope, evaluator: StoredEvaluator) -> bool:
        if not evaluator.live_run:
            return False
        try:
            return self._runs.get(scope, evaluator.live_run).is_active
        except NotFound:
            return False

    def _note(self, evaluator: StoredEvaluator, note: str) -> None:
        if evaluator.state_note != note:
            with self._store.writing() as unit:
                unit.evaluators.set(evaluator.id, state_note=note)


def _is_empty(window: Window) -> bool:
    return window.start is None or window.end is None or window.start >= window.end
