"""Sessions and users: which ones, by their latest trace; then the rows of those alone. Both are groups of spans by one column."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pellucid_server.filters.tree import Filter
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked, scope_condition
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.aggregates import COST, USAGE, Expressions, distinct, micros, select
from pellucid_server.store.spans.sql.spans import where_spans
from pellucid_server.store.spans.sql.traces import After

_COMMON: Final[Expressions] = {
    "first_time": micros("min(start_time)"),
    "last_time": micros("maxIf(start_time, is_root)"),
    "last_end_time": micros("max(coalesce(end_time, start_time))"),
    "trace_count": "countIf(is_root)",
    **USAGE,
    **COST,
    "success_count": "countIf(is_root AND outcome = 'success')",
    "error_count": "countIf(is_root AND outcome = 'error')",
    "refused_count": "countIf(is_root AND outcome = 'refused')",
    "models": distinct("model"),
    "environments": distinct("environment"),
    "features": distinct("feature"),
}

SESSION_ROW: Final[Expressions] = {"session_id": "session_id", **_COMMON, "user_ids": distinct("user_id")}
USER_ROW: Final[Expressions] = {
    "user_id": "user_id",
    **_COMMON,
    "session_count": "uniqExactIf(session_id, session_id != '')",
    "user_tier": "argMax(user_tier, start_time)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """What spans are grouped by."""

    column: str
    row: Expressions


SESSIONS: Final = Grouping(column="session_id", row=SESSION_ROW)
USERS: Final = Grouping(column="user_id", row=USER_ROW)

GROUP_ORDERS: Final[Expressions] = {
    "last_time": f"toFloat64({micros('max(start_time)')})",
    "trace_count": "toFloat64(countIf(is_root))",
    "cost": "ifNull(sumOrNullIf(cost, counted), -1)",
    "tokens": "toFloat64(sumIf(tokens, counted))",
    "error_count": "toFloat64(countIf(is_root AND outcome = 'error'))",
}


def latest(
    grouping: Grouping, asked: Asked, node: Filter, *, received_until: int, until: int | None, after: After | None, limit: int
) -> Statement:
    """Start of the latest matching span, and id, of the groups whose latest one lies in the window; newest first.

    `until` is the end of the whole range: groups with a matching span between the window and there are later than the window.
    """
    p = Parameters()
    column = grouping.column
    value = f"toFloat64({micros('max(start_time)')})"
    where = _matching(grouping, asked, node, received_until, p)
    if asked.end is not None and asked.end != until:
        later = _matching(grouping, replace(asked, start=asked.end, end=until), node, received_until, p)
        where += f"\n  AND {column} NOT IN (SELECT {column} FROM spans FINAL WHERE {later})"
    having = "" if after is None else f"\nHAVING ({value}, {column}) < ({p.number(after.value)}, {p.text(after.id)})"
    sql = (
        f"SELECT {value}, {column} FROM spans FINAL\nWHERE {where}\nGROUP BY {column}{having}\n"
        f"ORDER BY 1 DESC, {column} DESC LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, f"{column}.latest")


def pick(
    grouping: Grouping,
    asked: Asked,
    node: Filter,
    order: str,
    *,
    received_until: int,
    after: After | None,
    limit: int,
    ascending: bool,
) -> Statement:
    """Value of the order and id of the groups with a matching span in the window, over what had arrived by then."""
    p = Parameters()
    value = GROUP_ORDERS[order]
    comparison, direction = (">", "ASC") if ascending else ("<", "DESC")
    having = ""
    if after is not None:
        having = f"\nHAVING ({value}, {grouping.column}) {comparison} ({p.number(after.value)}, {p.text(after.id)})"
    sql = (
        f"SELECT {value}, {grouping.column} FROM spans FINAL\nWHERE {_matching(grouping, asked, node, received_until, p)}\n"
        f"GROUP BY {grouping.column}{having}\nORDER BY 1 {direction}, {grouping.column} {direction} LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, f"{grouping.column}.pick")


def _matching(grouping: Grouping, asked: Asked, node: Filter, received_until: int, p: Parameters) -> str:
    return f"{where_spans(asked, node, p)} AND {grouping.column} != '' AND received_at <= {p.time(received_until)}"


def rows(grouping: Grouping, asked: Asked, ids: Sequence[str]) -> Statement:
    """The rows of `ids`, in no order."""
    p = Parameters()
    sql = f"SELECT\n  {select(grouping.row)}\n{_of(grouping, asked, p.texts(ids), p)}\nGROUP BY {grouping.column}"
    return p.statement(sql, f"{grouping.column}.rows")


def traces(grouping: Grouping, asked: Asked, group_id: str, *, limit: int) -> Statement:
    """Trace id and extent of one group's traces, oldest first."""
    p = Parameters()
    sql = (
        f"SELECT trace_id, {micros('min(start_time)')}, {micros('max(start_time)')} {_of(grouping, asked, p.texts([group_id]), p)}\n"
        f"GROUP BY trace_id HAVING countIf(is_root) > 0 ORDER BY minIf(start_time, is_root), trace_id LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, f"{grouping.column}.traces")


def _of(grouping: Grouping, asked: Asked, ids: str, p: Parameters) -> str:
    """The spans of groups. As in `traces`: which traces they may be in is asked without FINAL, then only those are merged."""
    scope, mine = scope_condition(asked, p), f"{grouping.column} IN {ids}"
    return f"FROM spans FINAL PREWHERE trace_id IN (SELECT trace_id FROM spans WHERE {scope} AND {mine})\nWHERE {scope} AND {mine}"
