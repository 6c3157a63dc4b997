"""Rows as the query layer gives them out, and how they are made of the store's. Names equal the API's; times are microseconds, UTC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.model.usage import USAGE_KINDS

Record = Mapping[str, Any]  # Any: the engine's values, by the names of the select list


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTotals:
    """Tokens by disjoint kind; None where nobody reported any."""

    input: int | None
    cache_read: int | None
    cache_write: int | None
    cache_write_1h: int | None
    output: int | None
    reasoning: int | None
    audio_in: int | None
    audio_out: int | None
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreSummary:
    """All scores of one name on something."""

    name: str
    type: str
    mean: float | None
    count: int
    string_value: str | None
    """The latest, for those that are not numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptName:
    """A registered prompt in one version."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRow:
    """A trace: all of its spans together."""

    trace_id: str
    root_span_id: str
    name: str
    kind: str
    start_time: Micros
    end_time: Micros | None
    duration: float | None
    """Milliseconds from the root's start to the last end; None while it runs."""
    ttft: float | None
    """Milliseconds from the root's start to the first token of any generation."""
    outcome: str
    error_count: int
    refused_count: int
    span_count: int
    folded_count: int
    input_preview: str
    output_preview: str
    usage: UsageTotals
    cost: float | None
    unpriced_count: int
    models: Sequence[str]
    providers: Sequence[str]
    user_id: str
    session_id: str
    environment: str
    release: str
    feature: str
    user_tier: str
    tags: Sequence[str]
    prompts: Sequence[PromptName]
    fingerprints: Sequence[str]
    service: str
    flags: Sequence[str]
    scores: Sequence[ScoreSummary] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    """The root's; only where one trace was asked for."""
    version: int = 0
    """Grows with every write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptUse:
    """Which registered prompt made a generation."""

    name: str
    version: str
    label: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanRow:
    """A span without its large fields."""

    trace_id: str
    span_id: str
    parent_span_id: str
    display_parent_id: str
    folded: bool
    counted: bool
    counted_in: str
    is_root: bool
    name: str
    kind: str
    start_time: Micros
    end_time: Micros | None
    duration: float | None
    ttft: float | None
    first_token_time: Micros | None
    outcome: str
    status_message: str
    error_type: str
    finish_reason: str
    model: str
    model_requested: str
    provider: str
    usage: UsageTotals
    cost: float | None
    cost_detail: Mapping[str, float] | None
    cost_source: str
    tool_name: str
    agent_name: str
    guardrail_action: str
    document_count: int
    document_classes: Sequence[str]
    message_count: int
    prompt: PromptUse | None
    prompt_fingerprint: str
    input_preview: str
    output_preview: str
    user_id: str
    session_id: str
    user_tier: str
    feature: str
    environment: str
    release: str
    tags: Sequence[str]
    experiment: str
    rollout_arm: str
    service: str
    scope: str
    dialect: str
    sdk: str
    flags: Sequence[str]
    streaming: bool | None
    cache_hit: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPart:
    """Why a call cost what it cost: one kind of token."""

    kind: str
    tokens: int | None
    unit_price: float | None
    """US dollars for a million tokens; None for fees that are not by token."""
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanDetail:
    """A span with everything that was kept of it."""

    row: SpanRow
    extras: Record
    """The columns that only this page shows, by name."""
    cost_explained: Sequence[CostPart]
    content: Mapping[str, JsonValue]
    """The canonical large fields, named as in the model; empty where the payload was not kept."""
    raw: Mapping[str, JsonValue]
    """What the emitter sent: attributes, resource, events, logs, links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeCounts:
    """Traces by how they ended."""

    success: int
    error: int
    refused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRow:
    """A session or a user: all of their traces together."""

    id: str
    first_time: Micros
    last_time: Micros
    duration: float
    """Milliseconds from the first start to the last end."""
    trace_count: int
    usage: UsageTotals
    cost: float | None
    unpriced_count: int
    outcomes: OutcomeCounts
    models: Sequence[str]
    environments: Sequence[str]
    features: Sequence[str]
    user_ids: Sequence[str] = ()
    session_count: int = 0
    user_tier: str = ""
    scores: Sequence[ScoreSummary] = ()


def trace_row(record: Record, scores: Sequence[ScoreSummary] = (), metadata: Mapping[str, str] | None = None) -> TraceRow:
    """A trace of a record named as `TRACE_ROW`."""
    values, usage = _split(record)
    start, ended, last = values["start_time"], values.pop("root_end_time"), values.pop("last_end_time")
    end = None if ended is None else max(ended, last)
    first_token = values.pop("first_token_time")
    prompts = tuple(PromptName(name=name, version=version) for name, version in values.pop("prompts"))
    return TraceRow(
        **values,
        usage=usage,
        prompts=prompts,
        end_time=end,
        duration=None if end is None else (end - start) / 1000,
        ttft=None if first_token is None else max(0.0, (first_token - start) / 1000),
        scores=scores,
        metadata=metadata or {},
    )


def span_row(record: Record) -> SpanRow:
    """A span of a record named as `SPAN_ROW`."""
    values = dict(record)
    usage = UsageTotals(**{kind: values.pop(f"usage_{kind}") for kind in USAGE_KINDS}, total=values.pop("tokens"))
    detail = {kind: values.pop(f"cost_{kind}") for kind in (*USAGE_KINDS, "fixed")}
    prompt = PromptUse(**{name: values.pop(f"prompt_{name}") for name in ("name", "version", "label", "hash")})
    named = prompt.name or prompt.version or prompt.hash
    for name in ("streaming", "cache_hit"):
        values[name] = None if values[name] < 0 else values[name] == 1
    ttft = values["ttft"]
    return SpanRow(
        **values,
        usage=usage,
        cost_detail=None if values["cost"] is None else {kind: amount for kind, amount in detail.items() if amount},
        prompt=prompt if named else None,
        first_token_time=None if ttft is None else values["start_time"] + round(ttft * 1000),
    )


def cost_parts(row: SpanRow) -> tuple[CostPart, ...]:
    """The parts of a span's cost; empty where it is unpriced."""
    return tuple(_cost_part(kind, amount, row.usage) for kind, amount in (row.cost_detail or {}).items())


def group_row(record: Record, id_name: str, scores: Sequence[ScoreSummary] = ()) -> GroupRow:
    """A session or user of a record named as `SESSION_ROW` or `USER_ROW`."""
    values, usage = _split(record)
    outcomes = OutcomeCounts(**{name: values.pop(f"{name}_count") for name in ("success", "error", "refused")})
    last_end = values.pop("last_end_time")
    duration = max(0.0, (last_end - values["first_time"]) / 1000)
    id_ = values.pop(id_name)
    return GroupRow(**values, id=id_, usage=usage, outcomes=outcomes, duration=duration, scores=scores)


def score_summary(record: Record) -> ScoreSummary:
    """A summary of a record named as `SUMMARY`."""
    return ScoreSummary(**{**record, "string_value": record["string_value"] or None})


def _cost_part(kind: str, amount: float, usage: UsageTotals) -> CostPart:
    tokens = None if kind == "fixed" else getattr(usage, kind)
    return CostPart(kind=kind, tokens=tokens, unit_price=amount / tokens * 1e6 if tokens else None, amount=amount)


def _split(record: Record) -> tuple[dict[str, Any], UsageTotals]:
    values = dict(record)
    usage = UsageTotals(**{kind: values.pop(f"usage_{kind}") for kind in (*USAGE_KINDS, "total")})
    return values, usage
