"""Tool definitions: what was offered to the model, from every shape in which providers and SDKs describe it."""

from functools import lru_cache

from pellucid_server.dialects.json_text import looks_like_json, parse_or_text
from pellucid_server.dialects.values import first, text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import ToolDefinition


def tools_of(value: JsonValue) -> tuple[ToolDefinition, ...]:
    """The definitions in a list (also as JSON text, or as a list of such), a mapping by name, or a single one."""
    if isinstance(value, str):
        return _of_text(value) if len(value) <= _REMEMBERED_CHARS else _parse(value)
    if isinstance(value, list):
        return tuple(tool for item in value for tool in tools_of(item))
    if isinstance(value, dict):
        return _of_object(value)
    return ()


def _parse(text: str) -> tuple[ToolDefinition, ...]:
    """Definitions in text form: JSON, or a bare name. JSON that was cut defines nothing."""
    if not looks_like_json(text):
        return (ToolDefinition(name=text),) if text else ()
    value = parse_or_text(text)
    return () if isinstance(value, str) else tools_of(value)


_REMEMBERED_CHARS = 32 * 1024

_of_text = lru_cache(maxsize=256)(_parse)
"""An application offers the same tools with every call; their text is the largest that repeats. The bounds keep the worst
case, 256 different texts of 32 K characters and what they parse to, to some tens of MB."""


def _of_object(item: dict[str, JsonValue]) -> tuple[ToolDefinition, ...]:
    for key in ("function_declarations", "functionDeclarations"):  # Gemini wraps several
        if isinstance(item.get(key), list):
            return tools_of(item[key])
    for key in ("function", "toolSpec", "tool", "custom"):
        inner = item.get(key)
        if isinstance(inner, dict):
            item = inner
            break
    name = text(first(item, "name", "type"))
    if name is None:
        return ()
    return (ToolDefinition(name=name, description=text(item.get("description")), parameters=_schema(item)),)


def _schema(item: dict[str, JsonValue]) -> JsonValue:
    schema = parse_or_text(
        first(item, "parameters", "input_schema", "inputSchema", "parameters_json_schema", "json_schema", "schema", "args")
    )
    if isinstance(schema, dict) and schema.keys() == {"json"}:  # Bedrock
        return schema["json"]
    return schema
