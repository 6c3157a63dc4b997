"""The journal in one SQLite file, with group commit.

One thread owns the writing connection. It takes everything that waits, writes it in one transaction and fsyncs once, so that a hundred
concurrent requests cost one fsync. Readers use a connection of their own; recent entries are handed over in memory and only a backlog is
read back from disk. WAL with `synchronous=FULL` makes a commit durable against power loss, not only against a crash of the process.
"""

import logging
import queue
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from pellucid_server.core.clock import Clock, system_clock
from pellucid_server.core.errors import NotFound, PellucidError, Unavailable
from pellucid_server.journal.port import DeadLetter, Entry, JournalStatistics

log = logging.getLogger(__name__)

LIMIT_BYTES = 2 * 1024**3
"""Waiting bodies, compressed. At 500 bytes a span this is four million spans: hours of a stalled store, not days."""
MEMORY_BYTES = 64 * 1024**2
"""Recent entries kept for the reader; beyond this it reads them from disk."""
GROUP_BYTES = 32 * 1024**2
"""One transaction: keeps a commit under about a second on a slow disk."""
RETRY_AFTER_S = 2

KEPT_BYTES = 16 * 1024**2
"""Of each of its two files, once nothing waits: what a backlog took beyond this goes back to the disk."""

_PAGE_BYTES = 16 * 1024
_PRAGMAS = (
    f"page_size = {_PAGE_BYTES}",
    "auto_vacuum = INCREMENTAL",
    "journal_mode = WAL",
    f"journal_size_limit = {KEPT_BYTES}",
    "synchronous = FULL",
    "wal_autocheckpoint = 4000",
    "temp_store = MEMORY",
)
_COLUMNS = "project_id, signal, content_type, encoding, received_at, records, body"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT, project_id TEXT NOT NULL, signal TEXT NOT NULL, content_type TEXT NOT NULL,
  encoding TEXT NOT NULL, received_at INTEGER NOT NULL, records INTEGER NOT NULL, body BLOB NOT NULL, attempts INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS dead_letters (
  id INTEGER PRIMARY KEY, project_id TEXT NOT NULL, signal TEXT NOT NULL, content_type TEXT NOT NULL, encoding TEXT NOT NULL,
  received_at INTEGER NOT NULL, records INTEGER NOT NULL, body BLOB NOT NULL, attempts INTEGER NOT NULL, error TEXT NOT NULL,
  buried_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS dead_letters_project ON dead_letters (project_id, id);
"""


@dataclass(slots=True)
class _Changes:
    """What a transaction did, told to the rest once it is committed."""

    stored: list[Entry] = field(default_factory=list)
    removed: set[int] = field(default_factory=set)
    removed_bytes: int = 0


@dataclass(slots=True)
class _Work:
    """One piece of a transaction and who waits for it."""

    run: Callable[[sqlite3.Connection, _Changes], int]
    size: int = 0
    done: Future[int] = field(default_factory=Future)


class SqliteJournal:
    """The `Journal` port on a SQLite file."""

    def __init__(self, path: Path, *, limit_bytes: int = LIMIT_BYTES, clock: Clock = system_clock) -> None:
        self._path = path
        self._limit = limit_bytes
        self._clock = clock
        self._inbox: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._recent: deque[Entry] = deque()
        self._recent_bytes = 0
        self._arrived = threading.Condition()
        self._size_lock = threading.Lock()
        self._reserved = 0
        self._closed = False
        self._writer = self._connect()
        self._writer.executescript(_SCHEMA)
        self._reader = self._connect()
        self._reader_lock = threading.Lock()
        sums = "SELECT count(*), coalesce(sum(length(body)), 0), coalesce(max(id), 0) FROM entries"
        self._entries, self._bytes, self._last_id = self._writer.execute(sums).fetchone()
        self._thread = threading.Thread(target=self._write_forever, name="journal", daemon=True)
        self._thread.start()

    def append(self, entry: Entry) -> Future[int]:
        """See the port."""
        size = len(entry.body)
        with self._size_lock:
            if self._closed:
                raise Unavailable(
                    "The server is shutting down and has kept nothing of this; send it again.", retry_after_s=RETRY_AFTER_S
                )
            if self._bytes + self._reserved + size > self._limit:
                raise Unavailable(
                    f"The journal is full: {self._bytes} of {self._limit} bytes wait for the store. "
                    "Nothing of this request was kept; send it again after Retry-After.",
                    retry_after_s=RETRY_AFTER_S,
                )
            self._reserved += size
        return self._submit(lambda connection, changes: _insert(connection, changes, entry), size)

    def read(self, after: int, *, max_bytes: int, timeout_s: float) -> Sequence[Entry]:
        """See the port."""
        with self._arrived:
            if self._last_id <= after:
                self._arrived.wait(timeout_s)
            if self._last_id <= after:
                return ()
            if self._recent and self._recent[0].id <= after + 1:
                return _first_bytes((entry for entry in self._recent if entry.id > after), max_bytes)
        with self._reader_lock:
            rows = self._reader.execute(f"SELECT id, {_COLUMNS} FROM entries WHERE id > ? ORDER BY id", (after,))
            return _first_bytes((_entry(row) for row in rows), max_bytes)

    def ack(self, ids: Sequence[int]) -> None:
        """See the port."""
        if ids:
            self._submit(lambda connection, changes: _remove(connection, changes, ids)).result()

    def bury(self, entry: Entry, error: str) -> None:
        """See the port."""
        now = self._clock()
        self._submit(lambda connection, changes: _bury(connection, changes, entry, error[:4000], now)).result()

    def dead_letters(self, project_id: str, *, limit: int = 100, before: int | None = None) -> Sequence[DeadLetter]:
        """See the port."""
        columns = f"id, {_COLUMNS}, attempts, error, buried_at"
        sql = f"SELECT {columns} FROM dead_letters WHERE project_id = ? AND id < ? ORDER BY id DESC LIMIT ?"
        with self._reader_lock:
            rows = self._reader.execute(sql, (project_id, 2**62 if before is None else before, limit)).fetchall()
        return [DeadLetter(entry=_entry(row[:8]), attempts=row[8], error=row[9], buried_at=row[10]) for row in rows]

    def replay(self, project_id: str, entry_id: int) -> int:
        """See the port."""
        return self._submit(lambda connection, changes: _replay(connection, changes, project_id, entry_id)).result()

    def statistics(self) -> JournalStatistics:
        """See the port."""
        with self._reader_lock:
            (dead,) = self._reader.execute("SELECT count(*) FROM dead_letters").fetchone()
        return JournalStatistics(entries=self._entries, bytes=self._bytes, limit_bytes=self._limit, dead_letters=dead)

    def close(self) -> None:
        """See the port."""
        with self._size_lock:
            if self._closed:
                return
            self._closed = True
        self._inbox.put(None)
        self._thread.join()
        with self._arrived:
            self._arrived.notify_all()
        with self._reader_lock:
            self._reader.close()
        self._writer.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, check_same_thread=False, isolation_level=None, timeout=10)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _submit(self, run: Callable[[sqlite3.Connection, _Changes], int], size: int = 0) -> Future[int]:
        work = _Work(run, size)
        self._inbox.put(work)
        return work.done

    def _write_forever(self) -> None:
        """Take what waits, commit it once, tell everybody; until closed."""
        while True:
            first = self._inbox.get()
            if first is None:
                return
            group, stop = self._collect(first)
            self._commit(group)
            if stop:
                return

    def _collect(self, first: _Work) -> tuple[list[_Work], bool]:
        group, size = [first], first.size
        while size < GROUP_BYTES:
            try:
                work = self._inbox.get_nowait()
            except queue.Empty:
                return group, False
            if work is None:
                return group, True
            group.append(work)
            size += work.size
        return group, False

    def _commit(self, group: Sequence[_Work]) -> None:
        changes = _Changes()
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            results = [work.run(self._writer, changes) for work in group]
            self._writer.execute("COMMIT")
        except (sqlite3.Error, PellucidError) as error:
            self._abort(group, error)
            return
        self._publish(changes, sum(work.size for work in group))
        for work, result in zip(group, results, strict=True):
            work.done.set_result(result)
        if changes.removed and not self._entries:
            self._shrink()

    def _shrink(self) -> None:
        """Give back what a backlog took: nothing waits, so the file may be small again. A disk that refuses is met again later."""
        try:
            (free,) = self._writer.execute("PRAGMA freelist_count").fetchone()
            if free * _PAGE_BYTES > KEPT_BYTES:
                # As a script: a single statement would be left after its first page.
                self._writer.executescript(f"PRAGMA incremental_vacuum({free})")
                self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error as error:
            log.warning("the journal could not be made smaller: %s", error)

    def _abort(self, group: Sequence[_Work], error: Exception) -> None:
        """Nothing of the group is kept. Members of a larger group are tried one by one, so that a bad one does not fail the others."""
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")
        if len(group) > 1:
            for work in group:
                self._commit([work])
            return
        with self._size_lock:
            self._reserved -= group[0].size
        group[0].done.set_exception(_translated(error))

    def _publish(self, changes: _Changes, reserved: int) -> None:
        added = sum(len(entry.body) for entry in changes.stored)
        with self._size_lock:
            self._reserved -= reserved
            self._bytes += added - changes.removed_bytes
            self._entries += len(changes.stored) - len(changes.removed)
        with self._arrived:
            while self._recent and self._recent[0].id in changes.removed:
                self._recent_bytes -= len(self._recent.popleft().body)
            self._recent.extend(changes.stored)
            self._recent_bytes += added
            while self._recent and self._recent_bytes > MEMORY_BYTES:
                self._recent_bytes -= len(self._recent.popleft().body)
            if changes.stored:
                self._last_id = changes.stored[-1].id
                self._arrived.notify_all()


def _insert(connection: sqlite3.Connection, changes: _Changes, entry: Entry, attempts: int = 0) -> int:
    cursor = connection.execute(
        f"INSERT INTO entries ({_COLUMNS}, attempts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*_values(entry), attempts)
    )
    changes.stored.append(replace(entry, id=int(cursor.lastrowid or 0)))
    return changes.stored[-1].id


def _remove(connection: sqlite3.Connection, changes: _Changes, ids: Sequence[int]) -> int:
    for entry_id in ids:
        for (size,) in connection.execute("DELETE FROM entries WHERE id = ? RETURNING length(body)", (entry_id,)).fetchall():
            changes.removed.add(entry_id)
            changes.removed_bytes += size
    return len(changes.removed)


def _bury(connection: sqlite3.Connection, changes: _Changes, entry: Entry, error: str, now: int) -> int:
    row = connection.execute("SELECT attempts FROM entries WHERE id = ?", (entry.id,)).fetchone()
    attempts = 1 + (row[0] if row else 0)
    connection.execute(
        f"INSERT OR REPLACE INTO dead_letters (id, {_COLUMNS}, attempts, error, buried_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (entry.id, *_values(entry), attempts, error, now),
    )
    return _remove(connection, changes, (entry.id,))


def _replay(connection: sqlite3.Connection, changes: _Changes, project_id: str, entry_id: int) -> int:
    row = connection.execute(
        f"DELETE FROM dead_letters WHERE id = ? AND project_id = ? RETURNING id, {_COLUMNS}, attempts", (entry_id, project_id)
    ).fetchone()
    if row is None:
        raise NotFound(f"There is no dead letter {entry_id} in this project; list them again.")
    return _insert(connection, changes, _entry(row[:8]), row[8])


def _values(entry: Entry) -> tuple[object, ...]:
    return (
        entry.project_id, entry.signal, entry.content_type, entry.encoding, entry.received_at, entry.records, entry.body,
    )  # fmt: skip


def _entry(row: tuple[object, ...]) -> Entry:
    names = ("id", "project_id", "signal", "content_type", "encoding", "received_at", "records", "body")
    return Entry(**dict(zip(names, row, strict=True)))  # type: ignore[arg-type]  # the columns are typed by the schema above


def _first_bytes(entries: Iterable[Entry], max_bytes: int) -> list[Entry]:
    """Entries from the front until `max_bytes` are reached, at least one."""
    taken: list[Entry] = []
    size = 0
    for entry in entries:
        taken.append(entry)
        size += len(entry.body)
        if size >= max_bytes:
            break
    return taken


def _translated(error: Exception) -> PellucidError:
    if isinstance(error, PellucidError):
        return error
    return Unavailable(
        f"The journal cannot write ({error}). Nothing of this request was kept; free disk space if it is full, and send it again.",
        retry_after_s=RETRY_AFTER_S,
    )
