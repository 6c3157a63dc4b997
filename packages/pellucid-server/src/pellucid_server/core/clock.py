"""Time, passed in. Nobody else calls `time.time()`: tests own the clock by handing in another one."""

import time
from collections.abc import Callable
from typing import TypeAlias

Micros: TypeAlias = int
"""Microseconds since the Unix epoch, UTC."""

Clock: TypeAlias = Callable[[], Micros]
"""A source of the present time in microseconds."""

SECOND: Micros = 1_000_000
MINUTE: Micros = 60 * SECOND
HOUR: Micros = 60 * MINUTE
DAY: Micros = 24 * HOUR


def system_clock() -> Micros:
    """The machine's wall clock."""
    return time.time_ns() // 1_000
