"""`CostDays`: counts days of cost from the spans, and keeps them longer than the spans.

A count of a day replaces the one before as a whole: all its rows carry one version, readers take the newest version of a day, and the
rows of a count are inserted as one block of one partition, so nobody sees half of one. A row of empty dimensions stands in every count;
a day without calls is therefore known to be counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa

from pellucid_server.core.clock import DAY, Micros
from pellucid_server.core.moments import to_datetime, to_micros
from pellucid_server.store.spans.columns import COST_DAYS, COST_DIMENSIONS
from pellucid_server.store.spans.drivers.port import Driver, Limits
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.rows import arrow_schema

_LIMITS: Final = Limits(seconds=120.0, memory_bytes=3 * 1024**3)
_INPUT_COST: Final = "cost_input + cost_cache_read + cost_cache_write + cost_cache_write_1h + cost_audio_in"
_OUTPUT_COST: Final = "cost_output + cost_reasoning + cost_audio_out"
_SUMS: Final = (
    "countIf(counted)",
    "countIf(counted AND isNull(cost) AND tokens > 0)",
    "sumIf(input_tokens, counted)",
    "sumIf(output_tokens, counted)",
    "sumIf(ifNull(cost, 0), counted)",
    f"sumIf({_INPUT_COST}, counted)",
    f"sumIf({_OUTPUT_COST}, counted)",
    "sumIf(cost_fixed, counted)",
)
"""In the order of the table's last columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Days in which spans were written."""

    newest_version: int
    """Of all spans, or what was asked for where there is none newer."""
    days: Mapping[str, Sequence[Micros]]
    """Midnights by project, the oldest first."""


class CostDays:
    """Writes and forgets counts of days; people read them in `sql/cost_days.py`."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    def changed_since(self, version: int, *, start: Micros, end: Micros) -> Changes:
        """Which days from `start` to `end` have rows that were written after `version`; rows that were moved or erased count too."""
        p = Parameters()
        sql = (
            "SELECT project_id, toStartOfDay(start_time, 'UTC') AS day, max(version) FROM spans "
            f"WHERE version > {p.add(version, 'UInt64')} AND start_time >= {p.time(start)} AND start_time < {p.time(end)} "
            "GROUP BY project_id, day ORDER BY project_id, day"
        )
        days: dict[str, list[Micros]] = {}
        newest = version
        for project_id, day, written in self._driver.query(p.statement(sql, "cost_days.changed"), _LIMITS).rows:
            days.setdefault(project_id, []).append(to_micros(day))
            newest = max(newest, int(written))
        return Changes(newest_version=newest, days=days)

    def count(self, project_id: str, day: Micros, version: int) -> None:
        """Count one day anew from its spans; `version` must be above that of the count before."""
        p = Parameters()
        groups = ", ".join(COST_DIMENSIONS)
        sql = (
            f"SELECT {groups}, {', '.join(_SUMS)}\nFROM spans FINAL\n"
            f"WHERE project_id = {p.text(project_id)} AND start_time >= {p.time(day)} AND start_time < {p.time(day + DAY)}\n"
            f"GROUP BY {groups} HAVING countIf(counted) > 0"
        )
        rows = [list(row) for row in self._driver.query(p.statement(sql, "cost_days.count"), _LIMITS).rows]
        width = len(COST_DIMENSIONS)
        if all(any(row[:width]) for row in rows):  # else one of them is that row
            rows.append([*("" for _ in COST_DIMENSIONS), *(0 for _ in _SUMS)])
        whole = [(project_id, day, *row[:width], version, 0, *row[width:]) for row in rows]
        schema = arrow_schema(COST_DAYS)
        columns = [pa.array(values, field.type) for values, field in zip(zip(*whole, strict=True), schema, strict=True)]
        self._driver.insert(COST_DAYS.name, pa.table(columns, schema=schema))

    def newest_version(self, project_id: str) -> int:
        """Of all counts of a project."""
        p = Parameters()
        sql = f"SELECT max(version) FROM {COST_DAYS.name} WHERE project_id = {p.text(project_id)}"
        return int(self._driver.query(p.statement(sql, "cost_days.newest"), _LIMITS).rows[0][0] or 0)

    def forget(self, before: Micros) -> None:
        """Delete days before this moment, and what newer counts of a day have replaced."""
        p = Parameters()
        replaced = f"SELECT project_id, day, max(version) FROM {COST_DAYS.name} GROUP BY project_id, day"
        old = f"day < toDateTime64('{to_datetime(before):%Y-%m-%d %H:%M:%S}', 6, 'UTC')"
        where = f"{old} OR (project_id, day, version) NOT IN ({replaced})"
        found = self._driver.query(p.statement(f"SELECT count() FROM {COST_DAYS.name} WHERE {where}", "cost_days.forget"), _LIMITS)
        if found.rows[0][0]:
            self._driver.command(f"DELETE FROM {COST_DAYS.name} WHERE {where}")
