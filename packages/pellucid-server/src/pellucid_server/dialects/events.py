"""Events and log records: message content and first-token times that do not stand in the span's own attributes.

Span events and log records of the same name say the same things: their fields lie in the attributes of the one and in the body of
the other. Content that was split over several of them is put together in the order of its index, else of its time.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pellucid_server.dialects.json_text import parse_or_text
from pellucid_server.dialects.messages import from_plain_transcript, messages_of
from pellucid_server.dialects.values import first
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Role
from pellucid_server.model.raw import RawEvent, RawLog, RawSpan

Json = dict[str, JsonValue]

DETAILS = "gen_ai.client.inference.operation.details"
"""An event whose attributes are the span's own by another way."""

EXCEPTIONS = frozenset({"exception", "gen_ai.client.operation.exception"})

MESSAGES = {
    "gen_ai.system.message": Role.SYSTEM,
    "gen_ai.user.message": Role.USER,
    "gen_ai.assistant.message": Role.ASSISTANT,
    "gen_ai.tool.message": Role.TOOL,
}
CHOICE = "gen_ai.choice"
PROMPT, COMPLETION = "gen_ai.content.prompt", "gen_ai.content.completion"

FIRST_TOKENS = frozenset(
    {
        "First Token Stream Event",
        "gen_ai.content.completion.chunk",
        "llm.content.completion.chunk",
        "ai.stream.firstChunk",
        "gen_ai.first_token",
    }
)
"""Events that mark streamed content: the earliest one is the first token."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The messages that a span's events and logs hold."""

    inward: tuple[Message, ...] = ()
    outward: tuple[Message, ...] = ()


def notes(raw: RawSpan) -> tuple[RawEvent | RawLog, ...]:
    """Span events and log records together, which say the same things in the same names."""
    return (*raw.events, *raw.logs)


def details(raw: RawSpan) -> dict[str, JsonValue]:
    """Attributes that came as one or more details events; an emitter may split them."""
    found: dict[str, JsonValue] = {}
    for event in notes(raw):
        if event.name == DETAILS:
            for key, value in event.attributes.items():
                found.setdefault(key, value)
            if isinstance(event, RawLog) and isinstance(event.body, dict):
                for key, value in event.body.items():
                    found.setdefault(key, value)
    return found


def conversation(raw: RawSpan) -> Conversation:
    """The messages in events and logs of OpenTelemetry 1.26 to 1.36, and of emitters that stayed there."""
    inward: list[tuple[tuple[int, int, int], tuple[Message, ...]]] = []
    outward: list[tuple[tuple[int, int, int], tuple[Message, ...]]] = []
    for arrival, event in enumerate(notes(raw)):
        role = MESSAGES.get(event.name)
        if role is not None:
            body = _body(event)
            inward.append((_order(body, event, arrival), _message(body, role)))
        elif event.name == CHOICE:
            body = _body(event)
            outward.append((_order(body, event, arrival), _choice(body)))
        elif event.name == PROMPT:
            inward.append((_order({}, event, arrival), _legacy(event.attributes.get("gen_ai.prompt"), Role.USER)))
        elif event.name == COMPLETION:
            outward.append((_order({}, event, arrival), _legacy(event.attributes.get("gen_ai.completion"), Role.ASSISTANT)))
    return Conversation(_joined(inward), _joined(outward))


def of_list(items: Iterable[JsonValue]) -> Conversation:
    """The same events as a JSON list in one attribute, each with its name in `event.name` (Pydantic AI 1)."""
    inward: list[Message] = []
    outward: list[Message] = []
    for item in items:
        if not isinstance(item, dict):
            continue
        name = item.get("event.name")
        role = MESSAGES.get(name) if isinstance(name, str) else None
        if role is not None:
            inward.extend(_message(item, role))
        elif name == CHOICE:
            outward.extend(_choice(item))
    return Conversation(tuple(inward), tuple(outward))


def first_token_time(raw: RawSpan) -> int | None:
    """The earliest mark of streamed content."""
    times = [event.time for event in raw.events if event.time is not None and event.name in FIRST_TOKENS]
    return min(times) if times else None


def exception(raw: RawSpan) -> Mapping[str, JsonValue] | None:
    """The attributes of the last exception that was recorded."""
    found = [event.attributes for event in notes(raw) if event.name in EXCEPTIONS]
    return found[-1] if found else None


def _joined(found: list[tuple[tuple[int, int, int], tuple[Message, ...]]]) -> tuple[Message, ...]:
    found.sort(key=lambda pair: pair[0])
    return tuple(message for _, messages in found for message in messages)


def _order(body: Json, event: RawEvent | RawLog, arrival: int) -> tuple[int, int, int]:
    index = first(body, "gen_ai.message.index", "CHAT_MESSAGE_INDEX")
    if index is None:
        index = first(dict(event.attributes), "gen_ai.message.index", "CHAT_MESSAGE_INDEX", "index")
    if index is None:
        index = body.get("index")
    return (index if isinstance(index, int) else -1, event.time or 0, arrival)


def _body(event: RawEvent | RawLog) -> Json:
    """The fields of a message event: the log's body, which may be JSON in text form, else the attributes."""
    if isinstance(event, RawLog) and event.body is not None:
        body = parse_or_text(event.body)
        return body if isinstance(body, dict) else {"content": body}
    return dict(event.attributes)


def _message(body: Json, role: Role) -> tuple[Message, ...]:
    fields: Json = {"role": role.value, **{key: _decoded(value) for key, value in body.items()}}
    if role is Role.TOOL:
        fields["role"] = "tool"
    return messages_of(fields, role)


def _choice(body: Json) -> tuple[Message, ...]:
    message = _decoded(first(body, "message", "content"))
    inner: Json = message if isinstance(message, dict) else {"content": message}
    role = inner.get("role", "assistant")
    extra: Json = {key: _decoded(body[key]) for key in ("tool_calls", "refusal") if key in body and key not in inner}
    return messages_of({**inner, **extra, "role": role, "finish_reason": body.get("finish_reason")}, Role.ASSISTANT)


def _decoded(value: JsonValue) -> JsonValue:
    """Structures that came as JSON text: only lists of objects and objects, so that a text which looks like a number stays text."""
    return parse_or_text(value) if isinstance(value, str) and value.startswith(("[{", '{"')) else value


def _legacy(value: JsonValue, role: Role) -> tuple[Message, ...]:
    """Content of 1.26 and 1.27: JSON messages, a list of texts, or a transcript in plain text."""
    value = parse_or_text(value)
    if isinstance(value, str) and role is Role.USER:
        return from_plain_transcript(value)
    return messages_of(value, role)
