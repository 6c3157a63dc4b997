"""Traces: the list, one trace, and rows by id for whoever tails a project.

A page is made in three steps: which traces (narrow columns, the newest slice of time first), then their rows, then their scores.

**Pages under writes.** A cursor holds the last row's place and the time of the first page. New traces do not move old ones. But a trace
may be seen before its root has arrived, and move back in time when it does: past a page that was read, or out of one that was not. So later
pages put such a trace where it stood when the first page was asked for, and nothing is shown twice or left out.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pellucid_server.core.clock import Clock, Micros
from pellucid_server.core.errors import NotFound
from pellucid_server.filters.tree import EVERYTHING, Filter, Text, all_of, one_of
from pellucid_server.filters.tree import FieldRef as Ref
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import Score
from pellucid_server.query.asking import Ask, Order, Page, asked_in, check_limit, read_order
from pellucid_server.query.brief import BriefSpan
from pellucid_server.query.cursors import Cursor, read_cursor, write_cursor
from pellucid_server.query.records import SpanRow, TraceRow, span_row, trace_row
from pellucid_server.query.scores import score_of
from pellucid_server.query.summaries import by_trace
from pellucid_server.query.windows import Window, newest_first
from pellucid_server.store.spans.filter_sql import Asked, is_selective
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import scores as score_sql
from pellucid_server.store.spans.sql import spans as span_sql
from pellucid_server.store.spans.sql import traces as sql

MAX_SPANS: Final = 50_000
"""Of one trace; a page with more would not be read by anybody."""
MAX_SCORES: Final = 5_000

TRACE_ORDERS: Final = ("start_time", *sql.TRACE_ORDERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceDetail:
    """One trace with its spans, in time order, and its scores."""

    trace: TraceRow
    spans: Sequence[SpanRow]
    scores: Sequence[Score]
    complete: bool
    """False where it has more than `MAX_SPANS` spans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceTree:
    """One trace with its spans in brief, in time order, and its scores."""

    trace: TraceRow
    spans: Sequence[BriefSpan]
    scores: Sequence[Score]
    complete: bool
    """False where it has more than `MAX_SPANS` spans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagHolder:
    """A span that says which tags its trace has."""

    trace_id: str
    span_id: str
    start_time: Micros
    tags: tuple[str, ...]
    """Its own; those that it inherits are not among them."""
    is_root: bool


@dataclass(frozen=True, slots=True)
class _Place:
    value: float
    trace_id: str
    first: Micros
    """Start of its first span, or a bound of it; `last` alike."""
    last: Micros


class Traces:
    """Verbs on traces."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def list_traces(self, scope: Scope, ask: Ask) -> Page[TraceRow]:
        """A page of the traces of which any span matches the filter and whose root starts in the window."""
        limit, now = check_limit(ask.limit), self._clock()
        order = read_order(ask.order, TRACE_ORDERS, "-start_time")
        cursor = read_cursor(ask.cursor, f"traces:{order.text}")
        asked = asked_in(scope, ask.window, now if cursor is None else cursor.asked)
        find = self._by_time if order.name == "start_time" else self._by_value
        places = find(asked, ask.filter, order, cursor, limit + 1)
        page = places[:limit]
        more = len(places) > limit
        return Page(data=self._rows(asked, page), next_cursor=_next(order, asked, page[-1]) if more else None)

    def get_trace(self, scope: Scope, trace_id: str) -> TraceDetail:
        """One trace, whole, however long it took. Raises `NotFound`."""
        asked = asked_in(scope, Window(), self._clock())
        records = self._reader.records(span_sql.of_trace(asked, trace_id, limit=MAX_SPANS + 1), span_sql.SPAN_ROW)
        spans = [span_row(record) for record in records[:MAX_SPANS]]
        trace, scores = self._around(asked, trace_id, [span.start_time for span in spans])
        return TraceDetail(trace=trace, spans=spans, scores=scores, complete=len(records) <= MAX_SPANS)

    def get_tree(self, scope: Scope, trace_id: str) -> TraceTree:
        """The same with the spans in brief: a tenth of the bytes. Raises `NotFound`."""
        asked = asked_in(scope, Window(), self._clock())
        rows = self._reader.rows(span_sql.brief_of_trace(asked, trace_id, limit=MAX_SPANS + 1))
        trace, scores = self._around(asked, trace_id, [row[0] for row in rows[:MAX_SPANS]])
        spans = [BriefSpan(*row[1:]) for row in rows[:MAX_SPANS]]
        return TraceTree(trace=trace, spans=spans, scores=scores, complete=len(rows) <= MAX_SPANS)

    def _around(self, asked: Asked, trace_id: str, starts: Sequence[Micros]) -> tuple[TraceRow, Sequence[Score]]:
        """The row and the scores of a trace of which the spans start then, in order."""
        if not starts:
            raise NotFound(f"There is no trace {trace_id} in this project; check the id, the project, and its retention.")
        near = replace(asked, start=starts[0], end=starts[-1] + 1)
        (record,) = self._reader.records(sql.rows(near, [trace_id]), sql.TRACE_ROW)
        metadata = self._reader.rows(span_sql.metadata_of_trace(near, trace_id))
        scores = self._reader.records(score_sql.of_trace(asked.project_id, trace_id, limit=MAX_SCORES), score_sql.SCORE_ROW)
        summaries = by_trace(self._reader, asked.project_id, [trace_id]).get(trace_id, ())
        return trace_row(record, summaries, metadata[0][0] if metadata else {}), [score_of(score) for score in scores]

    def rows_of(self, scope: Scope, trace_ids: Sequence[str], node: Filter) -> tuple[TraceRow, ...]:
        """Rows of those of `trace_ids` that match, newest first."""
        if not trace_ids:
            return ()
        asked = asked_in(scope, Window(), self._clock())
        mine = all_of([one_of(Ref(name="trace_id"), map(Text, trace_ids)), node])
        rows = self._reader.rows(sql.newest(asked, mine, after=None, limit=len(trace_ids)))
        return self._rows(asked, [_Place(*row) for row in rows])

    def tag_holders(self, scope: Scope, trace_ids: Sequence[str]) -> list[TagHolder]:
        """The roots of these traces, and their spans that have tags of their own: what a change of tags must change."""
        rows = self._reader.rows(sql.tag_holders(scope.project_id, trace_ids)) if trace_ids else ()
        return [
            TagHolder(trace_id=trace_id, span_id=span_id, start_time=start, tags=tuple(json.loads(tags or "[]")), is_root=is_root)
            for trace_id, span_id, start, tags, is_root in rows
        ]

    def _by_time(self, asked: Asked, node: Filter, order: Order, cursor: Cursor | None, wanted: int) -> list[_Place]:
        found: list[_Place] = []
        for window in self._slices(asked, node, order, cursor):
            found += self._in_slice(replace(asked, start=window.start, end=window.end), node, order, cursor, wanted - len(found))
            if len(found) >= wanted:
                break
        return found

    def _slices(self, asked: Asked, node: Filter, order: Order, cursor: Cursor | None) -> Iterator[Window]:
        window = Window(start=asked.start, end=asked.end)
        if order.ascending:
            return iter([window])
        if cursor is not None:
            last = int(cursor.value) + 1
            window = replace(window, end=last if window.end is None else min(last, window.end))
        return newest_first(window, asked.now, selective=is_selective(node))

    def _in_slice(self, asked: Asked, node: Filter, order: Order, cursor: Cursor | None, wanted: int) -> list[_Place]:
        moved = self._displaced(asked, node, cursor)
        found = [place for place in moved.values() if _in(asked, place) and _beyond(place, order, cursor)]
        after = _after(cursor)
        left = wanted
        while left > 0:
            rows = self._reader.rows(sql.newest(asked, node, after=after, limit=left, ascending=order.ascending))
            kept = [_Place(*row) for row in rows if row[1] not in moved]
            found += kept
            if len(rows) < left:
                break
            after = sql.After(value=rows[-1][0], id=rows[-1][1])
            left -= len(kept)
        return sorted(found, key=lambda place: (place.value, place.trace_id), reverse=not order.ascending)[:wanted]

    def _displaced(self, asked: Asked, node: Filter, cursor: Cursor | None) -> dict[str, _Place]:
        """By id, the matching traces that stand elsewhere now than when the first page was asked for, at their place then."""
        if cursor is None:
            return {}
        rows = self._reader.rows(sql.displaced(asked, cursor.asked))
        moved = {row[1]: _Place(*row) for row in rows}
        if not moved or node == EVERYTHING:
            return moved
        mine = all_of([one_of(Ref(name="trace_id"), map(Text, moved)), node])
        everywhere = replace(asked, start=None, end=None)
        matching = {row[1] for row in self._reader.rows(sql.newest(everywhere, mine, after=None, limit=len(moved)))}
        return {trace_id: place for trace_id, place in moved.items() if trace_id in matching}

    def _by_value(self, asked: Asked, node: Filter, order: Order, cursor: Cursor | None, wanted: int) -> list[_Place]:
        statement = sql.ordered(
            asked, node, order.name, received_until=asked.now, after=_after(cursor), limit=wanted, ascending=order.ascending
        )
        return [_Place(*row) for row in self._reader.rows(statement)]

    def _rows(self, asked: Asked, places: Sequence[_Place]) -> tuple[TraceRow, ...]:
        if not places:
            return ()
        ids = [place.trace_id for place in places]
        statement = sql.rows(asked, ids, [(place.first, place.last) for place in places])
        records = {record["trace_id"]: record for record in self._reader.records(statement, sql.TRACE_ROW)}
        summaries = by_trace(self._reader, asked.project_id, ids)
        # A trace that was erased between the two questions is left out.
        return tuple(trace_row(records[id_], summaries.get(id_, ())) for id_ in ids if id_ in records)


def _after(cursor: Cursor | None) -> sql.After | None:
    return None if cursor is None else sql.After(value=cursor.value, id=cursor.ids[0])


def _in(asked: Asked, place: _Place) -> bool:
    return (asked.start is None or place.value >= asked.start) and (asked.end is None or place.value < asked.end)


def _beyond(place: _Place, order: Order, cursor: Cursor | None) -> bool:
    if cursor is None:
        return True
    key, last = (place.value, place.trace_id), (cursor.value, cursor.ids[0])
    return key > last if order.ascending else key < last


def _next(order: Order, asked: Asked, last: _Place) -> str:
    return write_cursor(Cursor(list=f"traces:{order.text}", asked=asked.now, value=last.value, ids=(last.trace_id,)))
