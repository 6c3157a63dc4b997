"""OpenAI's chat completions, which is also what compatible servers speak (vLLM, Ollama, Groq, Mistral, Together, OpenRouter …)."""

from collections.abc import Iterator, Mapping
from typing import Final

from pellucid_server.llm.assembly import Assembly, tool_call
from pellucid_server.llm.calls import ModelDelta, ModelRequest
from pellucid_server.llm.wires.wire import Json, Outgoing, arguments_text, count_of, object_of, objects_of, text_of, words
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, PartType, Role, ToolDefinition
from pellucid_server.model.usage import Usage

OWN: Final = frozenset({"model", "messages", "tools", "response_format", "stream", "stream_options", "n"})
"""Keys that the request itself sets; a recorded parameter of the same name must not replace them."""
FINISH: Final = {"function_call": "tool_calls"}


class OpenAiWire:
    """`POST /chat/completions`."""

    default_base_url = "https://api.openai.com/v1"

    def headers(self, key: str) -> Mapping[str, str]:
        """Who asks."""
        return {"authorization": f"Bearer {key}"} if key else {}

    def encode(self, request: ModelRequest, *, stream: bool) -> Outgoing:
        """A request. Parameters go as they were given: compatible servers have many of their own."""
        body: Json = {name: value for name, value in request.parameters.items() if name not in OWN and value is not None}
        body["model"] = request.model
        body["messages"] = [item for message in request.messages for item in _messages(message)]
        if request.tools:
            body["tools"] = [_tool(tool) for tool in request.tools]
        if isinstance(request.response_schema, dict):
            schema: Json = {"name": "answer", "schema": request.response_schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        if stream:
            body["stream"] = True
            body["stream_options"] = {"include_usage": True}
        return Outgoing(path="/chat/completions", body=body)

    def read(self, body: Json, assembly: Assembly) -> None:
        """The first choice."""
        _head(body, assembly)
        for choice in objects_of(body.get("choices"))[:1]:
            message = object_of(choice.get("message"))
            _say(message, assembly)
            for number, call in enumerate(objects_of(message.get("tool_calls"))):
                _call(call, number, assembly)
            _stop(choice, assembly)
        assembly.done = bool(assembly.finish_reason)

    def feed(self, event: Json, assembly: Assembly) -> Iterator[ModelDelta]:
        """A chunk: text as it comes, tool calls once they are whole."""
        _head(event, assembly)
        for choice in objects_of(event.get("choices"))[:1]:
            delta = object_of(choice.get("delta"))
            yield from _say(delta, assembly)
            for call in objects_of(delta.get("tool_calls")):
                _call(call, count_of(call.get("index")) or 0, assembly)
            if _stop(choice, assembly):
                assembly.done = True
                blocks = [block for block in assembly.blocks.values() if block.type is PartType.TOOL_CALL]
                yield from (ModelDelta(tool_call=tool_call(block)) for block in blocks)


def _head(body: Json, assembly: Assembly) -> None:
    assembly.model = text_of(body.get("model")) or assembly.model
    assembly.response_id = text_of(body.get("id")) or assembly.response_id
    assembly.system_fingerprint = text_of(body.get("system_fingerprint")) or assembly.system_fingerprint
    usage = body.get("usage")
    if isinstance(usage, dict):
        assembly.usage = _usage(usage)


def _say(message: Json, assembly: Assembly) -> list[ModelDelta]:
    deltas = []
    thought = text_of(message.get("reasoning_content")) or text_of(message.get("reasoning"))
    if thought:
        assembly.add("reasoning", PartType.REASONING, thought)
        deltas.append(ModelDelta(reasoning=thought))
    for name, kind in (("content", PartType.TEXT), ("refusal", PartType.REFUSAL)):
        piece = text_of(message.get(name))
        if piece:
            assembly.add(name, kind, piece)
            deltas.append(ModelDelta(text=piece))
    return deltas


def _call(call: Json, number: int, assembly: Assembly) -> None:
    function = object_of(call.get("function"))
    assembly.add(
        f"call {number}",
        PartType.TOOL_CALL,
        text_of(function.get("arguments")),
        id=text_of(call.get("id")),
        name=text_of(function.get("name")),
    )


def _stop(choice: Json, assembly: Assembly) -> bool:
    reason = text_of(choice.get("finish_reason"))
    if reason:
        assembly.finish_reason = FINISH.get(reason, reason)
    return bool(reason)


def _usage(usage: Json) -> Usage:
    """OpenAI counts cached tokens in the prompt, reasoning in the completion, and audio in both."""
    into, out = object_of(usage.get("prompt_tokens_details")), object_of(usage.get("completion_tokens_details"))
    cached, audio_in = count_of(into.get("cached_tokens")), count_of(into.get("audio_tokens"))
    reasoning, audio_out = count_of(out.get("reasoning_tokens")), count_of(out.get("audio_tokens"))
    prompt, completion = count_of(usage.get("prompt_tokens")), count_of(usage.get("completion_tokens"))
    return Usage(
        input=None if prompt is None else max(0, prompt - (cached or 0) - (audio_in or 0)),
        cache_read=cached,
        output=None if completion is None else max(0, completion - (reasoning or 0) - (audio_out or 0)),
        reasoning=reasoning,
        audio_in=audio_in,
        audio_out=audio_out,
    )


def _messages(message: Message) -> Iterator[Json]:
    """One message; a message of tool results is one for each result."""
    results = [part for part in message.parts if part.type is PartType.TOOL_RESULT]
    for result in results:
        yield {"role": "tool", "tool_call_id": result.id or "", "content": words(result)}
    rest = [part for part in message.parts if part.type is not PartType.TOOL_RESULT]
    if message.role is Role.TOOL or (results and not rest):
        return
    out: Json = {"role": message.role.value, "content": _content(rest)}
    if message.name:
        out["name"] = message.name
    calls: list[JsonValue] = [_wish(part) for part in rest if part.type is PartType.TOOL_CALL]
    if calls:
        out["tool_calls"] = calls
        out["content"] = out["content"] or None
    yield out


def _content(parts: list[Part]) -> JsonValue:
    if any(part.type is PartType.MEDIA for part in parts):
        return [item for part in parts if (item := _item(part))]
    return "".join(words(part) for part in parts if part.type in (PartType.TEXT, PartType.REFUSAL))


def _item(part: Part) -> Json | None:
    if part.type is PartType.MEDIA and part.modality in (None, "image"):
        url = part.uri or f"data:{part.mime_type or 'image/png'};base64,{part.data or ''}"
        return {"type": "image_url", "image_url": {"url": url}}
    return {"type": "text", "text": words(part)} if part.type in (PartType.TEXT, PartType.REFUSAL) else None


def _wish(part: Part) -> Json:
    return {"id": part.id or "", "type": "function", "function": {"name": part.name or "", "arguments": arguments_text(part)}}


def _tool(tool: ToolDefinition) -> Json:
    function: Json = {"name": tool.name, "parameters": tool.parameters or {"type": "object", "properties": {}}}
    if tool.description:
        function["description"] = tool.description
    return {"type": "function", "function": function}
