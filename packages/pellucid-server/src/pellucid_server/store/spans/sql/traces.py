"""Traces: which ones (narrow columns, newest first or by any aggregate), then the rows of those alone.

A trace matches a filter when any one of its spans matches the whole of it; what is shown of the trace comes from all of its spans.
Its place in time is the start of its root.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pellucid_server.core.clock import DAY, HOUR
from pellucid_server.filters.tree import EVERYTHING, Filter
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked, scope_condition, span_condition
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.aggregates import COST, USAGE, Expressions, distinct, distinct_items, micros, of_root, select

SPANS_BEFORE_ROOT: Final = HOUR
"""Clocks of two machines differ: a child may begin before its root."""
SPANS_AFTER_ROOT: Final = DAY
"""How long after its root's start a span may begin and still be part of an aggregated row; one trace alone is read whole."""

_ROOT_START: Final = "coalesce(minOrNullIf(start_time, is_root), min(start_time))"

_EXTENT: Final = f"{micros('min(start_time)')}, {micros('max(start_time)')}"

TRACE_ROW: Final[Expressions] = {
    "trace_id": "trace_id",
    "root_span_id": "anyIf(span_id, is_root)",
    "name": "coalesce(nullIf(anyIf(trace_name, is_root), ''), nullIf(max(trace_name), ''), anyIf(name, is_root))",
    "kind": "anyIf(kind, is_root)",
    "start_time": micros(_ROOT_START),
    "root_end_time": micros("anyIf(end_time, is_root)"),
    "last_end_time": micros("max(end_time)"),
    "first_token_time": f"minOrNullIf({micros('start_time')} + toInt64(ttft * 1000), isNotNull(ttft) AND kind = 'generation')",
    "outcome": "anyIf(outcome, is_root)",
    "error_count": "countIf(outcome = 'error')",
    "refused_count": "countIf(outcome = 'refused')",
    "span_count": "count()",
    "folded_count": "countIf(folded)",
    "input_preview": "anyIf(input_preview, is_root)",
    "output_preview": "anyIf(output_preview, is_root)",
    **USAGE,
    **COST,
    "models": distinct("model"),
    "providers": distinct("provider"),
    "user_id": of_root("user_id"),
    "session_id": of_root("session_id"),
    "environment": of_root("environment"),
    "release": of_root("release"),
    "feature": of_root("feature"),
    "user_tier": of_root("user_tier"),
    "tags": distinct_items("tags"),
    "prompts": "arraySort(groupUniqArrayIf(20)((prompt_name, prompt_version), prompt_name != ''))",
    "fingerprints": distinct("prompt_fingerprint"),
    "service": of_root("service"),
    "flags": distinct_items("flags"),
    "version": "max(version)",
}

TRACE_ORDERS: Final[Expressions] = {
    "duration": "ifNull(anyIf(duration, is_root), -1)",
    "ttft": "ifNull(minOrNullIf(ttft, kind = 'generation'), -1)",
    "cost": "ifNull(sumOrNullIf(cost, counted), -1)",
    "tokens": "toFloat64(sumIf(tokens, counted))",
    "span_count": "toFloat64(count())",
    "error_count": "toFloat64(countIf(outcome = 'error'))",
    "refused_count": "toFloat64(countIf(outcome = 'refused'))",
}
"""What else than time traces can be ordered by; what is absent sorts below zero."""


Extent = tuple[int, int]
"""Start of the first and of the last span of a trace."""
_MAX_RANGES: Final = 16
"""Each costs the planner half a millisecond (measured); beyond some, the index on trace ids does it better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """The last row of the page before: its value of the order, and its id."""

    value: float
    id: str


def newest(asked: Asked, node: Filter, *, after: After | None, limit: int, ascending: bool = False) -> Statement:
    """Start of root, trace id and extent of the newest (or oldest) traces in the window."""
    p = Parameters()
    comparison, direction = (">", "ASC") if ascending else ("<", "DESC")
    if node == EVERYTHING:
        start = "start_time"
        # Without reading the other spans their extent is only bounded.
        extent = f"{micros(start)} - {SPANS_BEFORE_ROOT}, {micros(start)} + {SPANS_AFTER_ROOT}"
        found = f"FROM spans FINAL\nWHERE {scope_condition(asked, p)} AND is_root"
    else:
        start, extent = _ROOT_START, _EXTENT
        found = f"{_from_matching(asked, node, p)}{_within(asked, p)}"
    sql = f"SELECT {micros(start)}, trace_id, {extent} {found}{_beyond(start, comparison, after, p)}"
    sql += f"\nORDER BY {start} {direction}, trace_id {direction} LIMIT {p.integer(limit)}"
    return p.statement(sql, "traces.newest")


def displaced(asked: Asked, received_until: int) -> Statement:
    """Traces in or near the window whose root came after `received_until`: place at that time, id, and extent now."""
    p = Parameters()
    wide = replace(
        asked,
        start=None if asked.start is None else asked.start - SPANS_AFTER_ROOT,
        end=None if asked.end is None else asked.end + SPANS_AFTER_ROOT,
    )
    scope, until = scope_condition(wide, p), p.time(received_until)
    place = f"minIf(start_time, received_at <= {until})"
    sql = (
        f"SELECT {micros(place)}, trace_id, {_EXTENT}\n"
        f"FROM spans FINAL PREWHERE trace_id IN (SELECT trace_id FROM spans WHERE {scope} AND is_root AND received_at > {until})\n"
        f"WHERE {scope}\nGROUP BY trace_id HAVING countIf(received_at <= {until}) > 0"
    )
    return p.statement(sql, "traces.displaced")


def ordered(
    asked: Asked, node: Filter, order: str, *, received_until: int, after: After | None, limit: int, ascending: bool
) -> Statement:
    """Value of the order, trace id and extent; all traces in the window are aggregated, over what had arrived by then."""
    p = Parameters()
    value = TRACE_ORDERS[order]
    comparison, direction = (">", "ASC") if ascending else ("<", "DESC")
    arrived = f" AND received_at <= {p.time(received_until)}"
    sql = f"SELECT {value}, trace_id, {_EXTENT} {_from_matching(asked, node, p, arrived)}{_within(asked, p)}"
    if after is not None:
        sql += f" AND ({value}, trace_id) {comparison} ({p.number(after.value)}, {p.text(after.id)})"
    sql += f"\nORDER BY 1 {direction}, trace_id {direction} LIMIT {p.integer(limit)}"
    return p.statement(sql, "traces.ordered")


def rows(asked: Asked, trace_ids: Sequence[str], extents: Sequence[Extent] = ()) -> Statement:
    """The rows of `trace_ids`, in no order; their spans start within `extents`, or without any within the window of `asked`."""
    p = Parameters()
    scope = scope_condition(asked, p)
    if extents:
        ranges = " OR ".join(f"(start_time >= {p.time(low)} AND start_time <= {p.time(high)})" for low, high in _joined(extents))
        scope = f"{scope_condition(replace(asked, start=None, end=None), p)} AND ({ranges})"
    sql = (
        f"SELECT\n  {select(TRACE_ROW)}\nFROM spans FINAL PREWHERE trace_id IN {p.texts(trace_ids)}\n"
        f"WHERE {scope}\nGROUP BY trace_id"
    )
    return p.statement(sql, "traces.rows")


def tag_holders(project_id: str, trace_ids: Sequence[str]) -> Statement:
    """Trace, span, start, own tags as JSON and whether it is the root, of the roots and of all spans with tags of their own."""
    p = Parameters()
    sql = (
        f"SELECT trace_id, span_id, {micros('start_time')}, own_context['tags'], is_root = 1\n"
        f"FROM spans FINAL PREWHERE trace_id IN {p.texts(trace_ids)}\n"
        f"WHERE project_id = {p.text(project_id)} AND (is_root OR own_context['tags'] != '')\nORDER BY trace_id, start_time, span_id"
    )
    return p.statement(sql, "traces.tag_holders")


def _joined(extents: Sequence[Extent]) -> list[Extent]:
    """At most `_MAX_RANGES` ranges that hold all extents: those with the narrowest gaps between them become one."""
    merged: list[Extent] = []
    for low, high in sorted(extents):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    gaps = sorted((after[0] - before[1] for before, after in pairwise(merged)), reverse=True)
    widest = gaps[_MAX_RANGES - 2] if len(gaps) >= _MAX_RANGES else 0
    joined: list[Extent] = []
    for low, high in merged:
        if joined and (low - joined[-1][1] < widest or len(joined) == _MAX_RANGES):
            joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return joined


def around(asked: Asked) -> Asked:
    """The window in which the spans of traces with roots in `asked` may start."""
    return replace(
        asked,
        start=None if asked.start is None else asked.start - SPANS_BEFORE_ROOT,
        end=None if asked.end is None else asked.end + SPANS_AFTER_ROOT,
    )


def _from_matching(asked: Asked, node: Filter, p: Parameters, also: str = "") -> str:
    """All spans of the traces of which one matches, grouped; a HAVING clause is open at the end.

    Which traces may match is asked without FINAL first: the current row is among all versions of a row, so nothing is missed, and it
    takes less than half the time (measured). Only their spans are then merged and asked again. `trace_id` is part of the key, so
    filtering on it before the merge is safe.
    """
    wide = around(asked)
    scope = scope_condition(wide, p)
    if node == EVERYTHING:
        return f"FROM spans FINAL\nWHERE {scope}{also}\nGROUP BY trace_id\nHAVING 1"
    condition = span_condition(node, wide, p)
    return (
        f"FROM spans FINAL PREWHERE trace_id IN (SELECT trace_id FROM spans WHERE {scope} AND {condition})\n"
        f"WHERE {scope}{also}\nGROUP BY trace_id\nHAVING max({condition})"
    )


def _within(asked: Asked, p: Parameters) -> str:
    """The root starts in the window itself."""
    parts = ""
    if asked.start is not None:
        parts += f" AND {_ROOT_START} >= {p.time(asked.start)}"
    if asked.end is not None:
        parts += f" AND {_ROOT_START} < {p.time(asked.end)}"
    return parts


def _beyond(start: str, comparison: str, after: After | None, p: Parameters) -> str:
    return "" if after is None else f" AND ({start}, trace_id) {comparison} ({p.time(int(after.value))}, {p.text(after.id)})"
