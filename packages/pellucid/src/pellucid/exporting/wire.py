"""Request bodies: spans as OTLP protobuf, documents as JSON lists, compressed.

What lives here: encoding, the loss report, and reading the answer. What must not live here: queues, retries, HTTP.
Imported by the background thread, because protobuf costs 40 ms that the application's start need not pay.

Requests are put together from slices: in protobuf, two encoded messages joined are one message with both lists.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.sdk.trace import ReadableSpan

GZIP_LEVEL = 1
"""Fastest: text still shrinks to a third, and the thread gives the processor back soon."""
MIN_GZIP_BYTES = 1_024

PROTOBUF = "application/x-protobuf"
JSON = "application/json"


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


def encode_slice(spans: Sequence[ReadableSpan]) -> bytes:
    """The spans as (part of) an ExportTraceServiceRequest."""
    encoded: bytes = encode_spans(spans).SerializeToString()
    return encoded


def encode_loss(resource: Mapping[str, Any], counters: Mapping[str, int]) -> bytes:
    """A `ResourceSpans` without spans, whose resource carries the counters."""
    request = ExportTraceServiceRequest()
    attributes = request.resource_spans.add().resource.attributes
    for key, value in {**resource, **counters}.items():
        entry = attributes.add(key=key)
        if isinstance(value, int):
            entry.value.int_value = value
        else:
            entry.value.string_value = str(value)
    encoded: bytes = request.SerializeToString()
    return encoded


def traces(body: bytes, count: int, compression: str) -> Request:
    """A request for the OTLP door."""
    return _request("/v1/traces", body, PROTOBUF, count, compression)


def documents(path: str, items: Sequence[Mapping[str, Any]], compression: str) -> Request:
    """A request with a JSON list for one path of the REST API."""
    body = json.dumps(items, ensure_ascii=True, separators=(",", ":"), default=str).encode()
    return _request(path, body, JSON, len(items), compression)


def _request(path: str, body: bytes, content_type: str, count: int, compression: str) -> Request:
    is_packed = compression == "gzip" and len(body) >= MIN_GZIP_BYTES
    return Request(
        path=path,
        body=gzip.compress(body, GZIP_LEVEL, mtime=0) if is_packed else body,
        content_type=content_type,
        encoding="gzip" if is_packed else "",
        count=count,
    )


def rejected_in(request: Request, body: bytes) -> tuple[int, str]:
    """How many items the server refused in an answer of success, and why."""
    if request.content_type != PROTOBUF or not body:
        return 0, ""
    response = ExportTraceServiceResponse()
    try:
        response.ParseFromString(body)
    except Exception:
        return 0, ""
    partial = response.partial_success
    return min(max(partial.rejected_spans, 0), request.count), partial.error_message
