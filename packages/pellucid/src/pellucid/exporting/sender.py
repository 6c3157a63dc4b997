"""The background thread's side: it takes from the outbox, encodes, sends, waits and tries again.

What lives here: the schedule of attempts and what becomes of each answer. What must not live here: bodies (`wire`),
sockets (`transport`), budgets (`outbox`), and what the application's threads call (`worker`, which imports this module
late: TLS and the encoder are loaded by the background thread).

While the server is down the thread lets the application alone until half of the budget is used; then it encodes and
compresses in advance, so that the same budget holds several times as many spans as it would as objects. It gives way
to the application's threads while it encodes (`packing`).
"""

import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

from pellucid.exporting import wire
from pellucid.exporting.outbox import Item
from pellucid.exporting.packing import Haste, Packer
from pellucid.exporting.shared import Shared
from pellucid.exporting.spill import Spill
from pellucid.exporting.transport import Answer, Transport
from pellucid.exporting.wire import Request
from pellucid.guard import GUARD
from pellucid.settings import Settings

AHEAD_SHARE = 1 / 2
"""Share of the budget from which spans are encoded and compressed in advance while nothing can be sent, to make room."""
FIRST_BACKOFF_S = 0.25
LONGEST_BACKOFF_S = 30.0
MAX_SERVER_ERRORS = 5
"""A request that the server fails on (HTTP 500) this often is given up, so that it cannot block the rest."""
MAX_AGE_S = 6 * 3600.0
"""A request older than this is given up; the budget usually ends it sooner."""


@dataclass(slots=True)
class Pending:
    """A request that waits for its (next) attempt."""

    request: Request
    born: float
    attempts: int = 0
    server_errors: int = 0


class Sender:
    """What one process sends, and what of it waits."""

    def __init__(
        self,
        settings: Settings,
        shared: Shared,
        *,
        deliver: bool,
        headers: Mapping[str, str],
        identity: Callable[[], Mapping[str, Any]],
        prepare: Callable[[ReadableSpan], ReadableSpan],
        emit: Callable[[Item], None] | None,
    ) -> None:
        self._settings = settings
        self._shared = shared
        self._deliver = deliver
        self._identity = identity
        self._packer = Packer(
            shared.outbox,
            shared.ledger,
            deliver=deliver,
            max_request_bytes=settings.max_request_bytes,
            compression=settings.compression,
            prepare=prepare,
            emit=emit,
        )
        self._transport = Transport(settings.url, headers, settings.timeout_s)
        self._pending: deque[Pending] = deque()
        self._failures = 0
        self._told_loss: Mapping[str, int] = {}
        self._spill = Spill(settings.spill_dir, settings.max_spill_bytes) if settings.spill_dir else None
        self._rest_bytes = shared.hurry_bytes
        self._ahead_bytes = settings.max_queue_bytes * AHEAD_SHARE

    def run(self) -> None:
        """The thread's life, until the process's client is closed."""
        while not self._shared.is_stopped:
            try:
                self._wait()
                self._work()
            except Exception as error:
                GUARD.warn("worker", "pellucid: the background thread met %r and goes on", error)
                time.sleep(FIRST_BACKOFF_S)
        self._transport.close()

    def spill_rest(self) -> None:
        """At exit, on the closing thread: to disk what may go to disk."""
        if self._spill is None or not self._deliver:
            return
        while self._pack():
            pass
        self._spill_pending()

    def _wait(self) -> None:
        """Sleep until there is a reason to work."""
        if not len(self._shared.outbox) and not self._pending and not self._shared.is_flushing:
            self._shared.is_idle = True
            if not len(self._shared.outbox):
                self._shared.wake.wait()
            self._shared.is_idle = self._shared.is_hurried = False
            self._shared.wake.clear()
        if not self._shared.is_flushing and not self._shared.is_stopped:
            self._shared.wake.wait(self._settings.flush_interval_s)
        elif self._is_blocked() or not (len(self._shared.outbox) or self._pending):
            self._shared.wake.wait(min(FIRST_BACKOFF_S, max(self._shared.next_attempt - time.monotonic(), 0.01)))
        self._shared.wake.clear()
        self._shared.is_hurried = False

    def _work(self) -> None:
        """One round: encode what came, send what may be sent."""
        while not self._shared.is_stopped:
            if not self._is_blocked() and self._pending:
                self._attempt(self._pending[0])
                continue
            if self._is_blocked() and self._shared.outbox.item_bytes < self._ahead_bytes:
                break
            if not self._pack():
                break
        self._shared.hurry_bytes = self._ahead_bytes if self._is_blocked() else self._rest_bytes
        self._report_loss()
        if self._pending and self._settings.spill_dir and self._shared.outbox.total_bytes > self._shared.outbox.max_bytes // 2:
            self._spill_pending()
        elif self._settings.spill_dir and not self._is_blocked():
            self._send_spilled()

    def _pack(self) -> int:
        """Make requests of what waits; gives the number of items taken."""
        count, requests = self._packer.pack(Haste(is_flushing=self._shared.is_flushing, is_blocked=self._is_blocked()))
        now = time.monotonic()
        self._pending.extend(Pending(request, now) for request in requests)
        if count:
            self._settle()
        return count

    def _is_blocked(self) -> bool:
        """Whether the server asked for a pause, or the last attempt failed and its backoff runs."""
        return time.monotonic() < self._shared.next_attempt

    # --- sending ----------------------------------------------------------------------------------------------

    def _attempt(self, pending: Pending) -> None:
        """Send the request at the head of the line and settle it, or leave it there for later."""
        request = pending.request
        answer = self._transport.request("POST", request.path, request.body, request.headers)
        if self._shared.is_stopped:
            return  # close() has already disposed of what was pending
        if answer.verdict == "retry" and not self._is_hopeless(pending, answer):
            self._back_off(pending, answer)
            return
        self._pending.popleft()
        self._shared.outbox.release(len(request.body))
        self._conclude(pending, answer)

    def _conclude(self, pending: Pending, answer: Answer) -> None:
        count = pending.request.count
        if answer.verdict == "delivered":
            self._failures, self._shared.next_attempt, self._shared.is_told_to_wait = 0, 0.0, False
            self._shared.last_delivery = time.monotonic()
            rejected, why = wire.rejected_in(pending.request, answer.body)
            if rejected:
                GUARD.warn("rejected", "pellucid: the server rejected %d spans: %s", rejected, why)
            self._settle(sent=count - rejected, lost="rejected", count=rejected)
            return
        if answer.status in (400, 422) and count > 1 and pending.request.content_type == wire.JSON:
            self._retry_singly(pending)
            return
        reason = "too_large" if answer.status == 413 else "expired" if answer.verdict == "retry" else "rejected"
        if answer.status == 500:
            reason = "rejected"
        GUARD.warn(
            "refused",
            "pellucid: %s%s refused %d items for good: %s%s",
            self._settings.url,
            pending.request.path,
            count,
            answer.error,
            " (check PELLUCID_API_KEY)" if answer.status in (401, 403) else "",
        )
        self._settle(lost=reason, count=count)

    def _retry_singly(self, pending: Pending) -> None:
        """One bad document must not take its whole list along."""
        for request in reversed(wire.singles(pending.request)):
            self._shared.outbox.hold(len(request.body))
            self._pending.appendleft(Pending(request, pending.born))

    def _is_hopeless(self, pending: Pending, answer: Answer) -> bool:
        pending.attempts += 1
        pending.server_errors += answer.status == 500
        return pending.server_errors >= MAX_SERVER_ERRORS or time.monotonic() - pending.born > MAX_AGE_S

    def _back_off(self, pending: Pending, answer: Answer) -> None:
        """Set the time of the next attempt: what the server asks, else exponential with full jitter."""
        self._failures += 1
        ceiling = min(FIRST_BACKOFF_S * 2 ** min(self._failures - 1, 10), LONGEST_BACKOFF_S)
        pause = random.uniform(ceiling / 2, ceiling)
        self._shared.is_told_to_wait = answer.retry_after_s is not None
        if answer.retry_after_s is not None:
            pause = answer.retry_after_s + random.uniform(0, FIRST_BACKOFF_S)
        self._shared.next_attempt = time.monotonic() + pause
        GUARD.warn(
            "unreachable",
            "pellucid: %s did not take %d items (%s); they are kept and sent later",
            self._settings.url,
            pending.request.count,
            answer.error,
        )

    def _report_loss(self) -> None:
        """Queue a loss report when there is news and the line is empty (else a later round does it)."""
        counters = self._shared.ledger.resource_counters()
        if not self._deliver or self._pending or self._is_blocked() or counters == self._told_loss:
            return
        request = wire.loss(self._identity(), counters, self._settings.compression)
        answer = self._transport.request("POST", request.path, request.body, request.headers)
        if answer.verdict == "retry":
            self._back_off(Pending(request, time.monotonic()), answer)
        else:
            self._told_loss = counters

    def _settle(self, *, sent: int = 0, lost: str = "", count: int = 0) -> None:
        """Count an outcome and tell those who wait in flush()."""
        if sent:
            self._shared.ledger.send(sent)
        if lost:
            self._shared.ledger.lose(lost, count)
        with self._shared.changed:
            self._shared.changed.notify_all()

    # --- disk -------------------------------------------------------------------------------------------------

    def _spill_pending(self) -> None:
        """Move waiting requests to disk, oldest first, as far as the folder takes them."""
        while self._pending and self._spill is not None:
            request = self._pending[0].request
            if not self._spill.keep(request):
                return
            self._pending.popleft()
            self._shared.outbox.release(len(request.body))
            self._shared.ledger.spill(request.count)
            self._settle()

    def _send_spilled(self) -> None:
        """Send one kept request; the next round sends the next, so that fresh spans are never behind old ones."""
        spilled = self._spill.claim() if self._spill is not None else None
        if self._spill is None or spilled is None:
            return
        answer = self._transport.request("POST", spilled.request.path, spilled.request.body, spilled.request.headers)
        if answer.verdict == "retry":
            self._spill.give_back(spilled)
            self._back_off(Pending(spilled.request, time.monotonic()), answer)
            return
        self._spill.done(spilled)
        self._shared.wake.set()
