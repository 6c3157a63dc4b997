"""Tool definitions: what was offered to the model, from every shape in which providers and SDKs describe it."""

from pellucid_server.dialects.json_text import parse_or_text
from pellucid_server.dialects.values import first, text
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import ToolDefinition


def tools_of(value: JsonValue) -> tuple[ToolDefinition, ...]:
    """The definitions in a list (also as JSON text, or as a list of such), a mapping by name, or a single one."""
    value = parse_or_text(value)
    if isinstance(value, list):
        return tuple(tool for item in value for tool in tools_of(item))
    if isinstance(value, str):
        return (ToolDefinition(name=value),) if value else ()
    if isinstance(value, dict):
        return _of_object(value)
    return ()


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
