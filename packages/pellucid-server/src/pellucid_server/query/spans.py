"""Spans: the list, and one span with its payload."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec

from pellucid_server.core.clock import Clock
from pellucid_server.core.errors import NotFound
from pellucid_server.filters.tree import Filter
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import Ask, Order, Page, asked_in, check_limit, read_order
from pellucid_server.query.cursors import Cursor, read_cursor, write_cursor
from pellucid_server.query.records import Record, SpanDetail, SpanRow, cost_parts, span_row
from pellucid_server.query.windows import Window, newest_first
from pellucid_server.store.spans.filter_sql import Asked, is_selective
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import spans as sql

SPAN_ORDERS: Final = ("start_time", *sql.SPAN_ORDERS)
CONTENTS_AT_ONCE: Final = 100
"""A payload may be megabytes."""
ROWS_AT_ONCE: Final = 500
_decode = msgspec.json.Decoder().decode


class Spans:
    """Verbs on spans."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def list_spans(self, scope: Scope, ask: Ask) -> Page[SpanRow]:
        """A page of the spans that match the filter and start in the window."""
        limit, now = check_limit(ask.limit), self._clock()
        order = read_order(ask.order, SPAN_ORDERS, "-start_time")
        cursor = read_cursor(ask.cursor, f"spans:{order.text}")
        asked = asked_in(scope, ask.window, now if cursor is None else cursor.asked)
        if order.name == "start_time":
            records = self._by_time(asked, ask.filter, order, cursor, limit + 1)
            values = [record["start_time"] for record in records]
        else:
            records, values = self._by_value(asked, ask.filter, order, cursor, limit + 1)
        page = tuple(map(span_row, records[:limit]))
        if len(records) <= limit:
            return Page(data=page)
        ids = (page[-1].trace_id, page[-1].span_id)
        return Page(
            data=page,
            next_cursor=write_cursor(Cursor(list=f"spans:{order.text}", asked=asked.now, value=values[limit - 1], ids=ids)),
        )

    def get_span(self, scope: Scope, span_id: str, trace_id: str = "") -> SpanDetail:
        """One span with its payload. Without a trace id the newest span with this id. Raises `NotFound`."""
        asked = asked_in(scope, Window(), self._clock())
        names = {**sql.SPAN_ROW, **sql.SPAN_EXTRAS}
        records = self._reader.records(sql.one(asked, trace_id, span_id), names)
        if not records:
            raise NotFound(f"There is no span {span_id} in this project; check the id, the project, and its retention.")
        record = records[0]
        row = span_row({name: record[name] for name in sql.SPAN_ROW})
        document = self._payload(scope.project_id, row)
        content, raw = document.get("span"), document.get("raw")
        return SpanDetail(
            row=row,
            extras={name: record[name] for name in sql.SPAN_EXTRAS},
            cost_explained=cost_parts(row),
            content=content if isinstance(content, dict) else {},
            raw=raw if isinstance(raw, dict) else {},
        )

    def get_spans(self, scope: Scope, places: Sequence[tuple[str, str]]) -> dict[tuple[str, str], SpanRow]:
        """Rows of the spans with these trace and span ids; those that are not there are left out."""
        found: dict[tuple[str, str], SpanRow] = {}
        for start in range(0, len(places), ROWS_AT_ONCE):
            asked = asked_in(scope, Window(), self._clock())
            wanted = set(places[start : start + ROWS_AT_ONCE])
            rows = map(span_row, self._reader.records(sql.many(asked, list(wanted)), sql.SPAN_ROW))
            found |= {place: row for row in rows if (place := (row.trace_id, row.span_id)) in wanted}
        return found

    def contents(self, scope: Scope, keys: Sequence[sql.Key]) -> dict[tuple[str, str], Mapping[str, JsonValue]]:
        """The canonical large fields of many spans, by trace and span id; a span without a payload is left out."""
        found: dict[tuple[str, str], Mapping[str, JsonValue]] = {}
        for start in range(0, len(keys), CONTENTS_AT_ONCE):
            for trace_id, span_id, document in self._reader.rows(
                sql.payloads(scope.project_id, keys[start : start + CONTENTS_AT_ONCE])
            ):
                content = _decode(document).get("span") if document else None
                if isinstance(content, dict):
                    found[trace_id, span_id] = content
        return found

    def _payload(self, project_id: str, row: SpanRow) -> Mapping[str, JsonValue]:
        found = self._reader.rows(sql.payloads(project_id, [(row.start_time, row.trace_id, row.span_id)]))
        document = _decode(found[0][2]) if found and found[0][2] else {}
        return document if isinstance(document, dict) else {}

    def _by_time(self, asked: Asked, node: Filter, order: Order, cursor: Cursor | None, wanted: int) -> list[Record]:
        window = Window(start=asked.start, end=asked.end)
        if cursor is not None and not order.ascending:
            last = int(cursor.value) + 1
            window = replace(window, end=last if window.end is None else min(last, window.end))
        slices = [window] if order.ascending else newest_first(window, asked.now, selective=is_selective(node))
        after = None if cursor is None else (int(cursor.value), *_ids(cursor))
        found: list[Record] = []
        for part in slices:
            statement = sql.newest(
                replace(asked, start=part.start, end=part.end),
                node,
                after=after,
                limit=wanted - len(found),
                ascending=order.ascending,
            )
            found += self._reader.records(statement, sql.SPAN_ROW)
            if len(found) >= wanted:
                break
        return found

    def _by_value(
        self, asked: Asked, node: Filter, order: Order, cursor: Cursor | None, wanted: int
    ) -> tuple[list[Record], list[float]]:
        after = None if cursor is None else (cursor.value, *_ids(cursor))
        statement = sql.ordered(
            asked, node, order.name, received_until=asked.now, after=after, limit=wanted, ascending=order.ascending
        )
        keys = self._reader.rows(statement)
        rows = self._reader.records(sql.rows(asked.project_id, [key[1:] for key in keys]), sql.SPAN_ROW) if keys else []
        by_id = {(row["trace_id"], row["span_id"]): row for row in rows}
        # A span that was erased between the two questions is left out.
        found = [(by_id[key[2:]], key[0]) for key in keys if key[2:] in by_id]
        return [row for row, _ in found], [value for _, value in found]


def _ids(cursor: Cursor) -> tuple[str, str]:
    return cursor.ids[0], cursor.ids[-1]
