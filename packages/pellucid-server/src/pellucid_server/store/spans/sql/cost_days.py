"""Statements on the daily roll-ups of cost."""

from collections.abc import Sequence
from typing import Final

from pellucid_server.store.spans.columns import COST_DAYS
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.sql.aggregates import micros

SUMS: Final = ("calls", "unpriced", "input_tokens", "output_tokens", "cost", "cost_input", "cost_output", "cost_fixed")
"""What a row of the answer holds beside its day and dimensions."""


def by_day(asked: Asked, dimensions: Sequence[str], *, limit: int) -> Statement:
    """Midnight in microseconds, the dimensions, then `SUMS`. Dimensions must be those of the table."""
    p = Parameters()
    scope = [f"project_id = {p.text(asked.project_id)}"]
    if asked.start is not None:
        scope.append(f"day >= {p.time(asked.start)}")
    if asked.end is not None:
        scope.append(f"day < {p.time(asked.end)}")
    where = " AND ".join(scope)
    groups = ", ".join(("day", *dimensions))
    sql = (
        f"SELECT {', '.join((micros('day'), *dimensions, *(f'sum({name})' for name in SUMS)))}\nFROM {COST_DAYS.name} FINAL\n"
        f"WHERE {where} AND (day, version) IN (SELECT day, max(version) FROM {COST_DAYS.name} WHERE {where} GROUP BY day)\n"
        f"GROUP BY {groups} HAVING sum(calls) > 0 ORDER BY {groups} LIMIT {p.integer(limit)}"
    )
    return p.statement(sql, "cost_days.by_day")
