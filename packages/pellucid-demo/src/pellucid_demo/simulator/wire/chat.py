"""OpenAI chat completions."""

from collections.abc import Iterator
from typing import Any

from pellucid_demo.simulator import tokens
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

_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
    "tool": "tool",
    "function": "tool",
}
_ARGUMENT_PIECE = 16


def decode(body: Body) -> Request:
    schema, json_wanted = _format(body.get("response_format") or {})
    return Request(
        dialect=Dialect.CHAT,
        model=required_text(body, "model"),
        turns=tuple(_turn(message, number) for number, message in enumerate(required_list(body, "messages"))),
        tools=tuple(_tool(tool) for tool in body.get("tools") or ()),
        tool_choice=_tool_choice(body.get("tool_choice")),
        parallel_tools=body.get("parallel_tool_calls") is not False,
        schema=schema,
        json_wanted=json_wanted,
        max_tokens=optional_int(body, "max_completion_tokens") or optional_int(body, "max_tokens"),
        temperature=optional_number(body, "temperature", most=2),
        effort=body.get("reasoning_effort"),
        stream=bool(body.get("stream")),
        include_usage=bool((body.get("stream_options") or {}).get("include_usage")),
        choices=optional_int(body, "n") or 1,
        seed=optional_int(body, "seed", least=-(2**63)),
        service_tier=_tier(body),
    )


def encode(reply: Reply, request: Request) -> dict[str, Any]:
    return {
        **_head(reply, request, "chat.completion"),
        "choices": [
            {"index": number, "message": _message(reply, request, text), "logprobs": None, "finish_reason": finish(reply)}
            for number, text in enumerate(reply.texts)
        ],
        "usage": usage(reply),
    }


def stream(reply: Reply, request: Request) -> list[bytes]:
    head = _head(reply, request, "chat.completion.chunk")
    tail: dict[str, Any] = {"usage": None} if request.include_usage else {}
    events = []
    for number, text in enumerate(reply.texts):
        deltas = [*_deltas(reply, request, text), ({}, finish(reply))]
        events += [
            event({**head, "choices": [{"index": number, "delta": delta, "logprobs": None, "finish_reason": end}], **tail})
            for delta, end in deltas
        ]
    if request.include_usage:
        events.append(event({**head, "choices": [], "usage": usage(reply)}))
    return [*events, b"data: [DONE]\n\n"]


def finish(reply: Reply) -> str:
    """OpenAI knows no reason *refusal*: a refusal stops like any answer and stands in its own field."""
    return "stop" if reply.finish is Finish.REFUSAL else reply.finish.value


def usage(reply: Reply) -> dict[str, Any]:
    used = reply.usage
    return {
        "prompt_tokens": used.input,
        "completion_tokens": used.output,
        "total_tokens": used.input + used.output,
        "prompt_tokens_details": {"cached_tokens": used.cache_read, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": used.reasoning,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _head(reply: Reply, request: Request, kind: str) -> dict[str, Any]:
    return {
        "id": reply.id,
        "object": kind,
        "created": reply.created,
        "model": reply.version.name,
        "service_tier": request.service_tier,
        "system_fingerprint": reply.version.fingerprint,
    }


def _message(reply: Reply, request: Request, text: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text or None, "refusal": None, "annotations": []}
    if reply.finish is Finish.REFUSAL and request.schema is not None:
        message |= {"content": None, "refusal": text}
    if reply.tool_calls:
        message |= {"content": None, "tool_calls": [_call(call) for call in reply.tool_calls]}
    return message


def _deltas(reply: Reply, request: Request, text: str) -> Iterator[tuple[dict[str, Any], None]]:
    field = "refusal" if reply.finish is Finish.REFUSAL and request.schema is not None else "content"
    if reply.tool_calls:
        yield {"role": "assistant", "content": None}, None
    else:
        yield {"role": "assistant", "content": "", "refusal": None}, None
        for piece in tokens.pieces(text):
            yield {field: piece}, None
    for number, call in enumerate(reply.tool_calls):
        opened = {"index": number, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
        yield {"tool_calls": [opened]}, None
        for start in range(0, len(call.arguments), _ARGUMENT_PIECE):
            piece = call.arguments[start : start + _ARGUMENT_PIECE]
            yield {"tool_calls": [{"index": number, "function": {"arguments": piece}}]}, None


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _turn(message: Body, number: int) -> Turn:
    role = message.get("role")
    if role not in _ROLES:
        raise BadRequestError(f"Invalid value: {role!r}. Supported roles: {', '.join(_ROLES)}.", f"messages[{number}].role")
    if role == "tool" and not message.get("tool_call_id"):
        raise BadRequestError("A tool message needs a 'tool_call_id'.", f"messages[{number}].tool_call_id")
    return Turn(
        role=_ROLES[role],
        text=text_of(message.get("content")) or text_of(message.get("refusal")),
        images=images_in(message.get("content")),
        tool_call_id=message.get("tool_call_id") or "",
        tool_calls=tuple(
            ToolCall(id=call["id"], name=call["function"]["name"], arguments=call["function"]["arguments"])
            for call in message.get("tool_calls") or ()
        ),
    )


def _tool(tool: Body) -> Tool:
    function = tool.get("function")
    if not isinstance(function, dict) or not function.get("name"):
        raise BadRequestError("Missing required parameter: 'tools[].function.name'.", "tools")
    return Tool(
        name=function["name"],
        description=function.get("description") or "",
        parameters=function.get("parameters") or {},
    )


def _tool_choice(choice: Any) -> str:
    if isinstance(choice, dict):
        return str((choice.get("function") or choice).get("name", "required"))
    return str(choice or "auto")


def _format(asked: Body) -> tuple[JsonSchema | None, bool]:
    if asked.get("type") == "json_schema":
        wrapped = asked.get("json_schema") or asked
        if not isinstance(wrapped.get("schema"), dict):
            raise BadRequestError("Missing required parameter: 'response_format.json_schema.schema'.", "response_format")
        return wrapped["schema"], True
    return None, asked.get("type") == "json_object"


def _tier(body: Body) -> str:
    asked = body.get("service_tier")
    return asked if asked in ("flex", "priority", "scale") else "default"
