"""The only list of analytic columns: insert order, DDL, filter vocabulary, SQL allow-list, docs page and UI types all come from here.

Two tables hold a span. `spans` is narrow and is rewritten whenever its trace settles anew; `payloads` holds what is large and is written
once, in one column, because text that is stored twice (raw attributes and messages) compresses to one where both lie side by side.
"""

from dataclasses import dataclass
from typing import Final, Literal

FieldType = Literal["string", "number", "boolean", "time", "map", "set"]

LC: Final = "LowCardinality(String)"
TIME: Final = "DateTime64(6, 'UTC')"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column of an analytic table."""

    name: str
    type: str
    """ClickHouse type, as in the DDL."""
    doc: str
    label: str = ""
    """What the UI calls it; empty where it is never shown as a column of its own."""
    field: FieldType | None = None
    """Type in the filter language; `None`: not filterable."""
    group: str = ""
    """Where the UI lists it: `call`, `outcome`, `who`, `prompt`, `retrieval`, `tokens`, `cost`, `trace`, `source`."""
    facet: bool = False
    """Whether the sidebar offers its values with counts."""
    unit: str = ""
    codec: str = ""
    settled: bool = False
    """Written by settling the trace, not by the span alone."""
    index: str = ""
    """A data-skipping index, as in the DDL."""


def _c(name: str, type_: str, doc: str, /, **rest: object) -> Column:
    return Column(name=name, type=type_, doc=doc, **rest)  # type: ignore[arg-type]  # keywords are checked by the dataclass itself


_BLOOM = "bloom_filter(0.01) GRANULARITY 1"
_SORTED = "CODEC(DoubleDelta, ZSTD(1))"
_ZSTD = "CODEC(ZSTD(1))"

_IDENTITY: Final = (
    _c("project_id", LC, "The project that the span belongs to; every query is bound to one."),
    _c("start_time", TIME, "When the step began, UTC.", label="Started", field="time", group="call", codec=_SORTED),
    _c("trace_id", "String", "32 hex digits.", label="Trace", field="string", group="trace", codec=_ZSTD, index=_BLOOM),
    _c("span_id", "String", "16 hex digits.", label="Span", field="string", group="trace", codec=_ZSTD, index=_BLOOM),
    _c("parent_span_id", "String", "The parent as sent; empty for a root.", field="string", group="trace", codec=_ZSTD),
    _c("version", "UInt64", "Which write of this row is the newest.", codec="CODEC(Delta, ZSTD(1))"),
    _c("is_deleted", "UInt8", "1 where the row was moved or erased."),
    _c(
        "received_at",
        TIME,
        "When the first part arrived, UTC.",
        label="Received",
        field="time",
        group="source",
        codec=_SORTED,
        index="minmax GRANULARITY 1",
    ),
    _c("content_hash", "UInt64", "Hash of the raw parts: a resend that changes nothing writes nothing.", codec="CODEC(NONE)"),
)

_CALL: Final = (
    _c("name", LC, "What the step is called.", label="Name", field="string", group="call", facet=True),
    _c(
        "kind",
        LC,
        "generation, embedding, retriever, reranker, tool, agent, chain, guardrail, evaluator, event or span.",
        label="Kind",
        field="string",
        group="call",
        facet=True,
    ),
    _c(
        "end_time",
        f"Nullable({TIME})",
        "When it ended; absent while it runs.",
        label="Ended",
        field="time",
        group="call",
        codec=_ZSTD,
    ),
    _c("duration", "Nullable(Float64)", "End minus start.", label="Duration", field="number", group="call", unit="ms", codec=_ZSTD),
    _c(
        "ttft",
        "Nullable(Float64)",
        "From start to the first token.",
        label="TTFT",
        field="number",
        group="call",
        unit="ms",
        codec=_ZSTD,
    ),
    _c("outcome", LC, "success, error or refused.", label="Outcome", field="string", group="outcome", facet=True),
    _c(
        "status_message",
        "String",
        "The first line of the error, at most 1,000 characters.",
        label="Message",
        field="string",
        group="outcome",
        codec=_ZSTD,
    ),
    _c("error_type", LC, "The error's class.", label="Error type", field="string", group="outcome", facet=True),
    _c("finish_reason", LC, "Why the provider stopped.", label="Finish reason", field="string", group="outcome", facet=True),
    _c("model_requested", LC, "The model that was asked for.", label="Model requested", field="string", group="call", facet=True),
    _c("model", LC, "The model that answered.", label="Model", field="string", group="call", facet=True),
    _c("provider", LC, "Who ran the model.", label="Provider", field="string", group="call", facet=True),
    _c(
        "system_fingerprint",
        LC,
        "The provider's own version mark.",
        label="System fingerprint",
        field="string",
        group="call",
        facet=True,
    ),
    _c("service_tier", LC, "The provider's service tier.", label="Service tier", field="string", group="call", facet=True),
    _c(
        "response_id",
        "String",
        "The provider's id of its answer.",
        label="Response id",
        field="string",
        group="call",
        codec=_ZSTD,
        index=_BLOOM,
    ),
    _c("streaming", "Int8", "1 streamed, 0 not, -1 unknown.", label="Streaming", field="boolean", group="call"),
    _c("tool_name", LC, "The tool that was executed.", label="Tool", field="string", group="call", facet=True),
    _c(
        "tool_schemas",
        f"Array({LC})",
        "Tools that were offered, each as `name@hash` of its schema.",
        label="Tool schema",
        field="set",
        group="call",
    ),
    _c("agent_name", LC, "The agent that acts.", label="Agent", field="string", group="call", facet=True),
    _c(
        "cache_hit", "Int8", "1 an application cache answered, 0 not, -1 unknown.", label="Cache hit", field="boolean", group="call"
    ),
    _c("guardrail_action", LC, "allow, block, mask …", label="Guardrail", field="string", group="outcome", facet=True),
)

_RETRIEVAL: Final = (
    _c("retrieval_index", LC, "The index that was searched.", label="Index", field="string", group="retrieval", facet=True),
    _c("retrieval_version", LC, "Its version.", label="Index version", field="string", group="retrieval", facet=True),
    _c("retrieval_top_k", "UInt16", "How many documents were asked for.", label="Top k", field="number", group="retrieval"),
    _c("document_count", "UInt16", "How many documents came.", label="Documents", field="number", group="retrieval"),
    _c(
        "document_classes",
        f"Array({LC})",
        "The classes of the documents.",
        label="Document class",
        field="set",
        group="retrieval",
        facet=True,
    ),
)

_TOKENS: Final = (
    _c("usage_input", "Nullable(UInt32)", "Fresh input tokens.", label="Input", field="number", group="tokens"),
    _c(
        "usage_cache_read",
        "Nullable(UInt32)",
        "Input tokens read from the provider's cache.",
        label="Cache read",
        field="number",
        group="tokens",
    ),
    _c(
        "usage_cache_write",
        "Nullable(UInt32)",
        "Input tokens written to the cache.",
        label="Cache write",
        field="number",
        group="tokens",
    ),
    _c(
        "usage_cache_write_1h",
        "Nullable(UInt32)",
        "Input tokens written to the one-hour cache.",
        label="Cache write 1 h",
        field="number",
        group="tokens",
    ),
    _c("usage_output", "Nullable(UInt32)", "Visible output tokens.", label="Output", field="number", group="tokens"),
    _c("usage_reasoning", "Nullable(UInt32)", "Reasoning tokens.", label="Reasoning", field="number", group="tokens"),
    _c("usage_audio_in", "Nullable(UInt32)", "Audio input tokens.", label="Audio in", field="number", group="tokens"),
    _c("usage_audio_out", "Nullable(UInt32)", "Audio output tokens.", label="Audio out", field="number", group="tokens"),
    _c("input_tokens", "UInt32", "All input tokens, 0 where not reported.", label="Input tokens", field="number", group="tokens"),
    _c(
        "output_tokens", "UInt32", "All output tokens, 0 where not reported.", label="Output tokens", field="number", group="tokens"
    ),
    _c("tokens", "UInt32", "Input and output tokens.", label="Tokens", field="number", group="tokens"),
)

_COST: Final = (
    _c(
        "cost",
        "Nullable(Float64)",
        "US dollars; absent where nobody can price the call.",
        label="Cost",
        field="number",
        group="cost",
        unit="USD",
    ),
    _c("cost_input", "Float64", "For fresh input.", unit="USD"),
    _c("cost_cache_read", "Float64", "For cache reads.", unit="USD"),
    _c("cost_cache_write", "Float64", "For cache writes.", unit="USD"),
    _c("cost_cache_write_1h", "Float64", "For one-hour cache writes.", unit="USD"),
    _c("cost_output", "Float64", "For visible output.", unit="USD"),
    _c("cost_reasoning", "Float64", "For reasoning.", unit="USD"),
    _c("cost_audio_in", "Float64", "For audio in.", unit="USD"),
    _c("cost_audio_out", "Float64", "For audio out.", unit="USD"),
    _c("cost_fixed", "Float64", "Per request, or where only a total is known.", unit="USD"),
    _c("cost_source", LC, "Which price made it.", label="Price source", field="string", group="cost", facet=True),
    _c(
        "reported_cost",
        "Nullable(Float64)",
        "What the emitter said that it cost.",
        label="Reported cost",
        field="number",
        group="cost",
        unit="USD",
    ),
)

_PROMPT: Final = (
    _c("prompt_name", LC, "The registered prompt.", label="Prompt", field="string", group="prompt", facet=True),
    _c("prompt_version", LC, "Its version.", label="Prompt version", field="string", group="prompt", facet=True),
    _c("prompt_label", LC, "The label by which it was fetched.", label="Prompt label", field="string", group="prompt", facet=True),
    _c("prompt_hash", LC, "Its content hash.", field="string", group="prompt"),
    _c(
        "prompt_fingerprint",
        LC,
        "Hash of the rendered system prompt's template.",
        label="Fingerprint",
        field="string",
        group="prompt",
        facet=True,
    ),
    _c(
        "input_hash",
        "String",
        "Hash of the input, to find repeats.",
        label="Input hash",
        field="string",
        group="prompt",
        codec=_ZSTD,
    ),
    _c("rollout_arm", LC, "The arm of the rollout that served.", label="Arm", field="string", group="prompt", facet=True),
    _c(
        "rollout_probability",
        "Float32",
        "With which probability it was drawn; 0 where there was no rollout.",
        label="Arm's probability",
        field="number",
        group="prompt",
    ),
)

_WHO: Final = (
    _c("user_id", "String", "The end user.", label="User", field="string", group="who", codec=_ZSTD, settled=True, index=_BLOOM),
    _c(
        "session_id",
        "String",
        "The conversation.",
        label="Session",
        field="string",
        group="who",
        codec=_ZSTD,
        settled=True,
        index=_BLOOM,
    ),
    _c("user_tier", LC, "free, starter, professional …", label="User tier", field="string", group="who", facet=True, settled=True),
    _c("feature", LC, "The product feature that called.", label="Feature", field="string", group="who", facet=True, settled=True),
    _c(
        "experiment",
        LC,
        "The experiment that the call belongs to; a rollout's id where none is named.",
        label="Experiment",
        field="string",
        group="who",
        facet=True,
        settled=True,
    ),
    _c("environment", LC, "production, staging …", label="Environment", field="string", group="who", facet=True, settled=True),
    _c("release", LC, "The app's release.", label="Release", field="string", group="who", facet=True, settled=True),
    _c("tags", f"Array({LC})", "Tags.", label="Tags", field="set", group="who", facet=True, settled=True),
    _c(
        "metadata",
        f"Map({LC}, String)",
        "Whatever else the app attached; values as text or JSON.",
        label="Metadata",
        field="map",
        group="who",
        codec=_ZSTD,
    ),
    _c("own_context", f"Map({LC}, String)", "What this span itself said of the settled columns above.", codec=_ZSTD),
)

_SOURCE: Final = (
    _c("service", LC, "The service that sent it.", label="Service", field="string", group="source", facet=True),
    _c("scope", LC, "The instrumentation scope.", label="Scope", field="string", group="source", facet=True),
    _c("dialect", LC, "The convention that it was written in.", label="Dialect", field="string", group="source", facet=True),
    _c("sdk", LC, "The SDK and its version.", label="SDK", field="string", group="source", facet=True),
    _c("flags", f"Array({LC})", "What was odd about it.", label="Flags", field="set", group="source", facet=True),
    _c(
        "sample_probability",
        "Float32",
        "With which probability it was kept.",
        label="Sample probability",
        field="number",
        group="source",
    ),
    _c("payload_kept", "UInt8", "Whether its messages were kept.", field="boolean", group="source"),
    _c("framework_noise", "UInt8", "Whether it looks like plumbing."),
    _c("inherits_session", "UInt8", "0 where its session id was invented for this run alone."),
    _c("message_count", "UInt16", "How many messages went in and out.", label="Messages", field="number", group="call"),
    _c("input_preview", "String", "The beginning of the input.", label="Input", codec=_ZSTD),
    _c("output_preview", "String", "The beginning of the output.", label="Output", codec=_ZSTD),
    _c("trace_name", LC, "An explicit name for the trace."),
    _c("detail", "UInt32", "How much the span carries; decides which of two spans of one call is kept."),
)

_SETTLED: Final = (
    _c("folded", "UInt8", "Framework plumbing, hidden by default.", field="boolean", group="trace", settled=True),
    _c("display_parent_id", "String", "The nearest shown ancestor.", codec=_ZSTD, settled=True),
    _c("is_root", "UInt8", "The span that stands for its trace.", label="Root", field="boolean", group="trace", settled=True),
    _c("counted", "UInt8", "Whether it carries its call's tokens and cost.", field="boolean", group="trace", settled=True),
    _c("counted_in", "String", "`trace_id/span_id` of the span that carries them instead.", codec=_ZSTD, settled=True),
)

SPAN_COLUMNS: Final[tuple[Column, ...]] = (
    *_IDENTITY, *_CALL, *_RETRIEVAL, *_TOKENS, *_COST, *_PROMPT, *_WHO, *_SOURCE, *_SETTLED,
)  # fmt: skip
"""Table `spans`, in insert order."""

PAYLOAD_COLUMNS: Final[tuple[Column, ...]] = (
    _c("project_id", LC, "As in `spans`."),
    _c("start_time", TIME, "As in `spans`.", codec=_SORTED),
    _c("trace_id", "String", "As in `spans`.", codec=_ZSTD),
    _c("span_id", "String", "As in `spans`.", codec=_ZSTD),
    _c("version", "UInt64", "Which write of this row is the newest.", codec="CODEC(Delta, ZSTD(1))"),
    _c("is_deleted", "UInt8", "1 where the row was moved or erased."),
    _c("payload", "String", "JSON: the canonical large fields and the raw span.", codec=_ZSTD),
    _c("search_text", "String", "Input and output, folded for search.", codec=_ZSTD,
       index="text(tokenizer = splitByNonAlpha, posting_list_codec = 'bitpacking') GRANULARITY 100000000"),
)  # fmt: skip
"""Table `payloads`, in insert order."""

SCORE_COLUMNS: Final[tuple[Column, ...]] = (
    _c("project_id", LC, "The project."),
    _c("name", LC, "What is judged.", label="Score", field="string"),
    _c("time", TIME, "When it was judged, UTC.", field="time", codec=_SORTED),
    _c("id", "String", "Given by the caller or made here; the same id again replaces.", codec=_ZSTD, index=_BLOOM),
    _c("version", "UInt64", "Which write of this row is the newest.", codec="CODEC(Delta, ZSTD(1))"),
    _c("is_deleted", "UInt8", "1 where it was deleted."),
    _c("target", LC, "span, trace, session or experiment_item.", field="string"),
    _c("trace_id", "String", "The trace.", field="string", codec=_ZSTD, index=_BLOOM),
    _c("span_id", "String", "The span, for a score on a span.", field="string", codec=_ZSTD, index=_BLOOM),
    _c("session_id", "String", "The session, for a score on a session.", field="string", codec=_ZSTD, index=_BLOOM),
    _c("type", LC, "numeric, categorical, boolean, text or correction.", field="string"),
    _c("value", "Nullable(Float64)", "The number; booleans are 0 and 1.", field="number"),
    _c("string_value", "String", "The category or text.", field="string", codec=_ZSTD),
    _c("comment", "String", "Why.", codec=_ZSTD),
    _c("status", LC, "valid, invalid or refused.", field="string"),
    _c("source", LC, "api, human, evaluator, feedback or gateway.", field="string"),
    _c("evaluator", LC, "The evaluator's name.", field="string"),
    _c("evaluator_version", LC, "Its version.", field="string"),
    _c("judge_model", LC, "The model that judged.", field="string"),
    _c("evaluator_trace_id", "String", "The trace of the judgement itself.", codec=_ZSTD),
    _c("cost", "Nullable(Float64)", "What the judgement cost, US dollars.", field="number"),
    _c("annotator", LC, "The person, pseudonymous where asked.", field="string"),
    _c("config_id", LC, "The score configuration."),
    _c("sample_probability", "Float32", "With which probability it was drawn for judging."),
    _c("metadata", f"Map({LC}, String)", "Whatever else.", field="map", codec=_ZSTD),
    _c("received_at", TIME, "When it arrived, UTC.", codec=_SORTED),
)
"""Table `scores`, in insert order."""

COST_DIMENSIONS: Final = (
    "feature", "user_tier", "environment", "experiment", "provider", "model", "prompt_name", "prompt_version", "user_id", "tool_name",
)  # fmt: skip
"""By what the daily roll-ups of cost are kept apart: columns of `spans`, those with few values first."""

COST_DAY_COLUMNS: Final[tuple[Column, ...]] = (
    _c("project_id", LC, "The project."),
    _c("day", TIME, "Midnight, UTC, of the day on which the calls started.", codec=_SORTED),
    *(
        _c(name, "String", "As in `spans`.", codec=_ZSTD) if name == "user_id" else _c(name, LC, "As in `spans`.")
        for name in COST_DIMENSIONS
    ),
    _c("version", "UInt64", "Of the count of this day that the row belongs to; only the newest count of a day is read."),
    _c("is_deleted", "UInt8", "Always 0: a day is replaced whole."),
    _c("calls", "UInt64", "Model calls that were counted."),
    _c("unpriced", "UInt64", "Of them, with tokens and without a price."),
    _c("input_tokens", "UInt64", "Their input tokens."),
    _c("output_tokens", "UInt64", "Their output tokens."),
    _c("cost", "Float64", "What they cost together.", unit="USD"),
    _c("cost_input", "Float64", "For input, fresh, cached and audio.", unit="USD"),
    _c("cost_output", "Float64", "For output, visible, reasoning and audio.", unit="USD"),
    _c("cost_fixed", "Float64", "Per request, or where only a total is known.", unit="USD"),
)
"""Table `cost_days`: what stays of cost when the spans are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """An analytic table: its columns, where a row lives and what makes two rows the same."""

    name: str
    columns: tuple[Column, ...]
    partition: str
    key: str
    primary: str = ""
    """What the index holds of the key, where it is less."""
    granularity: int
    """Rows a mark. Smaller than the engine's 8,192 because lists and pages look up single traces in wide rows: 1,024 halves the time of
    a page of scattered traces and of one trace, costs nothing in scans, and takes 0.2 bytes a row (measured on 1,000,000 spans)."""
    indexed_later: bool = False
    """Whether an insert leaves the indexes of its rows to the next merge, which makes them anew in any case. The text index is half of what
    an insert of payloads costs (44 µs a row with it, 24 without, merges cost the same; measured); until then its few rows are read."""
    block_bytes: int = 65_536
    """The least that is compressed together. A quarter of the engine's own in `spans`: forty scattered traces cost 80 ms of CPU
    instead of 119, for 3 % more disk (measured on 1,000,000 spans)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in insert order."""
        return tuple(column.name for column in self.columns)


# A clock that is wrong by decades must not open a partition for each century: it gets one of its own.
_WEEK: Final = "if(start_time < '2015-01-01' OR start_time > '2100-01-01', toDate('1970-01-05'), toMonday(start_time, 'UTC'))"
_SPAN_KEY: Final = "project_id, start_time, trace_id, span_id"

SPANS: Final = Table(name="spans", columns=SPAN_COLUMNS, partition=_WEEK, key=_SPAN_KEY, granularity=1_024, block_bytes=16_384)
PAYLOADS: Final = Table(
    name="payloads", columns=PAYLOAD_COLUMNS, partition=_WEEK, key=_SPAN_KEY, granularity=512, indexed_later=True
)
SCORES: Final = Table(
    name="scores",
    columns=SCORE_COLUMNS,
    partition="toYYYYMM(time, 'UTC')",
    key="project_id, name, time, id",
    granularity=1_024,
)
COST_DAYS: Final = Table(
    name="cost_days",
    columns=COST_DAY_COLUMNS,
    partition="toYYYYMM(day, 'UTC')",
    key=f"project_id, day, {', '.join(COST_DIMENSIONS)}",
    primary=f"project_id, day, {', '.join(COST_DIMENSIONS[:-2])}",
    granularity=1_024,
)
TABLES: Final = (SPANS, PAYLOADS, SCORES, COST_DAYS)

FILTERABLE: Final[dict[str, Column]] = {column.name: column for column in SPAN_COLUMNS if column.field}
"""The span columns that the filter language knows, by name."""

ALIASES: Final[dict[str, str]] = {
    "user": "user_id",
    "session": "session_id",
    "prompt": "prompt_name",
    "tag": "tags",
    "env": "environment",
    "tier": "user_tier",
    "status": "outcome",
    "id": "trace_id",
    "latency": "duration",
    "fingerprint": "prompt_fingerprint",
    "tool": "tool_name",
    "agent": "agent_name",
    "class": "document_classes",
}
"""Short forms of field names."""
