"""OTLP requests for tests, short to write."""

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

T0 = 1_780_000_000_000_000_000
"""Nanoseconds; the tests' noon."""


def span(name: str = "call", *, trace: str = "a" * 32, span_id: str = "b" * 16, parent: str = "", start: int = 0, end: int | None = 5,
         status: int = 0, message: str = "", **attributes: Any) -> dict[str, Any]:  # fmt: skip
    """A span; `start` and `end` are milliseconds after T0. Attribute names are written with `__` for a dot."""
    return {
        "name": name, "trace": trace, "id": span_id, "parent": parent, "start": start, "end": end, "status": status,
        "message": message, "attributes": {key.replace("__", "."): value for key, value in attributes.items()},
    }  # fmt: skip


def traces(*spans: Mapping[str, Any], resource: Mapping[str, Any] | None = None, scope: str = "test") -> bytes:
    """An export request in protobuf."""
    request = ExportTraceServiceRequest()
    resource_spans = request.resource_spans.add()
    _attributes(resource_spans.resource.attributes, resource or {"service.name": "svc"})
    scope_spans = resource_spans.scope_spans.add()
    scope_spans.scope.name = scope
    for one in spans:
        added = scope_spans.spans.add()
        added.trace_id, added.span_id = bytes.fromhex(one["trace"]), bytes.fromhex(one["id"])
        added.parent_span_id = bytes.fromhex(one["parent"])
        added.name = one["name"]
        added.start_time_unix_nano = T0 + one["start"] * 1_000_000
        if one["end"] is not None:
            added.end_time_unix_nano = T0 + one["end"] * 1_000_000
        added.status.code, added.status.message = one["status"], one["message"]
        _attributes(added.attributes, one["attributes"])
    return request.SerializeToString()


def logs(*records: Mapping[str, Any], trace: str = "a" * 32, span_id: str = "b" * 16) -> bytes:
    """Log records of a span: `{"name", "body", "at"}`."""
    request = ExportLogsServiceRequest()
    scope_logs = request.resource_logs.add().scope_logs.add()
    scope_logs.scope.name = "opentelemetry.instrumentation.openai_v2"
    for one in records:
        added = scope_logs.log_records.add()
        added.trace_id, added.span_id = bytes.fromhex(trace), bytes.fromhex(span_id)
        added.event_name = one["name"]
        added.time_unix_nano = T0 + one.get("at", 0) * 1_000_000
        _value(added.body, one["body"])
    return request.SerializeToString()


def _attributes(target: Any, source: Mapping[str, Any]) -> None:
    for key, value in source.items():
        added = target.add()
        added.key = key
        _value(added.value, value)


def _value(target: Any, value: Any) -> None:
    if isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int):
        target.int_value = value
    elif isinstance(value, float):
        target.double_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, Mapping):
        target.kvlist_value.SetInParent()
        _attributes(target.kvlist_value.values, value)
    elif isinstance(value, Sequence):
        target.array_value.SetInParent()
        for one in value:
            _value(target.array_value.values.add(), one)
