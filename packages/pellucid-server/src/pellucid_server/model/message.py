"""Messages in the one normal form: a role and parts. Every dialect's chat shape becomes this."""

from dataclasses import dataclass
from enum import StrEnum

from pellucid_server.model.json import JsonValue


class Role(StrEnum):
    """Who speaks. `developer` becomes `system`, `model` becomes `assistant`, `function` becomes `tool`."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"
    TOOL = "tool"


class PartType(StrEnum):
    """What a part of a message is."""

    TEXT = "text"
    REASONING = "reasoning"
    REFUSAL = "refusal"
    TOOL_CALL = "tool_call"
    TOOL_RESULT = "tool_result"
    MEDIA = "media"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a message. Which fields are set follows from `type`; the others stay `None`."""

    type: PartType
    text: str | None = None
    """text, reasoning, refusal."""
    id: str | None = None
    """tool_call, tool_result: the id that pairs them."""
    name: str | None = None
    """tool_call, tool_result: the tool's name; media: the file's name."""
    arguments: JsonValue = None
    """tool_call: parsed where it was valid JSON, else the text as it came."""
    result: JsonValue = None
    """tool_result."""
    is_error: bool | None = None
    """tool_result: whether the tool said that it failed."""
    modality: str | None = None
    """media: `image`, `audio`, `video`, `document`."""
    mime_type: str | None = None
    uri: str | None = None
    """media: where it lives: an outside URL, `file:<id>` of the provider, or `blob:<sha256>` once stored here."""
    data: str | None = None
    """media: base64 as sent; ingest moves it to the blob store and sets `uri`."""
    raw: JsonValue = None
    """unknown: the part verbatim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation."""

    role: Role
    parts: tuple[Part, ...] = ()
    name: str | None = None
    """The participant's name where the provider's API has one."""
    finish_reason: str | None = None
    """On output messages: why the provider stopped, canonical (`stop`, `length`, `tool_calls`, `content_filter`, `refusal`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolDefinition:
    """A tool that was offered to the model."""

    name: str
    description: str | None = None
    parameters: JsonValue = None
    """JSON schema of the arguments."""


def text_part(text: str) -> Part:
    """A plain text part."""
    return Part(type=PartType.TEXT, text=text)


def text_of(messages: tuple[Message, ...], *, reasoning: bool = False) -> str:
    """The readable text of messages, a line break between parts; tool calls and media are left out."""
    wanted = (PartType.TEXT, PartType.REFUSAL, PartType.REASONING) if reasoning else (PartType.TEXT, PartType.REFUSAL)
    return "\n".join(part.text for message in messages for part in message.parts if part.text and part.type in wanted)
