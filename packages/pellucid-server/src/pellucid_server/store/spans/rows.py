"""Canonical spans into Arrow columns of the tables `spans` and `payloads`, in the order of `columns.py`.

Columns are built one at a time over all spans: a quarter of the cost of building row tuples and transposing them (measured).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import pyarrow as pa

from pellucid_server.model.json import JsonValue
from pellucid_server.model.span import MODEL_KINDS, Span
from pellucid_server.model.usage import USAGE_KINDS
from pellucid_server.store.spans.columns import PAYLOADS, SPANS, Column, Table

_MIN_TIME = -2_208_988_800_000_000
_MAX_TIME = 10_413_791_999_000_000
"""1900 and 2299 in microseconds: what DateTime64 can hold. The raw span keeps what was sent."""
_UINT32_MAX = 2**32 - 1
_UINT16_MAX = 2**16 - 1
_STATUS_CHARS = 1_000


class Encodable(Protocol):
    """A decoded span with what the store keeps beside it; `ingest` makes these."""

    @property
    def project_id(self) -> str: ...
    @property
    def span(self) -> Span: ...
    @property
    def payload(self) -> bytes: ...
    @property
    def search_text(self) -> str: ...
    @property
    def input_preview(self) -> str: ...
    @property
    def output_preview(self) -> str: ...
    @property
    def content_hash(self) -> int: ...
    @property
    def received_at(self) -> int: ...
    @property
    def detail(self) -> int: ...


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type in which a column is inserted."""
    return _arrow(column.type.replace("LowCardinality(String)", "String"))


def _arrow(type_: str) -> pa.DataType:
    if type_.startswith("Nullable("):
        return _arrow(type_[len("Nullable(") : -1])
    if type_.startswith("Array("):
        return pa.list_(_arrow(type_[len("Array(") : -1]))
    if type_.startswith("Map("):
        return pa.map_(pa.string(), pa.string())
    if type_.startswith("DateTime64"):
        return pa.timestamp("us", "UTC")
    return _PLAIN[type_]


_PLAIN = {
    "String": pa.string(),
    "UInt64": pa.uint64(),
    "UInt32": pa.uint32(),
    "UInt16": pa.uint16(),
    "UInt8": pa.uint8(),
    "Int8": pa.int8(),
    "Float64": pa.float64(),
    "Float32": pa.float32(),
}


def arrow_schema(table: Table) -> pa.Schema:
    """The Arrow schema of a table, in insert order."""
    return pa.schema([pa.field(column.name, arrow_type(column)) for column in table.columns])


def encode_spans(rows: Sequence[Encodable]) -> pa.Table:
    """Rows of table `spans`; the settled columns hold what each span says for itself."""
    schema = arrow_schema(SPANS)
    return pa.table([pa.array([_GETTERS[f.name](row) for row in rows], f.type) for f in schema], schema=schema)


def encode_payloads(rows: Sequence[Encodable]) -> pa.Table:
    """Rows of table `payloads`."""
    schema = arrow_schema(PAYLOADS)
    columns = (
        [row.project_id for row in rows],
        [_time(row.span.start_time) for row in rows],
        [row.span.trace_id for row in rows],
        [row.span.span_id for row in rows],
        [0] * len(rows),
        [0] * len(rows),
        [row.payload for row in rows],
        [row.search_text for row in rows],
    )
    return pa.table([pa.array(values, f.type) for values, f in zip(columns, schema, strict=True)], schema=schema)


def own_context(span: Span) -> dict[str, str]:
    """What a span itself says of the columns that it may otherwise inherit; kept so that its trace can be settled again."""
    own = {
        "user_id": span.user_id,
        "session_id": span.session_id,
        "user_tier": span.user_tier,
        "feature": span.feature,
        "environment": span.environment,
        "release": span.release,
        "trace_name": span.trace_name,
    }
    if span.tags:
        own["tags"] = json.dumps(span.tags)
    if span.rollout is not None:
        own["experiment"] = span.rollout.experiment or ""
        own["rollout_arm"] = span.rollout.arm or ""
        own["rollout_probability"] = repr(span.rollout.probability or 0.0)
    return {key: value for key, value in own.items() if value}


def _time(micros: int) -> int:
    return max(_MIN_TIME, min(_MAX_TIME, micros))


def _time_or_none(micros: int | None) -> int | None:
    return None if micros is None else _time(micros)


def _millis(start: int, end: int | None) -> float | None:
    return None if end is None else (end - start) / 1000


def _tri(flag: bool | None) -> int:
    return -1 if flag is None else int(flag)


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _map(values: Mapping[str, JsonValue]) -> list[tuple[str, str]]:
    return [(key, _text(value)) for key, value in values.items() if value is not None]


def _count(number: int) -> int:
    return min(_UINT32_MAX, max(0, number))


def _usage(kind: str) -> Callable[[Encodable], int | None]:
    def get(row: Encodable) -> int | None:
        count: int | None = getattr(row.span.usage, kind)
        return None if count is None else _count(count)

    return get


def _cost(kind: str) -> Callable[[Encodable], float]:
    def get(row: Encodable) -> float:
        return getattr(row.span.cost, kind) if row.span.cost is not None else 0.0

    return get


def _own(name: str) -> Callable[[Encodable], Any]:  # Any: the field's own type
    def get(row: Encodable) -> Any:
        return getattr(row.span, name)

    return get


def _prompt(name: str) -> Callable[[Encodable], str]:
    def get(row: Encodable) -> str:
        return (getattr(row.span.prompt, name) or "") if row.span.prompt is not None else ""

    return get


def _retrieval(name: str) -> Callable[[Encodable], str]:
    def get(row: Encodable) -> str:
        return (getattr(row.span.retrieval, name) or "") if row.span.retrieval is not None else ""

    return get


def _top_k(row: Encodable) -> int:
    return min(_UINT16_MAX, max(0, (row.span.retrieval.top_k or 0) if row.span.retrieval is not None else 0))


def _document_classes(row: Encodable) -> list[str]:
    return sorted({document.doc_class for document in row.span.documents if document.doc_class}) if row.span.documents else []


_STRAIGHT = (
    "trace_id", "span_id", "parent_span_id", "name", "kind", "outcome", "error_type", "finish_reason", "model_requested", "model",
    "provider", "system_fingerprint", "service_tier", "response_id", "tool_name", "agent_name", "guardrail_action",
    "prompt_fingerprint", "input_hash", "user_id", "session_id", "user_tier", "feature", "environment", "release", "tags",
    "service", "scope", "dialect", "sdk", "flags", "sample_probability", "trace_name",
)  # fmt: skip

_GETTERS: Mapping[str, Callable[[Encodable], Any]] = {
    **{name: _own(name) for name in _STRAIGHT},
    **{f"usage_{kind}": _usage(kind) for kind in USAGE_KINDS},
    **{f"cost_{kind}": _cost(kind) for kind in (*USAGE_KINDS, "fixed")},
    "project_id": lambda row: row.project_id,
    "start_time": lambda row: _time(row.span.start_time),
    "version": lambda row: 0,
    "is_deleted": lambda row: 0,
    "received_at": lambda row: row.received_at,
    "content_hash": lambda row: row.content_hash,
    "end_time": lambda row: _time_or_none(row.span.end_time),
    "duration": lambda row: _millis(row.span.start_time, row.span.end_time),
    "ttft": lambda row: _millis(row.span.start_time, row.span.first_token_time),
    "status_message": lambda row: row.span.status_message.partition("\n")[0][:_STATUS_CHARS],
    "streaming": lambda row: _tri(row.span.streaming),
    "cache_hit": lambda row: _tri(row.span.cache_hit),
    "retrieval_index": _retrieval("index"),
    "retrieval_version": _retrieval("version"),
    "retrieval_top_k": _top_k,
    "document_count": lambda row: min(_UINT16_MAX, len(row.span.documents)),
    "document_classes": _document_classes,
    "input_tokens": lambda row: _count(row.span.usage.input_total),
    "output_tokens": lambda row: _count(row.span.usage.output_total),
    "tokens": lambda row: _count(row.span.usage.total),
    "cost": lambda row: row.span.cost.total if row.span.cost is not None else None,
    "cost_source": lambda row: row.span.cost.source if row.span.cost is not None else "",
    "reported_cost": lambda row: row.span.reported_cost.total if row.span.reported_cost is not None else None,
    "prompt_name": _prompt("name"),
    "prompt_version": _prompt("version"),
    "prompt_label": _prompt("label"),
    "prompt_hash": _prompt("hash"),
    "experiment": lambda row: (row.span.rollout.experiment or "") if row.span.rollout is not None else "",
    "rollout_arm": lambda row: (row.span.rollout.arm or "") if row.span.rollout is not None else "",
    "rollout_probability": lambda row: (row.span.rollout.probability or 0.0) if row.span.rollout is not None else 0.0,
    "metadata": lambda row: _map(row.span.metadata),
    "own_context": lambda row: list(own_context(row.span).items()),
    "payload_kept": lambda row: int(row.span.payload_kept),
    "framework_noise": lambda row: int(row.span.framework_noise),
    "inherits_session": lambda row: int(row.span.inherits_session),
    "message_count": lambda row: min(_UINT16_MAX, len(row.span.messages_in) + len(row.span.messages_out)),
    "input_preview": lambda row: row.input_preview,
    "output_preview": lambda row: row.output_preview,
    "detail": lambda row: _count(row.detail),
    "folded": lambda row: 0,
    "display_parent_id": lambda row: row.span.parent_span_id,
    "is_root": lambda row: int(not row.span.parent_span_id),
    "counted": lambda row: int(row.span.kind in MODEL_KINDS),
    "counted_in": lambda row: "",
}
