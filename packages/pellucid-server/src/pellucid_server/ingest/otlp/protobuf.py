"""OTLP protobuf into RawSpans. On the hot path: one walk, no intermediate JSON."""

import base64
import math
from collections.abc import Iterable
from typing import Any

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from pellucid_server.core.bounds import DEFAULT_BOUNDS, Bounds
from pellucid_server.core.errors import BadPayload
from pellucid_server.ingest.losses import reports_of
from pellucid_server.ingest.otlp import weighing
from pellucid_server.ingest.otlp.parsed import Parsed, valid_ids
from pellucid_server.model.json import JsonValue
from pellucid_server.model.outcomes import DropReason
from pellucid_server.model.raw import RawEvent, RawLink, RawLog, RawSpan

PROTOBUF = "application/x-protobuf"
_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}


def parse_traces(body: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> Parsed:
    """Spans of an ExportTraceServiceRequest. Raises `BadPayload`."""
    request = ExportTraceServiceRequest()
    _parse(request, body, "ExportTraceServiceRequest", weighing.TRACES, bounds)
    return traces_of(request, bounds)


def parse_logs(body: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> Parsed:
    """Log records of an ExportLogsServiceRequest, each as a part of its span. Raises `BadPayload`."""
    request = ExportLogsServiceRequest()
    _parse(request, body, "ExportLogsServiceRequest", weighing.LOGS, bounds)
    return logs_of(request, bounds)


def logs_of(request: ExportLogsServiceRequest, bounds: Bounds = DEFAULT_BOUNDS) -> Parsed:
    """Log records of a request that is parsed already."""
    walker = _Walker(bounds)
    parsed = Parsed()
    for resource_logs in request.resource_logs:
        resource = walker.attributes(resource_logs.resource.attributes)
        for scope_logs in resource_logs.scope_logs:
            scope = scope_logs.scope
            for record in scope_logs.log_records:
                parsed.records += 1
                _take_log(parsed, walker, record, resource, scope.name, scope.version)
    return parsed


def _parse(
    request: Any, body: bytes, name: str, shape: weighing.Shape, bounds: Bounds
) -> None:  # Any: generated message classes share no typed base
    weighing.weigh(body, shape, bounds)
    try:
        request.ParseFromString(body)
    except (DecodeError, RecursionError) as error:
        raise BadPayload(f"The body is not an OTLP {name} in protobuf ({error}).") from error


def traces_of(request: ExportTraceServiceRequest, bounds: Bounds = DEFAULT_BOUNDS) -> Parsed:
    """Spans of a request that is parsed already (gRPC)."""
    walker = _Walker(bounds)
    parsed = Parsed(losses=list(reports_of(request)))
    for resource_spans in request.resource_spans:
        resource = walker.attributes(resource_spans.resource.attributes)
        for scope_spans in resource_spans.scope_spans:
            scope = scope_spans.scope
            scope_name, scope_version = scope.name, scope.version
            for span in scope_spans.spans:
                parsed.records += 1
                trace_id, span_id = span.trace_id.hex(), span.span_id.hex()
                if not valid_ids(trace_id, span_id):
                    parsed.reject(DropReason.BAD_ID, span.name or "span without a name")
                elif parsed.records > bounds.spans_per_request:
                    parsed.reject(DropReason.TOO_MANY_SPANS, f"{trace_id}/{span_id}")
                else:
                    parsed.parts.append(_span(walker, span, trace_id, span_id, resource, scope_name, scope_version))
    return parsed


def inspect_traces(body: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> Parsed:
    """What a door must know before it confirms: the count and the rejections, without the parts. Raises `BadPayload`."""
    request = ExportTraceServiceRequest()
    _parse(request, body, "ExportTraceServiceRequest", weighing.TRACES, bounds)
    parsed = Parsed(losses=list(reports_of(request)))
    for resource_spans in request.resource_spans:
        for scope_spans in resource_spans.scope_spans:
            for span in scope_spans.spans:
                parsed.records += 1
                trace_id, span_id = span.trace_id, span.span_id
                if len(trace_id) != 16 or len(span_id) != 8 or not any(trace_id) or not any(span_id):
                    parsed.reject(DropReason.BAD_ID, span.name or "span without a name")
                elif parsed.records > bounds.spans_per_request:
                    parsed.reject(DropReason.TOO_MANY_SPANS, f"{trace_id.hex()}/{span_id.hex()}")
    return parsed


def _span(
    walker: "_Walker", span: Any, trace_id: str, span_id: str, resource: dict[str, JsonValue], scope_name: str, scope_version: str
) -> RawSpan:
    walker.flags = set()
    walker.cut = span.dropped_attributes_count
    attributes = walker.attributes(span.attributes)
    start, end = span.start_time_unix_nano // 1000 or None, span.end_time_unix_nano // 1000 or None
    status = span.status
    return RawSpan(
        trace_id=trace_id,
        span_id=span_id,
        parent_span_id=span.parent_span_id.hex(),
        trace_state=span.trace_state or None,
        name=span.name,
        span_kind=span.kind,
        start_time=start,
        end_time=end,
        status_code=status.code,
        status_message=status.message or None,
        attributes=attributes,
        resource=resource,
        scope_name=scope_name,
        scope_version=scope_version or None,
        events=tuple(walker.events(span.events)) if span.events else (),
        links=tuple(walker.links(span.links)) if span.links else (),
        dropped_attributes=walker.cut,
        flags=tuple(sorted(walker.flags)),
        stamp=end or start or 0,
    )


def _take_log(parsed: Parsed, walker: "_Walker", record: Any, resource: dict[str, JsonValue], scope: str, version: str) -> None:
    walker.flags = set()
    walker.cut = 0
    attributes = walker.attributes(record.attributes)
    name = record.event_name or str(attributes.get("event.name", ""))
    trace_id, span_id = record.trace_id.hex(), record.span_id.hex()
    if not name.startswith("gen_ai."):
        parsed.reject(DropReason.NOT_LLM_LOG, name or "log record without an event name")
        return
    if not valid_ids(trace_id, span_id):
        parsed.reject(DropReason.LOG_WITHOUT_SPAN, name)
        return
    time = (record.time_unix_nano or record.observed_time_unix_nano) // 1000
    log = RawLog(name=name, time=time or None, body=walker.value(record.body, 0), attributes=attributes)
    parsed.parts.append(
        RawSpan(
            trace_id=trace_id, span_id=span_id, resource=resource, scope_name=scope or None, scope_version=version or None,
            logs=(log,), flags=tuple(sorted(walker.flags)), stamp=0,
        )
    )  # fmt: skip


class _Walker:
    """Turns AnyValues into plain JSON values within the bounds, noting what it had to cut."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self.flags: set[str] = set()
        self.cut = 0

    def attributes(self, pairs: Any) -> dict[str, JsonValue]:
        limit = self._bounds.attributes_per_span
        if len(pairs) > limit:
            self.flags.add("attributes_cut")
            self.cut += len(pairs) - limit
            pairs = pairs[:limit]
        long = self._bounds.attribute_bytes
        out: dict[str, JsonValue] = {}
        for pair in pairs:
            value = pair.value
            text = value.string_value
            if text:  # nearly always; asking which it is costs as much as reading it
                out[pair.key] = text if len(text) <= long else self._shortened(text)
                continue
            which = value.WhichOneof("value")
            if which == "string_value":
                out[pair.key] = ""
            elif which == "int_value":
                out[pair.key] = value.int_value
            elif which is not None:
                out[pair.key] = self.value(value, 0)
        return out

    def value(self, value: Any, depth: int) -> JsonValue:
        which = value.WhichOneof("value")
        if which == "string_value":
            return self._shortened(value.string_value)
        if which == "double_value":
            # JSON has no NaN and no infinities; OTLP JSON writes them as text, and so do we.
            number: float = value.double_value
            return number if math.isfinite(number) else _NOT_FINITE[str(number)]
        if which in ("int_value", "bool_value"):
            plain: JsonValue = getattr(value, which)
            return plain
        if which == "bytes_value":
            return self._shortened(base64.b64encode(value.bytes_value).decode())
        if depth >= self._bounds.depth:
            self.flags.add("depth_cut")
            return None
        if which == "array_value":
            return [self.value(one, depth + 1) for one in value.array_value.values]
        if which == "kvlist_value":
            return {pair.key: self.value(pair.value, depth + 1) for pair in value.kvlist_value.values}
        return None

    def events(self, events: Any) -> Iterable[RawEvent]:
        limit = self._bounds.events_per_span
        if len(events) > limit:
            self.flags.add("events_cut")
            events = events[:limit]
        for event in events:
            yield RawEvent(name=event.name, time=event.time_unix_nano // 1000 or None, attributes=self.attributes(event.attributes))

    def links(self, links: Any) -> Iterable[RawLink]:
        for link in links[: self._bounds.events_per_span]:
            yield RawLink(trace_id=link.trace_id.hex(), span_id=link.span_id.hex(), attributes=self.attributes(link.attributes))

    def _shortened(self, text: str) -> str:
        if len(text) <= self._bounds.attribute_bytes:
            return text
        self.flags.add("attribute_cut")
        return text[: self._bounds.attribute_bytes]
