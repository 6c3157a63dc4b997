"""The count of what was sent and what was lost, by reason: nothing vanishes.

What lives here: counters and their snapshot. What must not live here: decisions. For every item that was offered,
`sent + lost + waiting` stays equal to `offered`; the tests hold the outbox and the worker to it.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from pellucid import semconv


@dataclass(frozen=True, slots=True, kw_only=True)
class Stats:
    """One moment of one client process, counted since it started (or was forked)."""

    offered: int
    """Spans, scores and feedback that ended or were given."""
    sent: int
    """Of them, acknowledged by the server."""
    lost: Mapping[str, int]
    """Of them, given up, by reason (`semconv.LOST_REASONS`); empty when nothing was lost."""
    waiting: int
    """Of them, still in memory or on the way."""
    queued_bytes: int
    """Memory that the waiting ones are taken to use."""
    spilled: int
    """Of them, kept on disk for later; not counted as lost."""
    sampled_out: int
    """Spans left out by sampling; not part of `offered`."""


class Ledger:
    """Counters behind one lock."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offered = 0
        self._sent = 0
        self._spilled = 0
        self._sampled_out = 0
        self._lost: dict[str, int] = {}

    def offer(self, count: int = 1) -> None:
        with self._lock:
            self._offered += count

    def send(self, count: int) -> None:
        with self._lock:
            self._sent += count

    def spill(self, count: int) -> None:
        with self._lock:
            self._spilled += count

    def sample_out(self, count: int) -> None:
        with self._lock:
            self._sampled_out += count

    def lose(self, reason: str, count: int = 1) -> None:
        """Count a loss; the reason must be one of `semconv.LOST_REASONS`."""
        if reason not in semconv.LOST_REASONS:
            raise ValueError(f"{reason!r} is not a reason of semconv.LOST_REASONS")
        if count:
            with self._lock:
                self._lost[reason] = self._lost.get(reason, 0) + count

    def settled(self) -> int:
        """Items that need no more waiting: sent, lost or spilled."""
        with self._lock:
            return self._sent + self._spilled + sum(self._lost.values())

    def offered(self) -> int:
        return self._offered

    def resource_counters(self) -> dict[str, int]:
        """The cumulative counters as resource attributes; empty while there is nothing to tell."""
        with self._lock:
            counters = {f"{semconv.LOST_PREFIX}{reason}": count for reason, count in self._lost.items()}
            if self._sampled_out:
                counters[semconv.SAMPLED_OUT] = self._sampled_out
            return counters

    def stats(self, queued_bytes: int) -> Stats:
        with self._lock:
            settled = self._sent + self._spilled + sum(self._lost.values())
            return Stats(
                offered=self._offered,
                sent=self._sent,
                lost=dict(self._lost),
                waiting=self._offered - settled,
                queued_bytes=queued_bytes,
                spilled=self._spilled,
                sampled_out=self._sampled_out,
            )
