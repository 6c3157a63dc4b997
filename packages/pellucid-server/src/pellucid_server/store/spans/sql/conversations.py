"""Sessions in their turns: every trace of a session is one turn, and what is asked is how conversations go on, and how they end."""

from typing import Final

from pellucid_server.filters.tree import EVERYTHING, Filter
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked, scope_condition
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.spans import where_spans

LAST_TURN: Final = 12
"""Later turns are told together with this one."""

SESSIONS_ROW: Final = (
    "sessions", "turns_p50", "turns_p90", "duration_p50", "duration_p90", "cost_p50", "cost_p90", "troubled", "single", "open",
)  # fmt: skip
TURN_ROW: Final = ("turn", "reached", "ended", "failed", "ended_failed", "duration_p50", "cost_mean")
LENGTH_ROW: Final = ("turns", "sessions")
SCORE_ROW: Final = ("turn", "mean", "deviation", "n")


def _turns(asked: Asked, node: Filter, p: Parameters) -> str:
    """One row a trace: its session, its place in it, how many turns there are, when the last one began, how it went."""
    scope = scope_condition(asked, p)
    chosen = ""
    if node != EVERYTHING:
        chosen = f" AND session_id IN (SELECT session_id FROM spans FINAL WHERE {where_spans(asked, node, p)} AND session_id != '')"
    traces = (
        "SELECT session_id, trace_id, minIf(start_time, is_root) AS began, max(coalesce(end_time, start_time)) AS ended_at,\n"
        "    anyIf(outcome, is_root) AS how, anyIf(duration, is_root) AS took, sumOrNullIf(cost, counted) AS spent\n"
        f"  FROM spans FINAL WHERE {scope} AND session_id != ''{chosen}\n"
        "  GROUP BY session_id, trace_id HAVING countIf(is_root) > 0"
    )
    return (
        "SELECT *, row_number() OVER (PARTITION BY session_id ORDER BY began, trace_id) AS turn,\n"
        "  count() OVER (PARTITION BY session_id) AS turns, max(ended_at) OVER (PARTITION BY session_id) AS last\n"
        f"FROM (\n  {traces}\n)"
    )


def together(asked: Asked, node: Filter, *, open_since: int) -> Statement:
    """All sessions in one row, as in `SESSIONS_ROW`. A session whose last turn ended after `open_since` may go on."""
    p = Parameters()
    sessions = (
        "SELECT session_id, any(turns) AS n, dateDiff('microsecond', min(began), max(ended_at)) / 1000 AS lasted,\n"
        f"  sumOrNull(spent) AS cost, countIf(how != 'success') > 0 AS bad, max(ended_at) >= {p.time(open_since)} AS is_open\n"
        f"FROM ({_turns(asked, node, p)}) GROUP BY session_id"
    )
    sql = (
        "SELECT count(), quantileExactInclusive(0.5)(n), quantileExactInclusive(0.9)(n), quantileExactInclusive(0.5)(lasted),\n"
        "  quantileExactInclusive(0.9)(lasted), quantileExactInclusiveOrNullIf(0.5)(assumeNotNull(cost), isNotNull(cost)),\n"
        "  quantileExactInclusiveOrNullIf(0.9)(assumeNotNull(cost), isNotNull(cost)), countIf(bad), countIf(n = 1 AND NOT is_open),\n"
        f"  countIf(is_open)\nFROM (\n{sessions}\n)"
    )
    return p.statement(sql, "sessions.together")


def by_turn(asked: Asked, node: Filter, *, open_since: int) -> Statement:
    """What became of the sessions at each turn, as in `TURN_ROW`. `ended`: it was the last one, and the session is not open."""
    p = Parameters()
    over = f"turn = turns AND last < {p.time(open_since)}"
    sql = (
        f"SELECT least(turn, {LAST_TURN}) AS place, uniqExact(session_id), countIf({over}), countIf(how != 'success'),\n"
        f"  countIf({over} AND how != 'success'), quantileExactInclusiveOrNullIf(0.5)(assumeNotNull(took), isNotNull(took)),\n"
        f"  avgOrNull(spent)\nFROM (\n{_turns(asked, node, p)}\n)\nGROUP BY place ORDER BY place"
    )
    return p.statement(sql, "sessions.by_turn")


def lengths(asked: Asked, node: Filter) -> Statement:
    """How many sessions have how many turns, as in `LENGTH_ROW`."""
    p = Parameters()
    sql = (
        f"SELECT least(n, {LAST_TURN}) AS size, count() FROM (\n"
        f"  SELECT session_id, any(turns) AS n FROM ({_turns(asked, node, p)}) GROUP BY session_id\n)\nGROUP BY size ORDER BY size"
    )
    return p.statement(sql, "sessions.lengths")


def scores_by_turn(asked: Asked, node: Filter, name: str) -> Statement:
    """Valid scores of a name on the traces and their spans, by turn, as in `SCORE_ROW`."""
    p = Parameters()
    scored = (
        f"SELECT trace_id, value FROM scores FINAL WHERE project_id = {p.text(asked.project_id)} AND name = {p.text(name)}\n"
        "  AND status = 'valid' AND target IN ('trace', 'span') AND isNotNull(value)"
    )
    sql = (
        f"SELECT least(t.turn, {LAST_TURN}) AS place, avg(assumeNotNull(s.value)), stddevSamp(assumeNotNull(s.value)), count()\n"
        f"FROM (\n{_turns(asked, node, p)}\n) AS t INNER JOIN (\n  {scored}\n) AS s ON t.trace_id = s.trace_id\n"
        "GROUP BY place ORDER BY place"
    )
    return p.statement(sql, "sessions.scores_by_turn")
