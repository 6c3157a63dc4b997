"""Decode workers: processes that turn entries into Arrow columns, so that the server's own process stays free for requests and the engine.

Small batches are decoded in this process: a laptop that sends a trace a second never starts a worker. A worker that dies takes nothing
with it: the pool is made anew and its work is given to the next; only entries that end several workers are tried one by one.
"""

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from pellucid_server.app.lean import lean
from pellucid_server.ingest.enriching import Enricher, ProjectConfig
from pellucid_server.ingest.local import LocalDecoder, decode_chunk
from pellucid_server.ingest.ports import EncodedChunk
from pellucid_server.ingest.spool import mapped, prepare, spool
from pellucid_server.journal.port import Entry
from pellucid_server.store.spans.encode import encode

SMALL_RECORDS = 300
"""Up to here a hop to another process costs more than it saves (about 50 ms of decoding)."""

WORKERS_PER_JOB = 3
"""How many workers may end over the same entries before these are tried one by one, and a single one is set aside."""

log = logging.getLogger(__name__)

_enrichers: dict[str, Enricher] = {}
"""Of the worker process; filled there only."""


def decode_in_worker(entries: Sequence[Entry], configs: dict[str, ProjectConfig], folder: Path) -> EncodedChunk:
    """What a worker process runs. The payloads stay in a file; where the disk is full they travel with the rest, and the store says so."""
    chunk = decode_chunk(entries, configs, encode, _enrichers)
    if not chunk.payloads.num_rows:
        return chunk
    with suppress(OSError):
        chunk.spooled = spool(folder, str(entries[0].id), chunk.payloads)
        chunk.payloads = chunk.payloads.schema.empty_table()  # a slice would be pickled with all of its buffers
    return chunk


def begin() -> None:
    """The start of a worker process. A thread watches the server and ends the worker with it: a killed server cannot say goodbye."""
    lean()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), name="parent-watch", daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


_Job = Callable[[], EncodedChunk]


class _Sent(NamedTuple):
    """A job in the hands of a pool."""

    pool: ProcessPoolExecutor
    future: Future[EncodedChunk]


class WorkerPool:
    """The `Decoder` port over processes."""

    def __init__(self, workers: int, folder: Path) -> None:
        """`folder` is where payloads wait for the store; it must lie where the engine reads, and is emptied."""
        prepare(folder)
        self._folder = folder
        self._workers = workers
        self._local = LocalDecoder(encode)
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, entries: Sequence[Entry], configs: dict[str, ProjectConfig]) -> Callable[[], EncodedChunk]:
        """See the port. Raises, when asked for the result, `BrokenProcessPool` if the entries ended several workers in a row."""
        if self._workers == 0 or sum(entry.records for entry in entries) <= SMALL_RECORDS:
            return self._local.submit(entries, configs)
        job = partial(decode_in_worker, entries, configs, self._folder)
        sent = self._send(job)
        return lambda: with_payloads(self._wait(job, sent))

    def close(self) -> None:
        """End the workers."""
        if self._pool is not None:
            self._discard(self._pool)

    def _wait(self, job: _Job, sent: _Sent) -> EncodedChunk:
        """The result. A worker that was killed says nothing about what it had in hand: the job is given to others before it is blamed."""
        for _ in range(WORKERS_PER_JOB - 1):
            try:
                return sent.future.result()
            except BrokenProcessPool:
                log.warning("a decode worker ended in the middle of its work, which is given to another")
                self._discard(sent.pool)
                sent = self._send(job)
        try:
            return sent.future.result()
        except BrokenProcessPool:
            self._discard(sent.pool)
            raise

    def _send(self, job: _Job) -> _Sent:
        pool = self._started()
        try:
            return _Sent(pool, pool.submit(job))
        except BrokenProcessPool:
            self._discard(pool)
        pool = self._started()
        return _Sent(pool, pool.submit(job))

    def _started(self) -> ProcessPoolExecutor:
        if self._pool is None:
            log.info("starting %d decode worker(s)", self._workers)
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, mp_context=context, initializer=begin)
        return self._pool

    def _discard(self, pool: ProcessPoolExecutor) -> None:
        """Let go of a pool; another that has taken its place meanwhile stays."""
        pool.shutdown(wait=False, cancel_futures=True)
        if self._pool is pool:
            self._pool = None


def with_payloads(chunk: EncodedChunk) -> EncodedChunk:
    """The chunk with its spooled payloads to look at."""
    if chunk.spooled is not None:
        chunk.payloads = mapped(chunk.spooled)
    return chunk
