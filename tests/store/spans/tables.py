"""Rows of the analytic tables for tests: name what matters, the rest is filled with what an ordinary span would have."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from pellucid_server.filters.text import fold
from pellucid_server.store.spans.columns import PAYLOADS, SCORES, SPANS, Table
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver, connect_embedded
from pellucid_server.store.spans.rows import arrow_schema
from pellucid_server.store.spans.schema import schema

PROJECT = "default"
T0 = 1_763_640_000_000_000
"""2025-11-20T12:00:00Z in microseconds."""
SECOND = 1_000_000

Row = Mapping[str, Any]
_versions = itertools.count(1)


@contextmanager
def engine(path: Path) -> Iterator[ClickHouseDriver]:
    """A fresh engine with the tables; one at a time in a process."""
    driver = connect_embedded(str(path))
    try:
        for statement in schema():
            driver.command(statement)
        yield driver
    finally:
        driver.close()


def span(trace: str, number: int = 0, **values: object) -> Row:
    """A span row: `trace` and `number` make its ids; `number` 0 is the root; `start` and `ms` give its times."""
    start = int(values.pop("start", T0 + number * SECOND))  # type: ignore[call-overload]  # tests pass whole numbers
    ms = values.pop("ms", 100.0)
    row: dict[str, Any] = {
        "project_id": PROJECT,
        "start_time": start,
        "trace_id": trace_id(trace),
        "span_id": span_id(number),
        "parent_span_id": "" if number == 0 else span_id(0),
        "version": next(_versions),
        "received_at": start + SECOND,
        "name": "step",
        "kind": "generation",
        "outcome": "success",
        "duration": ms,
        "end_time": None if ms is None else start + int(float(ms) * 1000),  # type: ignore[arg-type]  # a number where not None
        "streaming": -1,
        "cache_hit": -1,
        "sample_probability": 1.0,
        "payload_kept": 1,
        "is_root": int(number == 0),
        "counted": 1,
    }
    return _complete(SPANS, {**row, **values})


def payload(of: Row, text: str = "", document: str = '{"span":{},"raw":{}}', **values: object) -> Row:
    """The payload row of a span row."""
    key = {name: of[name] for name in ("project_id", "start_time", "trace_id", "span_id", "version")}
    return _complete(PAYLOADS, {**key, "payload": document, "search_text": fold(text), **values})


def score(trace: str, name: str, value: float | None = None, **values: object) -> Row:
    """A score row on a trace; pass `target` and ids for others."""
    row = {
        "project_id": PROJECT,
        "name": name,
        "time": T0,
        "id": f"s{next(_versions)}",
        "version": next(_versions),
        "target": "trace",
        "trace_id": trace_id(trace) if trace else "",
        "type": "numeric",
        "value": value,
        "status": "valid",
        "source": "api",
        "sample_probability": 1.0,
        "received_at": T0,
    }
    return _complete(SCORES, {**row, **values})


def insert(driver: ClickHouseDriver, table: Table, rows: Iterable[Row]) -> None:
    """Append rows to a table."""
    driver.insert(table.name, pa.Table.from_pylist(list(rows), schema=arrow_schema(table)))


def trace_id(name: str) -> str:
    """32 hex digits that begin with the name's own letters where they are hex."""
    return name.encode().hex().ljust(32, "0")[:32]


def span_id(number: int) -> str:
    """16 hex digits."""
    return f"{number + 1:016x}"


def _complete(table: Table, values: Row) -> Row:
    unknown = set(values) - set(table.names)
    assert not unknown, unknown
    return {column.name: values.get(column.name, _empty(column.type)) for column in table.columns}


def _empty(type_: str) -> Any:  # Any: whatever the column holds
    if type_.startswith("Nullable"):
        return None
    if type_.startswith(("Array", "Map")):
        return []
    return "" if "String" in type_ else 0
