"""Canonical spans into Arrow columns of the tables `spans` and `payloads`, in the order of `columns.py`.

Columns are built one at a time over all spans: a quarter of the cost of building row tuples and transposing them (measured).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol

import pyarrow as pa

from pellucid_server.model.json import JsonValue
from pellucid_server.model.span import MODEL_KINDS, Span
from pellucid_server.model.usage import NO_USAGE, USAGE_KINDS
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
    batch = _Batch(rows)
    return pa.table([pa.array(_GETTERS[f.name](batch), f.type) for f in schema], schema=schema)


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


def _millis(start: int, end: int | None) -> float | None:
    return None if end is None else (end - start) / 1000


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _map(values: Mapping[str, JsonValue]) -> list[tuple[str, str]]:
    return [(key, _text(value)) for key, value in values.items() if value is not None]


def _count(number: int) -> int:
    return min(_UINT32_MAX, max(0, number))


class _Batch:
    """Rows, and the lists of their parts that several columns read: a column is one pass over one list."""

    def __init__(self, rows: Sequence[Encodable]) -> None:
        self.rows = rows
        self.spans = [row.span for row in rows]
        self.usages = [span.usage for span in self.spans]
        self.costs = [span.cost for span in self.spans]
        self.prompts = [span.prompt for span in self.spans]
        self.retrievals = [span.retrieval for span in self.spans]
        self.rollouts = [span.rollout for span in self.spans]


_Column = Callable[[_Batch], Sequence[Any]]  # Any: each column's own type


def _of(part: str, name: str) -> _Column:
    """A field of each of the batch's `part`."""
    read = attrgetter(name)
    return lambda batch: list(map(read, getattr(batch, part)))


def _if_any(part: str, name: str, missing: Any) -> _Column:
    """A field of each of the batch's `part` where there is one, else `missing`."""
    read = attrgetter(name)
    return lambda batch: [missing if one is None else read(one) or missing for one in getattr(batch, part)]


def _usage(kind: str) -> _Column:
    read = attrgetter(kind)
    return lambda batch: [None if (count := read(usage)) is None else _count(count) for usage in batch.usages]


def _total(name: str) -> _Column:
    read = attrgetter(name)
    return lambda batch: [0 if usage is NO_USAGE else _count(read(usage)) for usage in batch.usages]


def _flag(name: str) -> _Column:
    read = attrgetter(name)
    return lambda batch: list(map(int, map(read, batch.spans)))


def _tri_state(name: str) -> _Column:
    read = attrgetter(name)
    return lambda batch: [-1 if flag is None else int(flag) for flag in map(read, batch.spans)]


def _constant(value: Any) -> _Column:
    return lambda batch: [value] * len(batch.rows)


def _document_classes(batch: _Batch) -> list[list[str]]:
    return [
        sorted({document.doc_class for document in span.documents if document.doc_class}) if span.documents else []
        for span in batch.spans
    ]


_STRAIGHT = (
    "trace_id", "span_id", "parent_span_id", "name", "kind", "outcome", "error_type", "finish_reason", "model_requested", "model",
    "provider", "system_fingerprint", "service_tier", "response_id", "tool_name", "agent_name", "guardrail_action",
    "prompt_fingerprint", "input_hash", "user_id", "session_id", "user_tier", "feature", "environment", "release", "tags",
    "service", "scope", "dialect", "sdk", "flags", "sample_probability", "trace_name", "tool_schemas",
)  # fmt: skip

_GETTERS: Mapping[str, _Column] = {
    **{name: _of("spans", name) for name in _STRAIGHT},
    **{name: _of("rows", name) for name in ("project_id", "received_at", "content_hash", "input_preview", "output_preview")},
    **{f"usage_{kind}": _usage(kind) for kind in USAGE_KINDS},
    **{f"cost_{kind}": _if_any("costs", kind, 0.0) for kind in (*USAGE_KINDS, "fixed")},
    **{f"prompt_{name}": _if_any("prompts", name, "") for name in ("name", "version", "label", "hash")},
    "version": _constant(0),
    "is_deleted": _constant(0),
    "start_time": lambda batch: [_time(span.start_time) for span in batch.spans],
    "end_time": lambda batch: [None if span.end_time is None else _time(span.end_time) for span in batch.spans],
    "duration": lambda batch: [_millis(span.start_time, span.end_time) for span in batch.spans],
    "ttft": lambda batch: [_millis(span.start_time, span.first_token_time) for span in batch.spans],
    "status_message": lambda batch: [span.status_message.partition("\n")[0][:_STATUS_CHARS] for span in batch.spans],
    "streaming": _tri_state("streaming"),
    "cache_hit": _tri_state("cache_hit"),
    "retrieval_index": _if_any("retrievals", "index", ""),
    "retrieval_version": _if_any("retrievals", "version", ""),
    "retrieval_top_k": lambda batch: [0 if one is None else max(0, min(_UINT16_MAX, one.top_k or 0)) for one in batch.retrievals],
    "document_count": lambda batch: [min(_UINT16_MAX, len(span.documents)) for span in batch.spans],
    "document_classes": _document_classes,
    "input_tokens": _total("input_total"),
    "output_tokens": _total("output_total"),
    "tokens": _total("total"),
    "cost": lambda batch: [None if cost is None else cost.total for cost in batch.costs],
    "cost_source": _if_any("costs", "source", ""),
    "reported_cost": lambda batch: [None if span.reported_cost is None else span.reported_cost.total for span in batch.spans],
    "experiment": _if_any("rollouts", "experiment", ""),
    "rollout_arm": _if_any("rollouts", "arm", ""),
    "rollout_probability": _if_any("rollouts", "probability", 0.0),
    "metadata": lambda batch: [_map(span.metadata) for span in batch.spans],
    "own_context": lambda batch: [list(own_context(span).items()) for span in batch.spans],
    "payload_kept": _flag("payload_kept"),
    "framework_noise": _flag("framework_noise"),
    "inherits_session": _flag("inherits_session"),
    "message_count": lambda batch: [min(_UINT16_MAX, len(span.messages_in) + len(span.messages_out)) for span in batch.spans],
    "detail": lambda batch: [_count(row.detail) for row in batch.rows],
    "folded": _constant(0),
    "display_parent_id": _of("spans", "parent_span_id"),
    "is_root": lambda batch: [int(not span.parent_span_id) for span in batch.spans],
    "counted": lambda batch: [int(span.kind in MODEL_KINDS) for span in batch.spans],
    "counted_in": _constant(""),
}
