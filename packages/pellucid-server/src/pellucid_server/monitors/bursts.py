"""Burst judging: after a change more of its slice is judged, until a drop as large as the pack's quality rule promises to see would show.

A burst only says with what probability traffic of a moment is drawn; evaluators draw, record that probability with each score, and keep
their day's budget. It lives in the store, so a restart changes nothing, and it ends by itself: by cases, by time, or with its evaluator.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import DAY, HOUR, MINUTE, Clock, Micros
from pellucid_server.core.errors import PellucidError
from pellucid_server.core.ids import IdSource
from pellucid_server.filters.printer import show
from pellucid_server.filters.tree import Filter, all_of
from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.scope import Role, Scope
from pellucid_server.monitors.impact import ImpactAsks
from pellucid_server.monitors.incidents import MONITORS
from pellucid_server.monitors.looking import watched
from pellucid_server.monitors.slices import slice_of
from pellucid_server.query.facets import read_filter
from pellucid_server.query.signals import Signal
from pellucid_server.query.windows import Window
from pellucid_server.stats.detectable import cases_for, least_effect
from pellucid_server.stats.weighted import WeightedSums
from pellucid_server.store.meta.bursts import RUNNING, StoredBurst
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.evaluators import StoredEvaluator
from pellucid_server.store.spans.vocabulary import SPAN_VOCABULARY

KINDS: Final = (
    "deploy", "release", "prompt_label", "prompt_version", "fingerprint", "model", "system_fingerprint", "behaviour", "tool_schema",
    "index_version", "feature_flag", "sdk",
)  # fmt: skip
"""Changes that may move quality; an edit of a price or of an evaluator does not."""
FRESH: Final = HOUR
"""An older change is history that was imported."""
LASTS: Final = 8 * HOUR
PROMISED: Final = 0.1
"""Of the mean before: the drop that the starter pack's rule N3 fires at."""
BASELINE: Final = 14 * DAY
FEWEST_BEFORE: Final = 30
"""Judged cases before the change; with fewer there is nothing to compare with."""
MOST_WANTED: Final = 2_000
FEWEST_WANTED: Final = 30
MOST_AT_ONCE: Final = 10
"""Of one evaluator: a fingerprint that fails to collapse must not have everything judged."""
REVIEWED: Final = 10 * MINUTE
"""How long a probability stands before it is raised."""
STEEPEST: Final = 4.0
"""Times the probability, at one step."""
LATE: Final = HOUR
"""So long after its end a burst still says with what it drew: evaluators look at traffic a little later."""

REACHED, EXPIRED, STOPPED = "reached", "expired", "stopped"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """A burst as the page of its change shows it."""

    burst: StoredBurst
    evaluator: str
    """Its name."""
    note: str
    """Why the evaluator does less than it should, such as a budget that is spent."""
    visible: float | None
    """The smallest difference that would be seen with what is judged by now."""


class JudgingBursts:
    """The verbs."""

    def __init__(
        self, store: MetaStore, asks: ImpactAsks, projects: Callable[[], Sequence[tuple[str, str]]], clock: Clock, new_id: IdSource
    ) -> None:
        self._store = store
        self._asks = asks
        self._projects = projects
        self._clock = clock
        self._new_id = new_id
        self._considered: set[tuple[str, str]] = set()

    def run(self) -> None:
        """Begin what is due after new changes, and look how far the others are. `projects` gives (organisation, project)."""
        for organization_id, project_id in self._projects():
            scope = Scope(organization_id=organization_id, project_id=project_id, role=Role.MEMBER, actor=MONITORS)
            try:
                self._begin(scope)
                self._review(scope)
            except PellucidError as error:
                log.warning("the bursts of judging of %s could not be looked at: %s", project_id, error.message)

    def boosts(self, project_id: str, evaluator_id: str) -> Sequence[StoredBurst]:
        """What an evaluator draws more of. Called by evaluators when they look at the traffic."""
        with self._store.reading() as unit:
            found = unit.bursts.of_evaluator(evaluator_id, since=self._clock() - LATE)
        return [burst for burst in found if burst.project_id == project_id]

    def of_change(self, scope: Scope, event_id: str) -> list[Judging]:
        """What is judged because of a change."""
        with self._store.reading() as unit:
            bursts = unit.bursts.of_events(scope.project_id, [event_id])
            known = {one.id: one for one in unit.evaluators.list_all(scope.project_id)} if bursts else {}
        return [
            Judging(
                burst=burst,
                evaluator=known[burst.evaluator_id].name if burst.evaluator_id in known else burst.evaluator_id,
                note=known[burst.evaluator_id].state_note if burst.evaluator_id in known and burst.state == RUNNING else "",
                visible=least_effect(burst.spread, burst.judged, burst.base_n),
            )
            for burst in bursts
        ]

    def _begin(self, scope: Scope) -> None:
        now = self._clock()
        with self._store.reading() as unit:
            page = unit.changes.page(scope.project_id, start=now - FRESH, end=now + 1, kinds=KINDS, before=None, limit=200)
            fresh = [event for event in page if (scope.project_id, event.id) not in self._considered]
            begun = {burst.event_id for burst in unit.bursts.of_events(scope.project_id, [event.id for event in fresh])}
            enabled = [one for one in unit.evaluators.list_enabled() if one.project_id == scope.project_id]
            running = unit.bursts.running(scope.project_id)
        for event in fresh:
            if event.id not in begun:
                running += self._begun(scope, event, enabled, running, now)
            self._considered.add((scope.project_id, event.id))

    def _begun(
        self,
        scope: Scope,
        event: ChangeEvent,
        evaluators: Sequence[StoredEvaluator],
        running: Sequence[StoredBurst],
        now: Micros,
    ) -> list[StoredBurst]:
        touched = slice_of(event)
        if touched is None:
            return []
        made = []
        for evaluator in evaluators:
            usual = _usual(evaluator)
            crowded = sum(one.evaluator_id == evaluator.id for one in running) >= MOST_AT_ONCE
            if usual >= 1 or crowded:
                continue
            before = Window(start=event.time - BASELINE, end=event.time)
            base = self._judged(scope, evaluator, touched.before, before)
            if base.n < FEWEST_BEFORE:
                continue
            effect = PROMISED * abs(base.mean)
            wanted = cases_for(effect, base.spread, base.effective_n) or round(base.effective_n)
            wanted = max(FEWEST_WANTED, min(MOST_WANTED, wanted))
            expected = self._expected(scope, evaluator, touched.before, now)
            probability = 1.0 if expected <= 0 else min(1.0, wanted / expected)
            if probability <= usual:
                continue  # as much is judged anyhow
            made.append(
                StoredBurst(
                    id=self._new_id("burst"),
                    project_id=scope.project_id,
                    event_id=event.id,
                    evaluator_id=evaluator.id,
                    filter=show(touched.after, SPAN_VOCABULARY),
                    start_time=now,
                    until_time=now + LASTS,
                    ended_time=None,
                    state=RUNNING,
                    steps=[[now, probability]],
                    wanted=wanted,
                    judged=0,
                    effect=effect,
                    spread=base.spread,
                    base_mean=base.mean,
                    base_n=base.effective_n,
                )
            )
        with self._store.writing() as unit:
            for burst in made:
                unit.bursts.add(burst)
        return made

    def _review(self, scope: Scope) -> None:
        now = self._clock()
        with self._store.reading() as unit:
            running = unit.bursts.running(scope.project_id)
            enabled = {one.id: one for one in unit.evaluators.list_enabled() if running}
            gone = {burst.event_id for burst in running if unit.changes.get(scope.project_id, burst.event_id) is None}
        for burst in running:
            evaluator = enabled.get(burst.evaluator_id)
            changed: dict[str, object] = {}
            if evaluator is None or burst.event_id in gone:
                changed = {"state": STOPPED, "ended_time": now}
            else:
                window = Window(start=burst.start_time, end=now + 1)
                judged = self._judged(scope, evaluator, read_filter(burst.filter), window).n
                changed = {"judged": judged, **_after(burst, judged, now)}
            with self._store.writing() as unit:
                unit.bursts.set(burst.id, **changed)

    def _judged(self, scope: Scope, evaluator: StoredEvaluator, node: Filter, window: Window) -> WeightedSums:
        with self._store.reading() as unit:
            version = unit.evaluators.version(evaluator.id, evaluator.version)
        if version is None:
            return WeightedSums()
        signal = Signal(measure=f"score:{version.score_name}", filter=watched(node))
        return next((sums for _, sums in self._asks.weighted(scope, signal, window)), WeightedSums())

    def _expected(self, scope: Scope, evaluator: StoredEvaluator, node: Filter, now: Micros) -> float:
        """What the evaluator could look at until the end, by the traffic of the last hour that the new one takes the place of."""
        signal = Signal(measure="spans", filter=watched(all_of([node, read_filter(evaluator.filter)])), per_trace=True)
        window = Window(start=now - HOUR, end=now)
        return sum(part.moments.n for part in self._asks.stretches(scope, signal, window)) * LASTS / HOUR


def _usual(evaluator: StoredEvaluator) -> float:
    """The probability with which an evaluator draws what is in no stratum."""
    value = evaluator.sampling.get("default")
    return float(value) if isinstance(value, int | float) else 1.0


def _after(burst: StoredBurst, judged: int, now: Micros) -> dict[str, object]:
    """What a look at a burst changes: it ends, or its probability is raised where it would not be in time."""
    if judged >= burst.wanted:
        return {"state": REACHED, "ended_time": now}
    if now >= burst.until_time:
        return {"state": EXPIRED, "ended_time": burst.until_time}
    if now - burst.steps[-1][0] < REVIEWED or burst.probability >= 1:
        return {}
    passed, left = now - burst.start_time, burst.until_time - now
    ahead = judged / passed * left
    if judged + ahead >= burst.wanted:
        return {}
    times = STEEPEST if ahead <= 0 else min(STEEPEST, (burst.wanted - judged) / ahead)
    return {"steps": [*burst.steps, [now, min(1.0, burst.probability * times)]]}
