"""The spine's loop: read the journal, decode, settle, write, ack. One screen of verbs.

A thread of its own runs it. An entry is acked only after its rows are durable, so a crash anywhere replays it, and writing it again
changes nothing. An entry that cannot be decoded or stored is buried with its error and never blocks the rest; a store that is down
is waited for.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from pellucid_server.core.errors import PellucidError, QueryTooExpensive, Unavailable
from pellucid_server.ingest.enriching import Enricher, ProjectConfig
from pellucid_server.ingest.local import enricher_of
from pellucid_server.ingest.ports import Decoder, EncodedChunk, TraceKey, TraceStore, Write
from pellucid_server.ingest.settling import Settler
from pellucid_server.journal.port import Entry, Journal
from pellucid_server.model.outcomes import Tally

BATCH_BYTES = 8 * 1024**2
"""Of compressed entries: a few thousand spans, so that a write is large enough to be cheap and small enough to be quick."""
BATCH_RECORDS = 5_000
LINGER_S = 0.08
"""How long a small batch waits for company: fewer, larger parts in the store; far below the second that is promised."""
IDLE_WAIT_S = 0.5
AHEAD = 3
"""Batches that are being decoded while one is written."""
RETRY_FIRST_S = 0.2
RETRY_MOST_S = 5.0
EXPENSIVE_TRIES = 5
"""A limit that is met again and again is met because of the entries, not because of the hour."""

log = logging.getLogger(__name__)

ConfigOf = Callable[[str], ProjectConfig]
Listener = Callable[[set[TraceKey]], None]
PutBlob = Callable[[str, str, bytes], None]
"""Project, SHA-256, content; durable when it returns."""


@dataclass(slots=True)
class _Batch:
    entries: Sequence[Entry]
    result: Callable[[], EncodedChunk]


@dataclass(slots=True)
class _Errand:
    """Something that only the pipeline's own thread may do, after what was read before it was asked for."""

    act: Callable[[], None]
    done: Future[None]
    after: int | None = None
    """The last entry that was read ahead when the thread took note of it."""


@dataclass(slots=True)
class Statistics:
    """What the pipeline has done since it started."""

    tally: Tally = field(default_factory=Tally)
    batches: int = 0
    buried: int = 0
    retries: int = 0
    metrics_requests: int = 0
    """OTLP metrics requests: answered, counted, let go."""
    last_error: str = ""
    last_written_at: float = 0.0
    """Monotonic seconds."""


class Pipeline:
    """Moves entries from the journal to the store."""

    def __init__(
        self,
        *,
        journal: Journal,
        decoder: Decoder,
        settler: Settler,
        store: TraceStore,
        config_of: ConfigOf,
        put_blob: PutBlob,
        on_written: Sequence[Listener] = (),
    ) -> None:
        self._journal = journal
        self._decoder = decoder
        self.settler = settler
        self._store = store
        self._config_of = config_of
        self._put_blob = put_blob
        self._listeners = list(on_written)
        self._enrichers: dict[str, Enricher] = {}
        self._ahead: deque[_Batch] = deque()
        self._position = 0
        self._errands: deque[_Errand] = deque()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        self.statistics = Statistics()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float = 20.0) -> None:
        """Finish the batch in hand and end; what is left stays in the journal."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.step(IDLE_WAIT_S)
            except Exception:  # the outermost loop of a worker: record, breathe, go on
                log.exception("ingest step failed")
                self.settler.memory.clear()
                self._rewind()
                self._stop.wait(RETRY_MOST_S)

    def reread(self, traces: Sequence[TraceKey] = ()) -> Future[None]:
        """Stored rows were changed by somebody else: forget what is known of them, and settle `traces` anew.

        Done when everything that was read before is written too: from then on no write says what held before the change.
        """
        errand = _Errand(partial(self._settle_stored, traces), Future())
        self._errands.append(errand)
        return errand.done

    def erase(self, traces: Sequence[TraceKey]) -> Future[None]:
        """Take traces out of the store with their content and scores; done when they are gone."""
        errand = _Errand(partial(self._erase, traces), Future())
        self._errands.append(errand)
        return errand.done

    def step(self, wait_s: float) -> bool:
        """Read ahead, then write the oldest batch; whether anything was written."""
        self._read_ahead(wait_s)
        if self._ahead:
            self._absorb(self._ahead[0])
            self._ahead.popleft()
            self._run_errands()
            return True
        self._run_errands()
        return False

    def _run_errands(self) -> None:
        for errand in list(self._errands):
            if errand.after is None:
                errand.after = self._position
            if not self._ahead or self._ahead[0].entries[0].id > errand.after:
                self._errands.remove(errand)
                try:
                    errand.act()
                except Exception as error:  # whoever asked for it is told
                    errand.done.set_exception(error)
                else:
                    errand.done.set_result(None)

    def _settle_stored(self, traces: Sequence[TraceKey]) -> None:
        self.settler.memory.forget_rows()
        for start in range(0, len(traces), BATCH_RECORDS):
            write = self.settler.settle_stored(traces[start : start + BATCH_RECORDS])
            self._store.write(write)

    def _erase(self, traces: Sequence[TraceKey]) -> None:
        try:
            self._store.write(self.settler.erase(traces))
        except PellucidError:
            # Part of it is forgotten already, and the store may still have it.
            self.settler.memory.clear()
            raise

    def _read_ahead(self, wait_s: float) -> None:
        while len(self._ahead) < AHEAD:
            entries = self._journal.read(self._position, max_bytes=BATCH_BYTES, timeout_s=0 if self._ahead else wait_s)
            if entries and not self._ahead and sum(entry.records for entry in entries) < BATCH_RECORDS // 4:
                time.sleep(LINGER_S)
                entries = self._journal.read(self._position, max_bytes=BATCH_BYTES, timeout_s=0)
            if not entries:
                return
            entries = _within(entries, BATCH_RECORDS)
            self._position = entries[-1].id
            self._ahead.append(_Batch(entries, self._decoder.submit(entries, self._configs(entries))))

    def _configs(self, entries: Sequence[Entry]) -> dict[str, ProjectConfig]:
        return {project_id: self._config_of(project_id) for project_id in {entry.project_id for entry in entries}}

    def _absorb(self, batch: _Batch) -> None:
        """Write a batch; where it fails as a whole, write its entries one by one and bury those that fail alone."""
        try:
            chunk = batch.result()
            self._store_chunk(chunk, batch.entries)
        except Unavailable:
            raise
        except Exception as error:  # anything that one entry can do must not stop the others
            self.settler.memory.clear()
            self.statistics.last_error = str(error)
            if len(batch.entries) == 1:
                log.warning("entry %d is set aside: %s", batch.entries[0].id, error)
                self._bury(batch.entries[0], _named(error))
                return
            log.warning("a batch of %d entries failed and is tried entry by entry: %s", len(batch.entries), error)
            for entry in batch.entries:
                self._absorb(_Batch([entry], self._decoder.submit([entry], self._configs([entry]))))

    def _store_chunk(self, chunk: EncodedChunk, entries: Sequence[Entry]) -> None:
        try:
            write = self._write_chunk(chunk)
        finally:
            chunk.release()
        failed = [entry for entry in entries if entry.id in chunk.failed]
        for entry in failed:
            self._bury(entry, chunk.failed[entry.id])
        self._journal.ack([entry.id for entry in entries if entry.id not in chunk.failed])
        self._note(chunk, write)

    def _write_chunk(self, chunk: EncodedChunk) -> Write:
        write = self._patiently(lambda: self._settle(chunk))
        for project_id, blob in write.blobs:
            self._patiently(partial(self._put_blob, project_id, blob.sha256, blob.data))
        self._patiently(lambda: self._store.write(write))
        return write

    def _settle(self, chunk: EncodedChunk) -> Write:
        try:
            return self.settler.settle(chunk, self._enrichers_for(chunk))
        except PellucidError:
            # Part of it is in memory already, and would be taken for written when it is tried again.
            self.settler.memory.clear()
            raise

    def _note(self, chunk: EncodedChunk, write: Write) -> None:
        self.statistics.tally.add(chunk.tally)
        self.statistics.batches += 1
        self.statistics.last_written_at = time.monotonic()
        for listener in self._listeners:
            listener(write.traces)

    def _bury(self, entry: Entry, error: str) -> None:
        self._journal.bury(entry, error)
        self.statistics.buried += 1

    def _patiently(self, act: Callable[[], Write | None]) -> Write:
        """Do it, waiting as long as the store is down: the journal absorbs meanwhile, and its own bound pushes back."""
        pause = RETRY_FIRST_S
        expensive = 0
        while True:
            try:
                return act() or Write(spans=None, payloads=None)
            except (Unavailable, QueryTooExpensive) as error:
                expensive += isinstance(error, QueryTooExpensive)
                if expensive == EXPENSIVE_TRIES:
                    raise
                self.statistics.retries += 1
                self.statistics.last_error = error.message
                log.warning("the store cannot be reached, trying again in %.1f s: %s", pause, error.message)
                if self._stop.wait(pause):
                    raise Unavailable("The server is shutting down; the journal keeps what is left.") from error
                pause = min(RETRY_MOST_S, pause * 2)

    def _enrichers_for(self, chunk: EncodedChunk) -> dict[str, Enricher]:
        return {
            project_id: enricher_of(project_id, self._config_of(project_id), self._enrichers) for project_id in set(chunk.projects)
        }

    def _rewind(self) -> None:
        """Read again from the oldest entry that is not acked."""
        self._ahead.clear()
        self._position = 0


def _within(entries: Sequence[Entry], records: int) -> Sequence[Entry]:
    """Entries from the front until `records` are reached, at least one."""
    taken = 0
    for place, entry in enumerate(entries):
        taken += entry.records
        if taken >= records:
            return entries[: place + 1]
    return entries


def _named(error: Exception) -> str:
    return error.message if isinstance(error, PellucidError) else f"{type(error).__name__}: {error}"
