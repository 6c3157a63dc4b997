"""Virtual time: hours of waiting in the telling of a story that runs in milliseconds.

A timeline is set to moments of the story; whatever waits (a provider, a vector store) adds its wait to it. It can
translate any real time since its first moment into the story's time, which is how spans get their past times.
Without a timeline, `RealTime` waits for real.
"""

import time
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Protocol

_NS_PER_MS = 1_000_000


class Pace(Protocol):
    """How waits are spent, and what time it is for the providers."""

    def wait(self, milliseconds: float) -> None: ...

    def now(self) -> datetime: ...


class RealTime:
    """Waits are slept, until `stop` is set: from then on nobody waits any more."""

    def __init__(self, stop: Event) -> None:
        self._stop = stop

    def wait(self, milliseconds: float) -> None:
        if milliseconds > 0:
            self._stop.wait(milliseconds / 1000)

    def now(self) -> datetime:
        return datetime.now(UTC)


class Timeline:
    """One run of the story's clock, for one thread at a time."""

    def __init__(self, real_ns: Callable[[], int] = time.time_ns) -> None:
        self._real_ns = real_ns
        self._marks: list[int] = []
        self._offsets: list[int] = []
        self._start = datetime.fromtimestamp(0, UTC)
        self._waited_ms = 0.0

    def restart(self, at: datetime) -> None:
        """From here on it is `at`. Earlier stretches stay translatable."""
        self._start, self._waited_ms = at, 0.0
        real = self._real_ns()
        self._marks.append(real)
        self._offsets.append(_epoch_ns(at) - real)

    def wait(self, milliseconds: float) -> None:
        if milliseconds > 0:
            self._waited_ms += milliseconds
            self._marks.append(self._real_ns())
            self._offsets.append(self._offsets[-1] + round(milliseconds * _NS_PER_MS))

    def now(self) -> datetime:
        """The story's time made of waits alone: the same in every run, however fast the machine is."""
        return self._start + timedelta(milliseconds=self._waited_ms)

    def told(self, real_ns: int) -> int:
        """The story's time of a real time; order is kept."""
        number = max(0, bisect_right(self._marks, real_ns) - 1)
        return real_ns + self._offsets[number]

    def told_behind_wait(self, from_ns: int, until_ns: int) -> int:
        """The story's time right behind the first wait in a stretch of real time; of its end when nothing waited."""
        number = bisect_right(self._marks, from_ns)
        if number < len(self._marks) and self._marks[number] <= until_ns:
            return self.told(self._marks[number])
        return self.told(until_ns)


def _epoch_ns(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000) * 1_000
