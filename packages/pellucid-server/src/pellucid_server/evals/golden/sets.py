"""Golden sets: frozen from cases on which judge and people both spoke, checked once a day, and what the checks say of the judge.

A set holds copies of what was judged, so it outlives the retention of its traces; deleting the set deletes them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import DAY, Clock, Micros
from pellucid_server.core.errors import NotFound
from pellucid_server.evals.definition import EvaluatorKind
from pellucid_server.evals.errors import BadGoldenSet, NoSuchGoldenSet
from pellucid_server.evals.evaluators import EvaluatorBook, Versioned
from pellucid_server.evals.golden.drift import Reading, readings
from pellucid_server.evals.subject import Place, Subjects
from pellucid_server.evals.trust import Pair, labelled
from pellucid_server.llm.durable import RunStarter, StartedRun
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreTarget, ScoreType
from pellucid_server.query.scores import Scores
from pellucid_server.query.windows import Window
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.golden import GoldenItem, GoldenSet

KIND: Final = "golden"
FEWEST: Final = 20
"""Cases; with fewer, hardly any change could be told from chance."""
USUAL: Final = 100
MOST: Final = 500
SHOWN_CHECKS: Final = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenView:
    """A set with its checks."""

    golden: GoldenSet
    readings: Sequence[Reading]
    """Oldest first."""

    def moved(self, version: int) -> bool:
        """Whether the newest check of the version says that the judge is another than it was."""
        newest = next((one for one in reversed(self.readings) if one.version == version), None)
        return newest is not None and newest.moved


class GoldenBook:
    """The verbs."""

    def __init__(
        self, store: MetaStore, book: EvaluatorBook, subjects: Subjects, scores: Scores, runs: RunStarter, clock: Clock
    ) -> None:
        self._store = store
        self._book = book
        self._subjects = subjects
        self._scores = scores
        self._runs = runs
        self._clock = clock

    def view(self, scope: Scope, evaluator_id: str) -> GoldenView:
        """Raises `NoSuchGoldenSet`."""
        found = self.find(scope, evaluator_id)
        if found is None:
            raise NoSuchGoldenSet
        return found

    def find(self, scope: Scope, evaluator_id: str) -> GoldenView | None:
        """The set, where there is one. Raises `NoSuchEvaluator`."""
        found = self._book.get(scope, evaluator_id)
        with self._store.reading() as unit:
            golden = unit.golden.get(evaluator_id)
            if golden is None:
                return None
            expected, checks = unit.golden.expected(evaluator_id), unit.golden.checks(evaluator_id, SHOWN_CHECKS)
            firsts = {check.version: unit.golden.first_check(evaluator_id, check.version) for check in checks}
        bases = {version: check for version, check in firsts.items() if check is not None}
        return GoldenView(golden=golden, readings=readings(expected, checks, bases, binary=_is_binary(found)))

    def freeze(self, scope: Scope, evaluator_id: str, size: int = USUAL) -> GoldenView:
        """Freeze a random draw of the labelled cases, in the place of an earlier set. Raises `BadGoldenSet`."""
        found = self._book.get(scope, evaluator_id)
        if found.version.kind != EvaluatorKind.JUDGE or found.version.output == ScoreType.CATEGORICAL:
            raise BadGoldenSet("Only judges that answer yes or no, or a number, have a golden set.")
        everything, _ = self._scores.values(scope, found.version.score_name, Window())
        items = self._items(scope, evaluator_id, labelled(everything, evaluator_id), size)
        if len(items) < FEWEST:
            raise BadGoldenSet(
                f"People have labelled {len(items)} of this judge's cases that are still there; a golden set needs {FEWEST}."
            )
        now = self._clock()
        golden = GoldenSet(
            evaluator_id=evaluator_id,
            size=len(items),
            next_time=now,
            last_run="",
            note="",
            frozen_by=scope.actor,
            frozen_time=now,
        )
        with self._store.writing() as unit:
            unit.golden.freeze(golden, items)
        return GoldenView(golden=golden, readings=())

    def remove(self, scope: Scope, evaluator_id: str) -> None:
        """Delete the set with its checks. Raises `NoSuchGoldenSet`."""
        self._book.get(scope, evaluator_id)
        with self._store.writing() as unit:
            if not unit.golden.remove(evaluator_id):
                raise NoSuchGoldenSet

    def check(self, scope: Scope, evaluator_id: str, max_cost: float | None = None) -> StartedRun:
        """Ask the judge about the whole set now, as a durable run. Raises `NoSuchGoldenSet`."""
        found, golden = self._book.get(scope, evaluator_id), self.view(scope, evaluator_id).golden
        run = self._runs.start(
            scope,
            kind=KIND,
            title=f"{found.evaluator.name} on its golden set",
            items=list(range(golden.size)),
            settings={"evaluator": evaluator_id, "version": found.version.version},
            max_cost=max_cost,
        )
        with self._store.writing() as unit:
            unit.golden.set(evaluator_id, last_run=run.id, note="")
        return run

    def _items(self, scope: Scope, evaluator_id: str, pairs: Sequence[Pair], size: int) -> list[GoldenItem]:
        """In an order that follows from the places alone: a random draw, and the same one again."""
        drawn = sorted(pairs, key=lambda pair: hashlib.sha256("\0".join(pair.place).encode()).digest())
        items: list[GoldenItem] = []
        for pair in drawn:
            if len(items) >= max(FEWEST, min(size, MOST)):
                break
            target, trace_id, span_id, session_id = pair.place
            place = Place(target=ScoreTarget(target), trace_id=trace_id, span_id=span_id, session_id=session_id)
            try:
                subject = self._subjects.read(scope, place)
            except NotFound:  # labelled, and erased since
                continue
            items.append(
                GoldenItem(
                    evaluator_id=evaluator_id,
                    position=len(items),
                    place=place.as_json(),
                    subject=subject.value,
                    models=list(subject.models),
                    expected=pair.people,
                )
            )
        return items


def next_midnight(now: Micros) -> Micros:
    """UTC: a day's budget is fresh then."""
    return now - now % DAY + DAY


def _is_binary(found: Versioned) -> bool:
    return found.version.output == ScoreType.BOOLEAN
