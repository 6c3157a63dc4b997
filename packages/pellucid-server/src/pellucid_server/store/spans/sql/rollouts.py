"""Arms of a rollout, and the two sides of a label's move: sums over users of what the calls were, so that a test can treat the calls of
one user as one cluster."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.filters.tree import EVERYTHING
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.spans import where_spans

UNIT: Final = "coalesce(nullIf(user_id, ''), nullIf(session_id, ''), trace_id)"
"""By what a rollout assigns."""
CALL_VALUES: Final = {
    "errors": "if(outcome = 'error', 1.0, 0.0)",
    "refusals": "if(outcome = 'refused', 1.0, 0.0)",
    "cost": "if(counted, cost, NULL)",
    "duration": "duration",
}
"""Of one call; NULL where there is none."""
SUMS: Final = ("units", "count", "total", "count_squares", "count_totals", "total_squares")
ARM_ROW: Final = ("version", "metric", *SUMS)
PROBABILITY_TOLERANCE: Final = 1e-4
"""The column holds 32 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmsAsked:
    """The rollout that is looked at."""

    name: str
    label: str
    arms: Sequence[tuple[str, float]]
    """Version and probability."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A stretch of time of which the calls are summed."""

    key: str
    start: int
    end: int
    """Not in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SidesAsked:
    """Calls that were fetched by a label, on several sides; a call may lie on more than one."""

    name: str
    label: str
    sides: Sequence[Side]


def call_sums(asked: Asked, rollout: ArmsAsked) -> Statement:
    """A row for each version and metric of `CALL_VALUES`, named as `ARM_ROW`; metric `calls` counts all users."""
    p = Parameters()
    calls = (
        f"SELECT toString(prompt_version) AS version, {UNIT} AS unit, arrayJoin([{_VALUES}]) AS item\n"
        f"  FROM spans FINAL WHERE {_drawn(asked, rollout, p)}"
    )
    return p.statement(_summed(calls, "item.1", "item.2"), "rollouts.call_sums")


def score_sums(asked: Asked, rollout: ArmsAsked, positive: float) -> Statement:
    """The same of scores on the calls and on their traces: `feedback` (1 from `positive` on, else 0) and `score:<name>`."""
    p = Parameters()
    drawn = _drawn(asked, rollout, p)
    calls = f"SELECT trace_id, span_id, toString(prompt_version) AS version, {UNIT} AS unit FROM spans FINAL WHERE {drawn}"
    return p.statement(_scored(calls, asked, positive, p), "rollouts.score_sums")


def side_call_sums(asked: Asked, wanted: SidesAsked) -> Statement:
    """As `call_sums`, with the sides' keys in place of versions."""
    p = Parameters()
    calls = (
        f"SELECT version, unit, arrayJoin([{_VALUES}]) AS item FROM (\n"
        f"  SELECT {_side(wanted, p)} AS version, {UNIT} AS unit, outcome, counted, cost, duration\n"
        f"  FROM spans FINAL WHERE {_fetched(asked, wanted.name, wanted.label, p)}\n)"
    )
    return p.statement(_summed(calls, "item.1", "item.2"), "rollouts.side_call_sums")


def side_score_sums(asked: Asked, wanted: SidesAsked, positive: float) -> Statement:
    """As `score_sums`, with the sides' keys in place of versions."""
    p = Parameters()
    calls = (
        f"SELECT trace_id, span_id, {_side(wanted, p)} AS version, {UNIT} AS unit FROM spans FINAL\n"
        f"  WHERE {_fetched(asked, wanted.name, wanted.label, p)}"
    )
    return p.statement(_scored(calls, asked, positive, p), "rollouts.side_score_sums")


def _scored(calls: str, asked: Asked, positive: float, p: Parameters) -> str:
    """Scores on these calls and on their traces, summed; one on a trace counts once for a version."""
    scored = (
        f"SELECT id, trace_id, span_id, target, value,\n"
        f"    if(source = 'feedback', 'feedback', concat('score:', toString(name))) AS metric FROM scores FINAL\n"
        f"  WHERE project_id = {p.text(asked.project_id)} AND status = 'valid' AND isNotNull(value) AND target IN ('span', 'trace')"
    )
    positive_value = f"if(metric = 'feedback', if(value >= {p.number(positive)}, 1.0, 0.0), value)"
    joined = (
        f"SELECT s.version AS version, any(s.unit) AS unit, any(c.metric) AS metric, any(c.value) AS value\n"
        f"  FROM ({calls}) AS s INNER JOIN ({scored}) AS c ON s.trace_id = c.trace_id\n"
        f"  WHERE c.target = 'trace' OR c.span_id = s.span_id GROUP BY version, c.id"
    )
    return _summed(joined, "metric", positive_value)


def _drawn(asked: Asked, rollout: ArmsAsked, p: Parameters) -> str:
    """Calls that say that they were drawn with today's shares: what clients still had in memory when the label moved is left out."""
    arms = " OR ".join(
        f"(prompt_version = {p.text(version)} AND abs(rollout_probability - {p.number(probability)}) < {PROBABILITY_TOLERANCE})"
        for version, probability in rollout.arms
    )
    return f"{_fetched(asked, rollout.name, rollout.label, p)} AND ({arms})"


def _fetched(asked: Asked, name: str, label: str, p: Parameters) -> str:
    """Calls whose prompt was asked for by a label."""
    return (
        f"{where_spans(asked, EVERYTHING, p)} AND kind = 'generation' AND prompt_name = {p.text(name)} "
        f"AND prompt_label = {p.text(label)}"
    )


def _side(wanted: SidesAsked, p: Parameters) -> str:
    """A row for each side on which the call lies."""
    sides = ", ".join(f"({p.text(side.key)}, {p.time(side.start)}, {p.time(side.end)})" for side in wanted.sides)
    return f"arrayJoin(arrayFilter(side -> start_time >= side.2 AND start_time < side.3, [{sides}])).1"


_VALUES: Final = ", ".join(f"('{name}', {value})" for name, value in {"calls": "1.0", **CALL_VALUES}.items())


def _summed(source: str, metric: str, value: str) -> str:
    """Sums within each unit, then over units."""
    return (
        f"SELECT version, metric, count(), sum(n), sum(s), sum(n * n), sum(n * s), sum(s * s) FROM (\n"
        f"  SELECT version, unit, {metric} AS metric, toFloat64(count({value})) AS n, toFloat64(sum({value})) AS s\n"
        f"  FROM (\n  {source}\n  ) GROUP BY version, unit, metric HAVING n > 0\n"
        f") GROUP BY version, metric ORDER BY version, metric"
    )
