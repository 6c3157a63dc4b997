"""Entries into decoded rows: parse, merge the parts that came together, decode, enrich. Pure but for the clock in the entry.

This is the part of the spine that costs processor time, so it runs in a worker process; what it returns is plain data.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import xxhash

from pellucid_server.core.bounds import DEFAULT_BOUNDS, Bounds
from pellucid_server.core.clock import DAY
from pellucid_server.core.errors import PellucidError
from pellucid_server.dialects.decode import decode
from pellucid_server.enrich.facts import SpanFacts, facts_of
from pellucid_server.enrich.media import Blob, extract_media, without_media
from pellucid_server.ingest import payload, raw_json
from pellucid_server.ingest.enriching import Enricher
from pellucid_server.ingest.merge import group
from pellucid_server.ingest.parse import parse_entry
from pellucid_server.journal.port import Entry
from pellucid_server.model.outcomes import Tally
from pellucid_server.model.raw import RawSpan
from pellucid_server.model.span import Span

EARLIEST_PLAUSIBLE = 1_420_070_400_000_000
"""2015-01-01 in microseconds: nobody traced LLM calls before. A back-fill of years is not suspect, a clock of 1970 is."""

LATEST_STORABLE = 9_223_372_036_854_775
"""2262-04-11 in microseconds: the last moment that nanoseconds in 64 bits, the engine and Python all know. A later clock stands there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """One span, decoded and enriched, with what the store keeps beside it."""

    project_id: str
    span: Span
    facts: SpanFacts
    payload: bytes
    search_text: str
    input_preview: str
    output_preview: str
    content_hash: int
    """Of the raw span: equal content need not be written again."""
    received_at: int
    blobs: tuple[Blob, ...] = ()
    """Media that left the span; they must be durable before the row is."""

    @property
    def detail(self) -> int:
        """How much the span carries."""
        return self.facts.detail


@dataclass(slots=True, kw_only=True)
class Chunk:
    """What became of some entries: rows, a tally that adds up, and the entries that nobody can decode."""

    rows: list[Decoded] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    failed: dict[int, str] = field(default_factory=dict)
    """Entry id → error: to be buried."""


EnricherOf = Callable[[str], Enricher]


def decode_entries(entries: Sequence[Entry], enricher_of: EnricherOf, bounds: Bounds = DEFAULT_BOUNDS) -> Chunk:
    """All spans of `entries`, the parts of each merged; an entry that cannot be parsed fails alone."""
    chunk = Chunk()
    parts: dict[str, list[RawSpan]] = {}
    received: dict[str, int] = {}
    for entry in entries:
        try:
            parsed = parse_entry(entry, bounds)
        except PellucidError as error:
            chunk.failed[entry.id] = error.message
            continue
        chunk.tally.received += parsed.records
        chunk.tally.accepted += len(parsed.parts)
        for reason, _ in parsed.rejected:
            chunk.tally.drop(reason)
        parts.setdefault(entry.project_id, []).extend(parsed.parts)
        received[entry.project_id] = min(entry.received_at, received.get(entry.project_id, entry.received_at))
    for project_id, found in parts.items():
        enricher = enricher_of(project_id)
        chunk.rows.extend(decode_raw(project_id, raw, received[project_id], enricher) for raw in group(found).values())
    return chunk


def decode_raw(project_id: str, raw: RawSpan, received_at: int, enricher: Enricher) -> Decoded:
    """One merged raw span into a row. Never raises because of what the span contains."""
    raw = enricher.redact(raw)
    span, blobs = extract_media(decode(raw, received_at=received_at))
    if blobs:
        raw = without_media(raw, blobs)
    text, cut = payload.search_text(span)
    flags = ("search_cut",) if cut else ()
    if not EARLIEST_PLAUSIBLE <= span.start_time <= received_at + DAY:
        flags = (*flags, "clock_suspect")
    if max(span.start_time, span.end_time or 0, span.first_token_time or 0) > LATEST_STORABLE:
        span = _storable(span)
    span = enricher.enrich(span, flags)
    raw_bytes = raw_json.dump(raw)
    return Decoded(
        project_id=project_id,
        span=span,
        facts=facts_of(span),
        payload=payload.payload_json(span, raw_bytes),
        search_text=text,
        input_preview=payload.input_preview(span),
        output_preview=payload.output_preview(span),
        content_hash=xxhash.xxh3_64_intdigest(raw_bytes),
        received_at=received_at,
        blobs=blobs,
    )


def _storable(span: Span) -> Span:
    """The span with no time beyond what can be stored; the raw span keeps what was sent."""
    return replace(
        span,
        start_time=min(span.start_time, LATEST_STORABLE),
        end_time=None if span.end_time is None else min(span.end_time, LATEST_STORABLE),
        first_token_time=None if span.first_token_time is None else min(span.first_token_time, LATEST_STORABLE),
    )
