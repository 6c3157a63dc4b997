"""`Playground`: ask a pane now, restore one from what was recorded, run panes over cases, replay with a change."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from pellucid_server.filters.tree import Filter
from pellucid_server.llm.calls import ModelDelta
from pellucid_server.llm.durable import RunStarter, StartedRun
from pellucid_server.llm.models import LanguageModels
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.playground.drafts import Drafts
from pellucid_server.playground.errors import BadPane, NothingToReplay
from pellucid_server.playground.panes import Pane
from pellucid_server.playground.ports import Evaluators, Prompts
from pellucid_server.playground.recordings import Recordings
from pellucid_server.playground.replaying import REPLAY
from pellucid_server.playground.restoring import Restored, Restorer
from pellucid_server.playground.tabling import ENVIRONMENT, RECORDED, TABLE, settings_of
from pellucid_server.query.windows import Window

MAX_PANES = 6
MAX_CASES = 5_000
MAX_EVALUATORS = 10
MAX_REPLAYED = 5_000
"""Generations of one replay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What panes are run over."""

    id: str
    input: JsonValue
    expected: JsonValue = None

    def as_json(self) -> JsonValue:
        """In an item of a run."""
        return {"id": self.id, "input": self.input, "expected": self.expected}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What panes are run over, and who scores the answers: cases that are given, or recorded generations."""

    title: str
    cases: Sequence[Case] = ()
    recorded: "Replayable | None" = None
    evaluators: Sequence[str] = ()
    """Their ids."""
    max_cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayable:
    """What was recorded, to replay or to run panes over: traces or generations by id, or those that match."""

    trace_ids: Sequence[str] = ()
    spans: Sequence[tuple[str, str]] = ()
    """(trace, span)."""
    matching: Filter | None = None
    window: Window = field(default_factory=Window)
    limit: int = 200


class Playground:
    """The verbs."""

    def __init__(
        self,
        models: LanguageModels,
        prompts: Prompts,
        recordings: Recordings,
        runs: RunStarter,
        evaluators: Evaluators,
        drafts: Drafts,
    ) -> None:
        self.drafts = drafts
        self._evaluators = evaluators
        self._models = models
        self._prompts = prompts
        self._recordings = recordings
        self._restorer = Restorer(recordings, prompts)
        self._runs = runs

    async def ask(self, scope: Scope, pane: Pane) -> AsyncIterator[ModelDelta]:
        """The answer as it comes. Raises `BadPane` and what models and prompts raise."""
        request = await asyncio.to_thread(pane.request, scope.project_id, self._prompts, "playground")
        async for delta in self._models.stream(
            scope.project_id, pane.connection, request, environment=ENVIRONMENT, origin=pane.origin("playground")
        ):
            yield delta

    def restore(self, scope: Scope, trace_id: str, span_id: str) -> Restored:
        """A recorded generation as a pane. Raises `NotFound`, `NothingToReplay`."""
        return self._restorer.restore(scope, trace_id, span_id)

    def table(self, scope: Scope, panes: Sequence[Pane], table: Table) -> StartedRun:
        """Start a run of every pane over every case. Raises `BadPane`, `NothingToReplay`, and what the evaluators raise."""
        if not 1 <= len(panes) <= MAX_PANES:
            raise BadPane(f"Between 1 and {MAX_PANES} panes can be run together; these are {len(panes)}.")
        if len(table.evaluators) > MAX_EVALUATORS:
            raise BadPane(f"At most {MAX_EVALUATORS} evaluators score a table; these are {len(table.evaluators)}.")
        for pane in panes:
            _check(pane)
        cases, columns = [case.as_json() for case in table.cases], list(range(len(panes)))
        if table.recorded is not None:
            cases, columns = self._recorded_cases(scope, table.recorded), [RECORDED, *columns]
        if not 1 <= len(cases) <= MAX_CASES:
            raise BadPane(f"Panes can be run over 1 to {MAX_CASES:,} cases; these are {len(cases):,}.")
        items: list[JsonValue] = [{"pane": place, "case": case} for case in cases for place in columns]
        settings = settings_of(panes, self._evaluators.pinned(scope, table.evaluators))
        return self._runs.start(scope, kind=TABLE, title=table.title, items=items, settings=settings, max_cost=table.max_cost)

    def replay(self, scope: Scope, what: Replayable, change: Pane, *, title: str, max_cost: float | None) -> StartedRun:
        """Start a replay. Raises `BadPane`, `NothingToReplay`."""
        _check(change)
        items = self._items(scope, what)
        if not items:
            raise NothingToReplay("No generation matches; widen the time range or the filter.")
        settings: JsonValue = {"change": change.as_json()}
        return self._runs.start(scope, kind=REPLAY, title=title, items=items, settings=settings, max_cost=max_cost)

    def _recorded_cases(self, scope: Scope, what: Replayable) -> list[JsonValue]:
        places = [place for place in self._places(scope, what) if place.get("span_id")]
        if not places:
            raise NothingToReplay("No generation matches; widen the time range or the filter.")
        return [{"id": f"{place['trace_id']}/{place['span_id']}", **place} for place in places]

    def _items(self, scope: Scope, what: Replayable) -> list[JsonValue]:
        return [dict(place) for place in self._places(scope, what)]

    def _places(self, scope: Scope, what: Replayable) -> list[Mapping[str, str]]:
        places: list[Mapping[str, str]] = [{"trace_id": trace_id} for trace_id in what.trace_ids]
        places += [{"trace_id": trace_id, "span_id": span_id} for trace_id, span_id in what.spans]
        if what.matching is not None:
            limit = min(what.limit, MAX_REPLAYED)
            rows = self._recordings.matching(scope, what.matching, what.window, limit)
            places += [{"trace_id": row.trace_id, "span_id": row.span_id} for row in rows]
        if len(places) > MAX_REPLAYED:
            raise BadPane(f"At most {MAX_REPLAYED:,} can be replayed at once; these are {len(places):,}.")
        return places


def _check(pane: Pane) -> None:
    if not pane.connection:
        raise BadPane("The pane has no model connection; choose one, or add one under Settings, Models.")
