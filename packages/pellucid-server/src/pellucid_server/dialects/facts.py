"""Facts: the partial record that conventions fill in together, field by field, before it becomes a Span.

`None` (or empty) means that nobody said anything yet. The order of conventions decides who is believed; see `registry`.
"""

from dataclasses import dataclass, field

from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, ToolDefinition
from pellucid_server.model.span import Document, Kind, Outcome
from pellucid_server.model.usage import Cost, Usage


@dataclass(slots=True)
class Facts:
    """What conventions found in one span so far."""

    kind: Kind | None = None
    operation: str | None = None
    """OpenTelemetry's operation name as sent: it decides whose name the span shows."""
    name: str | None = None
    """A better name than the span's own."""
    trace_name: str | None = None

    model_requested: str | None = None
    model_responded: str | None = None
    model_either: str | None = None
    """The one model that was named without saying which: the one that answered, or was asked for on an error."""
    provider: str | None = None
    response_id: str | None = None
    system_fingerprint: str | None = None
    service_tier: str | None = None
    streaming: bool | None = None
    parameters: dict[str, JsonValue] = field(default_factory=dict)
    finish_reason: str | None = None
    first_token_time: int | None = None
    """Microseconds since the epoch."""
    ttft_s: float | None = None
    """Seconds from the span's start to the first token."""

    input: JsonValue = None
    output: JsonValue = None
    system: tuple[Part, ...] = ()
    messages_in: tuple[Message, ...] = ()
    messages_out: tuple[Message, ...] = ()
    tools: tuple[ToolDefinition, ...] = ()
    tool_name: str | None = None
    tool_call_id: str | None = None
    tool_arguments: JsonValue = None
    tool_result: JsonValue = None
    agent_name: str | None = None
    documents: tuple[Document, ...] = ()
    retrieval_index: str | None = None
    retrieval_version: str | None = None
    retrieval_top_k: int | None = None
    retrieval_query: str | None = None
    embedding_texts: JsonValue = None
    embedding_count: int | None = None
    embedding_dimension: int | None = None
    cache_hit: bool | None = None
    guardrail_action: str | None = None

    tokens_in: int | None = None
    """All input tokens, or the fresh ones only where `input_is_fresh`."""
    tokens_out: int | None = None
    """All output tokens, reasoning and audio among them."""
    cache_read: int | None = None
    cache_write: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    reasoning: int | None = None
    audio_in: int | None = None
    audio_out: int | None = None
    input_is_fresh: bool | None = None
    """Whether the emitter is known to leave cached tokens out of its input figure (True) or to count them in (False)."""
    usage: Usage | None = None
    """Disjoint parts, stated as such: nothing to work out."""
    cost: Cost | None = None
    cost_total: float | None = None
    cost_in: float | None = None
    cost_out: float | None = None

    prompt_name: str | None = None
    prompt_version: str | None = None
    prompt_label: str | None = None
    prompt_hash: str | None = None
    prompt_variables: dict[str, JsonValue] = field(default_factory=dict)

    user_id: str | None = None
    provider_user: str | None = None
    """The `user` parameter of the provider's request: believed only where nobody names the user."""
    session_id: str | None = None
    session_is_invented: bool = False
    """Whether the emitter makes up a session for each run."""
    tags: tuple[str, ...] | None = None
    metadata: dict[str, JsonValue] = field(default_factory=dict)
    environment: str | None = None
    release: str | None = None
    feature: str | None = None
    user_tier: str | None = None
    experiment: str | None = None
    rollout_id: str | None = None
    rollout_arm: str | None = None
    rollout_probability: float | None = None
    sample_probability: float | None = None
    payload_kept: bool | None = None

    outcome: Outcome | None = None
    failed: bool | None = None
    error_type: str | None = None
    error_message: str | None = None
    is_plumbing: bool = False
    """Work of a framework that only passes things on."""
