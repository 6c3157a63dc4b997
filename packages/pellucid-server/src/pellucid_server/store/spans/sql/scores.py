"""Scores: rows, and their summaries by trace, session or user."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from pellucid_server.filters.tree import EVERYTHING, FieldRef, Filter
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked, scope_condition, score_condition
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.aggregates import Expressions, micros, select
from pellucid_server.store.spans.sql.metrics import dimension_columns

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


VALUE_ROW: Final = (
    "value", "string_value", "type", "status", "source", "target", "trace_id", "span_id", "session_id", "evaluator", "evaluator_version",
    "sample_probability", "metadata",
)  # fmt: skip
"""What an analysis reads of a score."""


def newest(asked: Asked, node: Filter, *, after: tuple[int, str] | None, limit: int) -> Statement:
    """Rows of the newest matching scores. `after`: time and id of the last row of the page before."""
    p = Parameters()
    where = scores_asked(asked, p)
    if node != EVERYTHING:
        where += f" AND {score_condition(node, replace(asked, start=None, end=None), p)}"
    if after is not None:
        where += f" AND (time, id) < ({p.time(after[0])}, {p.text(after[1])})"
    sql = (
        f"SELECT\n  {select(SCORE_ROW)}\nFROM scores FINAL\nWHERE {where}\n"
        f"ORDER BY scores.time DESC, id DESC LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "scores.newest")


def scores_asked(asked: Asked, p: Parameters) -> str:
    """The condition for scores of the project that were given in the window."""
    where = f"project_id = {p.text(asked.project_id)}"
    if asked.start is not None:
        where += f" AND time >= {p.time(asked.start)}"
    if asked.end is not None:
        where += f" AND time < {p.time(asked.end)}"
    return where


def of_trace(project_id: str, trace_id: str, *, limit: int) -> Statement:
    """All scores of a trace and its spans, oldest first."""
    p = Parameters()
    sql = (
        f"SELECT\n  {select(SCORE_ROW)}\nFROM scores FINAL\n"
        f"WHERE project_id = {p.text(project_id)} AND trace_id = {p.text(trace_id)}\nORDER BY scores.time, id LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "scores.of_trace")


def values(asked: Asked, name: str, segment: FieldRef | None, *, limit: int) -> Statement:
    """Every score of a name in the window with its segment: the value of a field of the span that it is on (a trace's score: of its root).
    A span without one takes that of its trace (the greatest of several): an agent has no model, but the calls below it have.

    The window is of the scores' own time, and one day more of spans before it.
    """
    p = Parameters()
    mine = f"project_id = {p.text(asked.project_id)} AND name = {p.text(name)}"
    if asked.start is not None:
        mine += f" AND time >= {p.time(asked.start)}"
    if asked.end is not None:
        mine += f" AND time < {p.time(asked.end)}"
    scored = (
        f"SELECT {', '.join(VALUE_ROW)}, {micros('scores.time')} AS moment FROM scores FINAL WHERE {mine} LIMIT {p.integer(limit)}"
    )
    if segment is None:
        return p.statement(f"SELECT *, '' AS segment FROM ({scored})", "scores.values")
    (column,), source = dimension_columns((segment,), p)
    spans = (
        "SELECT if(own != '', own, max(own) OVER (PARTITION BY trace_id)) AS segment, trace_id, place FROM (\n"
        f"    SELECT {column} AS own, trace_id, arrayJoin(if(is_root, [span_id, ''], [span_id])) AS place FROM spans FINAL{source}\n"
        f"    WHERE {scope_condition(replace(asked, start=None, end=None), p)}"
        f" AND trace_id IN (SELECT trace_id FROM scores WHERE {mine}))"
    )
    sql = (
        f"SELECT {', '.join(f'c.{column} AS {column}' for column in VALUE_ROW)}, c.moment AS moment, s.segment AS segment\n"
        f"FROM ({scored}) AS c\nINNER JOIN ({spans}) AS s\n"
        f"ON c.trace_id = s.trace_id AND if(c.target = 'span', c.span_id, '') = s.place"
    )
    return p.statement(sql, "scores.values")


def by_ids(project_id: str, ids: Sequence[str]) -> Statement:
    """Scores by their ids, oldest first."""
    p = Parameters()
    sql = (
        f"SELECT\n  {select(SCORE_ROW)}\nFROM scores FINAL PREWHERE id IN {p.texts(ids)}\n"
        f"WHERE project_id = {p.text(project_id)}\nORDER BY scores.time, id"
    )
    return p.statement(sql, "scores.by_ids")


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
    scope, mine = scope_condition(asked, p), f"{column} IN {p.texts(ids)}"
    candidates = f"SELECT trace_id FROM spans WHERE {scope} AND {mine}"
    # A score is joined by what it is on: the key says which kind of id it is.
    owners = (
        f"SELECT DISTINCT arrayJoin([tuple('trace', trace_id), tuple('session', session_id)]) AS place, {column} AS owner\n"
        f"  FROM spans FINAL PREWHERE trace_id IN ({candidates}) WHERE {scope} AND is_root AND {mine}"
    )
    place = "if(s.target = 'session', tuple('session', s.session_id), tuple('trace', s.trace_id))"
    sql = (
        f"SELECT o.owner, {select(SUMMARY)} FROM scores AS s FINAL INNER JOIN (\n  {owners}\n) AS o ON {place} = o.place\n"
        f"WHERE s.project_id = {p.text(asked.project_id)}\nGROUP BY o.owner, name ORDER BY o.owner, name"
    )
    return p.statement(sql, "scores.summaries_by_group")
