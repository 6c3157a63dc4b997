"""Full text: spans whose text holds words (answered by the token index) or a piece of text (a scan that says what it read)."""

from collections.abc import Sequence

from pellucid_server.filters.tree import EVERYTHING, Filter, Words
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked, scope_condition, span_condition, words_condition
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.aggregates import micros
from pellucid_server.store.spans.sql.spans import Key, key_condition


def by_words(asked: Asked, words: Words, node: Filter, *, after: Key | None, limit: int) -> Statement:
    """Keys of the newest spans with these words."""
    p = Parameters()
    return _found(asked, words_condition(words, p), node, after, limit, p, "search.words")


def by_piece(asked: Asked, folded: str, node: Filter, *, after: Key | None, limit: int) -> Statement:
    """Keys of the newest spans whose folded text holds `folded`."""
    p = Parameters()
    return _found(asked, f"position(search_text, {p.text(folded)}) > 0", node, after, limit, p, "search.piece")


def size(asked: Asked) -> Statement:
    """How many payloads start in the window, and the bytes of their searched text."""
    p = Parameters()
    return p.statement(f"SELECT count(), sum(length(search_text)) FROM payloads WHERE {scope_condition(asked, p)}", "search.size")


def nth_newest(asked: Asked, skipped: int) -> Statement:
    """The start of the newest payload in the window after `skipped` others."""
    p = Parameters()
    sql = (
        f"SELECT {micros('start_time')} FROM payloads WHERE {scope_condition(asked, p)}\n"
        f"ORDER BY start_time DESC LIMIT 1 OFFSET {p.integer(skipped)}"
    )
    return p.statement(sql, "search.nth_newest")


def titles(project_id: str, keys: Sequence[Key]) -> Statement:
    """Trace id, span id, name and kind of the spans with these keys."""
    p = Parameters()
    sql = (
        f"SELECT trace_id, span_id, name, kind FROM spans FINAL PREWHERE {key_condition(keys, p)}\n"
        f"WHERE project_id = {p.text(project_id)}"
    )
    return p.statement(sql, "search.titles")


def _found(asked: Asked, condition: str, node: Filter, after: Key | None, limit: int, p: Parameters, tag: str) -> Statement:
    scope = scope_condition(asked, p)
    where = f"{scope} AND {condition}"
    if node != EVERYTHING:
        chosen = f"SELECT start_time, trace_id, span_id FROM spans FINAL WHERE {scope} AND {span_condition(node, asked, p)}"
        where += f"\n  AND (start_time, trace_id, span_id) IN ({chosen})"
    if after is not None:
        where += f" AND (start_time, trace_id, span_id) < ({p.time(after[0])}, {p.text(after[1])}, {p.text(after[2])})"
    sql = (
        f"SELECT {micros('start_time')}, trace_id, span_id FROM payloads FINAL\nWHERE {where}\n"
        f"ORDER BY start_time DESC, trace_id DESC, span_id DESC LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, tag)
