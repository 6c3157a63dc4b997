"""Scores: rows, and their summaries by trace, session or user."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pellucid_server.filters.tree import EVERYTHING, Filter
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked, scope_condition, score_condition
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.aggregates import Expressions, micros, select

SCORE_ROW: Final[Expressions] = {
    **{
        name: name
        for name in (
            "id", "target", "trace_id", "span_id", "session_id", "name", "type", "value", "string_value", "comment", "status",
            "source", "evaluator", "evaluator_version", "judge_model", "evaluator_trace_id", "cost", "annotator", "config_id",
            "sample_probability", "metadata",
        )
    },
    "time": micros("time"),
}  # fmt: skip

SUMMARY: Final[Expressions] = {
    "name": "name",
    "type": "any(type)",
    "mean": "avgOrNullIf(value, status = 'valid')",
    "count": "countIf(status = 'valid')",
    "string_value": "argMaxIf(string_value, time, status = 'valid')",
}


def newest(asked: Asked, node: Filter, *, after: tuple[int, str] | None, limit: int) -> Statement:
    """Rows of the newest matching scores. `after`: time and id of the last row of the page before."""
    p = Parameters()
    where = f"project_id = {p.text(asked.project_id)}"
    if asked.start is not None:
        where += f" AND time >= {p.time(asked.start)}"
    if asked.end is not None:
        where += f" AND time < {p.time(asked.end)}"
    if node != EVERYTHING:
        where += f" AND {score_condition(node, replace(asked, start=None, end=None), p)}"
    if after is not None:
        where += f" AND (time, id) < ({p.time(after[0])}, {p.text(after[1])})"
    sql = (
        f"SELECT\n  {select(SCORE_ROW)}\nFROM scores FINAL\nWHERE {where}\n"
        f"ORDER BY scores.time DESC, id DESC LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "scores.newest")


def of_trace(project_id: str, trace_id: str, *, limit: int) -> Statement:
    """All scores of a trace and its spans, oldest first."""
    p = Parameters()
    sql = (
        f"SELECT\n  {select(SCORE_ROW)}\nFROM scores FINAL\n"
        f"WHERE project_id = {p.text(project_id)} AND trace_id = {p.text(trace_id)}\nORDER BY scores.time, id LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "scores.of_trace")


def of_session(project_id: str, session_id: str, *, limit: int) -> Statement:
    """All scores on a session itself, oldest first."""
    p = Parameters()
    sql = (
        f"SELECT\n  {select(SCORE_ROW)}\nFROM scores FINAL\n"
        f"WHERE project_id = {p.text(project_id)} AND target = 'session' AND session_id = {p.text(session_id)}\n"
        f"ORDER BY scores.time, id LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "scores.of_session")


def summaries_by_trace(project_id: str, trace_ids: Sequence[str]) -> Statement:
    """Trace id, then the summary of each of its scores (its spans' included) by name."""
    p = Parameters()
    sql = (
        f"SELECT trace_id, {select(SUMMARY)} FROM scores FINAL\n"
        f"WHERE project_id = {p.text(project_id)} AND trace_id IN {p.texts(trace_ids)}\nGROUP BY trace_id, name ORDER BY trace_id, name"
    )
    return p.statement(sql, "scores.summaries_by_trace")


def summaries_by_group(asked: Asked, column: str, ids: Sequence[str]) -> Statement:
    """Session or user id, then the summary of each score on its sessions, its traces and their spans."""
    p = Parameters()
    mine = f"{scope_condition(asked, p)} AND is_root AND {column} IN {p.texts(ids)}"
    project = p.text(asked.project_id)

    def scored(key: str, targets: str) -> str:
        owners = f"SELECT {key} AS key, any({column}) AS owner FROM spans FINAL WHERE {mine} GROUP BY {key}"
        return (
            f"SELECT o.owner AS owner, s.* FROM scores AS s FINAL INNER JOIN ({owners}) AS o ON s.{key} = o.key\n"
            f"  WHERE s.project_id = {project} AND s.{key} != '' AND s.target {targets}"
        )

    on_traces, on_sessions = scored("trace_id", "!= 'session'"), scored("session_id", "= 'session'")
    sql = f"SELECT owner, {select(SUMMARY)} FROM (\n  {on_traces}\n  UNION ALL {on_sessions}\n)\nGROUP BY owner, name ORDER BY owner, name"
    return p.statement(sql, "scores.summaries_by_group")
