"""Google's Gemini: `generateContent` and its stream."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from pellucid_server.llm.assembly import Assembly, tool_call
from pellucid_server.llm.calls import ModelDelta, ModelRequest
from pellucid_server.llm.wires.wire import Json, Outgoing, arguments_object, count_of, object_of, objects_of, text_of, words
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, PartType, Role
from pellucid_server.model.usage import Usage

CONFIG: Final = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "max_tokens": "maxOutputTokens",
    "max_completion_tokens": "maxOutputTokens",
    "max_output_tokens": "maxOutputTokens",
    "seed": "seed",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
}
FINISH: Final = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    **dict.fromkeys(("SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY"), "content_filter"),
}
MODES: Final = {"auto": "AUTO", "required": "ANY", "none": "NONE"}


class GoogleWire:
    """`POST /models/{model}:generateContent`."""

    default_base_url = "https://generativelanguage.googleapis.com/v1beta"

    def headers(self, key: str) -> Mapping[str, str]:
        """Who asks."""
        return {"x-goog-api-key": key}

    def encode(self, request: ModelRequest, *, stream: bool) -> Outgoing:
        """A request."""
        config: Json = {}
        body: Json = {}
        ignored = tuple(
            name for name, value in request.parameters.items() if value is not None and not _set(config, body, name, value)
        )
        if isinstance(request.response_schema, dict):
            config |= {"responseMimeType": "application/json", "responseJsonSchema": request.response_schema}
        if config:
            body["generationConfig"] = config
        system = "\n\n".join(words(part) for message in request.messages if message.role is Role.SYSTEM for part in message.parts)
        if system:
            body["systemInstruction"] = {"parts": [{"text": system}]}
        names = {part.id: part.name for message in request.messages for part in message.parts if part.type is PartType.TOOL_CALL}
        body["contents"] = [_content(message, names) for message in request.messages if message.role is not Role.SYSTEM]
        if request.tools:
            body["tools"] = [
                {
                    "functionDeclarations": [
                        {"name": tool.name, "description": tool.description or "", "parametersJsonSchema": tool.parameters}
                        for tool in request.tools
                    ]
                }
            ]
        verb = "streamGenerateContent?alt=sse" if stream else "generateContent"
        return Outgoing(path=f"/models/{request.model.removeprefix('models/')}:{verb}", body=body, ignored=ignored)

    def read(self, body: Json, assembly: Assembly) -> None:
        """The first candidate."""
        for _ in self.feed(body, assembly):
            pass

    def feed(self, event: Json, assembly: Assembly) -> Iterator[ModelDelta]:
        """A piece of an answer has the shape of a whole one."""
        assembly.model = text_of(event.get("modelVersion")) or assembly.model
        assembly.response_id = text_of(event.get("responseId")) or assembly.response_id
        usage = event.get("usageMetadata")
        if isinstance(usage, dict):
            assembly.usage = _usage(usage)
        if object_of(event.get("promptFeedback")).get("blockReason"):
            assembly.finish_reason, assembly.done = "content_filter", True
        for candidate in objects_of(event.get("candidates"))[:1]:
            for part in objects_of(object_of(candidate.get("content")).get("parts")):
                yield from _part(part, assembly)
            reason = text_of(candidate.get("finishReason"))
            if reason:
                calls = any(block.type is PartType.TOOL_CALL for block in assembly.blocks.values())
                assembly.finish_reason = "tool_calls" if calls else FINISH.get(reason, reason.lower())
                assembly.done = True


def _set(config: Json, body: Json, name: str, value: JsonValue) -> bool:
    if name in CONFIG:
        config[CONFIG[name]] = value
    elif name in ("stop", "stop_sequences"):
        config["stopSequences"] = value if isinstance(value, list) else [value]
    elif name == "tool_choice" and isinstance(value, str) and value in MODES:
        body["toolConfig"] = {"functionCallingConfig": {"mode": MODES[value]}}
    else:
        return False
    return True


def _content(message: Message, names: Mapping[str | None, str | None]) -> Json:
    parts: list[JsonValue] = [item for part in message.parts if (item := _item(part, names))]
    return {"role": "model" if message.role is Role.ASSISTANT else "user", "parts": parts}


def _item(part: Part, names: Mapping[str | None, str | None]) -> Json | None:
    match part.type:
        case PartType.TEXT | PartType.REFUSAL:
            return {"text": part.text or ""}
        case PartType.TOOL_CALL:
            return {"functionCall": {"name": part.name or "", "args": arguments_object(part)}}
        case PartType.TOOL_RESULT:
            result: Json = part.result if isinstance(part.result, dict) else {"result": part.result}
            return {"functionResponse": {"name": part.name or names.get(part.id) or "", "response": result}}
        case PartType.MEDIA if part.data:
            return {"inlineData": {"mimeType": part.mime_type or "image/png", "data": part.data}}
        case PartType.MEDIA:
            return {"fileData": {"mimeType": part.mime_type or "image/png", "fileUri": part.uri or ""}}
        case _:
            return None


def _part(part: Json, assembly: Assembly) -> Iterator[ModelDelta]:
    call = part.get("functionCall")
    if isinstance(call, dict):
        number = len(assembly.blocks)
        name, arguments = text_of(call.get("name")), json.dumps(call.get("args") or {}, ensure_ascii=False)
        block = assembly.add(
            f"call {number}", PartType.TOOL_CALL, arguments, id=text_of(call.get("id")) or f"call_{number}", name=name
        )
        yield ModelDelta(tool_call=tool_call(block))
        return
    piece = text_of(part.get("text"))
    if piece and part.get("thought") is True:
        assembly.add("reasoning", PartType.REASONING, piece)
        yield ModelDelta(reasoning=piece)
    elif piece:
        assembly.add("text", PartType.TEXT, piece)
        yield ModelDelta(text=piece)


def _usage(usage: Json) -> Usage:
    """Cached tokens are in the prompt; thoughts are beside the candidates."""
    prompt, cached = count_of(usage.get("promptTokenCount")), count_of(usage.get("cachedContentTokenCount"))
    return Usage(
        input=None if prompt is None else max(0, prompt - (cached or 0)),
        cache_read=cached,
        output=count_of(usage.get("candidatesTokenCount")),
        reasoning=count_of(usage.get("thoughtsTokenCount")),
    )
