"""The one background thread of a process: it takes from the outbox, encodes, sends, waits and tries again.

What lives here: the thread and its life (lazy start, fork, flush, exit), and the schedule of attempts. What must not
live here: bodies (`wire`), sockets (`transport`), budgets (`outbox`).

Three rules shape it:

- The application's threads only append to the outbox. They never encode, connect, or wait, except in `flush` and at
  exit, and there only until a deadline that holds whatever the thread is doing: it is a daemon and is left behind.
- While the server is down the thread lets the application alone until half of the budget is used; then it encodes and
  compresses in advance, so that the same budget holds several times as many spans as it would as objects.
- It gives way to the application's threads while it encodes (`packing`).
"""

import os
import random
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakMethod

from opentelemetry.sdk.trace import ReadableSpan

from pellucid.exporting import wire
from pellucid.exporting.ledger import Ledger, Stats
from pellucid.exporting.outbox import Item, Outbox, size_of_span
from pellucid.exporting.packing import Haste, Packer
from pellucid.exporting.spill import Spill
from pellucid.exporting.transport import Answer, Transport
from pellucid.exporting.wire import Request
from pellucid.guard import GUARD
from pellucid.settings import Settings

HURRY_SHARE = 1 / 16
"""Share of the budget at which the thread is woken before its interval ends, to send."""
AHEAD_SHARE = 1 / 2
"""The same while nothing can be sent: from here on spans are encoded and compressed in advance, to make room."""
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


class Worker:
    """Owner of the outbox and of the thread that empties it."""

    def __init__(
        self,
        settings: Settings,
        *,
        deliver: bool,
        headers: Mapping[str, str],
        identity: Callable[[], Mapping[str, Any]],
        prepare: Callable[[ReadableSpan], ReadableSpan],
        emit: Callable[[Item], None] | None,
        before_close: Callable[[], None] = lambda: None,
    ) -> None:
        self._settings = settings
        self._deliver = deliver
        self._headers = headers
        self._identity = identity
        self._prepare = prepare
        self._emit = emit
        self._before_close = before_close
        self._reset()
        if hasattr(os, "register_at_fork"):
            reset = WeakMethod(self._reset)
            os.register_at_fork(after_in_child=lambda: (method := reset()) and method())

    def _reset(self) -> None:
        """Everything that one process owns; run again in a forked child, where the parent keeps what it had."""
        self.ledger = Ledger()
        self.outbox = Outbox(self._settings.max_queue_bytes)
        self._packer = Packer(
            self.outbox,
            self.ledger,
            deliver=self._deliver,
            max_request_bytes=self._settings.max_request_bytes,
            compression=self._settings.compression,
            prepare=self._prepare,
            emit=self._emit,
        )
        self._transport = Transport(self._settings.url, self._headers, self._settings.timeout_s)
        self._pending: deque[Pending] = deque()
        self._thread: threading.Thread | None = None
        self._start_lock = threading.Lock()
        self._wake = threading.Event()
        self._changed = threading.Condition()
        self._is_idle = False
        self._is_hurried = False
        self._is_stopped = False
        self._is_flushing = False
        self._failures = 0
        self._next_attempt = 0.0
        self._is_told_to_wait = False
        self._last_delivery = 0.0
        self._told_loss: Mapping[str, int] = {}
        folder = self._settings.spill_dir
        self._spill = Spill(folder, self._settings.max_spill_bytes) if folder else None
        self._hurry_bytes = self._settings.max_queue_bytes * HURRY_SHARE
        self._ahead_bytes = self._settings.max_queue_bytes * AHEAD_SHARE

    # --- the application's side -------------------------------------------------------------------------------

    def offer_span(self, span: ReadableSpan) -> None:
        """Take an ended span, or count it as lost."""
        self.offer(span, size_of_span(span))

    def offer(self, item: Item, size: int) -> None:
        """Take an item, or count it as lost. Never waits."""
        self.ledger.offer()
        if self._is_stopped:
            self.ledger.lose("exit")
            return
        if not self.outbox.put(item, size):
            self.ledger.lose("queue_full")
            GUARD.warn("queue", "pellucid: the queue of %d bytes is full; spans are lost and counted", self.outbox.max_bytes)
            return
        if self._thread is None:
            self.start()
        elif self._is_idle or (not self._is_hurried and self.outbox.item_bytes > self._hurry_bytes):
            self._is_hurried = True
            self._wake.set()

    def start(self) -> None:
        """Start the thread if this process has none yet."""
        with self._start_lock:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._run, name="pellucid-worker", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                return  # the interpreter is on its way out; what waits is counted by close()
            self._thread = thread
            if self._settings.spill_dir:
                self._wake.set()  # an earlier process may have left something
        _close_in_child(self.close)

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until everything offered so far is sent (or given up); False when the deadline came first."""
        if self._thread is threading.current_thread():
            return False
        timeout = self._settings.flush_timeout_s if timeout_s is None else timeout_s
        target = self.ledger.offered()
        self._hasten()
        with self._changed:
            done = self._changed.wait_for(lambda: self.ledger.settled() >= target, timeout)
        self._is_flushing = False
        return done

    def _hasten(self) -> None:
        """Somebody waits: no gathering, and one attempt at once unless the server asked for a pause."""
        self._is_flushing = True
        if not self._is_told_to_wait:
            self._next_attempt = 0.0
        self._wake.set()

    def close(self) -> bool:
        """Send what is left, within the deadlines of process exit, and stop. True when nothing was left behind."""
        if self._is_stopped:
            return True
        self._before_close()
        started = time.monotonic()
        self._hasten()
        if self._thread is not None and self._thread is not threading.current_thread():
            with self._changed:
                while self._is_worth_waiting(started):
                    self._changed.wait(0.05)
        self._is_stopped = True
        self._wake.set()
        return self._leave_rest()

    def stats(self) -> Stats:
        return self.ledger.stats(self.outbox.total_bytes)

    def _is_worth_waiting(self, started: float) -> bool:
        thread = self._thread
        if thread is None or not thread.is_alive() or self.ledger.settled() >= self.ledger.offered():
            return False
        now = time.monotonic()
        quiet_since = max(started, self._last_delivery)
        return now - started < self._settings.exit_timeout_s and now - quiet_since < self._settings.exit_stall_s

    def _leave_rest(self) -> bool:
        """At exit: to disk what may go to disk, and the rest is lost with its number in the log."""
        left = self.ledger.offered() - self.ledger.settled()
        if left > 0 and self._settings.spill_dir and self._deliver:
            while self._pack():
                pass
            self._spill_pending()
            left = self.ledger.offered() - self.ledger.settled()
        if left > 0:
            self.ledger.lose("exit", left)
            GUARD.warn("exit", "pellucid: %d items could not be sent before the process ended", left)
        return left <= 0

    # --- the thread's side ------------------------------------------------------------------------------------

    def _run(self) -> None:
        while not self._is_stopped:
            try:
                self._wait()
                self._work()
            except Exception as error:
                GUARD.warn("worker", "pellucid: the background thread met %r and goes on", error)
                time.sleep(FIRST_BACKOFF_S)
        self._transport.close()

    def _wait(self) -> None:
        """Sleep until there is a reason to work."""
        if not len(self.outbox) and not self._pending and not self._is_flushing:
            self._is_idle = True
            if not len(self.outbox):
                self._wake.wait()
            self._is_idle = self._is_hurried = False
            self._wake.clear()
        if not self._is_flushing and not self._is_stopped:
            self._wake.wait(self._settings.flush_interval_s)
        elif self._is_blocked() or not (len(self.outbox) or self._pending):
            self._wake.wait(min(FIRST_BACKOFF_S, max(self._next_attempt - time.monotonic(), 0.01)))
        self._wake.clear()
        self._is_hurried = False

    def _work(self) -> None:
        """One round: encode what came, send what may be sent."""
        while not self._is_stopped:
            if not self._is_blocked() and self._pending:
                self._attempt(self._pending[0])
                continue
            if self._is_blocked() and self.outbox.item_bytes < self._ahead_bytes:
                break
            if not self._pack():
                break
        self._hurry_bytes = self._ahead_bytes if self._is_blocked() else self._settings.max_queue_bytes * HURRY_SHARE
        self._report_loss()
        if self._pending and self._settings.spill_dir and self.outbox.total_bytes > self.outbox.max_bytes // 2:
            self._spill_pending()
        elif self._settings.spill_dir and not self._is_blocked():
            self._send_spilled()

    def _pack(self) -> int:
        """Make requests of what waits; gives the number of items taken."""
        count, requests = self._packer.pack(Haste(is_flushing=self._is_flushing, is_blocked=self._is_blocked()))
        now = time.monotonic()
        self._pending.extend(Pending(request, now) for request in requests)
        if count:
            self._settle()
        return count

    def _is_blocked(self) -> bool:
        """Whether the server asked for a pause, or the last attempt failed and its backoff runs."""
        return time.monotonic() < self._next_attempt

    # --- sending ----------------------------------------------------------------------------------------------

    def _attempt(self, pending: Pending) -> None:
        """Send the request at the head of the line and settle it, or leave it there for later."""
        request = pending.request
        answer = self._transport.request("POST", request.path, request.body, request.headers)
        if self._is_stopped:
            return  # close() has already disposed of what was pending
        if answer.verdict == "retry" and not self._is_hopeless(pending, answer):
            self._back_off(pending, answer)
            return
        self._pending.popleft()
        self.outbox.release(len(request.body))
        self._conclude(pending, answer)

    def _conclude(self, pending: Pending, answer: Answer) -> None:
        count = pending.request.count
        if answer.verdict == "delivered":
            self._failures, self._next_attempt, self._is_told_to_wait = 0, 0.0, False
            self._last_delivery = time.monotonic()
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
            self.outbox.hold(len(request.body))
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
        self._is_told_to_wait = answer.retry_after_s is not None
        if answer.retry_after_s is not None:
            pause = answer.retry_after_s + random.uniform(0, FIRST_BACKOFF_S)
        self._next_attempt = time.monotonic() + pause
        GUARD.warn(
            "unreachable",
            "pellucid: %s did not take %d items (%s); they are kept and sent later",
            self._settings.url,
            pending.request.count,
            answer.error,
        )

    def _report_loss(self) -> None:
        """Queue a loss report when there is news and the line is empty (else a later round does it)."""
        counters = self.ledger.resource_counters()
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
            self.ledger.send(sent)
        if lost:
            self.ledger.lose(lost, count)
        with self._changed:
            self._changed.notify_all()

    # --- disk -------------------------------------------------------------------------------------------------

    def _spill_pending(self) -> None:
        """Move waiting requests to disk, oldest first, as far as the folder takes them."""
        while self._pending and self._spill is not None:
            request = self._pending[0].request
            if not self._spill.keep(request):
                return
            self._pending.popleft()
            self.outbox.release(len(request.body))
            self.ledger.spill(request.count)
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
        self._wake.set()


def _close_in_child(close: Callable[[], object]) -> None:
    """Run `close` at the end of a child of multiprocessing, which ends with `os._exit` and so skips atexit."""
    process = sys.modules.get("multiprocessing.process")
    util = sys.modules.get("multiprocessing.util")
    if process is not None and util is not None and process.parent_process() is not None:
        util.Finalize(None, close, exitpriority=100)
