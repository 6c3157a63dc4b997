"""What is asked of a model and what comes back, whatever the provider. Both can be written as JSON, so that a job can keep them.

Not a span: what observability keeps of a call is made of these by the recorder that `app` plugs in.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.message import Message, Part, PartType, ToolDefinition
from pellucid_server.model.message_json import messages_from_json, messages_to_json, tools_to_json
from pellucid_server.model.span import Link, Outcome
from pellucid_server.model.usage import USAGE_KINDS, Cost, Usage

Purpose = Literal["playground", "replay", "judge", "experiment", "probe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One question."""

    model: str
    """Empty: the default model of the connection."""
    messages: tuple[Message, ...]
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    """By the usual names (`temperature`, `top_p`, `max_tokens`, `stop`, `seed`, `tool_choice`, `reasoning_effort` …)."""
    tools: tuple[ToolDefinition, ...] = ()
    response_schema: JsonValue = None
    """JSON schema that the answer must fit; `ModelAnswer.structured` is then set."""
    purpose: Purpose

    @property
    def hash(self) -> str:
        """Equal requests have equal hashes."""
        return hashlib.sha256(canonical(self.as_json()).encode("utf-8", "surrogatepass")).hexdigest()

    def as_json(self) -> JsonValue:
        """All of it."""
        return {
            "model": self.model,
            "messages": messages_to_json(self.messages),
            "parameters": dict(self.parameters),
            "tools": tools_to_json(self.tools),
            "response_schema": self.response_schema,
            "purpose": self.purpose,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where in the world of spans a call belongs; each call has a trace of its own where nothing is said."""

    name: str = ""
    """Of the span; empty: `purpose`."""
    trace_id: str = ""
    parent_span_id: str = ""
    links: tuple[Link, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    prompt_name: str = ""
    prompt_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call that the model wishes."""

    id: str
    name: str
    arguments: JsonValue
    """Parsed where it was JSON, else the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelAnswer:
    """One answer."""

    messages: tuple[Message, ...]
    """What the model said, in the normal form; one message."""
    structured: JsonValue = None
    finish_reason: str
    outcome: Outcome
    usage: Usage
    cost: Cost | None
    """None where nobody knows the model's price."""
    duration_ms: float
    ttft_ms: float | None = None
    """Until the first token; None where the answer was not streamed."""
    response_id: str
    model: str
    """That answered."""
    system_fingerprint: str = ""
    trace_id: str
    span_id: str
    ignored: tuple[str, ...] = ()
    """Parameters that this provider does not have; they were not sent."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """Of all messages."""
        return tuple(part for message in self.messages for part in message.parts)

    @property
    def text(self) -> str:
        """What can be read: text and refusals, without reasoning."""
        return "".join(part.text or "" for part in self.parts if part.type in (PartType.TEXT, PartType.REFUSAL))

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """In order."""
        return tuple(
            ToolCall(id=part.id or "", name=part.name or "", arguments=part.arguments)
            for part in self.parts
            if part.type is PartType.TOOL_CALL
        )

    def as_json(self) -> JsonValue:
        """All of it."""
        return {
            "messages": messages_to_json(self.messages),
            "structured": self.structured,
            "finish_reason": self.finish_reason,
            "outcome": self.outcome.value,
            "usage": {kind: amount for kind in USAGE_KINDS if (amount := getattr(self.usage, kind)) is not None},
            "cost": None if self.cost is None else asdict(self.cost),
            "duration_ms": self.duration_ms,
            "ttft_ms": self.ttft_ms,
            "response_id": self.response_id,
            "model": self.model,
            "system_fingerprint": self.system_fingerprint,
            "trace_id": self.trace_id,
            "span_id": self.span_id,
            "ignored": list(self.ignored),
        }


def answer_from_json(value: JsonValue) -> ModelAnswer:
    """What `as_json` made."""
    if not isinstance(value, dict):
        raise TypeError("a recorded answer is a JSON object")
    usage, cost, ignored = value["usage"], value["cost"], value["ignored"]
    return ModelAnswer(
        messages=messages_from_json(value["messages"]),
        structured=value["structured"],
        finish_reason=str(value["finish_reason"]),
        outcome=Outcome(str(value["outcome"])),
        usage=Usage(**{kind: int(str(amount)) for kind, amount in usage.items()}) if isinstance(usage, dict) else Usage(),
        cost=_cost(cost) if isinstance(cost, dict) else None,
        duration_ms=_number(value["duration_ms"]) or 0.0,
        ttft_ms=_number(value["ttft_ms"]),
        response_id=str(value["response_id"]),
        model=str(value["model"]),
        system_fingerprint=str(value["system_fingerprint"]),
        trace_id=str(value["trace_id"]),
        span_id=str(value["span_id"]),
        ignored=tuple(map(str, ignored)) if isinstance(ignored, list) else (),
    )


def _cost(value: Mapping[str, JsonValue]) -> Cost:
    amounts = {kind: _number(value.get(kind)) or 0.0 for kind in (*USAGE_KINDS, "fixed")}
    return Cost(source=str(value.get("source", "")), **amounts)


def _number(value: JsonValue) -> float | None:
    return float(value) if isinstance(value, int | float) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDelta:
    """A piece of a streamed answer; the last one has no piece but the whole answer."""

    text: str = ""
    reasoning: str = ""
    tool_call: ToolCall | None = None
    """Once its arguments are whole."""
    answer: ModelAnswer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """What the recorder is told of a call that ended, well or not."""

    project_id: str
    environment: str
    provider: str
    request: ModelRequest
    origin: Origin
    trace_id: str
    span_id: str
    start_time: Micros
    end_time: Micros
    first_token_time: Micros | None
    answer: ModelAnswer | None
    error_type: str = ""
    error_message: str = ""
