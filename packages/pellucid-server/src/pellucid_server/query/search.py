"""Full-text search over spans, newest first: words by the token index, exact pieces of text by a bounded scan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import msgspec

from pellucid_server.core.clock import Clock, Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.filters.text import fold, tokens
from pellucid_server.filters.tree import Words
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import Ask, asked_in
from pellucid_server.query.cursors import Cursor, read_cursor, write_cursor
from pellucid_server.query.snippets import Places, Snippet, piece_finder, snippets, word_finder
from pellucid_server.query.windows import Window, newest_first
from pellucid_server.store.spans.filter_sql import Asked
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import search as sql
from pellucid_server.store.spans.sql import spans as span_sql
from pellucid_server.store.spans.sql.spans import Key

MAX_HITS: Final = 100
"""Of one page: each needs its payload."""
MAX_QUERY_CHARS: Final = 1_000
SCAN_SPANS: Final = 300_000
"""How many spans one request for a piece of text may read; the cursor goes on from there."""
_PAYLOADS_AT_ONCE: Final = 20

Mode = Literal["tokens", "substring"]
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A span with what was searched for."""

    trace_id: str
    span_id: str
    start_time: Micros
    name: str
    kind: str
    snippets: Sequence[Snippet]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What was read to answer. The token index reads only what it finds."""

    spans: int
    bytes: int
    complete: bool
    """Whether the whole range was looked at; if not, the cursor goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """A page of search."""

    data: Sequence[Hit]
    next_cursor: str | None
    scanned: Scanned


class Search:
    """The verb."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def search(self, scope: Scope, query: str, ask: Ask, mode: Mode = "tokens") -> Hits:
        """The newest spans that match the filter and hold `query`; in quotes its words must stand side by side."""
        if len(query) > MAX_QUERY_CHARS or not tokens(query):
            raise BadRequest(f"Search for at least one word, in up to {MAX_QUERY_CHARS} characters.")
        if not 1 <= ask.limit <= MAX_HITS:
            raise BadRequest(f"`limit` is {ask.limit}; a page of search has 1 to {MAX_HITS} hits.")
        cursor = read_cursor(ask.cursor, f"search:{mode}")
        asked = asked_in(scope, ask.window, self._clock() if cursor is None else cursor.asked)
        after = None if cursor is None else (int(cursor.value), cursor.ids[0], cursor.ids[-1])
        if after is not None:
            end = after[0] + 1
            asked = replace(asked, end=end if asked.end is None else min(end, asked.end))
        if mode == "tokens":
            return self._by_words(asked, query, ask, after)
        return self._by_piece(asked, query, ask, after)

    def _by_words(self, asked: Asked, query: str, ask: Ask, after: Key | None) -> Hits:
        text = query.strip()
        phrase = len(text) > 2 and text.startswith('"') and text.endswith('"')
        words = Words(text.strip('"') if phrase else text, phrase)
        found: list[Key] = []
        for window in newest_first(Window(start=asked.start, end=asked.end), asked.now):
            part = replace(asked, start=window.start, end=window.end)
            statement = sql.by_words(part, words, ask.filter, after=after, limit=ask.limit + 1 - len(found))
            found += [(start, trace_id, span_id) for start, trace_id, span_id in self._reader.rows(statement)]
            if len(found) > ask.limit:
                break
        shown = found[: ask.limit]
        cursor = _cursor("tokens", asked, shown[-1]) if len(found) > ask.limit else None
        scanned = Scanned(spans=len(found), bytes=0, complete=True)
        return Hits(data=self._hits(asked, shown, word_finder(query)), next_cursor=cursor, scanned=scanned)

    def _by_piece(self, asked: Asked, query: str, ask: Ask, after: Key | None) -> Hits:
        bound = self._reader.rows(sql.nth_newest(asked, SCAN_SPANS))
        floor = bound[0][0] if bound else None
        asked = replace(asked, start=asked.start if floor is None else floor)
        wanted = fold(query).strip()
        found: list[Key] = []
        spans, size = 0, 0
        for window in newest_first(Window(start=asked.start, end=asked.end), asked.now):
            part = replace(asked, start=window.start, end=window.end)
            statement = sql.by_piece(part, wanted, ask.filter, after=after, limit=ask.limit + 1 - len(found))
            found += [(start, trace_id, span_id) for start, trace_id, span_id in self._reader.rows(statement)]
            count, length = self._reader.rows(sql.size(part))[0]
            spans, size = spans + count, size + length
            if len(found) > ask.limit:
                break
        shown = found[: ask.limit]
        cursor = _cursor("substring", asked, shown[-1]) if len(found) > ask.limit else None
        if cursor is None and floor is not None:
            # Everything that starts before the floor is still to be read.
            cursor = _cursor("substring", asked, (floor, "", ""))
        scanned = Scanned(spans=spans, bytes=size, complete=cursor is None)
        return Hits(data=self._hits(asked, shown, piece_finder(query)), next_cursor=cursor, scanned=scanned)

    def _hits(self, asked: Asked, keys: Sequence[Key], find: Places) -> tuple[Hit, ...]:
        if not keys:
            return ()
        titles = {(row[0], row[1]): row[2:] for row in self._reader.rows(sql.titles(asked.project_id, keys))}
        found = [self._hit_parts(asked, keys[i : i + _PAYLOADS_AT_ONCE], find) for i in range(0, len(keys), _PAYLOADS_AT_ONCE)]
        by_key = {key: value for part in found for key, value in part.items()}
        return tuple(
            Hit(
                trace_id=trace_id,
                span_id=span_id,
                start_time=start,
                name=titles[trace_id, span_id][0],
                kind=titles[trace_id, span_id][1],
                snippets=by_key.get((trace_id, span_id), ()),
            )
            for start, trace_id, span_id in keys
            # A payload is written before its narrow row; a span that is not there yet is not shown yet.
            if (trace_id, span_id) in titles
        )

    def _hit_parts(self, asked: Asked, keys: Sequence[Key], find: Places) -> Mapping[tuple[str, str], tuple[Snippet, ...]]:
        rows = self._reader.rows(span_sql.payloads(asked.project_id, keys))
        return {(trace_id, span_id): snippets(_content(document), find) for trace_id, span_id, document in rows}


def _content(document: str) -> Mapping[str, Any]:
    parsed = _decode(document) if document else {}
    content = parsed.get("span") if isinstance(parsed, dict) else None
    return content if isinstance(content, dict) else {}


def _cursor(mode: Mode, asked: Asked, last: Key) -> str:
    return write_cursor(Cursor(list=f"search:{mode}", asked=asked.now, value=last[0], ids=(last[1], last[2])))
