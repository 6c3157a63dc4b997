"""Windows of time: what a question is bounded to, and how a newest-first list walks through it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import DAY, HOUR, Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.filters.tree import Ago
from pellucid_server.filters.values import read_time

_FIRST_STEP: Final = 6 * HOUR
"""A list reads this much first; most pages are full then."""
_SELECTIVE_STEP: Final = 2 * DAY
_GROWTH: Final = 8
_LONGEST_STEP: Final = 400 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `start` (inclusive) to `end` (exclusive), in microseconds since the epoch; None is unbounded."""

    start: Micros | None = None
    end: Micros | None = None

    def or_last(self, span: Micros, now: Micros) -> "Window":
        """The same where a start was named, else the last `span` before the end."""
        if self.start is not None:
            return self
        return Window(start=(now if self.end is None else self.end) - span, end=self.end)


ALWAYS: Final = Window()
"""Bounded by nothing."""


def read_window(start: str | None, end: str | None, now: Micros) -> Window:
    """From text: ISO 8601, or `-24h` for so long before now. Raises `BadRequest`."""
    window = Window(start=_moment("from", start, now), end=_moment("to", end, now))
    if window.start is not None and window.end is not None and window.start >= window.end:
        raise BadRequest("`from` is not before `to`; exchange them, or leave one out.")
    return window


def newest_first(window: Window, now: Micros, *, selective: bool = False) -> Iterator[Window]:
    """The window in growing slices from its end: the newest partition is read first, and older ones only if the page is not full.

    Where an index finds what is asked for (`selective`), there are two slices: each has a price of its own, and little is read.
    The first slice has no end where the window has none, so that spans from a clock that runs ahead are seen.
    """
    end = window.end
    upper = now if end is None else end
    step = _SELECTIVE_STEP if selective else _FIRST_STEP
    while True:
        lower = None if step > _LONGEST_STEP else upper - step
        if window.start is not None and (lower is None or lower <= window.start):
            yield Window(start=window.start, end=end)
            return
        yield Window(start=lower, end=end)
        if lower is None:
            return
        upper = end = lower
        step = _LONGEST_STEP + 1 if selective else step * _GROWTH


def _moment(name: str, text: str | None, now: Micros) -> Micros | None:
    if text is None or text == "":
        return None
    if text == "now":
        return now
    try:
        value = read_time(text)
    except ValueError as error:
        raise BadRequest(f"`{name}`: {error}.") from None
    return now - value.micros if isinstance(value, Ago) else value.start
