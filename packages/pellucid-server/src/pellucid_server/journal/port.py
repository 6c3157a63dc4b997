"""The port: what a journal promises, whatever engine keeps it.

An entry that `append` has confirmed survives a kill -9 and is read again until it is acked, at least once, in order.
An entry that nobody can decode is buried: kept with its error, out of the way, and replayable.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request as a door took it."""

    id: int = 0
    """Position; given by the journal, ascending."""
    project_id: str
    signal: str
    """`traces`, `logs`, or `raw` for spans that a door has decoded itself."""
    content_type: str
    encoding: str
    """How `body` is compressed: empty, `gzip`, `deflate` or `zstd`."""
    received_at: int
    """Microseconds since the epoch, UTC."""
    records: int
    """How many spans or log records the door counted."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """An entry that could not be decoded or stored."""

    entry: Entry
    error: str
    attempts: int
    buried_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalStatistics:
    """How full it is."""

    entries: int
    """Waiting, not yet acked."""
    bytes: int
    """Of their bodies."""
    limit_bytes: int
    """Above this, `append` refuses."""
    dead_letters: int


class Journal(Protocol):
    """A durable queue of requests."""

    def append(self, entry: Entry) -> Future[int]:
        """Resolves with the entry's id once it is on disk. Raises or resolves with `Unavailable` when full or failing."""
        ...

    def read(self, after: int, *, max_bytes: int, timeout_s: float) -> Sequence[Entry]:
        """Entries with an id above `after`, oldest first; waits up to `timeout_s` for the first."""
        ...

    def ack(self, ids: Sequence[int]) -> None:
        """Forget these: their rows are durable in the store."""
        ...

    def bury(self, entry: Entry, error: str) -> None:
        """Move an entry to the dead letters, in one transaction."""
        ...

    def dead_letters(self, project_id: str, *, limit: int = 100, before: int | None = None) -> Sequence[DeadLetter]:
        """The newest first; without their bodies' bytes being decoded."""
        ...

    def replay(self, project_id: str, entry_id: int) -> int:
        """Append a dead letter again and take it off the list; returns its new id. Raises `NotFound`."""
        ...

    def statistics(self) -> JournalStatistics:
        """How full it is."""
        ...

    def close(self) -> None:
        """Commit what is pending and stop."""
        ...
