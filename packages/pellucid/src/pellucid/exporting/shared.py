"""What the two sides of one process's worker share: the application's threads and the background thread.

What lives here: the queue, the counters, and the few flags by which the sides tell each other something. What must not
live here: behaviour; `worker` is the application's side, `sender` the thread's.
"""

import threading

from pellucid.exporting.ledger import Ledger
from pellucid.exporting.outbox import Outbox


class Shared:
    """State of one process; a forked child makes its own. Each flag is written by the side that its line names."""

    def __init__(self, max_queue_bytes: int, hurry_bytes: float) -> None:
        self.ledger = Ledger()
        self.outbox = Outbox(max_queue_bytes)
        self.wake = threading.Event()
        """Set by the application: there is a reason to work."""
        self.changed = threading.Condition()
        """Notified by the thread: items were settled."""
        self.is_idle = False
        """By the thread: it sleeps until it is woken, however long."""
        self.is_hurried = False
        """By the application: it woke the thread before its interval ended; by the thread: it has noticed."""
        self.is_stopped = False
        """By the application: nothing more is taken or sent."""
        self.is_flushing = False
        """By the application: somebody waits, so no gathering and no pauses."""
        self.is_told_to_wait = False
        """By the thread: the server asked for the pause that runs."""
        self.next_attempt = 0.0
        """By the thread: nothing is sent before this moment of the monotonic clock; by the application: 0, to try at once."""
        self.last_delivery = 0.0
        """By the thread: when the server last took something."""
        self.hurry_bytes = hurry_bytes
        """By the thread: bytes in the outbox from which it wants to be woken before its interval ends."""
