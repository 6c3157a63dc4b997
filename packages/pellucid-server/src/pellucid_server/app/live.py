"""Who waits for new data: the pipeline says what it wrote, and whoever tails a project wakes up."""

import asyncio
import threading

from pellucid_server.ingest.ports import TraceKey

WAITING_TRACES = 1_000
"""Kept for a slow listener; beyond this it is told that it missed some."""


class Subscription:
    """What one listener has not seen yet."""

    def __init__(self, project_id: str, loop: asyncio.AbstractEventLoop) -> None:
        self.project_id = project_id
        self._loop = loop
        self._event = asyncio.Event()
        self._traces: dict[str, None] = {}
        self._lock = threading.Lock()
        self.closed = False

    def offer(self, traces: set[TraceKey]) -> None:
        """Called from the pipeline's thread."""
        mine = [key.trace_id for key in traces if key.project_id == self.project_id]
        if mine:
            with self._lock:
                self._traces.update(dict.fromkeys(mine))
                while len(self._traces) > WAITING_TRACES:
                    self._traces.pop(next(iter(self._traces)))
            self._wake()

    def end(self) -> None:
        """The server stops."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self, timeout_s: float) -> list[str]:
        """Trace ids that were written since the last call; empty after `timeout_s` without any."""
        try:
            await asyncio.wait_for(self._event.wait(), timeout_s)
        except TimeoutError:
            return []
        self._event.clear()
        with self._lock:
            found, self._traces = list(self._traces), {}
        return found


class Live:
    """All listeners."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self._lock = threading.Lock()

    def subscribe(self, project_id: str) -> Subscription:
        """Listen to a project; call from the event loop, and `unsubscribe` at the end."""
        made = Subscription(project_id, asyncio.get_running_loop())
        with self._lock:
            self._subscriptions.add(made)
        return made

    def unsubscribe(self, subscription: Subscription) -> None:
        """Stop listening."""
        with self._lock:
            self._subscriptions.discard(subscription)

    def wrote(self, traces: set[TraceKey]) -> None:
        """The pipeline wrote spans of these traces."""
        with self._lock:
            current = list(self._subscriptions)
        for subscription in current:
            subscription.offer(traces)

    def close(self) -> None:
        """Wake everybody for the last time."""
        with self._lock:
            current = list(self._subscriptions)
        for subscription in current:
            subscription.end()
