"""Signals of monitors: count, sum and sum of squares of a value, by stretch of time and segment; and values themselves, drawn evenly.

A value is a span's number, whether a span meets a condition (0 or 1), or a score; per trace it is the sum over the trace's spans.
"""

from dataclasses import dataclass
from typing import Final

from pellucid_server.filters.tree import FieldRef, Filter
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked, scope_condition, span_condition
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.metrics import dimension_columns, number_condition, scored_spans
from pellucid_server.store.spans.sql.spans import where_spans

SCORE_PREFIX: Final = "score:"
TEXTS: Final = {"input": "input_preview", "output": "output_preview"}
_NO_SEGMENT: Final = "''"
SHARE: Final = "spans"
"""The measure whose values are 0 and 1: whether a span meets the condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalCut:
    """What is summed, and how it is cut."""

    measure: str
    """A number of spans, `spans`, or `score:<name>`."""
    condition: Filter | None = None
    """Of `spans`: which of them count as 1."""
    per_trace: bool = False
    dimension: FieldRef | None = None
    bucket_s: int = 0
    """0: the whole window is one stretch."""
    quantile: float | None = None
    """Asked for beside the sums."""


def moments(asked: Asked, node: Filter, cut: SignalCut, *, limit: int) -> Statement:
    """Rows of segment, start of the stretch (seconds), count, sum, sum of squares, and the quantile (or null)."""
    p = Parameters()
    quantile = "NULL" if cut.quantile is None else f"quantileExactInclusive({cut.quantile:g})(v)"
    bucket = "toInt64(0)" if not cut.bucket_s else f"intDiv(at, {cut.bucket_s:d}) * {cut.bucket_s:d}"
    sql = (
        f"SELECT segment, {bucket} AS bucket, count(), sum(v), sum(v * v), {quantile}\nFROM ({_values(asked, node, cut, p)})\n"
        f"GROUP BY segment, bucket ORDER BY segment, bucket LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "monitors.moments")


def sample(asked: Asked, node: Filter, cut: SignalCut, *, limit: int) -> Statement:
    """Rows of value and segment, drawn evenly from the window; the same spans each time."""
    p = Parameters()
    sql = f"SELECT v, segment FROM ({_values(asked, node, cut, p)}) ORDER BY cityHash64(key) LIMIT {p.integer(limit)}"
    return p.statement(sql, "monitors.sample")


def weighted(asked: Asked, node: Filter, cut: SignalCut, *, limit: int) -> Statement:
    """Rows of segment, count, and the sums of `stats.weighted.WeightedSums`, of scores on the traces with a matching span."""
    p = Parameters()
    inside = f"{scope_condition(asked, p)} AND trace_id IN (SELECT trace_id FROM spans FINAL WHERE {where_spans(asked, node, p)})"
    found, source = dimension_columns([cut.dimension] if cut.dimension else [], p)
    columns = f"{found[0] if found else _NO_SEGMENT} AS segment"
    rows = scored_spans(asked, columns, source, inside, cut.measure.removeprefix(SCORE_PREFIX), p)
    sql = (
        "SELECT segment, count(), sum(w), sum(w * v), sum(w * v * v), sum(w * w), sum(w * w * v), sum(w * w * v * v)\n"
        f"FROM (SELECT segment, assumeNotNull(value) AS v, 1 / if(drawn > 0, toFloat64(drawn), 1) AS w\n"
        f"  FROM {rows} WHERE isNotNull(value))\nGROUP BY segment ORDER BY segment LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "monitors.weighted")


def texts(asked: Asked, node: Filter, column: str, *, limit: int) -> Statement:
    """Rows of the beginning of an input or output, drawn evenly; `column` is one of `TEXTS`."""
    p = Parameters()
    where = where_spans(asked, node, p)
    sql = (
        f"SELECT {TEXTS[column]} AS text FROM spans FINAL WHERE {where} AND text != ''\n"
        f"ORDER BY cityHash64(span_id) LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "monitors.texts")


def oldest(project_id: str) -> Statement:
    """One row: when the first span began (microseconds); zero where there is none."""
    p = Parameters()
    sql = f"SELECT toUnixTimestamp64Micro(min(start_time)) FROM spans WHERE project_id = {p.text(project_id)}"
    return p.statement(sql, "monitors.oldest")


def score_names(project_id: str, since: int, *, limit: int) -> Statement:
    """Rows of name and whether users gave it, of valid scores with a number since a time (microseconds); the most frequent first."""
    p = Parameters()
    sql = (
        f"SELECT name, max(source = 'feedback') FROM scores FINAL WHERE project_id = {p.text(project_id)} AND status = 'valid'\n"
        f"AND isNotNull(value) AND time >= {p.time(since)} GROUP BY name ORDER BY count() DESC, name LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "monitors.score_names")


def _values(asked: Asked, node: Filter, cut: SignalCut, p: Parameters) -> str:
    """SQL whose rows are `segment`, `at` (seconds), `v` and a `key`."""
    where = where_spans(asked, node, p)
    found, source = dimension_columns([cut.dimension] if cut.dimension else [], p)
    segment = found[0] if found else _NO_SEGMENT
    at = "toInt64(toUnixTimestamp(start_time))"
    if cut.measure.startswith(SCORE_PREFIX):
        columns = f"{segment} AS segment, {at} AS at"
        rows = scored_spans(asked, columns, source, where, cut.measure.removeprefix(SCORE_PREFIX), p)
        return f"SELECT segment, at, assumeNotNull(value) AS v, trace_id AS key FROM {rows} WHERE isNotNull(value)"
    if cut.measure == SHARE:
        met = "1" if cut.condition is None else span_condition(cut.condition, asked, p)
        value = f"toFloat64({met})"
    else:
        where += f" AND ({number_condition(cut.measure)})"
        value = f"toFloat64(assumeNotNull({cut.measure}))"
    if not cut.per_trace:
        return f"SELECT {segment} AS segment, {at} AS at, {value} AS v, span_id AS key FROM spans FINAL{source} WHERE {where}"
    merged = "max" if cut.measure == SHARE else "sum"
    return (
        f"SELECT max({segment}) AS segment, min({at}) AS at, {merged}({value}) AS v, trace_id AS key\n"
        f"FROM spans FINAL{source} WHERE {where} GROUP BY trace_id"
    )
