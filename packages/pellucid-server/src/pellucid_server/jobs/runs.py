"""`Runs`: start, look at, cancel and resume durable runs. Rooms call it through Protocols of their own."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from pellucid_server.core.clock import DAY, Clock, Micros, system_clock
from pellucid_server.core.ids import IdSource, random_id
from pellucid_server.jobs.errors import BadRun, NoSuchRun, RunEnded
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta import runs as states
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.runs import RunCounts, StoredItem, StoredRun
from pellucid_server.store.meta.unit import UnitOfWork

MAX_ITEMS = 100_000
MAX_TITLE_CHARS = 300
MAX_PAGE = 500
EXPIRED_AT_ONCE = 100
"""Runs in one transaction: more would keep others from the database for too long."""
CANCELLED, PAUSED = "cancelled", "paused"
STANDING = "evaluator:"
"""How the actor of a run is named that follows the traffic by itself."""
ACTIVE = (states.QUEUED, states.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run with what a page counts of it."""

    stored: StoredRun
    counts: RunCounts

    @property
    def id(self) -> str:
        """By which it is asked for."""
        return self.stored.id

    @property
    def is_active(self) -> bool:
        """Whether it goes on by itself."""
        return self.stored.state in ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPage:
    """Some runs, and where the next ones begin."""

    runs: list[Run]
    next_after: tuple[Micros, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunItem:
    """An item with its interrupted calls."""

    stored: StoredItem
    interrupted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """Some items, and the position behind which the next ones begin."""

    items: list[RunItem]
    next_after: int | None


class Runs:
    """The verbs."""

    def __init__(
        self,
        store: MetaStore,
        kinds: Collection[str],
        *,
        wake: Callable[[], None],
        clock: Clock = system_clock,
        new_id: IdSource = random_id,
    ) -> None:
        self._store = store
        self._kinds = frozenset(kinds)
        self._wake = wake
        self._clock = clock
        self._new_id = new_id

    def start(
        self,
        scope: Scope,
        *,
        kind: str,
        title: str,
        items: Sequence[JsonValue],
        settings: JsonValue = None,
        max_cost: float | None = None,
    ) -> Run:
        """Queue a run; it begins at once. `max_cost` in USD pauses it when it is reached. Raises `BadRun`."""
        if kind not in self._kinds:
            raise BadRun(f"{kind!r} is no kind of run; there are {', '.join(sorted(self._kinds)) or 'none'}.")
        if not 0 < len(items) <= MAX_ITEMS:
            raise BadRun(f"A run has between 1 and {MAX_ITEMS:,} items; this one has {len(items):,}.")
        if max_cost is not None and max_cost <= 0:
            raise BadRun("`max_cost` is more than 0 USD; leave it out for no limit.")
        run = StoredRun(
            id=self._new_id("run"),
            project_id=scope.project_id,
            kind=kind,
            title=title.strip()[:MAX_TITLE_CHARS] or kind,
            state=states.QUEUED,
            settings=settings,
            max_cost=max_cost,
            result=None,
            error="",
            created_by=scope.actor,
            created_time=self._clock(),
            started_time=None,
            finished_time=None,
            owner="",
            owned_until=0,
        )
        with self._store.writing() as unit:
            unit.runs.add(run, items)
        self._wake()
        return self.get(scope, run.id)

    def get(self, scope: Scope, run_id: str) -> Run:
        """One. Raises `NoSuchRun`."""
        with self._store.reading() as unit:
            return Run(stored=_own(unit, scope, run_id), counts=unit.runs.counts([run_id])[run_id])

    def list(
        self,
        scope: Scope,
        *,
        kind: str | None = None,
        asked_for: bool = False,
        after: tuple[Micros, str] | None = None,
        limit: int = 50,
    ) -> RunPage:
        """The newest first; `asked_for`: without those that an evaluator starts by itself, every few seconds."""
        bounded = max(1, min(limit, MAX_PAGE))
        with self._store.reading() as unit:
            found = unit.runs.page(
                scope.project_id, kind=kind, not_by=STANDING if asked_for else None, after=after, limit=bounded + 1
            )
            shown = found[:bounded]
            counts = unit.runs.counts([run.id for run in shown])
        last = (shown[-1].created_time, shown[-1].id) if len(found) > bounded else None
        return RunPage(runs=[Run(stored=run, counts=counts[run.id]) for run in shown], next_after=last)

    def items(self, scope: Scope, run_id: str, *, state: str | None = None, after: int = -1, limit: int = 100) -> ItemPage:
        """In order."""
        bounded = max(1, min(limit, MAX_PAGE))
        with self._store.reading() as unit:
            _own(unit, scope, run_id)
            found = unit.runs.items(run_id, state=state, after=after, limit=bounded + 1)
            shown = found[:bounded]
            interrupted = unit.runs.interrupted(run_id, [item.position for item in shown])
        last = shown[-1].position if len(found) > bounded else None
        rows = [RunItem(stored=item, interrupted=interrupted.get(item.position, 0)) for item in shown]
        return ItemPage(items=rows, next_after=last)

    def cancel(self, scope: Scope, run_id: str) -> Run:
        """End it now; what is done stays. Raises `RunEnded`."""
        with self._store.writing() as unit:
            run = _own(unit, scope, run_id)
            if run.state not in (*ACTIVE, PAUSED):
                raise RunEnded(f"The run is {run.state} and cannot be cancelled any more.")
            unit.runs.set(run_id, state=CANCELLED, finished_time=self._clock())
            if not run.owner:
                unit.runs.set_items(run_id, (states.WAITING, states.RUNNING), states.SKIPPED)
        self._wake()
        return self.get(scope, run_id)

    def resume(self, scope: Scope, run_id: str, *, max_cost: float | None = None) -> Run:
        """Go on where it stopped: items that failed or were skipped are tried again. Raises `RunEnded`."""
        with self._store.writing() as unit:
            run = _own(unit, scope, run_id)
            counts = unit.runs.counts([run_id])[run_id]
            if run.kept_counts is not None:
                raise RunEnded("The items of this run have expired, so it cannot go on; start another one.")
            if run.state in ACTIVE or counts.done == counts.items:
                raise RunEnded(f"The run is {run.state}; there is nothing to resume.")
            if run.owner:
                raise RunEnded("The run is still being stopped; try again in a moment.")
            budget = max_cost if max_cost is not None else run.max_cost
            if budget is not None and counts.cost >= budget:
                raise BadRun(f"The run has cost {counts.cost:.4f} USD already; resume it with a larger `max_cost` than {budget}.")
            unit.runs.set_items(run_id, (states.FAILED, states.SKIPPED, states.RUNNING), states.WAITING)
            unit.runs.set(
                run_id, state=states.QUEUED, error="", result=None, max_cost=budget, finished_time=None, owner="", owned_until=0
            )
        self._wake()
        return self.get(scope, run_id)


class RunRetention:
    """Forgets the items of runs that ended long ago. Otherwise every call that was ever made would stay in the metadata."""

    def __init__(self, store: MetaStore, days: int, clock: Clock = system_clock) -> None:
        """`days` 0: they are kept for ever."""
        self._store = store
        self._days = days
        self._clock = clock

    def run(self) -> int:
        """Once, as of now; how many runs."""
        before, total = self._clock() - self._days * DAY, 0
        while self._days:
            with self._store.writing() as unit:
                expired = unit.runs.expire(before, whole=STANDING, limit=EXPIRED_AT_ONCE)
            total += expired
            if expired < EXPIRED_AT_ONCE:
                break
        return total


def _own(unit: UnitOfWork, scope: Scope, run_id: str) -> StoredRun:
    run = unit.runs.get(scope.project_id, run_id)
    if run is None:
        raise NoSuchRun
    return run
