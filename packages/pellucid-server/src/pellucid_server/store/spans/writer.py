"""SpanStore: the way in and the little that the way in reads back. Queries of people live in `reader.py`."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from pellucid_server.core.moments import to_datetime, to_micros
from pellucid_server.store.spans.columns import PAYLOADS, SCORES, SPANS, TABLES, Table
from pellucid_server.store.spans.drivers.port import Driver, Limits, Statement
from pellucid_server.store.spans.migrating import migrate
from pellucid_server.store.spans.rows import arrow_schema
from pellucid_server.store.spans.schema import EMBEDDED, Topology

_LIMITS = Limits(seconds=60.0, memory_bytes=4 * 1024**3)
_LOADED_TRACES = 20_000
"""Trace ids in one look-up; more are asked in turns."""
_REMEMBERED_TRACES = 2_000_000
_REMEMBERED_CALLS = 50_000

_SPAN_KEY = ("project_id", "start_time", "trace_id", "span_id")
_ERASED = ((PAYLOADS.name, _SPAN_KEY), (SCORES.name, ("project_id", "name", "time", "id")), (SPANS.name, _SPAN_KEY))

log = logging.getLogger(__name__)


class Rows(Protocol):
    """Rows that must become durable together."""

    @property
    def spans(self) -> Any: ...
    @property
    def payloads(self) -> Any: ...
    @property
    def spooled(self) -> Path | None:
        """An Arrow file of further payloads."""
        ...

    @property
    def version(self) -> int:
        """Of the rows in that file."""
        ...


class SpanStore:
    """Writes settled rows and reads back what settling needs."""

    def __init__(self, driver: Driver, topology: Topology = EMBEDDED) -> None:
        self._driver = driver
        self._topology = topology

    def migrate(self) -> None:
        """Make the tables, or bring them up to date."""
        migrate(self._driver, self._topology)

    def load(self, traces: Sequence[tuple[str, str]]) -> pa.Table:
        """All narrow rows of (project, trace) pairs, newest version each."""
        tables = [
            self._driver.query_arrow(
                Statement(
                    sql=f"SELECT {', '.join(SPANS.names)} FROM spans FINAL "
                    "PREWHERE trace_id IN {p1:Array(String)} WHERE project_id = {p0:String}",
                    parameters={"p0": project_id, "p1": ids},
                    tag="ingest:load",
                ),
                _LIMITS,
            )
            for project_id, ids in _by_project(traces)
        ]
        # The engine says "not null"; rows that were just made do not. One schema, so that they can stand in one table.
        return pa.concat_tables(tables).cast(arrow_schema(SPANS))

    def load_payloads(self, keys: Sequence[tuple[str, int, str, str]]) -> dict[tuple[str, int, str, str], str]:
        """The payload documents of these rows; those that are missing are left out."""
        found: dict[tuple[str, int, str, str], str] = {}
        projects: dict[str, list[tuple[str, int, str, str]]] = {}
        for key in keys:
            projects.setdefault(key[0], []).append(key)
        for project_id, wanted in projects.items():
            times = [to_datetime(key[1]) for key in wanted]
            result = self._driver.query(
                Statement(
                    sql="SELECT start_time, trace_id, span_id, payload FROM payloads FINAL WHERE project_id = {p0:String} "
                    "AND start_time >= {p1:DateTime64(6, 'UTC')} AND start_time <= {p2:DateTime64(6, 'UTC')} "
                    "AND trace_id IN {p3:Array(String)} AND span_id IN {p4:Array(String)}",
                    parameters={
                        "p0": project_id,
                        "p1": min(times),
                        "p2": max(times),
                        "p3": sorted({key[2] for key in wanted}),
                        "p4": sorted({key[3] for key in wanted}),
                    },
                    tag="ingest:load_payloads",
                ),
                _LIMITS,
            )
            for start_time, trace_id, span_id, payload in result.rows:
                found[project_id, to_micros(start_time), trace_id, span_id] = payload
        return found

    def write(self, rows: Rows) -> None:
        """Make rows durable: payloads first, so that a visible span always has its payload."""
        if rows.spooled is not None:
            self._driver.insert_file(PAYLOADS.name, rows.spooled, PAYLOADS.names, {"version": rows.version}, _settings(PAYLOADS))
        if rows.payloads is not None and rows.payloads.num_rows:
            self._driver.insert(PAYLOADS.name, rows.payloads, _settings(PAYLOADS))
        if rows.spans is not None and rows.spans.num_rows:
            self._driver.insert(SPANS.name, rows.spans)

    def erase(self, traces: Sequence[tuple[str, str]], version: int) -> None:
        """Hide all rows of (project, trace) pairs, their payloads and scores. What hides them is empty, and takes their place on disk."""
        for project_id, ids in _by_project(traces):
            wanted = f"project_id = {_literal(project_id)} AND trace_id IN ({', '.join(map(_literal, ids))})"
            for table, key in _ERASED:
                # The content first: a span that is still seen without it tells less than content without its span.
                place = ", ".join(key)
                self._driver.command(
                    f"INSERT INTO {table} ({place}, version, is_deleted) SELECT {place}, {version}, 1 FROM {table} FINAL WHERE {wanted}"
                )

    def newest_version(self) -> int:
        """The greatest version ever written: the next one must be above it, whatever the clock says."""
        newest = 0
        for table in (SPANS.name, PAYLOADS.name, SCORES.name):
            rows = self._driver.query(Statement(sql=f"SELECT max(version) FROM {table}", parameters={}, tag="start"), _LIMITS).rows
            newest = max(newest, int(rows[0][0] or 0))
        return newest

    def recent_traces(self) -> Iterator[tuple[str, str]]:
        """(project, trace) of the newest traces, for the filter of traces that were seen."""
        statement = Statement(
            sql="SELECT project_id, trace_id FROM spans WHERE is_root = 1 ORDER BY start_time DESC LIMIT {p0:UInt64}",
            parameters={"p0": _REMEMBERED_TRACES},
            tag="start",
        )
        for batch in self._driver.stream_arrow(statement, _LIMITS):
            yield from zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)

    def recent_calls(self) -> Iterator[dict[str, Any]]:
        """The newest counted calls with a provider's response id: what a second trace of the same call must be compared with."""
        statement = Statement(
            sql="SELECT project_id, response_id, trace_id, span_id, start_time, end_time, model FROM spans FINAL "
            "WHERE counted = 1 AND response_id != '' ORDER BY start_time DESC LIMIT {p0:UInt64}",
            parameters={"p0": _REMEMBERED_CALLS},
            tag="start",
        )
        for batch in self._driver.stream_arrow(statement, _LIMITS):
            yield from batch.to_pylist()

    def expire(self, retention_days: Mapping[str, int], now: datetime) -> None:
        """Delete what is older than each project's retention; projects that are not named keep everything."""
        for project_id, days in retention_days.items():
            before = (now - timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")
            for table, column in ((SPANS.name, "start_time"), (PAYLOADS.name, "start_time"), (SCORES.name, "time")):
                # Identifiers are ours; the two values are quoted as the engine's own literals.
                where = f"project_id = {_literal(project_id)} AND {column} < toDateTime64('{before}', 6, 'UTC')"
                counted = self._driver.query(
                    Statement(sql=f"SELECT count() FROM {table} WHERE {where}", parameters={}, tag="retention")
                )
                if counted.rows[0][0]:
                    log.info("retention: %d rows of %s leave %s", counted.rows[0][0], project_id, table)
                    self._driver.command(f"DELETE FROM {table} WHERE {where}")

    def statistics(self) -> dict[str, tuple[int, int]]:
        """Rows and bytes on disk, by table."""
        statement = Statement(
            sql="SELECT table, sum(rows), sum(bytes_on_disk) FROM system.parts "
            "WHERE active AND database = currentDatabase() GROUP BY table",
            parameters={},
            tag="statistics",
        )
        names = {table.name for table in TABLES}
        return {row[0]: (int(row[1]), int(row[2])) for row in self._driver.query(statement).rows if row[0] in names}


def _settings(table: Table) -> Mapping[str, int]:
    # Sorting out replaced rows on the way in would copy every payload once more; a read and the next merge do it in any case.
    return {"materialize_skip_indexes_on_insert": 0, "optimize_on_insert": 0} if table.indexed_later else {}


def _by_project(traces: Iterable[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    projects: dict[str, list[str]] = {}
    for project_id, trace_id in traces:
        projects.setdefault(project_id, []).append(trace_id)
    for project_id, ids in projects.items():
        for start in range(0, len(ids), _LOADED_TRACES):
            yield project_id, ids[start : start + _LOADED_TRACES]


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
