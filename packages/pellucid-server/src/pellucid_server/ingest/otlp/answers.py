"""OTLP answers: the response message of each signal, in the encoding of its request."""

import json
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

_FIELDS = {"traces": "rejected_spans", "logs": "rejected_log_records", "metrics": "rejected_data_points"}
_JSON_FIELDS = {"traces": "rejectedSpans", "logs": "rejectedLogRecords", "metrics": "rejectedDataPoints"}
_MESSAGES: dict[str, Any] = {  # Any: generated message classes share no typed base
    "traces": ExportTraceServiceResponse,
    "logs": ExportLogsServiceResponse,
    "metrics": ExportMetricsServiceResponse,
}


def message(signal: str, rejected: int, text: str) -> Any:
    """The protobuf response; `partial_success` is set only where something was rejected or must be said."""
    response = _MESSAGES[signal]()
    if rejected or text:
        setattr(response.partial_success, _FIELDS[signal], rejected)
        response.partial_success.error_message = text
    return response


def json_answer(signal: str, rejected: int, text: str) -> bytes:
    """The same in OTLP JSON."""
    if not rejected and not text:
        return b"{}"
    return json.dumps({"partialSuccess": {_JSON_FIELDS[signal]: str(rejected), "errorMessage": text}}).encode()
