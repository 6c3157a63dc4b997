"""Candidates: what of the traffic an evaluator could look at, with the probability with which each is drawn. Reads, never writes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pellucid_server.core.clock import MINUTE, SECOND, Micros
from pellucid_server.core.errors import BadFilter
from pellucid_server.evals.errors import BadSampling
from pellucid_server.evals.sampling import Boost, Sampling, draw
from pellucid_server.evals.subject import Place
from pellucid_server.filters.tree import FieldRef, Filter, Text, all_of, negate, one_of
from pellucid_server.llm.models import ENVIRONMENTS
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreTarget
from pellucid_server.query.asking import MAX_LIMIT, Ask
from pellucid_server.query.facets import read_filter
from pellucid_server.query.metrics import Measure, MetricsAsk
from pellucid_server.query.queries import Queries
from pellucid_server.query.windows import Window

SETTLED: Final = {ScoreTarget.SPAN: 5 * SECOND, ScoreTarget.TRACE: 20 * SECOND, ScoreTarget.SESSION: 10 * MINUTE}
"""How long after its start (a session: after its last turn) something is believed to be whole."""
_UNITS: Final = {ScoreTarget.SPAN: "spans", ScoreTarget.TRACE: "traces", ScoreTarget.SESSION: "sessions"}
_OWN: Final = negate(one_of(FieldRef(name="environment"), map(Text, sorted(ENVIRONMENTS))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Places in the order of their time, and up to where they were read."""

    places: tuple[Place, ...]
    """Drawn."""
    seen: int
    """All that matched, drawn or not."""
    until: Micros


class Candidates:
    """Finds them."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def drawn(
        self,
        scope: Scope,
        target: ScoreTarget,
        text: str,
        sampling: Sampling,
        *,
        seed: str,
        window: Window,
        limit: int,
        boosts: Sequence[Boost] = (),
    ) -> Found:
        """What was drawn of the first `limit` matching places of `window`. Raises `BadFilter`."""
        base = filter_of(text)
        listed = self._listed(scope, target, base, window, limit)

        def inside(own: str) -> set[str]:
            return {place.key for place, _ in self._listed(scope, target, all_of([base, filter_of(own)]), window, limit)}

        strata = [(stratum, inside(stratum.filter)) for stratum in sampling.strata]
        raised = [(boost, inside(boost.filter)) for boost in boosts]
        places = []
        for place, time in listed:
            stratum = next((one for one, keys in strata if place.key in keys), None)
            name, probability = ("", sampling.default) if stratum is None else (stratum.name, stratum.probability)
            for boost, keys in raised:
                if place.key in keys and boost.probability_at(time) > probability:
                    name, probability = boost.name, boost.probability_at(time)
            if draw(seed, place.key) < probability:
                places.append(replace(place, probability=probability, stratum=name))
        end = window.end if window.end is not None else self._queries.clock()
        until = listed[-1][1] if len(listed) >= limit else end
        return Found(places=tuple(places), seen=len(listed), until=until)

    def newest(self, scope: Scope, target: ScoreTarget, text: str, limit: int) -> list[Place]:
        """The newest matching places. Raises `BadFilter`."""
        ask, queries = Ask(filter=filter_of(text), limit=limit), self._queries
        if target is ScoreTarget.SPAN:
            spans = queries.spans.list_spans(scope, ask).data
            return [Place(target=target, trace_id=row.trace_id, span_id=row.span_id) for row in spans]
        if target is ScoreTarget.TRACE:
            return [Place(target=target, trace_id=row.trace_id) for row in queries.traces.list_traces(scope, ask).data]
        return [Place(target=target, session_id=row.id) for row in queries.sessions.list_groups(scope, ask).data]

    def counts(self, scope: Scope, target: ScoreTarget, text: str, sampling: Sampling, window: Window) -> dict[str, int]:
        """How many places each stratum has in `window`, by name; what is in none is under the empty name."""
        base, counts = filter_of(text), {}
        rest = base
        for stratum in sampling.strata:
            inside = filter_of(stratum.filter)
            counts[stratum.name] = self._count(scope, target, all_of([rest, inside]), window)
            rest = all_of([rest, negate(inside)])
        return {**counts, "": max(0, self._count(scope, target, base, window) - sum(counts.values()))}

    def _count(self, scope: Scope, target: ScoreTarget, node: Filter, window: Window) -> int:
        unit = _UNITS[target]
        found = self._queries.metrics.ask(
            scope, MetricsAsk(measures=(Measure(name=unit, aggregation="count"),), window=window, filter=node)
        )
        value = found.data[0].get(f"{unit}_count") if found.data else 0
        return int(value or 0)

    def _listed(
        self, scope: Scope, target: ScoreTarget, node: Filter, window: Window, limit: int
    ) -> Sequence[tuple[Place, Micros]]:
        """In the order of their time, the oldest first."""
        listed = {ScoreTarget.SPAN: self._spans, ScoreTarget.TRACE: self._traces, ScoreTarget.SESSION: self._sessions}[target]
        found: list[tuple[Place, Micros]] = []
        for one in listed(scope, node, window):
            found.append(one)
            if len(found) >= limit:
                break
        return found

    def _spans(self, scope: Scope, node: Filter, window: Window) -> Iterator[tuple[Place, Micros]]:
        cursor = None
        while True:
            page = self._queries.spans.list_spans(
                scope, Ask(filter=node, window=window, order="start_time", limit=MAX_LIMIT, cursor=cursor)
            )
            for row in page.data:
                yield Place(target=ScoreTarget.SPAN, trace_id=row.trace_id, span_id=row.span_id), row.start_time
            cursor = page.next_cursor
            if cursor is None:
                return

    def _traces(self, scope: Scope, node: Filter, window: Window) -> Iterator[tuple[Place, Micros]]:
        cursor = None
        while True:
            page = self._queries.traces.list_traces(
                scope, Ask(filter=node, window=window, order="start_time", limit=MAX_LIMIT, cursor=cursor)
            )
            for row in page.data:
                yield Place(target=ScoreTarget.TRACE, trace_id=row.trace_id), row.start_time
            cursor = page.next_cursor
            if cursor is None:
                return

    def _sessions(self, scope: Scope, node: Filter, window: Window) -> Iterator[tuple[Place, Micros]]:
        """By their last turn: a session belongs to the window in which it ended. One that ends later is found later."""
        page = self._queries.sessions.list_groups(scope, Ask(filter=node, window=Window(start=window.start), limit=MAX_LIMIT))
        ended = [row for row in page.data if window.end is None or row.last_time < window.end]
        for row in sorted(ended, key=lambda row: row.last_time):
            yield Place(target=ScoreTarget.SESSION, session_id=row.id), row.last_time


def filter_of(text: str) -> Filter:
    """The filter, without Pellucid's own environments: no judge is ever judged. Raises `BadFilter`."""
    return all_of([read_filter(text), _OWN])


def check_filters(text: str, sampling: Sampling) -> None:
    """Raises `BadFilter` or `BadSampling` for what cannot be read."""
    read_filter(text)
    for stratum in sampling.strata:
        try:
            read_filter(stratum.filter)
        except BadFilter as error:
            raise BadSampling(f"The filter of the stratum `{stratum.name}` cannot be read: {error.message}") from error
