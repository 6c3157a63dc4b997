"""The actions on many traces, wired to the rooms that do them."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pellucid import semconv as wire
from pellucid_server.bulk.actions import Action, AddToDataset, DeleteTraces, QueueTraces, ScoreTraces, TagTraces
from pellucid_server.core.clock import Clock
from pellucid_server.core.errors import Unavailable
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.curating import Curating
from pellucid_server.datasets.queues import Queues, ToJudge
from pellucid_server.datasets.traces import Mapped
from pellucid_server.ingest.door import Door
from pellucid_server.ingest.parse import TRACES
from pellucid_server.ingest.pipeline import Pipeline
from pellucid_server.ingest.ports import TraceKey
from pellucid_server.model.json import JsonValue
from pellucid_server.model.raw import RawSpan
from pellucid_server.model.scope import Scope
from pellucid_server.query.queries import Queries
from pellucid_server.query.traces import TagHolder, Traces

SEEN_WITHIN_S: Final = 30.0
"""How long a change of tags is waited for; it is durable before, and whoever is told that it is done should see it."""
LOOK_EVERY_S: Final = 0.1
ERASED_WITHIN_S: Final = 300.0
"""How long a deletion waits for the batches before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cases:
    """Makes cases as the page of one trace does; a data set that is not there is made."""

    cases: Cases
    curating: Curating

    def __call__(self, scope: Scope, dataset: str, trace_ids: Sequence[str]) -> JsonValue:
        """What became of the traces, in numbers."""
        self.cases.create(scope, name=dataset)
        made = self.curating.add_traces(scope, dataset, trace_ids, Mapped())
        return {
            "added": made.written.added,
            "unchanged": made.written.unchanged + made.written.changed + made.duplicates,
            "missing": len(made.missing),
            "empty": len(made.empty),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Queued:
    """Fills annotation queues."""

    queues: Queues

    def __call__(self, scope: Scope, queue_id: str, trace_ids: Sequence[str]) -> JsonValue:
        """What became of the traces, in numbers."""
        filled = self.queues.fill(scope, queue_id, [ToJudge(trace_id=trace_id) for trace_id in trace_ids])
        return {"added": filled.added, "known": filled.known, "missing": len(filled.missing)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tagged:
    """Changes tags as an emitter would: by a later part of the span, through the door."""

    traces: Traces
    door: Door
    clock: Clock

    def __call__(self, scope: Scope, trace_ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> int:
        """How many traces were changed."""
        wanted = {
            (one.trace_id, one.span_id): (one, tags)
            for one in self.traces.tag_holders(scope, trace_ids)
            if (tags := _changed(one, add, remove)) != one.tags
        }
        if wanted:
            parts = [_part(one, tags, self.clock()) for one, tags in wanted.values()]
            self.door.take_raw(scope.project_id, TRACES, parts)
            self._wait(scope, {place: tags for place, (_, tags) in wanted.items()})
        return len({trace_id for trace_id, _ in wanted})

    def _wait(self, scope: Scope, wanted: dict[tuple[str, str], tuple[str, ...]]) -> None:
        until_s = time.monotonic() + SEEN_WITHIN_S
        ids = sorted({trace_id for trace_id, _ in wanted})
        while time.monotonic() < until_s:
            seen = {(one.trace_id, one.span_id): one.tags for one in self.traces.tag_holders(scope, ids)}
            if all(seen.get(place, tags) == tags for place, tags in wanted.items()):
                return
            time.sleep(LOOK_EVERY_S)


def _changed(one: TagHolder, add: Sequence[str], remove: Sequence[str]) -> tuple[str, ...]:
    kept = [tag for tag in one.tags if tag not in remove]
    return (*kept, *(tag for tag in dict.fromkeys(add) if one.is_root and tag not in kept))


def _part(one: TagHolder, tags: Sequence[str], now: int) -> RawSpan:
    return RawSpan(
        trace_id=one.trace_id, span_id=one.span_id, start_time=one.start_time, attributes={wire.TAGS: list(tags)}, stamp=now
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Erased:
    """Deletes traces between two batches of what comes in."""

    pipeline: Pipeline

    def __call__(self, scope: Scope, trace_ids: Sequence[str]) -> None:
        """Done when it returns."""
        erased = self.pipeline.erase([TraceKey(scope.project_id, trace_id) for trace_id in trace_ids])
        try:
            erased.result(ERASED_WITHIN_S)
        except TimeoutError:
            raise Unavailable("The store is busy and the deletion still waits; resume the run in a while.") from None


def bulk_actions(
    queries: Queries, cases: Cases, curating: Curating, queues: Queues, *, door: Door, pipeline: Pipeline
) -> tuple[Action, ...]:
    """All that there are."""
    return (
        ScoreTraces(scores=queries.scores),
        TagTraces(change_tags=_Tagged(traces=queries.traces, door=door, clock=queries.clock)),
        QueueTraces(fill=_Queued(queues=queues)),
        AddToDataset(make_cases=_Cases(cases=cases, curating=curating)),
        DeleteTraces(erase=_Erased(pipeline=pipeline)),
    )
