"""Measures over spans and scores: aggregates by time and dimensions. Tokens and cost are those of counted spans alone.

A measure is an expression and the condition under which a span has it; an aggregation is a function of the two. Everything that is asked of
spans comes from one statement; each score has one of its own, joined to the spans that it is on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.filters.tree import FieldRef, Filter
from pellucid_server.store.spans.columns import FILTERABLE
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.spans import where_spans

PERCENTILES: Final = ("p50", "p75", "p90", "p95", "p99")
NUMBER_AGGREGATIONS: Final = ("sum", "avg", "min", "max", "count", "uniq", *PERCENTILES)
EVENT_AGGREGATIONS: Final = ("count", "sum", "rate")
"""`rate`: as a share of all spans that match."""
COUNT_AGGREGATIONS: Final = ("count", "sum")
UNIQUE_AGGREGATIONS: Final = ("count", "uniq")

_COUNTED_GROUPS: Final = ("tokens", "cost")
_EVENTS: Final = {
    "spans": "1",
    "errors": "outcome = 'error'",
    "refusals": "outcome = 'refused'",
    "unpriced": "counted AND isNull(cost) AND tokens > 0",
}
"""Measures that count spans, by condition."""
_UNIQUES: Final = {"traces": "trace_id", "sessions": "session_id", "users": "user_id"}
"""Measures that count what spans belong to."""
_NUMBERS: Final = {
    name: ("counted AND " if column.group in _COUNTED_GROUPS else "") + f"isNotNull({name})"
    for name, column in FILTERABLE.items()
    if column.field == "number"
}
MEASURES: Final[tuple[str, ...]] = (*_EVENTS, *_UNIQUES, *_NUMBERS)

_BUCKETS: Final = {
    "minute": "toStartOfMinute(start_time, {tz})",
    "5minute": "toStartOfFiveMinutes(start_time, {tz})",
    "hour": "toStartOfHour(start_time, {tz})",
    "day": "toStartOfDay(start_time, {tz})",
    "week": "toDateTime(toMonday(start_time, {tz}), {tz})",
    "month": "toDateTime(toStartOfMonth(start_time, {tz}), {tz})",
}
INTERVALS: Final = {"minute": 60, "5minute": 300, "hour": 3_600, "day": 86_400, "week": 604_800, "month": 2_592_000}
"""Seconds, a month by its usual length."""
_SEPARATOR: Final = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """How rows are grouped: by time, by dimensions, and which series are shown by name."""

    dimensions: tuple[FieldRef, ...] = ()
    interval: str = ""
    """A key of `INTERVALS`, or empty."""
    timezone: str = "UTC"
    shown: Sequence[tuple[str, ...]] | None = None
    """The series shown by name; the rest become one. None: all are shown."""


def aggregations_of(measure: str) -> tuple[str, ...]:
    """What a measure of spans can be asked for."""
    if measure in _UNIQUES:
        return UNIQUE_AGGREGATIONS
    if measure == "spans":
        return COUNT_AGGREGATIONS
    return EVENT_AGGREGATIONS if measure in _EVENTS else NUMBER_AGGREGATIONS


def of_spans(
    asked: Asked, node: Filter, measures: Sequence[tuple[str, str]], cut: Cut, *, limit: int, by_value: bool = False
) -> Statement:
    """Rows of bucket (seconds, or 0), whether the series is shown by name, its dimensions, then the values.

    `by_value`: the greatest by the first measure come first, as in `top_series`.
    """
    p = Parameters()
    values = [_value(measure, aggregation) for measure, aggregation in measures]
    where = where_spans(asked, node, p)
    keys, source = _keys(cut, p)
    names = [f"k{i}" for i in range(len(keys))]
    grouped = ", ".join(f"{key} AS {name}" for key, name in zip(keys, names, strict=True))
    order = [f"{values[0]} DESC NULLS LAST", *names] if by_value else names
    sql = (
        f"SELECT {grouped}, {', '.join(values)}\nFROM spans FINAL{source}\nWHERE {where}\n"
        f"GROUP BY {', '.join(names)} ORDER BY {', '.join(order)} LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "metrics.spans")


def of_score(asked: Asked, node: Filter, name: str, aggregations: Sequence[str], cut: Cut, *, limit: int) -> Statement:
    """The same rows for the valid scores of one name on matching spans, on the traces of which they are roots, and on sessions.

    A score on a trace belongs to the root, a score on a session to the root of its latest trace in the window.
    """
    p = Parameters()
    where = where_spans(asked, node, p)
    keys, source = _keys(cut, p)
    names = [f"k{i}" for i in range(len(keys))]
    grouped = ", ".join(f"{key} AS {alias}" for key, alias in zip(keys, names, strict=True))
    values = ", ".join(_aggregate(aggregation, "value", "isNotNull(value)") for aggregation in aggregations)
    sql = (
        f"SELECT {', '.join(names)}, {values} FROM {scored_spans(asked, grouped, source, where, name, p)}\n"
        f"GROUP BY {', '.join(names)} ORDER BY {', '.join(names)} LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "metrics.score")


def scored_spans(asked: Asked, columns: str, source: str, where: str, name: str, p: Parameters) -> str:
    """What `of_score` reads: `columns` of the spans that match, once for each valid score of that name on them, with its
    `value` and the probability with which it was `drawn`."""
    drawn = "value, sample_probability AS drawn"
    scored = f"FROM scores FINAL WHERE project_id = {p.text(asked.project_id)} AND name = {p.text(name)} AND status = 'valid'"
    latest = (
        f"SELECT session_id, argMax(trace_id, start_time) AS latest FROM spans FINAL "
        f"WHERE {where} AND is_root AND session_id != '' GROUP BY session_id"
    )
    return (
        f"(\n  SELECT {columns}, trace_id, arrayJoin(if(is_root, [span_id, ''], [span_id])) AS place\n"
        f"  FROM spans FINAL{source} WHERE {where}\n) AS s INNER JOIN (\n"
        f"  SELECT trace_id, if(target = 'span', span_id, '') AS place, {drawn} {scored} AND target IN ('span', 'trace')\n"
        f"  UNION ALL SELECT l.latest AS trace_id, '' AS place, c.value AS value, c.drawn AS drawn\n"
        f"  FROM (SELECT session_id, {drawn} {scored} AND target = 'session') AS c INNER JOIN ({latest}) AS l\n"
        f"  ON c.session_id = l.session_id\n) AS c ON s.trace_id = c.trace_id AND s.place = c.place"
    )


def number_condition(measure: str) -> str | None:
    """When a span has that number; None where it is none."""
    return _NUMBERS.get(measure)


def top_series(asked: Asked, node: Filter, measure: tuple[str, str], cut: Cut, *, limit: int) -> Statement:
    """Dimensions of the series with the greatest values."""
    p = Parameters()
    where = where_spans(asked, node, p)
    dimensions, source = dimension_columns(cut.dimensions, p)
    names = [f"d{i}" for i in range(len(dimensions))]
    grouped = ", ".join(f"{expression} AS {name}" for expression, name in zip(dimensions, names, strict=True))
    sql = (
        f"SELECT {grouped}\nFROM spans FINAL{source}\nWHERE {where}\nGROUP BY {', '.join(names)}\n"
        f"ORDER BY {_value(*measure)} DESC NULLS LAST, {', '.join(names)} LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "metrics.top_series")


def _keys(cut: Cut, p: Parameters) -> tuple[list[str], str]:
    bucket = "toInt64(0)"
    if cut.interval:
        bucket = f"toInt64(toUnixTimestamp({_BUCKETS[cut.interval].format(tz=_zone(cut.timezone))}))"
    dimensions, source = dimension_columns(cut.dimensions, p)
    if cut.shown is None or not dimensions:
        return [bucket, "true", *dimensions], source
    series = f"concat({', '.join(f'{expression}, {_quoted(_SEPARATOR)}' for expression in dimensions)})"
    wanted = p.texts(["".join(f"{value}{_SEPARATOR}" for value in values) for values in cut.shown])
    shown = f"{series} IN {wanted}"
    return [bucket, shown, *(f"if({shown}, {expression}, '')" for expression in dimensions)], source


def dimension_columns(fields: Sequence[FieldRef], p: Parameters) -> tuple[list[str], str]:
    """Expressions of the dimensions as text, and the ARRAY JOIN clause of those that are sets."""
    expressions: list[str] = []
    joins: list[str] = []
    for place, field in enumerate(fields):
        column = FILTERABLE[field.name]
        if column.field == "map":
            expressions.append(f"{column.name}[{p.text(field.key)}]")
        elif column.field == "set":
            joins.append(f"if(empty({column.name}), [''], {column.name}) AS item{place}")
            expressions.append(f"toString(item{place})")
        elif column.field == "boolean":
            expressions.append(f"multiIf({column.name} = 1, 'true', {column.name} = 0, 'false', '')")
        else:
            expressions.append(f"toString({column.name})")
    return expressions, f" ARRAY JOIN {', '.join(joins)}" if joins else ""


def _value(measure: str, aggregation: str) -> str:
    if measure in _UNIQUES:
        # Of hashes: a fifth of the time and memory of the texts, and two of a billion equal ones are not expected.
        return f"uniqExactIf(cityHash64({_UNIQUES[measure]}), {_UNIQUES[measure]} != '')"
    if measure in _EVENTS:
        condition = _EVENTS[measure]
        return f"countIf({condition}) / count()" if aggregation == "rate" else f"countIf({condition})"
    return _aggregate(aggregation, measure, _NUMBERS[measure])


def _aggregate(aggregation: str, value: str, condition: str) -> str:
    if aggregation == "count":
        return f"countIf({condition})"
    if aggregation == "uniq":
        return f"uniqExactIf({value}, {condition})"
    if aggregation in PERCENTILES:
        # Exact: a percentile that differs from what the rows say is not believed.
        return f"quantileExactInclusiveOrNullIf(0.{aggregation[1:]})(assumeNotNull({value}), {condition})"
    return f"{aggregation}OrNullIf({value}, {condition})"


def _zone(name: str) -> str:
    # A function's time zone must be a constant; the name was checked against the time zone database.
    return _quoted(name)


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
