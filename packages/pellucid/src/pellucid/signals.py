"""SIGTERM: what a container's stop sends, and what ends a process without running its exit handlers.

What lives here: a handler that sends what is left and then lets the signal do what it did before. What must not live
here: any other signal. It is set only where nobody else has set one: servers such as uvicorn restore it and raise the
signal again when they have shut down, and applications with a handler of their own exit by themselves.
"""

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType


def close_on_sigterm(close: Callable[[], object], timeout_s: float) -> None:
    """Run `close` when SIGTERM comes, for at most this long, and then end the process as it would have ended.

    `close` runs on a thread of its own: the handler interrupts the main thread anywhere, also where it holds a lock
    that `close` needs; then the deadline ends the wait.
    """
    if threading.current_thread() is not threading.main_thread() or os.name == "nt":
        return
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        return

    def handle(number: int, _frame: FrameType | None) -> None:
        thread = threading.Thread(target=close, name="pellucid-close", daemon=True)
        try:
            thread.start()
            thread.join(timeout_s)
        finally:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    signal.signal(signal.SIGTERM, handle)
