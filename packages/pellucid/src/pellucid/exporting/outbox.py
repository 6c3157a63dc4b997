"""What waits to be sent, bounded by bytes.

What lives here: the queue, its budget, and the size of a span in memory. What must not live here: threads, encoding,
sending. A full outbox refuses: the caller counts the loss and goes on; it never waits and never grows.
"""

import threading
from collections import deque
from dataclasses import dataclass
from sys import getsizeof
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

SPAN_OVERHEAD_BYTES = 3_300
"""Memory of one ended span without its texts. Measured: RSS growth of 15,000 observed calls, CPython 3.11: 6,515 bytes
each, of which 3,229 were texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One JSON document for one path of the REST API; documents for the same path travel as one list."""

    path: str
    document: dict[str, Any]


Item = ReadableSpan | Post


def size_of_span(span: ReadableSpan) -> int:
    """Memory that the span keeps alive, in bytes: an estimate that counts every text."""
    size = SPAN_OVERHEAD_BYTES
    attributes = span.attributes
    if attributes:
        size += _size_of(attributes.values())
    for event in span.events or ():
        size += 400 + _size_of((event.attributes or {}).values())
    return size


def _size_of(values: Any) -> int:
    size = 0
    for value in values:
        size += getsizeof(value)
        if type(value) is tuple:
            items: tuple[Any, ...] = value  # pyright: ignore[reportUnknownVariableType]  # of whatever: it is only measured
            size += sum(map(getsizeof, items))
    return size


class Outbox:
    """A queue of items with a budget in bytes; safe for any number of threads."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._items: deque[tuple[Item, int]] = deque()
        self._item_bytes = 0
        self._held_bytes = 0

    def put(self, item: Item, size: int) -> bool:
        """Take the item, unless it would exceed the budget."""
        with self._lock:
            if self._item_bytes + self._held_bytes + size > self.max_bytes:
                return False
            self._item_bytes += size
            self._items.append((item, size))
            return True

    def take(self, max_items: int, max_bytes: int) -> list[tuple[Item, int]]:
        """The oldest items, at least one if there is one; their bytes stay counted as held until `release`."""
        taken: list[tuple[Item, int]] = []
        with self._lock:
            total = 0
            while self._items and len(taken) < max_items:
                size = self._items[0][1]
                if taken and total + size > max_bytes:
                    break
                taken.append(self._items.popleft())
                total += size
            self._item_bytes -= total
            self._held_bytes += total
        return taken

    def hold(self, size: int) -> None:
        """Count bytes that the worker keeps: encoded requests."""
        with self._lock:
            self._held_bytes += size

    def release(self, size: int) -> None:
        with self._lock:
            self._held_bytes -= size

    @property
    def item_bytes(self) -> int:
        """Bytes of the items not taken yet."""
        return self._item_bytes

    @property
    def total_bytes(self) -> int:
        """Bytes of everything that waits: items and held requests."""
        return self._item_bytes + self._held_bytes

    def __len__(self) -> int:
        return len(self._items)

    def clear(self) -> int:
        """Drop everything (after a fork, when the parent will send it) and say how many items there were."""
        with self._lock:
            count = len(self._items)
            self._items.clear()
            self._item_bytes = self._held_bytes = 0
        return count
