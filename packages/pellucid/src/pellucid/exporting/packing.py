"""From the outbox to request bodies: what the background thread does with the interpreter lock.

What lives here: taking slices, preparing, emitting and encoding them, and joining them to requests within the largest
size. What must not live here: when to do so, and sending (`worker`).

Encoding holds the interpreter lock. It is done in slices with a pause between them, in which the application's threads
get the lock; the slices are short (0.3 ms) and grow only when the outbox fills up.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

from pellucid.exporting import otlp, wire
from pellucid.exporting.ledger import Ledger
from pellucid.exporting.outbox import Item, Outbox, Post
from pellucid.exporting.wire import Request
from pellucid.guard import GUARD

SLICES = ((1 / 8, 32, 0.005), (1 / 2, 128, 0.0), (1.0, 256, 0.0))
"""By the share of the budget that is used: spans encoded in one go (about 10 us each for a span of 3 KB, so 0.3 ms at
rest), and the pause after it in seconds. In the pause the application's threads have the interpreter lock; one that
never waits keeps it for 5 ms more. So 32 a turn are 3,000 spans a second beside a busy loop, and 256 are 33,000, more
than such a loop can make."""
NEARLY_FULL_SHARE = 7 / 8
"""Below it there is no hurry while nothing can be sent anyway."""
SLICE_SPAN_BYTES = 8 * 1024
"""Expected size of a span; a slice ends earlier when its spans are larger."""
MAX_POSTS = 500
"""Documents in one JSON list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Haste:
    """What the worker knows that decides about pauses."""

    is_flushing: bool
    """Somebody waits: no pauses."""
    is_blocked: bool
    """Nothing can be sent now: no hurry."""


class Packer:
    """Turns waiting items into requests; used by one thread at a time."""

    def __init__(
        self,
        outbox: Outbox,
        ledger: Ledger,
        *,
        deliver: bool,
        max_request_bytes: int,
        compression: str,
        prepare: Callable[[ReadableSpan], ReadableSpan],
        emit: Callable[[Item], None] | None,
    ) -> None:
        self._outbox = outbox
        self._ledger = ledger
        self._deliver = deliver
        self._max_request_bytes = max_request_bytes
        self._compression = compression
        self._prepare = prepare
        self._emit = emit

    def pack(self, haste: Haste) -> tuple[int, list[Request]]:
        """Items taken (0: the outbox is empty) and the requests made of them, at most about one full one.

        The requests' bytes are counted as held; items that are not in them are settled in the ledger.
        """
        spans: list[tuple[ReadableSpan, bytes]] = []
        posts: dict[str, list[dict[str, Any]]] = {}
        count = raw = taken_bytes = 0
        while raw < self._max_request_bytes and count < MAX_POSTS * 20:
            size, pause_s = self._slice(haste)
            batch = self._outbox.take(size, size * SLICE_SPAN_BYTES)
            if not batch:
                break
            count += len(batch)
            taken_bytes += sum(held for _, held in batch)
            for post in self._emitted([item for item, _ in batch if isinstance(item, Post)]):
                posts.setdefault(post.path, []).append(post.document)
            for pair in self._encoded([item for item, _ in batch if isinstance(item, ReadableSpan)]):
                spans.append(pair)
                raw += len(pair[1])
            time.sleep(0.0 if haste.is_flushing else pause_s)
        requests = self._joined(spans, posts)
        self._outbox.hold(sum(len(request.body) for request in requests))
        self._outbox.release(taken_bytes)
        return count, requests

    def _joined(self, spans: Sequence[tuple[ReadableSpan, bytes]], posts: dict[str, list[dict[str, Any]]]) -> list[Request]:
        requests = [wire.traces(run, self._compression) for run in wire.batches(spans, self._max_request_bytes)]
        for path, items in posts.items():
            lists = (items[start : start + MAX_POSTS] for start in range(0, len(items), MAX_POSTS))
            requests.extend(wire.documents(path, some, self._compression) for some in lists)
        return requests

    def _slice(self, haste: Haste) -> tuple[int, float]:
        """Spans to encode in one go and seconds to pause afterwards, by how full the outbox is."""
        share = self._outbox.total_bytes / max(self._outbox.max_bytes, 1)
        if haste.is_blocked and share < NEARLY_FULL_SHARE:
            return SLICES[0][1:]
        return next(((spans, pause_s) for limit, spans, pause_s in SLICES if share < limit), SLICES[-1][1:])

    def _encoded(self, spans: Sequence[ReadableSpan]) -> list[tuple[ReadableSpan, bytes]]:
        """The spans with their bytes; what cannot be encoded is lost as `failed`, each for itself."""
        pairs: list[tuple[ReadableSpan, bytes]] = []
        for ended in spans:
            try:
                ready = self._prepare(ended)
                if self._emit is not None:
                    self._emit(ready)
                encoded = otlp.span(ready) if self._deliver else b""
            except Exception as error:  # masks and emitters are the application's code, and values may be anything
                GUARD.warn("encode", "pellucid: the span %r was left out: %r", ended.name, error)
                self._ledger.lose("failed")
                continue
            if not self._deliver:
                self._ledger.send(1)
            elif len(encoded) > self._max_request_bytes:
                GUARD.warn("large", "pellucid: the span %r has %d bytes, too many for a request", ready.name, len(encoded))
                self._ledger.lose("too_large")
            else:
                pairs.append((ready, encoded))
        return pairs

    def _emitted(self, posts: Sequence[Post]) -> Sequence[Post]:
        """The documents that go on to the server; without one, the emitter was their destination."""
        if self._emit is not None:
            for post in posts:
                try:
                    self._emit(post)
                except Exception as error:  # an emitter is the application's code
                    GUARD.warn("emit", "pellucid: the emitter raised %r", error)
        if self._deliver:
            return posts
        self._ledger.send(len(posts))
        return ()
