"""The door: what happens between a request's bytes and its confirmation. HTTP and gRPC meet here; both only translate.

Confirmed means fsynced. What is rejected is named; what cannot be read is refused whole; when the journal cannot take more, nothing is
kept and the sender is told when to come back.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

import zstandard

from pellucid_server.core.bounds import DEFAULT_BOUNDS, Bounds
from pellucid_server.core.clock import Clock
from pellucid_server.core.errors import TooLarge
from pellucid_server.ingest.compression import decompress
from pellucid_server.ingest.enriching import Enricher
from pellucid_server.ingest.losses import LossBoard
from pellucid_server.ingest.otlp import protobuf
from pellucid_server.ingest.otlp.parsed import Parsed, rejection_message
from pellucid_server.ingest.parse import RAW, TRACES, media_type, parse, raw_body
from pellucid_server.journal.port import Entry, Journal
from pellucid_server.model.outcomes import DropReason
from pellucid_server.model.raw import RawSpan

COMPRESS_FROM_BYTES = 1_024
"""Smaller bodies are journalled as they came."""
OFF_LOOP_BYTES = 512 * 1024
"""Larger bodies are read in a thread, so that one of them does not hold up everybody else's request."""
OFF_LOOP_PACKED_BYTES = 16 * 1024
"""The same for compressed bodies, of which nobody knows what is in them."""

SILENT = (DropReason.NOT_LLM_LOG, DropReason.METRIC)
"""Dropped and counted, but not reported to the sender: an app's ordinary logs are no mistake of its exporter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One export request as a door took it."""

    project_id: str
    signal: str
    content_type: str
    encoding: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the sender may be told."""

    records: int
    rejected: int
    message: str
    """Names what was rejected; empty when nothing was."""


RedactBefore = Callable[[str], Enricher | None]
"""The enricher of a project that wants redaction before anything comes to rest, else `None`."""


class Door:
    """Checks, journals and confirms."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        *,
        redact_before: RedactBefore = lambda project_id: None,
        losses: LossBoard | None = None,
        bounds: Bounds = DEFAULT_BOUNDS,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._redact_before = redact_before
        self._losses = losses
        self.bounds = bounds

    async def accept(self, request: Request) -> Receipt:
        """Take a request; returns once it is on disk. Raises members of the error family."""
        if len(request.body) > self.bounds.body_bytes:
            raise TooLarge(f"The body is larger than {self.bounds.body_bytes} bytes; send smaller batches.")
        if len(request.body) > (OFF_LOOP_PACKED_BYTES if request.encoding else OFF_LOOP_BYTES):
            parsed, entry = await asyncio.to_thread(self._prepare, request)
        else:
            parsed, entry = self._prepare(request)
        if entry is not None:
            await asyncio.wrap_future(self._append(entry))
        if self._losses is not None:
            for report in parsed.losses:
                self._losses.hear(request.project_id, report)
        told = [one for one in parsed.rejected if one[0] not in SILENT]
        return Receipt(records=parsed.records, rejected=len(told), message=rejection_message(told))

    async def accept_raw(self, project_id: str, signal: str, parts: list[RawSpan]) -> None:
        """Take spans that a foreign door has taken apart itself."""
        body = raw_body(parts)
        request = Request(project_id=project_id, signal=signal, content_type=RAW, encoding="", body=body)
        await self.accept(request)

    def take_raw(self, project_id: str, signal: str, parts: list[RawSpan]) -> None:
        """The same for a thread that may wait."""
        request = Request(project_id=project_id, signal=signal, content_type=RAW, encoding="", body=raw_body(parts))
        _, entry = self._prepare(request)
        if entry is not None:
            self._append(entry).result()

    def _append(self, entry: Entry) -> Future[int]:
        return self._journal.append(entry)

    def _prepare(self, request: Request) -> tuple[Parsed, Entry | None]:
        body = decompress(request.body, request.encoding, limit_bytes=self.bounds.decompressed_bytes)
        enricher = self._redact_before(request.project_id)
        if enricher is not None:
            parsed = parse(request.signal, request.content_type, body, self.bounds)
            redacted = raw_body([enricher.redact(part) for part in parsed.parts])
            return parsed, self._entry(request, RAW, "", redacted, parsed)
        parsed = self._inspect(request, body)
        compressed = request.encoding.strip().lower() not in ("", "identity")
        kept = request.body if compressed else body
        return parsed, self._entry(request, request.content_type, request.encoding if compressed else "", kept, parsed)

    def _inspect(self, request: Request, body: bytes) -> Parsed:
        if request.signal == TRACES and media_type(request.content_type) == protobuf.PROTOBUF:
            return protobuf.inspect_traces(body, self.bounds)
        return parse(request.signal, request.content_type, body, self.bounds)

    def _entry(self, request: Request, content_type: str, encoding: str, body: bytes, parsed: Parsed) -> Entry | None:
        """What is journalled; nothing where nothing can become a row."""
        if parsed.records - len(parsed.rejected) <= 0:
            return None
        if not encoding and len(body) >= COMPRESS_FROM_BYTES:
            encoding, body = "zstd", zstandard.ZstdCompressor(level=1).compress(body)
        return Entry(
            project_id=request.project_id,
            signal=request.signal,
            content_type=media_type(content_type),
            encoding=encoding.strip().lower(),
            received_at=self._clock(),
            records=parsed.records,
            body=body,
        )
