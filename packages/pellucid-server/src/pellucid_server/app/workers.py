"""Decode workers: processes that turn entries into Arrow columns, so that the server's own process stays free for requests and the engine.

Small batches are decoded in this process: a laptop that sends a trace a second never starts a worker. A worker that dies takes nothing
with it: the pool is made anew and the pipeline tries the batch entry by entry.
"""

import gc
import logging
import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from pellucid_server.ingest.enriching import Enricher, ProjectConfig
from pellucid_server.ingest.local import LocalDecoder, decode_chunk
from pellucid_server.ingest.ports import EncodedChunk
from pellucid_server.journal.port import Entry
from pellucid_server.store.spans.encode import encode

SMALL_RECORDS = 300
"""Up to here a hop to another process costs more than it saves (about 50 ms of decoding)."""

log = logging.getLogger(__name__)

_enrichers: dict[str, Enricher] = {}
"""Of the worker process; filled there only."""


def tune_collector() -> None:
    """Let the garbage collector look less often: batches are thousands of short-lived objects without cycles, and looking at them again and
    again cost a tenth of the decoding time (measured). What is loaded at the start is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def decode_in_worker(entries: Sequence[Entry], configs: dict[str, ProjectConfig]) -> EncodedChunk:
    """What a worker process runs."""
    return decode_chunk(entries, configs, encode, _enrichers)


class WorkerPool:
    """The `Decoder` port over processes."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._local = LocalDecoder(encode)
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, entries: Sequence[Entry], configs: dict[str, ProjectConfig]) -> Callable[[], EncodedChunk]:
        """See the port."""
        if self._workers == 0 or sum(entry.records for entry in entries) <= SMALL_RECORDS:
            return self._local.submit(entries, configs)
        try:
            future = self._started().submit(decode_in_worker, entries, configs)
        except BrokenProcessPool:
            self._discard()
            future = self._started().submit(decode_in_worker, entries, configs)
        return lambda: self._wait(future)

    def close(self) -> None:
        """End the workers."""
        self._discard()

    def _wait(self, future: Future[EncodedChunk]) -> EncodedChunk:
        try:
            return future.result()
        except BrokenProcessPool:
            self._discard()
            raise

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            log.info("starting %d decode worker(s)", self._workers)
            self._pool = ProcessPoolExecutor(
                self._workers, mp_context=multiprocessing.get_context("spawn"), initializer=tune_collector
            )
        return self._pool

    def _discard(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
