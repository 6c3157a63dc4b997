"""How many calls may be in flight on one connection: found out, not configured. A success lets a little more in, a 429 halves it (AIMD).

One object belongs to one event loop.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

START = 8.0
LEAST = 1.0
MOST = 64.0
CALM_S = 1.0
"""Within this time after a cut, further 429s are of calls that were sent before it, and cut no more."""


class AdaptiveLimit:
    """Calls in flight, and how many there may be."""

    def __init__(self, start: float = START, most: float = MOST) -> None:
        self.limit = start
        self.in_flight = 0
        self._most = most
        self._changed = asyncio.Condition()
        self._not_before = 0.0
        self._cut_at = float("-inf")

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Wait for a place, and keep it during the block."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.in_flight < max(LEAST, int(self.limit)))
            self.in_flight += 1
        try:
            pause = self._not_before - asyncio.get_running_loop().time()
            if pause > 0:
                await asyncio.sleep(pause)
            yield
        finally:
            self.in_flight -= 1
            await self._tell()

    def succeeded(self) -> None:
        """A call was answered."""
        self.limit = min(self._most, self.limit + 1.0 / self.limit)

    def limited(self, retry_after_s: float) -> None:
        """A call was answered 429."""
        now = asyncio.get_running_loop().time()
        self._not_before = max(self._not_before, now + retry_after_s)
        if now - self._cut_at >= CALM_S:
            self._cut_at = now
            self.limit = max(LEAST, self.limit / 2)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()
