"""Request bodies: spans as OTLP protobuf, documents as JSON lists, compressed.

What lives here: putting a request together, the loss report, and reading the answer. What must not live here: the
bytes of protobuf (`otlp`), queues, retries, HTTP.
"""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan

from pellucid.exporting import otlp

GZIP_LEVEL = 1
"""Fastest: text still shrinks to a third, and the thread gives the processor back soon."""
GZIP_WINDOW = 31
"""zlib's word for "gzip, largest window"."""
MIN_GZIP_BYTES = 1_024

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
TRACES = "/v1/traces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One body, ready to send any number of times."""

    path: str
    body: bytes
    content_type: str
    encoding: str
    """Content-Encoding, or empty."""
    count: int
    """Items in it; 0 for a loss report alone."""

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Content-Type": self.content_type}
        if self.encoding:
            headers["Content-Encoding"] = self.encoding
        return headers


def traces(spans: Sequence[tuple[ReadableSpan, bytes]], compression: str) -> Request:
    """A request for the OTLP door: spans with their encoded form."""
    return _request(TRACES, otlp.request(spans), PROTOBUF, len(spans), compression)


def loss(identity: Mapping[str, Any], counters: Mapping[str, int], compression: str) -> Request:
    """A loss report: a `ResourceSpans` without spans, whose resource carries the counters."""
    body = otlp.sized(b"\x0a", otlp.resource({**identity, **counters}))
    return _request(TRACES, body, PROTOBUF, 0, compression)


def documents(path: str, items: Sequence[Mapping[str, Any]], compression: str) -> Request:
    """A request with a JSON list for one path of the REST API."""
    body = json.dumps(items, ensure_ascii=True, separators=(",", ":"), default=str).encode()
    return _request(path, body, JSON, len(items), compression)


def _request(path: str, body: bytes, content_type: str, count: int, compression: str) -> Request:
    is_packed = compression == "gzip" and len(body) >= MIN_GZIP_BYTES
    return Request(
        path=path,
        body=_gzipped(body) if is_packed else body,
        content_type=content_type,
        encoding="gzip" if is_packed else "",
        count=count,
    )


def _gzipped(body: bytes) -> bytes:
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_WINDOW)
    return packer.compress(body) + packer.flush()


def singles(request: Request) -> list[Request]:
    """A list of documents as one request a document: when one of them is refused, the others need not be."""
    body = zlib.decompress(request.body, GZIP_WINDOW) if request.encoding else request.body
    return [documents(request.path, [item], request.encoding or "none") for item in json.loads(body)]


def rejected_in(request: Request, body: bytes) -> tuple[int, str]:
    """How many items the server refused in an answer of success, and why."""
    if request.content_type != PROTOBUF or not body:
        return 0, ""
    rejected, message = otlp.partial_success(body)
    return min(rejected, request.count), message


def batches(spans: Iterable[tuple[ReadableSpan, bytes]], max_bytes: int) -> Iterable[list[tuple[ReadableSpan, bytes]]]:
    """The spans in runs whose encoded size stays within the largest request."""
    run: list[tuple[ReadableSpan, bytes]] = []
    size = 0
    for pair in spans:
        if run and size + len(pair[1]) > max_bytes:
            yield run
            run, size = [], 0
        run.append(pair)
        size += len(pair[1])
    if run:
        yield run
