"""What the spine needs of the store and of the workers; `app` plugs them in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import pyarrow as pa

from pellucid_server.enrich.facts import SpanFacts
from pellucid_server.enrich.media import Blob
from pellucid_server.ingest.decoding import Decoded
from pellucid_server.ingest.enriching import ProjectConfig
from pellucid_server.journal.port import Entry
from pellucid_server.model.outcomes import Tally


class TraceKey(NamedTuple):
    """A trace of a project."""

    project_id: str
    trace_id: str


class RowKey(NamedTuple):
    """Where a span's row lies: the store's sorting key."""

    project_id: str
    start_time: int
    trace_id: str
    span_id: str


@dataclass(slots=True, kw_only=True)
class EncodedChunk:
    """What a worker makes of some entries: rows as Arrow columns, not yet settled, and the facts to settle them by."""

    spans: pa.Table
    payloads: pa.Table
    projects: list[str]
    facts: list[SpanFacts]
    hashes: list[int]
    tally: Tally
    blobs: list[tuple[str, Blob]] = field(default_factory=list)
    """Project and blob."""
    failed: dict[int, str] = field(default_factory=dict)
    spooled: Path | None = None
    """A file that holds the same rows as `payloads`, for the engine to read itself."""

    def release(self) -> None:
        """The rows are durable, or will be decoded again: let go of the file."""
        if self.spooled is not None:
            self.spooled.unlink(missing_ok=True)


@dataclass(slots=True, kw_only=True)
class Write:
    """Rows that must become durable together, payloads first."""

    spans: pa.Table
    payloads: pa.Table
    spooled: Path | None = None
    """A file of further payloads, which are as new as the others whatever it says."""
    version: int = 0
    """Of all the rows."""
    blobs: list[tuple[str, Blob]] = field(default_factory=list)
    """Written before the rows that refer to them."""
    traces: set[TraceKey] = field(default_factory=set)
    """The traces that this write touches."""


class TraceStore(Protocol):
    """The store, as the spine sees it."""

    def load(self, traces: Sequence[TraceKey]) -> pa.Table:
        """All narrow rows of these traces, newest version each."""
        ...

    def load_payloads(self, keys: Sequence[tuple[str, int, str, str]]) -> dict[tuple[str, int, str, str], str]:
        """The payload documents of these rows (`RowKey`s)."""
        ...

    def write(self, write: Write) -> None:
        """Make the rows durable. Raises `Unavailable` when the store cannot take them now."""
        ...

    def erase(self, traces: Sequence[TraceKey], version: int) -> None:
        """Hide every row of these traces, content and scores with them, as of `version`."""
        ...


Encode = Callable[[Sequence[Decoded]], tuple[pa.Table, pa.Table]]
"""Decoded rows to Arrow tables of spans and payloads."""


class Decoder(Protocol):
    """Whoever turns entries into encoded chunks: this process or a pool of workers."""

    def submit(self, entries: Sequence[Entry], configs: dict[str, ProjectConfig]) -> Callable[[], EncodedChunk]:
        """Start; the returned function waits for the result or raises."""
        ...
