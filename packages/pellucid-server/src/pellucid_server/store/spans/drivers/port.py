"""The port to the analytic engine: six verbs and frozen results. No driver type passes it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """SQL with typed server-side parameters (`{p0:String}`) and the tag that names its origin in the engine's log."""

    sql: str
    parameters: Mapping[str, object]
    tag: str = ""
    """Surface and route, such as `api:traces.list`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one query may cost. A query that meets a limit fails by name; it never takes the server down."""

    seconds: float = 20.0
    memory_bytes: int = 2 * 1024**3
    threads: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Rows of a query."""

    names: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]  # Any: the engine's values, typed by the statement

    def dicts(self) -> list[dict[str, Any]]:
        """Rows as dictionaries."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]


class Driver(Protocol):
    """An analytic engine."""

    def query(self, statement: Statement, limits: Limits = ...) -> Result:
        """Rows. Raises `QueryTooExpensive`, `Unavailable` or `PellucidError`."""
        ...

    def query_arrow(self, statement: Statement, limits: Limits = ...) -> pa.Table:
        """The same as one Arrow table."""
        ...

    def stream_arrow(self, statement: Statement, limits: Limits = ...) -> Iterator[pa.RecordBatch]:
        """The same, block by block, for exports."""
        ...

    def insert(self, table: str, rows: pa.Table, settings: Mapping[str, int] = ...) -> None:
        """Append; returns when the rows are durable."""
        ...

    def insert_file(
        self, table: str, path: Path, columns: Sequence[str], constants: Mapping[str, int], settings: Mapping[str, int] = ...
    ) -> None:
        """Append the rows of an Arrow file; `constants` stand in the place of what it says of their columns. Durable when it returns."""
        ...

    def command(self, sql: str, parameters: Mapping[str, object] = ...) -> None:
        """DDL, maintenance, and rows that are made of rows."""
        ...

    def close(self) -> None:
        """Let go of the engine."""
        ...
