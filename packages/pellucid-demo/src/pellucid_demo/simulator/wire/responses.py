"""OpenAI responses."""

from typing import Any

from pellucid_demo.simulator import tokens
from pellucid_demo.simulator.chance import digest
from pellucid_demo.simulator.conversation import Dialect, Finish, JsonSchema, Reply, Request, Role, Tool, ToolCall, Turn
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

_ROLES: dict[str, Role] = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


def decode(body: Body) -> Request:
    schema, json_wanted = _format((body.get("text") or {}).get("format") or {})
    return Request(
        dialect=Dialect.RESPONSES,
        model=required_text(body, "model"),
        turns=_turns(body),
        tools=tuple(_tool(tool) for tool in body.get("tools") or () if tool.get("type") == "function"),
        tool_choice=_tool_choice(body.get("tool_choice")),
        parallel_tools=body.get("parallel_tool_calls") is not False,
        schema=schema,
        json_wanted=json_wanted,
        max_tokens=optional_int(body, "max_output_tokens"),
        temperature=optional_number(body, "temperature", most=2),
        effort=(body.get("reasoning") or {}).get("effort"),
        stream=bool(body.get("stream")),
        include_usage=True,
    )


def encode(reply: Reply, request: Request, body: Body) -> dict[str, Any]:
    """The whole response object; the request's own settings are echoed in it, as the API does."""
    return {
        **_echo(reply, body),
        "status": "incomplete" if reply.finish is Finish.LENGTH else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if reply.finish is Finish.LENGTH else None,
        "output": _items(reply),
        "usage": _usage(reply),
    }


def stream(reply: Reply, request: Request, body: Body) -> list[bytes]:
    opened = {**_echo(reply, body), "status": "in_progress", "incomplete_details": None, "output": [], "usage": None}
    whole = encode(reply, request, body)
    values: list[dict[str, Any]] = [
        {"type": "response.created", "response": opened},
        {"type": "response.in_progress", "response": opened},
    ]
    for number, item in enumerate(whole["output"]):
        values += _item_events(item, number)
    values.append({"type": f"response.{whole['status']}", "response": whole})
    return [event({**value, "sequence_number": number}, named=True) for number, value in enumerate(values)]


def _item_events(item: dict[str, Any], number: int) -> list[dict[str, Any]]:
    place = {"output_index": number, "item_id": item["id"]}
    events: list[dict[str, Any]] = []
    if item["type"] == "message":
        started = {**item, "status": "in_progress", "content": []}
        events += _content_events(item["content"][0], {**place, "content_index": 0})
    elif item["type"] == "function_call":
        started = {**item, "status": "in_progress", "arguments": ""}
        written = item["arguments"]
        events.append({"type": "response.function_call_arguments.delta", **place, "delta": written})
        done = {"type": "response.function_call_arguments.done", "name": item["name"], "arguments": written}
        events.append({**done, **place})
    else:
        started = item
    added = {"type": "response.output_item.added", "output_index": number, "item": started}
    return [added, *events, {"type": "response.output_item.done", "output_index": number, "item": item}]


def _content_events(part: dict[str, Any], place: dict[str, Any]) -> list[dict[str, Any]]:
    refused = part["type"] == "refusal"
    name, field = ("refusal", "refusal") if refused else ("output_text", "text")
    extra: dict[str, Any] = {} if refused else {"logprobs": []}
    empty = {**part, field: ""}
    deltas = [{"type": f"response.{name}.delta", "delta": piece, **extra, **place} for piece in tokens.pieces(part[field])]
    return [
        {"type": "response.content_part.added", "part": empty, **place},
        *deltas,
        {"type": f"response.{name}.done", field: part[field], **extra, **place},
        {"type": "response.content_part.done", "part": part, **place},
    ]


def _items(reply: Reply) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if reply.reasoning:
        summary = [{"type": "summary_text", "text": reply.reasoning[:200]}]
        items.append({"id": f"rs_{digest(reply.id, 'reasoning')[:24]}", "type": "reasoning", "summary": summary})
    if reply.tool_calls:
        return items + [
            {
                "id": f"fc_{digest(reply.id, call.id)[:24]}",
                "type": "function_call",
                "call_id": call.id,
                "name": call.name,
                "arguments": call.arguments,
                "status": "completed",
            }
            for call in reply.tool_calls
        ]
    refused = reply.finish is Finish.REFUSAL
    text = {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}
    part = {"type": "refusal", "refusal": reply.text} if refused else text
    status = "incomplete" if reply.finish is Finish.LENGTH else "completed"
    name = f"msg_{digest(reply.id, 'message')[:24]}"
    return [*items, {"id": name, "type": "message", "role": "assistant", "status": status, "content": [part]}]


def _echo(reply: Reply, body: Body) -> dict[str, Any]:
    return {
        "id": reply.id,
        "object": "response",
        "created_at": reply.created,
        "error": None,
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "metadata": body.get("metadata") or {},
        "model": reply.version.name,
        "parallel_tool_calls": body.get("parallel_tool_calls") is not False,
        "previous_response_id": body.get("previous_response_id"),
        "reasoning": {"effort": (body.get("reasoning") or {}).get("effort"), "summary": None},
        "service_tier": "default",
        "store": body.get("store") is not False,
        "temperature": body.get("temperature", 1.0),
        "text": body.get("text") or {"format": {"type": "text"}},
        "tool_choice": body.get("tool_choice") or "auto",
        "tools": list(body.get("tools") or ()),
        "top_p": body.get("top_p", 1.0),
        "truncation": "disabled",
        "user": body.get("user"),
    }


def _usage(reply: Reply) -> dict[str, Any]:
    used = reply.usage
    return {
        "input_tokens": used.input,
        "input_tokens_details": {"cached_tokens": used.cache_read, "cache_write_tokens": used.cache_write},
        "output_tokens": used.output,
        "output_tokens_details": {"reasoning_tokens": used.reasoning},
        "total_tokens": used.input + used.output,
    }


def _turns(body: Body) -> tuple[Turn, ...]:
    instructions = text_of(body.get("instructions"))
    opening = (Turn(role="system", text=instructions),) if instructions else ()
    if isinstance(body.get("input"), str):
        return (*opening, Turn(role="user", text=required_text(body, "input")))
    items = (_turn(item, number) for number, item in enumerate(required_list(body, "input")))
    return (*opening, *(turn for turn in items if turn is not None))


def _turn(item: Body, number: int) -> Turn | None:
    kind = item.get("type", "message")
    if kind == "function_call":
        call = ToolCall(id=str(item.get("call_id")), name=str(item.get("name")), arguments=str(item.get("arguments")))
        return Turn(role="assistant", text="", tool_calls=(call,))
    if kind == "function_call_output":
        return Turn(role="tool", text=text_of(item.get("output")), tool_call_id=str(item.get("call_id")))
    if kind != "message":
        return None
    role = item.get("role")
    if role not in _ROLES:
        raise BadRequestError(f"Invalid value: {role!r}. Supported roles: {', '.join(_ROLES)}.", f"input[{number}].role")
    return Turn(role=_ROLES[role], text=text_of(item.get("content")), images=images_in(item.get("content")))


def _tool(tool: Body) -> Tool:
    return Tool(
        name=required_text(tool, "name"),
        description=tool.get("description") or "",
        parameters=tool.get("parameters") or {},
    )


def _tool_choice(choice: Any) -> str:
    return str(choice.get("name", "required")) if isinstance(choice, dict) else str(choice or "auto")


def _format(asked: Body) -> tuple[JsonSchema | None, bool]:
    if asked.get("type") == "json_schema":
        if not isinstance(asked.get("schema"), dict):
            raise BadRequestError("Missing required parameter: 'text.format.schema'.", "text.format.schema")
        return asked["schema"], True
    return None, asked.get("type") == "json_object"
