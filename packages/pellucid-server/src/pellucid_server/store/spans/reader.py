"""The only way to read spans and scores: runs statements within limits and returns plain rows. Knows no SQL and no product."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pellucid_server.store.spans.drivers.port import Driver, Limits, Statement

Rows = Sequence[tuple[Any, ...]]  # Any: the engine's values, typed by the statement

INTERACTIVE = Limits(seconds=20.0)
"""Somebody waits for it."""
BULK = Limits(seconds=60.0, memory_bytes=3 * 1024**3)
"""Exports."""


AT_ONCE = 8
"""Statements that run at the same time; each takes up to two threads, and more of them only slow each other down."""


class SpanReader:
    """Runs statements on the analytic store."""

    def __init__(self, driver: Driver, limits: Limits = INTERACTIVE, at_once: int = AT_ONCE) -> None:
        self._driver = driver
        self._limits = limits
        self._turns = threading.BoundedSemaphore(at_once)

    def rows(self, statement: Statement) -> Rows:
        """Rows as tuples, in the order of the select list."""
        with self._turns:
            return self._driver.query(statement, self._limits).rows

    def records(self, statement: Statement, names: Mapping[str, str] | Sequence[str]) -> list[dict[str, Any]]:
        """Rows as dictionaries with the given names, which stand in the order of the select list."""
        keys = tuple(names)
        return [dict(zip(keys, row, strict=True)) for row in self.rows(statement)]

    def table(self, statement: Statement) -> pa.Table:
        """Rows as one Arrow table."""
        with self._turns:
            return self._driver.query_arrow(statement, BULK)
