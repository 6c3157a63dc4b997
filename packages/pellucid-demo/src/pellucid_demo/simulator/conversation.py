"""One request to a model and one reply, in no provider's dialect.

The wire modules translate into and out of these types; the mind sees nothing else. Not a span, not a trace: what
observability makes of a call is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from pellucid_demo.simulator.catalogue import ModelVersion

JsonSchema = Mapping[str, Any]  # Any: JSON Schema is open by definition
Role = Literal["system", "user", "assistant", "tool"]


class Dialect(StrEnum):
    """The API in which a request came."""

    CHAT = "openai.chat"
    RESPONSES = "openai.responses"
    MESSAGES = "anthropic.messages"
    GENERATE = "google.generate"


class Finish(StrEnum):
    """Why the model stopped."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A call that the model wishes: the arguments are a JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message. `cached` marks a caller's cache breakpoint behind it; `images` are only counted."""

    role: Role
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    cached: bool = False
    images: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A function that the caller offers; `parameters` is a JSON Schema."""

    name: str
    description: str
    parameters: JsonSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a model is asked.

    `tool_choice` is auto, none, required or the name of a tool; `json_wanted` is the JSON mode without a schema.
    """

    dialect: Dialect
    model: str
    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    parallel_tools: bool = True
    schema: JsonSchema | None = None
    json_wanted: bool = False
    max_tokens: int | None = None
    temperature: float | None = None
    effort: str | None = None
    thinking: bool = False
    stream: bool = False
    include_usage: bool = False
    choices: int = 1
    seed: int | None = None
    service_tier: str = "default"

    def system_text(self) -> str:
        return "\n\n".join(turn.text for turn in self.turns if turn.role == "system")

    def last_user_text(self) -> str:
        return next((turn.text for turn in reversed(self.turns) if turn.role == "user"), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """What the mind decided, before it is counted: text, or tool calls, or a refusal."""

    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    refused: bool = False
    reasoning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens. `input` is the whole prompt, its cached parts included; `output` includes `reasoning`."""

    input: int
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the provider answers, ready for any dialect."""

    id: str
    created: int
    version: ModelVersion
    texts: tuple[str, ...]
    tool_calls: tuple[ToolCall, ...]
    finish: Finish
    reasoning: str
    usage: Usage

    @property
    def text(self) -> str:
        return self.texts[0]
