"""Messages and tools in the normal form as JSON values and back: the spelling of payloads, of recorded calls and of the API."""

from collections.abc import Iterable

from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, PartType, Role, ToolDefinition

_PART_TEXTS = ("text", "id", "name", "modality", "mime_type", "uri", "data")
_PART_VALUES = ("arguments", "result", "raw")
_ROLES = {role.value: role for role in Role}
_TYPES = {part.value: part for part in PartType}


def messages_to_json(messages: Iterable[Message]) -> list[JsonValue]:
    """Fields that are not set are left out."""
    return [_message_to_json(message) for message in messages]


def messages_from_json(value: JsonValue) -> tuple[Message, ...]:
    """What `messages_to_json` made. What is no message in this form is left out; a part of an unknown type is kept as it is."""
    return tuple(_message_from_json(item) for item in value if isinstance(item, dict)) if isinstance(value, list) else ()


def tools_to_json(tools: Iterable[ToolDefinition]) -> list[JsonValue]:
    """Tools that were offered."""
    return [{"name": tool.name, "description": tool.description, "parameters": tool.parameters} for tool in tools]


def tools_from_json(value: JsonValue) -> tuple[ToolDefinition, ...]:
    """What `tools_to_json` made; what has no name is left out."""
    found = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return tuple(
        ToolDefinition(name=name, description=_text(item.get("description")), parameters=item.get("parameters"))
        for item in found
        if isinstance(name := item.get("name"), str) and name
    )


def _message_to_json(message: Message) -> JsonValue:
    out: dict[str, JsonValue] = {"role": message.role.value, "parts": [_part_to_json(part) for part in message.parts]}
    if message.name:
        out["name"] = message.name
    if message.finish_reason:
        out["finish_reason"] = message.finish_reason
    return out


def _part_to_json(part: Part) -> JsonValue:
    out: dict[str, JsonValue] = {"type": part.type.value}
    for name in (*_PART_TEXTS, *_PART_VALUES, "is_error"):
        value = getattr(part, name)
        if value is not None:
            out[name] = value
    return out


def _message_from_json(item: dict[str, JsonValue]) -> Message:
    parts = item.get("parts")
    return Message(
        role=_ROLES.get(str(item.get("role")), Role.USER),
        parts=tuple(_part_from_json(part) for part in parts if isinstance(part, dict)) if isinstance(parts, list) else (),
        name=_text(item.get("name")),
        finish_reason=_text(item.get("finish_reason")),
    )


def _part_from_json(item: dict[str, JsonValue]) -> Part:
    kind = _TYPES.get(str(item.get("type")))
    if kind is None:
        return Part(type=PartType.UNKNOWN, raw=item)
    error = item.get("is_error")
    return Part(
        type=kind,
        is_error=error if isinstance(error, bool) else None,
        arguments=item.get("arguments"),
        result=item.get("result"),
        raw=item.get("raw"),
        **{name: _text(item.get(name)) for name in _PART_TEXTS},
    )


def _text(value: JsonValue) -> str | None:
    return value if isinstance(value, str) else None
