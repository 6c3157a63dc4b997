"""Ended spans and scores as plain dicts, for an emitter: logging without a server.

What lives here: the shape of a record. What must not live here: attribute spelling beyond reading it back.
"""

import json
from datetime import UTC, datetime
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode, format_span_id, format_trace_id

from pellucid import semconv
from pellucid.exporting.outbox import Item, Post

NAMES = {
    semconv.KIND: "kind",
    semconv.REQUEST_MODEL: "model_requested",
    semconv.RESPONSE_MODEL: "model",
    semconv.PROVIDER: "provider",
    semconv.USER_ID: "user_id",
    semconv.SESSION_ID: "session_id",
    semconv.FEATURE: "feature",
    semconv.USER_TIER: "user_tier",
    semconv.EXPERIMENT: "experiment",
    semconv.ENVIRONMENT: "environment",
    semconv.RELEASE: "release",
    semconv.PROMPT_NAME: "prompt_name",
    semconv.PROMPT_VERSION: "prompt_version",
    semconv.PROMPT_LABEL: "prompt_label",
    semconv.PROMPT_HASH: "prompt_hash",
    semconv.TIME_TO_FIRST_CHUNK: "time_to_first_chunk_s",
    semconv.SAMPLE_PROBABILITY: "sample_probability",
    semconv.ERROR_TYPE: "error_type",
}
DOCUMENTS = {semconv.USAGE_DETAILS: "usage", semconv.COST_DETAILS: "cost", semconv.MODEL_PARAMETERS: "model_parameters"}
CONTENT = {semconv.INPUT: "input", semconv.OUTPUT: "output"}
SILENT_KEYS = {semconv.INPUT_IS_JSON, semconv.OUTPUT_IS_JSON}


def record_of(item: Item) -> dict[str, Any]:
    """One flat dict: `record` says what it is (`span`, `score`, `feedback`), times are ISO 8601, durations ms."""
    if isinstance(item, Post):
        return {"record": "feedback" if item.path.endswith("feedback") else "score", **item.document}
    return _record_of_span(item)


def _record_of_span(span: ReadableSpan) -> dict[str, Any]:
    context = span.context
    start, end = span.start_time or 0, span.end_time or 0
    record: dict[str, Any] = {
        "record": "span",
        "name": span.name,
        "trace_id": format_trace_id(context.trace_id) if context else "",
        "span_id": format_span_id(context.span_id) if context else "",
        "parent_span_id": format_span_id(span.parent.span_id) if span.parent else None,
        "start_time": datetime.fromtimestamp(start / 1e9, UTC).isoformat(),
        "duration_ms": round((end - start) / 1e6, 3),
        "outcome": "error" if span.status.status_code is StatusCode.ERROR else "success",
    }
    if span.status.description:
        record["status_message"] = span.status.description
    rest: dict[str, Any] = {}
    attributes = dict(span.attributes or {})
    for key, value in attributes.items():
        if key in NAMES:
            record[NAMES[key]] = value
        elif key in DOCUMENTS:
            record[DOCUMENTS[key]] = json.loads(str(value))
        elif key in CONTENT:
            record[CONTENT[key]] = json.loads(str(value)) if attributes.get(f"{key}.json") else value
        elif key == semconv.OUTCOME:
            record["outcome"] = value
        elif key == semconv.TAGS and isinstance(value, tuple):
            record["tags"] = list(value)
        elif key.startswith(semconv.METADATA_PREFIX):
            record.setdefault("metadata", {})[key.removeprefix(semconv.METADATA_PREFIX)] = value
        elif key not in SILENT_KEYS:
            rest[key] = value
    if rest:
        record["attributes"] = rest
    return record
