"""Anthropic messages."""

import json
from collections.abc import Iterator
from typing import Any

from pellucid_demo.simulator import tokens
from pellucid_demo.simulator.chance import digest
from pellucid_demo.simulator.conversation import Dialect, Finish, JsonSchema, Reply, Request, Tool, ToolCall, Turn
from pellucid_demo.simulator.wire.events import event
from pellucid_demo.simulator.wire.reading_json import (
    BadRequestError,
    Body,
    images_in,
    optional_int,
    optional_number,
    required_list,
    required_text,
    text_of,
)

_STOP_REASONS = {
    Finish.STOP: "end_turn",
    Finish.LENGTH: "max_tokens",
    Finish.TOOL_CALLS: "tool_use",
    Finish.REFUSAL: "refusal",
}
_ARGUMENT_PIECE = 16


def decode(body: Body, *, counting: bool = False) -> Request:
    """`counting` is the count_tokens call, which needs no `max_tokens`."""
    max_tokens = optional_int(body, "max_tokens")
    if max_tokens is None and not counting:
        raise BadRequestError("max_tokens: Field required", "max_tokens")
    choice = body.get("tool_choice") or {}
    config = body.get("output_config") or {}
    turns = [*_system(body.get("system"))]
    for number, message in enumerate(required_list(body, "messages")):
        turns += _turns(message, number)
    return Request(
        dialect=Dialect.MESSAGES,
        model=required_text(body, "model"),
        turns=tuple(turns),
        tools=tuple(_tool(tool) for tool in body.get("tools") or () if "input_schema" in tool),
        tool_choice=_tool_choice(choice),
        parallel_tools=not choice.get("disable_parallel_tool_use"),
        schema=_schema(config.get("format") or body.get("output_format") or {}),
        max_tokens=max_tokens,
        temperature=optional_number(body, "temperature", most=1),
        effort=config.get("effort"),
        thinking=(body.get("thinking") or {}).get("type") in ("enabled", "adaptive"),
        stream=bool(body.get("stream")),
        service_tier="standard",
    )


def encode(reply: Reply) -> dict[str, Any]:
    return {
        **_head(reply),
        "content": list(_blocks(reply)),
        "stop_reason": _STOP_REASONS[reply.finish],
        "stop_sequence": None,
        "usage": _usage(reply, reply.usage.output),
    }


def stream(reply: Reply) -> list[bytes]:
    opened = {**_head(reply), "content": [], "stop_reason": None, "stop_sequence": None, "usage": _usage(reply, 1)}
    values: list[dict[str, Any]] = [{"type": "message_start", "message": opened}, {"type": "ping"}]
    for number, block in enumerate(_blocks(reply)):
        values += _block_events(block, number)
    values.append(
        {
            "type": "message_delta",
            "delta": {"stop_reason": _STOP_REASONS[reply.finish], "stop_sequence": None},
            "usage": _usage(reply, reply.usage.output),
        }
    )
    return [event(value, named=True) for value in [*values, {"type": "message_stop"}]]


def _head(reply: Reply) -> dict[str, Any]:
    return {"id": reply.id, "type": "message", "role": "assistant", "model": reply.version.name}


def _blocks(reply: Reply) -> Iterator[dict[str, Any]]:
    if reply.reasoning:
        yield {"type": "thinking", "thinking": reply.reasoning, "signature": digest(reply.id, "signature")}
    if reply.text:
        yield {"type": "text", "text": reply.text, "citations": None}
    for call in reply.tool_calls:
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": _input(call.arguments)}


def _block_events(block: dict[str, Any], number: int) -> list[dict[str, Any]]:
    if block["type"] == "text":
        empty = {**block, "text": ""}
        deltas = [{"type": "text_delta", "text": piece} for piece in tokens.pieces(block["text"])]
    elif block["type"] == "thinking":
        empty = {**block, "thinking": "", "signature": ""}
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in tokens.pieces(block["thinking"], 12)]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
    else:
        empty = {**block, "input": {}}
        written = json.dumps(block["input"], ensure_ascii=False)
        deltas = [
            {"type": "input_json_delta", "partial_json": written[start : start + _ARGUMENT_PIECE]}
            for start in range(0, len(written), _ARGUMENT_PIECE)
        ]
    return [
        {"type": "content_block_start", "index": number, "content_block": empty},
        *({"type": "content_block_delta", "index": number, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": number},
    ]


def _usage(reply: Reply, output: int) -> dict[str, Any]:
    """Anthropic counts cached tokens beside `input_tokens`, not in them."""
    used = reply.usage
    return {
        "input_tokens": used.input - used.cache_read - used.cache_write,
        "cache_read_input_tokens": used.cache_read,
        "cache_creation_input_tokens": used.cache_write,
        "cache_creation": {"ephemeral_5m_input_tokens": used.cache_write, "ephemeral_1h_input_tokens": 0},
        "output_tokens": output,
        "output_tokens_details": {"thinking_tokens": min(used.reasoning, output)},
        "service_tier": "standard",
    }


def _system(system: Any) -> Iterator[Turn]:
    if isinstance(system, str) and system:
        yield Turn(role="system", text=system)
    elif isinstance(system, list):
        for block in system:
            yield Turn(role="system", text=text_of([block]), cached=_marked([block]))


def _turns(message: Body, number: int) -> Iterator[Turn]:
    """One message may hold text and tool results at once: they become turns of their own."""
    role, content = message.get("role"), message.get("content")
    if role not in ("user", "assistant"):
        raise BadRequestError(f"messages.{number}.role: Input should be 'user' or 'assistant'", "messages")
    blocks = content if isinstance(content, list) else [{"type": "text", "text": text_of(content)}]
    if role == "assistant":
        yield Turn(role="assistant", text=text_of(_of_type(blocks, "text")), tool_calls=tuple(_calls(blocks)))
        return
    for result in _of_type(blocks, "tool_result"):
        yield Turn(role="tool", text=text_of(result.get("content")), tool_call_id=str(result.get("tool_use_id")))
    rest = [block for block in blocks if block.get("type") != "tool_result"]
    if rest:
        yield Turn(role="user", text=text_of(rest), images=images_in(rest), cached=_marked(blocks))


def _of_type(blocks: list[Body], kind: str) -> list[Body]:
    return [block for block in blocks if block.get("type") == kind]


def _calls(blocks: list[Body]) -> Iterator[ToolCall]:
    for block in _of_type(blocks, "tool_use"):
        yield ToolCall(id=str(block.get("id")), name=str(block.get("name")), arguments=json.dumps(block.get("input")))


def _marked(blocks: list[Body]) -> bool:
    return any(block.get("cache_control") for block in blocks)


def _tool(tool: Body) -> Tool:
    return Tool(name=required_text(tool, "name"), description=tool.get("description") or "", parameters=tool["input_schema"])


def _tool_choice(choice: Body) -> str:
    kind = choice.get("type", "auto")
    return str(choice.get("name")) if kind == "tool" else {"any": "required"}.get(kind, str(kind))


def _schema(asked: Body) -> JsonSchema | None:
    return asked.get("schema") if asked.get("type") == "json_schema" else None


def _input(arguments: str) -> Any:
    """The arguments as an object; a spoiled text (see faults) is passed on as it is."""
    try:
        return json.loads(arguments)
    except ValueError:
        return {"text": arguments}
