"""Google's Gemini: `generateContent`, whole or as a stream in which every event has the shape of a whole answer."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pellucid_demo.simulator import tokens
from pellucid_demo.simulator.conversation import Dialect, Finish, JsonSchema, Reply, Request, Tool, ToolCall, Turn
from pellucid_demo.simulator.wire.events import event
from pellucid_demo.simulator.wire.reading_json import (
    BadRequestError,
    Body,
    optional_int,
    optional_number,
    required_list,
    required_text,
)

_FINISH = {Finish.STOP: "STOP", Finish.LENGTH: "MAX_TOKENS", Finish.TOOL_CALLS: "STOP", Finish.REFUSAL: "PROHIBITED_CONTENT"}
_CHOICES = {"AUTO": "auto", "ANY": "required", "NONE": "none"}


def decode(body: Body, model: str, *, stream: bool) -> Request:
    """The model stands in the path of the request, not in its body."""
    config = body.get("generationConfig") or {}
    turns = [Turn(role="system", text=_text((body.get("systemInstruction") or {}).get("parts") or ()))]
    for number, content in enumerate(required_list(body, "contents")):
        turns += _turns(content, number)
    return Request(
        dialect=Dialect.GENERATE,
        model=model,
        turns=tuple(turn for turn in turns if turn.role != "system" or turn.text),
        tools=tuple(_tools(body)),
        tool_choice=_choice(body),
        schema=_schema(config),
        json_wanted=config.get("responseMimeType") == "application/json",
        max_tokens=optional_int(config, "maxOutputTokens"),
        temperature=optional_number(config, "temperature", most=2),
        thinking=bool((config.get("thinkingConfig") or {}).get("includeThoughts")),
        seed=optional_int(config, "seed", least=-(2**31)),
        stream=stream,
    )


def encode(reply: Reply) -> dict[str, Any]:
    return _answer(reply, list(_parts(reply)), last=True)


def stream(reply: Reply) -> list[bytes]:
    """Texts come in pieces, a call whole; the reason to stop stands in the last event alone, the usage in each of them."""
    pieces: list[list[dict[str, Any]]] = []
    for part in _parts(reply):
        if "text" in part:
            pieces += [[{**part, "text": piece}] for piece in tokens.pieces(part["text"])]
        else:
            pieces.append([part])
    pieces = pieces or [[]]
    return [event(_answer(reply, parts, last=number == len(pieces))) for number, parts in enumerate(pieces, start=1)]


def _answer(reply: Reply, parts: list[dict[str, Any]], *, last: bool) -> dict[str, Any]:
    candidate: dict[str, Any] = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if last:
        candidate["finishReason"] = _FINISH[reply.finish]
    return {
        "candidates": [candidate],
        "usageMetadata": _usage(reply),
        "modelVersion": reply.version.name,
        "responseId": reply.id,
    }


def _parts(reply: Reply) -> Iterator[dict[str, Any]]:
    if reply.reasoning:
        yield {"text": reply.reasoning, "thought": True}
    if reply.text:
        yield {"text": reply.text}
    for call in reply.tool_calls:
        yield {"functionCall": {"name": call.name, "args": _arguments(call.arguments)}}


def _usage(reply: Reply) -> dict[str, Any]:
    """Google counts thoughts beside the candidates, and cached tokens in the prompt."""
    used = reply.usage
    said = used.output - used.reasoning
    counted: dict[str, Any] = {
        "promptTokenCount": used.input,
        "candidatesTokenCount": said,
        "totalTokenCount": used.input + used.output,
    }
    if used.reasoning:
        counted["thoughtsTokenCount"] = used.reasoning
    if used.cache_read:
        counted["cachedContentTokenCount"] = used.cache_read
    return counted


def _turns(content: Body, number: int) -> Iterator[Turn]:
    """Results of functions stand among the parts of a user's content: each becomes a turn of its own."""
    role, parts = content.get("role", "user"), content.get("parts")
    if role not in ("user", "model", "function"):
        raise BadRequestError(f"Please use a valid role: user, model. (contents[{number}].role)", "contents")
    if not isinstance(parts, list) or not parts:
        raise BadRequestError(f"Unable to submit request because contents[{number}].parts must not be empty.", "contents")
    if role == "model":
        yield Turn(role="assistant", text=_text(parts), tool_calls=tuple(_calls(parts)))
        return
    for part in parts:
        result = part.get("functionResponse")
        if isinstance(result, dict):
            text = json.dumps(result.get("response"), ensure_ascii=False)
            yield Turn(role="tool", text=text, tool_call_id=str(result.get("id") or result.get("name")))
    text, images = _text(parts), sum(1 for part in parts if "inlineData" in part or "fileData" in part)
    if text or images:
        yield Turn(role="user", text=text, images=images)


def _text(parts: Any) -> str:
    return "\n".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


def _calls(parts: Sequence[Body]) -> Iterator[ToolCall]:
    for part in parts:
        call = part.get("functionCall")
        if isinstance(call, dict):
            name = required_text(call, "name")
            yield ToolCall(id=str(call.get("id") or name), name=name, arguments=json.dumps(call.get("args") or {}))


def _tools(body: Body) -> Iterator[Tool]:
    for group in body.get("tools") or ():
        for declared in group.get("functionDeclarations") or ():
            parameters = declared.get("parametersJsonSchema") or declared.get("parameters") or {}
            yield Tool(name=required_text(declared, "name"), description=declared.get("description") or "", parameters=parameters)


def _choice(body: Body) -> str:
    calling = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    allowed = list(calling.get("allowedFunctionNames") or ())
    return str(allowed[0]) if len(allowed) == 1 else _CHOICES.get(calling.get("mode", "AUTO"), "auto")


def _schema(config: Body) -> JsonSchema | None:
    found = config.get("responseJsonSchema") or config.get("responseSchema")
    return found if isinstance(found, dict) and config.get("responseMimeType") == "application/json" else None


def _arguments(text: str) -> Any:
    """As an object; a spoiled text (see faults) is passed on as it is."""
    try:
        return json.loads(text)
    except ValueError:
        return {"text": text}
