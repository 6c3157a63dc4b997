"""The one background thread of a process, as the application sees it: what it takes, flushes and closes.

What lives here: the application's side of the thread and its life (lazy start, fork, flush, exit). What must not live
here: encoding, sending and waiting for servers (`sender`, which the thread imports when it starts, so that importing
this package loads neither TLS nor the encoder).

Two rules shape it:

- The application's threads only append to the outbox. They never encode, connect, or wait, except in `flush` and at
  exit, and there only until a deadline that holds whatever the thread is doing: it is a daemon and is left behind.
- A fork waits for the thread's imports. A child that is forked in the middle of them would inherit locks of the import
  system that nobody will ever release, and hang at its own first import of the same modules.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakMethod

from opentelemetry.sdk.trace import ReadableSpan

from pellucid.exporting.ledger import Stats
from pellucid.exporting.outbox import Item, size_of_span
from pellucid.exporting.shared import Shared
from pellucid.guard import GUARD
from pellucid.settings import Settings

if TYPE_CHECKING:
    from pellucid.exporting.sender import Sender

HURRY_SHARE = 1 / 16
"""Share of the budget at which the thread is woken before its interval ends, to send."""
FORK_PATIENCE_S = 2.0
"""How long a fork waits for the thread's imports (0.05 s as a rule); then it goes ahead."""


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
            os.register_at_fork(
                before=_weakly(self._before_fork),
                after_in_parent=_weakly(self._after_fork),
                after_in_child=_weakly(self._reset),
            )

    def _reset(self) -> None:
        """Everything that one process owns; run again in a forked child, where the parent keeps what it had."""
        self._shared = Shared(self._settings.max_queue_bytes, self._settings.max_queue_bytes * HURRY_SHARE)
        self.ledger = self._shared.ledger
        self.outbox = self._shared.outbox
        self._sender: Sender | None = None
        self._thread: threading.Thread | None = None
        self._start_lock = threading.Lock()
        self._import_lock = threading.Lock()
        self._is_import_held = False

    def _before_fork(self) -> None:
        self._is_import_held = self._import_lock.acquire(timeout=FORK_PATIENCE_S)

    def _after_fork(self) -> None:
        if self._is_import_held:
            self._is_import_held = False
            self._import_lock.release()

    def offer_span(self, span: ReadableSpan) -> None:
        """Take an ended span, or count it as lost."""
        self.offer(span, size_of_span(span))

    def offer(self, item: Item, size: int) -> None:
        """Take an item, or count it as lost. Never waits."""
        shared = self._shared
        self.ledger.offer()
        if shared.is_stopped:
            self.ledger.lose("exit")
            return
        if not self.outbox.put(item, size):
            self.ledger.lose("queue_full")
            GUARD.warn("queue", "pellucid: the queue of %d bytes is full; spans are lost and counted", self.outbox.max_bytes)
            return
        if self._thread is None:
            self.start()
        elif shared.is_idle or (not shared.is_hurried and self.outbox.item_bytes > shared.hurry_bytes):
            shared.is_hurried = True
            shared.wake.set()

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
                self._shared.wake.set()  # an earlier process may have left something
        _close_in_child(self.close)

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until everything offered so far is sent (or given up); False when the deadline came first."""
        if self._thread is threading.current_thread():
            return False
        timeout = self._settings.flush_timeout_s if timeout_s is None else timeout_s
        target = self.ledger.offered()
        self._hasten()
        with self._shared.changed:
            done = self._shared.changed.wait_for(lambda: self.ledger.settled() >= target, timeout)
        self._shared.is_flushing = False
        return done

    def _hasten(self) -> None:
        """Somebody waits: no gathering, and one attempt at once unless the server asked for a pause."""
        self._shared.is_flushing = True
        if not self._shared.is_told_to_wait:
            self._shared.next_attempt = 0.0
        self._shared.wake.set()

    def close(self) -> bool:
        """Send what is left, within the deadlines of process exit, and stop. True when nothing was left behind."""
        if self._shared.is_stopped:
            return True
        self._before_close()
        started = time.monotonic()
        self._hasten()
        if self._thread is not None and self._thread is not threading.current_thread():
            with self._shared.changed:
                while self._is_worth_waiting(started):
                    self._shared.changed.wait(0.05)
        self._shared.is_stopped = True
        self._shared.wake.set()
        return self._leave_rest()

    def stats(self) -> Stats:
        return self.ledger.stats(self.outbox.total_bytes)

    def _is_worth_waiting(self, started: float) -> bool:
        thread = self._thread
        if thread is None or not thread.is_alive() or self.ledger.settled() >= self.ledger.offered():
            return False
        now = time.monotonic()
        quiet_since = max(started, self._shared.last_delivery)
        return now - started < self._settings.exit_timeout_s and now - quiet_since < self._settings.exit_stall_s

    def _leave_rest(self) -> bool:
        """At exit: to disk what may go to disk, and the rest is lost with its number in the log."""
        left = self.ledger.offered() - self.ledger.settled()
        if left > 0 and self._settings.spill_dir:
            self._make_sender().spill_rest()
            left = self.ledger.offered() - self.ledger.settled()
        if left > 0:
            self.ledger.lose("exit", left)
            GUARD.warn("exit", "pellucid: %d items could not be sent before the process ended", left)
        return left <= 0

    def _run(self) -> None:
        self._make_sender().run()

    def _make_sender(self) -> "Sender":
        """The process's sender, with everything that sending needs imported."""
        with self._import_lock:
            sender = self._sender
            if sender is None:
                module = import_module("pellucid.exporting.sender")
                sender = self._sender = cast("type[Sender]", module.Sender)(
                    self._settings,
                    self._shared,
                    deliver=self._deliver,
                    headers=self._headers,
                    identity=self._identity,
                    prepare=self._prepare,
                    emit=self._emit,
                )
            return sender


def _weakly(method: Callable[[], None]) -> Callable[[], None]:
    """The method, called only while its object lives: handlers of forks are never unregistered."""
    found = WeakMethod(method)

    def call() -> None:
        if (alive := found()) is not None:
            alive()

    return call


def _close_in_child(close: Callable[[], object]) -> None:
    """Run `close` at the end of a child of multiprocessing, which ends with `os._exit` and so skips atexit."""
    process = sys.modules.get("multiprocessing.process")
    util = sys.modules.get("multiprocessing.util")
    if process is not None and util is not None and process.parent_process() is not None:
        util.Finalize(None, close, exitpriority=100)
