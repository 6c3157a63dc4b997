"""A journal entry, or a request at the door, into the parts of spans: the one place that knows content types and signals."""

from collections.abc import Callable, Mapping

import msgspec

from pellucid_server.core.bounds import DEFAULT_BOUNDS, Bounds
from pellucid_server.core.errors import BadPayload, UnsupportedMedia
from pellucid_server.ingest import raw_json
from pellucid_server.ingest.compression import decompress
from pellucid_server.ingest.otlp import json, protobuf
from pellucid_server.ingest.otlp.parsed import Parsed
from pellucid_server.journal.port import Entry
from pellucid_server.model.raw import RawSpan

RAW = "application/vnd.pellucid.raw+json"
"""Spans that a door has taken apart itself: a redaction before the journal, or a foreign API."""
TRACES = "traces"
LOGS = "logs"

_Parser = Callable[[bytes, Bounds], Parsed]


def _parse_raw(body: bytes, bounds: Bounds) -> Parsed:
    parsed = Parsed(parts=[raw_json.from_dict(one) for one in msgspec.json.decode(body)])
    parsed.records = len(parsed.parts)
    return parsed


_PARSERS: Mapping[tuple[str, str], _Parser] = {
    (TRACES, protobuf.PROTOBUF): protobuf.parse_traces,
    (TRACES, json.JSON): json.parse_traces,
    (LOGS, protobuf.PROTOBUF): protobuf.parse_logs,
    (LOGS, json.JSON): json.parse_logs,
    (TRACES, RAW): _parse_raw,
    (LOGS, RAW): _parse_raw,
}


def media_type(content_type: str) -> str:
    """The bare type of a Content-Type header."""
    bare = content_type.partition(";")[0].strip().lower()
    return protobuf.PROTOBUF if bare == "application/protobuf" else bare


def parse(signal: str, content_type: str, body: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> Parsed:
    """The parts in a decompressed body. Raises `UnsupportedMedia` or `BadPayload`."""
    parser = _PARSERS.get((signal, media_type(content_type)))
    if parser is None:
        raise UnsupportedMedia(
            f"Content-Type {content_type or '(none)'!r} is not taken here; send {protobuf.PROTOBUF} or {json.JSON}."
        )
    try:
        return parser(body, bounds)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload(f"The body cannot be read as {content_type} ({error}).") from error


def parse_entry(entry: Entry, bounds: Bounds = DEFAULT_BOUNDS) -> Parsed:
    """The parts in a journal entry. Raises as `parse` and `decompress` do."""
    body = decompress(entry.body, entry.encoding, limit_bytes=bounds.decompressed_bytes)
    return parse(entry.signal, entry.content_type, body, bounds)


def raw_body(parts: list[RawSpan]) -> bytes:
    """Parts as the body of an entry of type `RAW`."""
    return msgspec.json.encode([msgspec.Raw(raw_json.dump(part)) for part in parts])
