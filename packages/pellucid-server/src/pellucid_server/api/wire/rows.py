"""Rows of traces and spans: the records of `query.records` by attribute, with times as text. Their parts are the records' own."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from pellucid_server.api.wire.times import WireTime
from pellucid_server.query.records import PromptName, PromptUse, ScoreSummary, UsageTotals


class _FromRecord(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class TraceRow(_FromRecord):
    """A trace: all of its spans together."""

    trace_id: str
    root_span_id: str
    name: str
    kind: str
    start_time: WireTime
    end_time: WireTime | None
    duration: float | None
    ttft: float | None
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
    scores: Sequence[ScoreSummary]


class SpanSummary(_FromRecord):
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
    start_time: WireTime
    end_time: WireTime | None
    duration: float | None
    ttft: float | None
    first_token_time: WireTime | None
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
