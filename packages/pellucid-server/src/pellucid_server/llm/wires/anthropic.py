"""Anthropic's messages."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from pellucid_server.llm.assembly import Assembly, tool_call
from pellucid_server.llm.calls import ModelDelta, ModelRequest
from pellucid_server.llm.wires.wire import Json, Outgoing, arguments_object, count_of, object_of, objects_of, text_of, words
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, PartType, Role, ToolDefinition
from pellucid_server.model.usage import Usage

VERSION: Final = "2023-06-01"
DEFAULT_MAX_TOKENS: Final = 4096
"""The API demands a limit."""
TAKEN: Final = {"temperature", "top_p", "top_k", "thinking", "metadata", "service_tier"}
RENAMED: Final = {"max_tokens": "max_tokens", "max_completion_tokens": "max_tokens", "max_output_tokens": "max_tokens"}
FINISH: Final = {"end_turn": "stop", "stop_sequence": "stop", "max_tokens": "length", "tool_use": "tool_calls"}
BLOCKS: Final = {"text": PartType.TEXT, "thinking": PartType.REASONING, "tool_use": PartType.TOOL_CALL}


class AnthropicWire:
    """`POST /v1/messages`."""

    default_base_url = "https://api.anthropic.com"

    def headers(self, key: str) -> Mapping[str, str]:
        """Who asks."""
        return {"x-api-key": key, "anthropic-version": VERSION}

    def encode(self, request: ModelRequest, *, stream: bool) -> Outgoing:
        """A request."""
        body: Json = {"model": request.model, "max_tokens": DEFAULT_MAX_TOKENS}
        ignored = tuple(name for name, value in request.parameters.items() if value is not None and not _set(body, name, value))
        system = "\n\n".join(words(part) for part in _system_parts(request.messages))
        if system:
            body["system"] = system
        body["messages"] = _merged([message for message in request.messages if message.role is not Role.SYSTEM])
        if request.tools:
            body["tools"] = [_tool(tool) for tool in request.tools]
        if isinstance(request.response_schema, dict):
            config = object_of(body.get("output_config"))
            body["output_config"] = {**config, "format": {"type": "json_schema", "schema": request.response_schema}}
        if stream:
            body["stream"] = True
        return Outgoing(path="/v1/messages", body=body, ignored=ignored)

    def read(self, body: Json, assembly: Assembly) -> None:
        """All blocks."""
        _head(body, assembly)
        for number, block in enumerate(objects_of(body.get("content"))):
            _open(number, block, assembly)
        _stop(body, assembly)
        assembly.done = bool(assembly.finish_reason)

    def feed(self, event: Json, assembly: Assembly) -> Iterator[ModelDelta]:
        """An event."""
        number = count_of(event.get("index")) or 0
        match event.get("type"):
            case "message_start":
                _head(object_of(event.get("message")), assembly)
            case "content_block_start":
                _open(number, {**object_of(event.get("content_block")), "input": None}, assembly)
            case "content_block_delta":
                yield from _piece(number, object_of(event.get("delta")), assembly)
            case "content_block_stop":
                block = assembly.blocks.get(str(number))
                if block is not None and block.type is PartType.TOOL_CALL:
                    yield ModelDelta(tool_call=tool_call(block))
            case "message_delta":
                _head(event, assembly)
                _stop(object_of(event.get("delta")), assembly)
            case "message_stop":
                assembly.done = True


def _set(body: Json, name: str, value: JsonValue) -> bool:
    """Whether the provider has the parameter, which is then set."""
    if name in TAKEN:
        body[name] = value
    elif name in RENAMED:
        body[RENAMED[name]] = value
    elif name in ("stop", "stop_sequences"):
        body["stop_sequences"] = value if isinstance(value, list) else [value]
    elif name == "tool_choice":
        body[name] = _choice(value)
    elif name in ("reasoning_effort", "effort"):
        body["output_config"] = {**object_of(body.get("output_config")), "effort": value}
    else:
        return False
    return True


def _choice(value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return {"type": {"required": "any"}.get(value, value)}
    choice = object_of(value)
    name = text_of(object_of(choice.get("function")).get("name"))
    return {"type": "tool", "name": name} if name else choice


def _system_parts(messages: tuple[Message, ...]) -> Iterator[Part]:
    return (part for message in messages if message.role is Role.SYSTEM for part in message.parts)


def _merged(messages: list[Message]) -> list[JsonValue]:
    """Turns alternate: neighbours of one role are one turn, and a tool's results are the user's."""
    turns: list[Json] = []
    for message in messages:
        role = "assistant" if message.role is Role.ASSISTANT else "user"
        blocks = [block for part in message.parts if (block := _block(part))]
        if turns and turns[-1]["role"] == role:
            before = turns[-1]["content"]
            turns[-1]["content"] = [*(before if isinstance(before, list) else []), *blocks]
        elif blocks:
            turns.append({"role": role, "content": list[JsonValue](blocks)})
    return list(turns)


def _block(part: Part) -> Json | None:
    """Reasoning is not sent back: its signature was not kept."""
    match part.type:
        case PartType.TEXT | PartType.REFUSAL:
            return {"type": "text", "text": part.text} if part.text else None
        case PartType.TOOL_CALL:
            return {"type": "tool_use", "id": part.id or "", "name": part.name or "", "input": arguments_object(part)}
        case PartType.TOOL_RESULT:
            result: Json = {"type": "tool_result", "tool_use_id": part.id or "", "content": words(part)}
            return {**result, "is_error": True} if part.is_error else result
        case PartType.MEDIA:
            source: Json = (
                {"type": "base64", "media_type": part.mime_type or "image/png", "data": part.data}
                if part.data
                else {"type": "url", "url": part.uri or ""}
            )
            return {"type": "document" if part.modality == "document" else "image", "source": source}
        case _:
            return None


def _tool(tool: ToolDefinition) -> Json:
    out: Json = {"name": tool.name, "input_schema": tool.parameters or {"type": "object", "properties": {}}}
    return {**out, "description": tool.description} if tool.description else out


def _head(body: Json, assembly: Assembly) -> None:
    assembly.model = text_of(body.get("model")) or assembly.model
    assembly.response_id = text_of(body.get("id")) or assembly.response_id
    usage = body.get("usage")
    if isinstance(usage, dict):
        assembly.usage = _usage(usage, assembly.usage)


def _open(number: int, block: Json, assembly: Assembly) -> None:
    kind = BLOCKS.get(text_of(block.get("type")))
    if kind is PartType.TOOL_CALL:
        opened = assembly.add(str(number), kind, "", id=text_of(block.get("id")), name=text_of(block.get("name")))
        if block.get("input") is not None:
            opened.pieces.append(arguments_text_of(block["input"]))
    elif kind is not None:
        assembly.add(str(number), kind, text_of(block.get("text")) or text_of(block.get("thinking")))


def _piece(number: int, delta: Json, assembly: Assembly) -> Iterator[ModelDelta]:
    key = str(number)
    match delta.get("type"):
        case "text_delta":
            piece = text_of(delta.get("text"))
            assembly.add(key, PartType.TEXT, piece)
            yield ModelDelta(text=piece)
        case "thinking_delta":
            piece = text_of(delta.get("thinking"))
            assembly.add(key, PartType.REASONING, piece)
            yield ModelDelta(reasoning=piece)
        case "input_json_delta":
            assembly.add(key, PartType.TOOL_CALL, text_of(delta.get("partial_json")))


def _stop(body: Json, assembly: Assembly) -> None:
    reason = text_of(body.get("stop_reason"))
    if reason:
        assembly.finish_reason = FINISH.get(reason, reason)


def _usage(usage: Json, before: Usage) -> Usage:
    """Cached tokens are beside the input; a stream's last event repeats only what changed."""
    written = object_of(usage.get("cache_creation"))
    short, long = count_of(written.get("ephemeral_5m_input_tokens")), count_of(written.get("ephemeral_1h_input_tokens"))
    if short is None:
        short = count_of(usage.get("cache_creation_input_tokens"))
    thought = count_of(object_of(usage.get("output_tokens_details")).get("thinking_tokens"))
    output = count_of(usage.get("output_tokens"))
    found = {
        "input": count_of(usage.get("input_tokens")),
        "cache_read": count_of(usage.get("cache_read_input_tokens")),
        "cache_write": short,
        "cache_write_1h": long,
        "output": None if output is None else max(0, output - (thought or 0)),
        "reasoning": thought,
    }
    return replace(before, **{kind: amount for kind, amount in found.items() if amount is not None})


def arguments_text_of(value: JsonValue) -> str:
    """A tool's input as JSON text."""
    return json.dumps(value, ensure_ascii=False)
