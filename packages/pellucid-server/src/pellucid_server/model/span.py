"""Span: one step of an LLM application, canonical. Behind `ingest` nobody knows another kind.

What it is not: a trace, a session and a user are aggregates over spans and have no type of their own here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, ToolDefinition
from pellucid_server.model.usage import NO_USAGE, Cost, Usage


class Kind(StrEnum):
    """What a span does."""

    GENERATION = "generation"
    EMBEDDING = "embedding"
    RETRIEVER = "retriever"
    RERANKER = "reranker"
    TOOL = "tool"
    AGENT = "agent"
    CHAIN = "chain"
    GUARDRAIL = "guardrail"
    EVALUATOR = "evaluator"
    EVENT = "event"
    SPAN = "span"


MODEL_KINDS = (Kind.GENERATION, Kind.EMBEDDING, Kind.RERANKER)
"""Kinds that call a model and can carry tokens and cost of their own."""


class Outcome(StrEnum):
    """How it ended. `refused` is first-class: the provider or the model declined."""

    SUCCESS = "success"
    ERROR = "error"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Another span that this one refers to without being its child."""

    trace_id: str
    span_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A retrieved or re-ranked document."""

    id: str | None = None
    content: str | None = None
    score: float | None = None
    doc_class: str | None = None
    """The class of document (faq, policy, …) where the metadata names one."""
    used: bool | None = None
    """Whether the answer used it, where known."""
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """Facts of a retrieval step beside its documents."""

    index: str | None = None
    version: str | None = None
    top_k: int | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptRef:
    """Which registered prompt made a generation."""

    name: str | None = None
    version: str | None = None
    label: str | None = None
    hash: str | None = None
    variables: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """Which arm of a rollout or experiment served, and with what probability it was drawn."""

    experiment: str | None = None
    arm: str | None = None
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What only the whole trace can say about one of its spans; written by `enrich.settle`."""

    folded: bool = False
    """Framework plumbing: hidden, one click from view."""
    display_parent_id: str = ""
    """The nearest ancestor that is shown; empty for a root."""
    is_root: bool = False
    """The one span that stands for its trace in lists."""
    counted: bool = False
    """Whether this span carries the tokens and cost of its call."""
    counted_in: str = ""
    """`trace_id/span_id` of the span that carries them instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One step, after its dialect and before (or after) settling. Times are microseconds since the epoch, UTC."""

    trace_id: str
    span_id: str
    parent_span_id: str = ""
    links: tuple[Link, ...] = ()
    name: str = ""
    kind: Kind = Kind.SPAN
    start_time: int
    end_time: int | None = None
    first_token_time: int | None = None
    outcome: Outcome = Outcome.SUCCESS
    status_message: str = ""
    error_type: str = ""
    finish_reason: str = ""
    model_requested: str = ""
    model: str = ""
    """The model that answered, else the one that was asked for."""
    system_fingerprint: str = ""
    provider: str = ""
    service_tier: str = ""
    response_id: str = ""
    streaming: bool | None = None
    model_parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    input: JsonValue = None
    """The step's own input where it is not a list of messages."""
    output: JsonValue = None
    messages_in: tuple[Message, ...] = ()
    messages_out: tuple[Message, ...] = ()
    tools: tuple[ToolDefinition, ...] = ()
    tool_name: str = ""
    tool_call_id: str = ""
    agent_name: str = ""
    documents: tuple[Document, ...] = ()
    retrieval: Retrieval | None = None
    cache_hit: bool | None = None
    """An application-level or gateway cache answered instead of the provider."""
    guardrail_action: str = ""
    """`allow`, `block`, `mask` or what the guardrail called it."""
    usage: Usage = NO_USAGE
    reported_cost: Cost | None = None
    """What the emitter said that it cost; kept beside our own figure."""
    cost: Cost | None = None
    prompt: PromptRef | None = None
    prompt_fingerprint: str = ""
    tool_schemas: tuple[str, ...] = ()
    """Tools that were offered, each as `name@hash` of its schema."""
    input_hash: str = ""
    rollout: Rollout | None = None
    user_id: str = ""
    session_id: str = ""
    tags: tuple[str, ...] = ()
    environment: str = ""
    release: str = ""
    feature: str = ""
    user_tier: str = ""
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    sample_probability: float = 1.0
    payload_kept: bool = True
    service: str = ""
    scope: str = ""
    dialect: str = ""
    sdk: str = ""
    framework_noise: bool = False
    """The dialects found no LLM evidence and a mark of plumbing; `settle` decides whether it is folded."""
    inherits_session: bool = True
    """False where the emitter invented the session id (one per run): an ancestor's explicit one then wins."""
    unmapped: tuple[str, ...] = ()
    """Attribute keys that no rule understood; shown as such."""
    flags: tuple[str, ...] = ()
    """Oddities kept with the span: `clock_suspect`, `usage_clamped`, `json_cut`, …"""
    trace_name: str = ""
    """An explicit name for the trace, where the emitter gave one."""
