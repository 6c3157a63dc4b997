"""The one guard between this package and the application it lives in: recording never raises.

What lives here: the reporter of the client's own failures, and a decorator for entry points. What must not live
here: any decision about data. `strict` makes failures visible in tests (`PELLUCID_STRICT=1`, `pellucid.testing`).
"""

import functools
import logging
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

logger = logging.getLogger("pellucid")

P = ParamSpec("P")
T = TypeVar("T")

REPORT_EVERY_S = 60.0
"""A failure that repeats is logged once in this time, so that a broken call site cannot flood the application's log."""


class Guard:
    """Counts and logs failures of the client, or raises them when strict."""

    def __init__(self) -> None:
        self.strict = False
        self.failures = 0
        self._next_report: dict[str, float] = {}

    def report(self, what: str, error: Exception) -> None:
        """Called in an `except` block; raises the error again when strict."""
        self.failures += 1
        if self.strict:
            raise error
        now = time.monotonic()
        if now >= self._next_report.get(what, 0.0):
            self._next_report[what] = now + REPORT_EVERY_S
            logger.warning("pellucid could not %s (the application is not affected): %r", what, error)

    def reset(self) -> None:
        """Not strict, nothing reported yet: for tests."""
        self.strict = False
        self.failures = 0
        self._next_report.clear()

    def warn(self, what: str, message: str, *args: object) -> None:
        """Log a warning, at most once in REPORT_EVERY_S for each `what`."""
        now = time.monotonic()
        if now >= self._next_report.get(what, 0.0):
            self._next_report[what] = now + REPORT_EVERY_S
            logger.warning(message, *args)


GUARD = Guard()
"""One for the process: there is one application to protect."""


def guarded(what: str, fallback: T) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Wrap an entry point so that its failure gives `fallback` instead of an exception."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            try:
                return function(*args, **kwargs)
            except Exception as error:
                GUARD.report(what, error)
                return fallback

        return call

    return decorate
