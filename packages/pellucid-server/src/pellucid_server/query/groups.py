"""Sessions and users: lists, and one of them with its traces. Both are spans grouped by one column, so they are one class."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pellucid_server.core.clock import Clock
from pellucid_server.core.errors import NotFound
from pellucid_server.filters.tree import Filter
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import Score
from pellucid_server.query.asking import Ask, Order, Page, asked_in, check_limit, read_order
from pellucid_server.query.cursors import Cursor, read_cursor, write_cursor
from pellucid_server.query.records import GroupRow, ScoreSummary, TraceRow, group_row, trace_row
from pellucid_server.query.scores import score_of
from pellucid_server.query.summaries import by_group, by_trace
from pellucid_server.query.windows import Window, newest_first
from pellucid_server.store.spans.filter_sql import Asked
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import groups as sql
from pellucid_server.store.spans.sql import scores as score_sql
from pellucid_server.store.spans.sql import traces as trace_sql

GROUP_ORDERS: Final = tuple(sql.GROUP_ORDERS)
MAX_TRACES: Final = 1_000
"""Turns of one session that its page shows."""
MAX_SCORES: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDetail:
    """One session or user with its traces, oldest first."""

    row: GroupRow
    traces: Sequence[TraceRow]
    scores: Sequence[Score]
    """Those on a session itself."""
    complete: bool
    """False where it has more than `MAX_TRACES` traces."""


class Groups:
    """Verbs on one kind of group."""

    def __init__(self, reader: SpanReader, clock: Clock, grouping: sql.Grouping) -> None:
        self._reader = reader
        self._clock = clock
        self._grouping = grouping

    def list_groups(self, scope: Scope, ask: Ask) -> Page[GroupRow]:
        """A page of the groups with a matching span that starts in the window; their rows are of all their spans in the window."""
        limit, now = check_limit(ask.limit), self._clock()
        order = read_order(ask.order, GROUP_ORDERS, "-last_time")
        name = f"{self._grouping.column}:{order.text}"
        cursor = read_cursor(ask.cursor, name)
        asked = asked_in(scope, ask.window, now if cursor is None else cursor.asked)
        find = self._latest if order.text == "-last_time" else self._by_value
        picked = find(asked, ask.filter, order, cursor, limit + 1)
        data = self._rows(asked, [row[1] for row in picked[:limit]])
        if len(picked) <= limit:
            return Page(data=data)
        value, id_ = picked[limit - 1]
        return Page(data=data, next_cursor=write_cursor(Cursor(list=name, asked=asked.now, value=value, ids=(id_,))))

    def get_group(self, scope: Scope, id_: str, window: Window) -> GroupDetail:
        """One group, its traces in time order, and the scores on it. Raises `NotFound`."""
        asked = asked_in(scope, window, self._clock())
        found = self._reader.rows(sql.traces(self._grouping, asked, id_, limit=MAX_TRACES + 1)) if id_ else []
        rows = self._rows(asked, [id_]) if found else ()
        if not rows:
            kind = self._grouping.column.removesuffix("_id")
            raise NotFound(f"There is no {kind} {id_!r} in this project and time range; check the id, the project, and the range.")
        return GroupDetail(
            row=rows[0],
            traces=self._traces(asked, found[:MAX_TRACES]),
            scores=self._own_scores(scope, id_),
            complete=len(found) <= MAX_TRACES,
        )

    def _latest(self, asked: Asked, node: Filter, _order: Order, cursor: Cursor | None, wanted: int) -> list[tuple[float, str]]:
        """In slices of time, newest first: a group belongs to the slice of its latest span."""
        window = Window(start=asked.start, end=asked.end)
        if cursor is not None:
            last = int(cursor.value) + 1
            window = Window(start=asked.start, end=last if asked.end is None else min(last, asked.end))
        found: list[tuple[float, str]] = []
        for part in newest_first(window, asked.now):
            statement = sql.latest(
                self._grouping,
                replace(asked, start=part.start, end=part.end),
                node,
                received_until=asked.now,
                until=asked.end,
                after=_after(cursor),
                limit=wanted - len(found),
            )
            found += [(value, id_) for value, id_ in self._reader.rows(statement)]
            if len(found) >= wanted:
                break
        return found

    def _by_value(self, asked: Asked, node: Filter, order: Order, cursor: Cursor | None, wanted: int) -> list[tuple[float, str]]:
        statement = sql.pick(
            self._grouping,
            asked,
            node,
            order.name,
            received_until=asked.now,
            after=_after(cursor),
            limit=wanted,
            ascending=order.ascending,
        )
        return [(value, id_) for value, id_ in self._reader.rows(statement)]

    def _rows(self, asked: Asked, ids: Sequence[str]) -> tuple[GroupRow, ...]:
        if not ids:
            return ()
        column = self._grouping.column
        records = {
            record[column]: record for record in self._reader.records(sql.rows(self._grouping, asked, ids), self._grouping.row)
        }
        summaries = by_group(self._reader, asked, column, ids)
        return tuple(group_row(records[id_], column, summaries.get(id_, _NONE)) for id_ in ids if id_ in records)

    def _traces(self, asked: Asked, found: Sequence[tuple[str, int, int]]) -> tuple[TraceRow, ...]:
        ids = [trace_id for trace_id, _, _ in found]
        statement = trace_sql.rows(asked, ids, [(first, last) for _, first, last in found])
        records = {record["trace_id"]: record for record in self._reader.records(statement, trace_sql.TRACE_ROW)}
        summaries = by_trace(self._reader, asked.project_id, ids)
        return tuple(trace_row(records[id_], summaries.get(id_, _NONE)) for id_ in ids if id_ in records)

    def _own_scores(self, scope: Scope, id_: str) -> Sequence[Score]:
        if self._grouping is not sql.SESSIONS:
            return ()
        found = self._reader.records(score_sql.of_session(scope.project_id, id_, limit=MAX_SCORES), score_sql.SCORE_ROW)
        return [score_of(record) for record in found]


def _after(cursor: Cursor | None) -> trace_sql.After | None:
    return None if cursor is None else trace_sql.After(value=cursor.value, id=cursor.ids[0])


_NONE: tuple[ScoreSummary, ...] = ()
