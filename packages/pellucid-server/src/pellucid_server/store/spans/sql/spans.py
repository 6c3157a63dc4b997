"""Spans: rows of the narrow table for lists and for one trace, one span's payload, and pages of all columns for exports."""

from collections.abc import Sequence
from typing import Final, Literal

from pellucid_server.core.errors import BadRequest
from pellucid_server.filters.tree import EVERYTHING, Filter
from pellucid_server.model.usage import USAGE_KINDS
from pellucid_server.store.spans.columns import SPAN_COLUMNS, Column
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked, scope_condition, span_condition
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.aggregates import Expressions, micros, select

_PLAIN: Final = (
    "trace_id", "span_id", "parent_span_id", "display_parent_id", "counted_in", "name", "kind", "duration", "ttft", "outcome",
    "status_message", "error_type", "finish_reason", "model", "model_requested", "provider", "cost", "cost_source", "tool_name",
    "agent_name", "guardrail_action", "document_count", "document_classes", "message_count", "prompt_name", "prompt_version",
    "prompt_label", "prompt_hash", "prompt_fingerprint", "input_preview", "output_preview", "user_id", "session_id", "user_tier",
    "feature", "environment", "release", "tags", "experiment", "rollout_arm", "service", "scope", "dialect", "sdk", "flags",
    "streaming", "cache_hit", "tokens",
)  # fmt: skip

SPAN_ROW: Final[Expressions] = {
    **{name: name for name in _PLAIN},
    **{name: f"{name} = 1" for name in ("folded", "counted", "is_root")},
    "start_time": micros("start_time"),
    "end_time": micros("end_time"),
    **{f"usage_{kind}": f"usage_{kind}" for kind in USAGE_KINDS},
    **{f"cost_{kind}": f"cost_{kind}" for kind in (*USAGE_KINDS, "fixed")},
}

SPAN_EXTRAS: Final[Expressions] = {
    **{
        name: name
        for name in (
            "system_fingerprint", "service_tier", "response_id", "input_hash", "retrieval_index", "retrieval_version",
            "retrieval_top_k", "reported_cost", "rollout_probability", "sample_probability", "metadata", "input_tokens",
            "output_tokens",
        )
    },
    "payload_kept": "payload_kept = 1",
    "received_at": micros("received_at"),
}  # fmt: skip
"""What only the page of one span shows."""


def _written(column: str) -> str:
    return f"concat(replaceOne(toString({column}), ' ', 'T'), 'Z')"


BRIEF_CHARS: Final = 160
"""Of the previews of a brief span: what a line of a log shows."""
BRIEF_ROW: Final[Expressions] = {
    **{
        name: name
        for name in (
            "span_id", "parent_span_id", "display_parent_id", "name", "kind", "duration", "ttft", "outcome", "status_message", "model",
            "cost", "tool_name", "agent_name", "document_count",
        )
    },
    "outcome": "if(outcome = 'success', '', outcome)",
    **{name: f"{name} = 1" for name in ("folded", "counted")},
    "start_time": _written("start_time"),
    "end_time": f"if(isNull(end_time), '', {_written('end_time')})",
    "input_preview": f"substringUTF8(input_preview, 1, {BRIEF_CHARS})",
    "output_preview": f"substringUTF8(output_preview, 1, {BRIEF_CHARS})",
}  # fmt: skip
"""What a tree of many spans needs of each; times as text."""

# Columns of no use outside of the store: how rows replace each other and how traces are settled.
_INTERNAL: Final = frozenset(
    {"project_id", "version", "is_deleted", "content_hash", "own_context", "framework_noise", "inherits_session", "detail"}
)
EXPORT_COLUMNS: Final[tuple[Column, ...]] = tuple(column for column in SPAN_COLUMNS if column.name not in _INTERNAL)

ExportStyle = Literal["native", "text", "csv"]
"""`native` keeps times; `text` writes them as ISO 8601; `csv` also writes lists and maps as JSON."""
Key = tuple[int, str, str]
"""Start, trace id and span id of a span."""

SPAN_ORDERS: Final[Expressions] = {
    name: f"toFloat64(ifNull({name}, -1))"
    for name in ("duration", "ttft", "cost", "tokens", "input_tokens", "output_tokens", "document_count", "message_count")
}
"""What else than time spans can be ordered by; what is absent sorts below zero."""


def newest(asked: Asked, node: Filter, *, after: Key | None, limit: int, ascending: bool = False) -> Statement:
    """Rows of the newest (or oldest) matching spans. `after`: start, trace and span of the last row of the page before."""
    p = Parameters()
    where = where_spans(asked, node, p)
    comparison, direction = (">", "ASC") if ascending else ("<", "DESC")
    if after is not None:
        key = f"({p.time(after[0])}, {p.text(after[1])}, {p.text(after[2])})"
        where += f" AND (start_time, trace_id, span_id) {comparison} {key}"
    sql = (
        f"SELECT\n  {select(SPAN_ROW)}\nFROM spans FINAL\nWHERE {where}\n"
        f"ORDER BY spans.start_time {direction}, trace_id {direction}, span_id {direction} LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "spans.newest")


def ordered(
    asked: Asked,
    node: Filter,
    order: str,
    *,
    received_until: int,
    after: tuple[float, str, str] | None,
    limit: int,
    ascending: bool,
) -> Statement:
    """Value of the order and whole key, by another column, over what had arrived by then. The rows are fetched by `rows`."""
    if order not in SPAN_ORDERS:
        raise BadRequest(f"Spans cannot be ordered by `{order}`; known: start_time, {', '.join(SPAN_ORDERS)}.")
    p = Parameters()
    value = SPAN_ORDERS[order]
    where = f"{where_spans(asked, node, p)} AND received_at <= {p.time(received_until)}"
    comparison, direction = (">", "ASC") if ascending else ("<", "DESC")
    if after is not None:
        where += f" AND ({value}, trace_id, span_id) {comparison} ({p.number(after[0])}, {p.text(after[1])}, {p.text(after[2])})"
    sql = (
        f"SELECT {value}, {micros('start_time')}, trace_id, span_id FROM spans FINAL\nWHERE {where}\n"
        f"ORDER BY {value} {direction}, trace_id {direction}, span_id {direction} LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "spans.ordered")


def rows(project_id: str, keys: Sequence[Key]) -> Statement:
    """Rows of the spans with these keys, in no order."""
    p = Parameters()
    sql = (
        f"SELECT\n  {select(SPAN_ROW)}\nFROM spans FINAL PREWHERE {key_condition(keys, p)}\nWHERE project_id = {p.text(project_id)}"
    )
    return p.statement(sql, "spans.rows")


def key_condition(keys: Sequence[Key], p: Parameters) -> str:
    """The whole key is one of these. On key columns alone, so it may stand before the merge."""
    wanted = ", ".join(f"({p.time(start)}, {p.text(trace_id)}, {p.text(span_id)})" for start, trace_id, span_id in keys)
    return f"(start_time, trace_id, span_id) IN ({wanted})"


def of_trace(asked: Asked, trace_id: str, *, limit: int) -> Statement:
    """All spans of one trace, in time order."""
    p = Parameters()
    sql = (
        f"SELECT\n  {select(SPAN_ROW)}\nFROM spans FINAL PREWHERE trace_id = {p.text(trace_id)}\n"
        f"WHERE {scope_condition(asked, p)}\n"
        f"ORDER BY spans.start_time, span_id LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "spans.of_trace")


def brief_of_trace(asked: Asked, trace_id: str, *, limit: int) -> Statement:
    """The same spans, each only in what a tree needs: start in microseconds, then as in `BRIEF_ROW`."""
    p = Parameters()
    sql = (
        f"SELECT\n  {micros('spans.start_time')}, {select(BRIEF_ROW)}\nFROM spans FINAL PREWHERE trace_id = {p.text(trace_id)}\n"
        f"WHERE {scope_condition(asked, p)}\n"
        f"ORDER BY spans.start_time, span_id LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "spans.brief_of_trace")


def metadata_of_trace(asked: Asked, trace_id: str) -> Statement:
    """The metadata of a trace's root."""
    p = Parameters()
    sql = (
        f"SELECT metadata FROM spans FINAL PREWHERE trace_id = {p.text(trace_id)}\n"
        f"WHERE {scope_condition(asked, p)} AND is_root LIMIT 1"
    )
    return p.statement(sql, "spans.metadata_of_trace")


def one(asked: Asked, trace_id: str, span_id: str) -> Statement:
    """One span with all that the narrow table knows of it. An empty `trace_id` stands for any: the newest with this span id."""
    p = Parameters()
    key = f"span_id = {p.text(span_id)}" + (f" AND trace_id = {p.text(trace_id)}" if trace_id else "")
    sql = (
        f"SELECT\n  {select({**SPAN_ROW, **SPAN_EXTRAS})}\nFROM spans FINAL PREWHERE {key}\n"
        f"WHERE {scope_condition(asked, p)} ORDER BY spans.start_time DESC LIMIT 1"
    )
    return p.statement(sql, "spans.one")


def many(asked: Asked, places: Sequence[tuple[str, str]]) -> Statement:
    """Rows of the spans with these trace and span ids, in no order; other spans of the same traces may be among them."""
    p = Parameters()
    key = (
        f"trace_id IN {p.texts([trace_id for trace_id, _ in places])} AND span_id IN {p.texts([span_id for _, span_id in places])}"
    )
    sql = f"SELECT\n  {select(SPAN_ROW)}\nFROM spans FINAL PREWHERE {key}\nWHERE {scope_condition(asked, p)}"
    return p.statement(sql, "spans.many")


def payloads(project_id: str, keys: Sequence[Key]) -> Statement:
    """Trace, span and payload document of the spans with these starts, trace ids and span ids: their whole key."""
    p = Parameters()
    sql = (
        f"SELECT trace_id, span_id, payload FROM payloads FINAL PREWHERE {key_condition(keys, p)}\n"
        f"WHERE project_id = {p.text(project_id)}"
    )
    return p.statement(sql, "spans.payloads")


def export_page(asked: Asked, node: Filter, *, style: ExportStyle, after: Key | None, limit: int) -> Statement:
    """The next page of whole rows, newest first, as Arrow; `key_start` is the start in microseconds."""
    p = Parameters()
    where = where_spans(asked, node, p)
    if after is not None:
        where += f" AND (start_time, trace_id, span_id) < ({p.time(after[0])}, {p.text(after[1])}, {p.text(after[2])})"
    inner = (
        f"SELECT {', '.join(column.name for column in EXPORT_COLUMNS)} FROM spans FINAL\n  WHERE {where}\n"
        f"  ORDER BY start_time DESC, trace_id DESC, span_id DESC LIMIT {p.integer(limit)}"
    )
    shown = ", ".join(f"{_exported(column, style)} AS x_{column.name}" for column in EXPORT_COLUMNS)
    sql = (
        f"SELECT {micros('start_time')} AS key_start, {shown} FROM (\n  {inner}\n)\n"
        "ORDER BY key_start DESC, trace_id DESC, span_id DESC"
    )
    return p.statement(sql, "spans.export")


def _exported(column: Column, style: ExportStyle) -> str:
    if style != "native" and column.field == "time":
        return f"if(isNull({column.name}), NULL, {_written(column.name)})"
    if style == "csv" and column.field in ("set", "map"):
        return f"toJSONString({column.name})"
    return column.name


def where_spans(asked: Asked, node: Filter, p: Parameters) -> str:
    """Project, window and filter."""
    scope = scope_condition(asked, p)
    return scope if node == EVERYTHING else f"{scope} AND {span_condition(node, asked, p)}"
