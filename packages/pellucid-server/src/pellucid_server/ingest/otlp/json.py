"""OTLP JSON into the same RawSpans: hex ids, int64 as text or number, enums as numbers or names, camelCase (snake_case tolerated).

The JSON is turned into a protobuf message and walked there, so that both encodings mean the same to the byte. Written by hand rather than
with `google.protobuf.json_format`, which wants base64 ids, refuses unknown fields deep inside and is twenty times slower.
"""

import binascii
import math
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from pellucid_server.core.bounds import DEFAULT_BOUNDS, Bounds
from pellucid_server.core.errors import BadPayload, TooLarge
from pellucid_server.ingest.otlp import protobuf
from pellucid_server.ingest.otlp.parsed import Parsed
from pellucid_server.ingest.otlp.weighing import DEEP_FROM_BYTES

JSON = "application/json"
_BRACES_A_MESSAGE = 2
"""In JSON an attribute is two objects; braces in texts count too, which is why this is generous."""
_INT64_MAX = 2**63 - 1
_UINT64_MAX = 2**64 - 1


def parse_traces(body: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> Parsed:
    """Spans of an ExportTraceServiceRequest in JSON. Raises `BadPayload`."""
    return protobuf.traces_of(traces_message(body, bounds), bounds)


def parse_logs(body: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> Parsed:
    """Log records of an ExportLogsServiceRequest in JSON. Raises `BadPayload`."""
    return protobuf.logs_of(logs_message(body, bounds), bounds)


def traces_message(body: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> ExportTraceServiceRequest:
    """The request as a protobuf message."""
    request = ExportTraceServiceRequest()
    reader = _Reader(bounds)
    for resource in reader.objects(_load(body, bounds), "resourceSpans"):
        resource_spans = request.resource_spans.add()
        reader.resource(resource, resource_spans.resource)
        for scope in reader.objects(resource, "scopeSpans"):
            scope_spans = resource_spans.scope_spans.add()
            reader.scope(scope, scope_spans.scope)
            for span in reader.objects(scope, "spans"):
                reader.span(span, scope_spans.spans.add())
    return request


def logs_message(body: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> ExportLogsServiceRequest:
    """The request as a protobuf message."""
    request = ExportLogsServiceRequest()
    reader = _Reader(bounds)
    for resource in reader.objects(_load(body, bounds), "resourceLogs"):
        resource_logs = request.resource_logs.add()
        reader.resource(resource, resource_logs.resource)
        for scope in reader.objects(resource, "scopeLogs"):
            scope_logs = resource_logs.scope_logs.add()
            reader.scope(scope, scope_logs.scope)
            for record in reader.objects(scope, "logRecords"):
                reader.log(record, scope_logs.log_records.add())
    return request


def _load(body: bytes, bounds: Bounds) -> Mapping[str, Any]:  # Any: what stands in foreign JSON is found out field by field
    if len(body) > DEEP_FROM_BYTES and body.count(b"{") + body.count(b"[") > _BRACES_A_MESSAGE * bounds.messages_per_request:
        raise TooLarge(
            f"The request holds far more than {bounds.messages_per_request} values and attributes; send smaller batches.",
            limit_messages=bounds.messages_per_request,
        )
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadPayload(f"The body is not valid JSON ({error}).") from error
    if not isinstance(document, dict):
        raise BadPayload(f"OTLP JSON must be an object, not {type(document).__name__}.")
    return document


def _snake(name: str) -> str:
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)


class _Reader:
    """Reads OTLP JSON objects into protobuf messages; raises `BadPayload` that names the field."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._snakes: dict[str, str] = {}

    def get(self, source: Mapping[str, Any], name: str) -> Any:
        if name in source:
            return source[name]
        snake = self._snakes.get(name)
        if snake is None:
            snake = self._snakes[name] = _snake(name)
        return source.get(snake)

    def objects(self, source: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        found = self.get(source, name)
        if found is None:
            return []
        if not isinstance(found, list):
            raise BadPayload(f"{name} must be a list of objects, not {type(found).__name__}.")
        for one in found:
            if not isinstance(one, dict):
                raise BadPayload(f"{name} must be a list of objects; one member is {type(one).__name__}.")
        return found

    def resource(self, source: Mapping[str, Any], target: Any) -> None:
        resource = self.get(source, "resource")
        if isinstance(resource, dict):
            self.attributes(resource, target.attributes)

    def scope(self, source: Mapping[str, Any], target: Any) -> None:
        scope = self.get(source, "scope") or self.get(source, "instrumentationLibrary")
        if isinstance(scope, dict):
            target.name, target.version = self.text(scope, "name"), self.text(scope, "version")

    def span(self, source: Mapping[str, Any], target: Any) -> None:
        target.trace_id = self.hex(source, "traceId")
        target.span_id = self.hex(source, "spanId")
        target.parent_span_id = self.hex(source, "parentSpanId")
        target.trace_state = self.text(source, "traceState")
        target.name = self.text(source, "name")
        target.kind = self.enum(self.get(source, "kind"), Span.SpanKind.Value, "kind", 5)
        target.start_time_unix_nano = self.integer(source, "startTimeUnixNano", _UINT64_MAX)
        target.end_time_unix_nano = self.integer(source, "endTimeUnixNano", _UINT64_MAX)
        target.dropped_attributes_count = self.integer(source, "droppedAttributesCount", 2**32 - 1)
        self.attributes(source, target.attributes)
        for event in self.objects(source, "events"):
            added = target.events.add()
            added.name, added.time_unix_nano = self.text(event, "name"), self.integer(event, "timeUnixNano", _UINT64_MAX)
            self.attributes(event, added.attributes)
        for link in self.objects(source, "links"):
            linked = target.links.add()
            linked.trace_id, linked.span_id = self.hex(link, "traceId"), self.hex(link, "spanId")
            self.attributes(link, linked.attributes)
        status = self.get(source, "status")
        if isinstance(status, dict):
            target.status.code = self.enum(self.get(status, "code"), Status.StatusCode.Value, "status.code", 2)
            target.status.message = self.text(status, "message")

    def log(self, source: Mapping[str, Any], target: Any) -> None:
        target.trace_id, target.span_id = self.hex(source, "traceId"), self.hex(source, "spanId")
        target.time_unix_nano = self.integer(source, "timeUnixNano", _UINT64_MAX)
        target.observed_time_unix_nano = self.integer(source, "observedTimeUnixNano", _UINT64_MAX)
        target.event_name = self.text(source, "eventName")
        self.attributes(source, target.attributes)
        body = self.get(source, "body")
        if isinstance(body, dict):
            self.value(body, target.body, 0)

    def attributes(self, source: Mapping[str, Any], target: Any) -> None:
        for pair in self.objects(source, "attributes"):
            added = target.add()
            added.key = self.text(pair, "key")
            value = self.get(pair, "value")
            if isinstance(value, dict):
                self.value(value, added.value, 0)

    def value(self, source: Mapping[str, Any], target: AnyValue, depth: int) -> None:
        for name, raw in source.items():
            kind = (
                name if "_" not in name else "".join(part.title() if index else part for index, part in enumerate(name.split("_")))
            )
            if kind == "stringValue":
                target.string_value = _clean(raw) if isinstance(raw, str) else str(raw)
            elif kind == "intValue":
                target.int_value = max(-_INT64_MAX - 1, min(_INT64_MAX, self._whole(raw, name)))
            elif kind == "doubleValue":
                target.double_value = self._real(raw, name)
            elif kind == "boolValue":
                target.bool_value = raw is True or raw == "true"
            elif kind == "bytesValue":
                target.bytes_value = self._base64(raw)
            elif kind == "arrayValue":
                self._array(raw, target, depth)
            elif kind == "kvlistValue":
                self._kvlist(raw, target, depth)

    def _array(self, raw: Any, target: AnyValue, depth: int) -> None:
        target.array_value.SetInParent()
        if depth >= self._bounds.depth or not isinstance(raw, dict):
            return
        for one in self.objects(raw, "values"):
            self.value(one, target.array_value.values.add(), depth + 1)

    def _kvlist(self, raw: Any, target: AnyValue, depth: int) -> None:
        target.kvlist_value.SetInParent()
        if depth >= self._bounds.depth or not isinstance(raw, dict):
            return
        for pair in self.objects(raw, "values"):
            added = target.kvlist_value.values.add()
            added.key = self.text(pair, "key")
            value = self.get(pair, "value")
            if isinstance(value, dict):
                self.value(value, added.value, depth + 1)

    def text(self, source: Mapping[str, Any], name: str) -> str:
        found = self.get(source, name)
        if found is None:
            return ""
        if not isinstance(found, str):
            raise BadPayload(f"{name} must be text, not {type(found).__name__}.")
        return _clean(found)

    def hex(self, source: Mapping[str, Any], name: str) -> bytes:
        text = self.text(source, name)
        try:
            return binascii.unhexlify(text)
        except (binascii.Error, ValueError):
            # An id that is not hex is rejected by name with its span, not with the whole request.
            return b""

    def integer(self, source: Mapping[str, Any], name: str, largest: int) -> int:
        found = self.get(source, name)
        return 0 if found is None or found == "" else max(0, min(largest, self._whole(found, name)))

    def enum(self, found: Any, value_of: Callable[[str], int], name: str, largest: int) -> int:
        if isinstance(found, str) and not found.isdigit():
            try:
                return value_of(found)
            except ValueError as error:
                raise BadPayload(f"{name} {found!r} is not a value of OTLP.") from error
        number = 0 if found is None else self._whole(found, name)
        return number if 0 <= number <= largest else 0

    def _whole(self, raw: Any, name: str) -> int:
        try:
            return int(raw) if not isinstance(raw, float) else int(raw) if math.isfinite(raw) else 0
        except (TypeError, ValueError) as error:
            raise BadPayload(f"{name} must be a whole number, not {raw!r:.40}.") from error

    def _real(self, raw: Any, name: str) -> float:
        try:
            return float(raw)
        except (TypeError, ValueError) as error:
            raise BadPayload(f"{name} must be a number, not {raw!r:.40}.") from error

    def _base64(self, raw: Any) -> bytes:
        try:
            return binascii.a2b_base64(raw) if isinstance(raw, str) else b""
        except binascii.Error:
            return b""


def _clean(text: str) -> str:
    """Without lone surrogates, which JSON may hold and UTF-8 may not."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
