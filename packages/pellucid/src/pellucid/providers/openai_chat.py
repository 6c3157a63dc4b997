"""OpenAI's chat completions, and everything that speaks the same (Azure, LiteLLM, Groq, vLLM, Ollama …).

What lives here: its request, answer and stream, read from plain dicts. What must not live here: the SDK.
"""

import json
from typing import Any

from pellucid.narrowing import document_of, is_document, is_list
from pellucid.providers.facts import Answered, Asked, Document, Gatherer, Message, media_part, text_part, without
from pellucid.usage import canonical

REFUSING_REASONS = frozenset({"content_filter", "refusal"})


class OpenAIChat:
    """`POST /chat/completions` (and the older `/completions`)."""

    def asked(self, request: Document) -> Asked:
        model = request.get("model")
        prompt = request.get("prompt")
        messages = [_message(message) for message in request.get("messages") or ()]
        if prompt is not None:
            messages = [{"role": "user", "parts": [text_part(prompt if isinstance(prompt, str) else json.dumps(prompt))]}]
        return Asked(
            kind="generation",
            name=f"chat {model}" if model else "chat",
            model=model,
            messages=messages,
            tools=list(request.get("tools") or request.get("functions") or ()),
            parameters=without(request, "model", "messages", "prompt", "tools", "functions", "stream", "stream_options"),
            is_stream=bool(request.get("stream")),
        )

    def answered(self, response: Document) -> Answered:
        choices = response.get("choices") or ()
        messages = [_choice(choice) for choice in choices]
        reasons = [str(choice["finish_reason"]) for choice in choices if choice.get("finish_reason")]
        return Answered(
            messages=messages,
            model=response.get("model"),
            response_id=response.get("id"),
            usage=canonical(response.get("usage")),
            finish_reasons=reasons,
            is_refused=any(_refuses(message) for message in messages) or bool(REFUSING_REASONS & set(reasons)),
            system_fingerprint=response.get("system_fingerprint"),
            service_tier=response.get("service_tier"),
        )

    def gatherer(self) -> Gatherer:
        return ChatGatherer(self)


class ChatGatherer:
    """A streamed completion, put together into the form of an unstreamed one."""

    def __init__(self, shape: OpenAIChat) -> None:
        self._shape = shape
        self._head: dict[str, Any] = {}
        self._choices: dict[int, dict[str, Any]] = {}

    def add(self, chunk: Document) -> bool:
        for key in ("id", "model", "system_fingerprint", "service_tier", "usage"):
            if chunk.get(key) is not None:
                self._head[key] = chunk[key]
        carries_output = False
        for choice in chunk.get("choices") or ():
            carries_output = self._add_choice(choice) or carries_output
        return carries_output

    def answered(self) -> Answered:
        choices = [self._choices[index] for index in sorted(self._choices)]
        for choice in choices:
            calls = choice["message"].pop("calls", None)
            if calls:
                choice["message"]["tool_calls"] = [calls[index] for index in sorted(calls)]
        return self._shape.answered({**self._head, "choices": choices})

    def _add_choice(self, given: Document) -> bool:
        choice = self._choices.setdefault(given.get("index") or 0, {"message": {"role": "assistant"}, "finish_reason": None})
        if given.get("finish_reason"):
            choice["finish_reason"] = given["finish_reason"]
        delta = document_of(given.get("delta"))
        message = choice["message"]
        is_output = False
        for source, target in (
            ("content", "content"),
            ("refusal", "refusal"),
            ("reasoning_content", "reasoning_content"),
            ("reasoning", "reasoning_content"),
        ):
            if isinstance(delta.get(source), str) and delta[source]:
                message[target] = message.get(target, "") + delta[source]
                is_output = True
        for call in delta.get("tool_calls") or ():
            _add_call(message.setdefault("calls", {}), call)
            is_output = True
        if isinstance(given.get("text"), str) and given["text"]:
            message["content"] = message.get("content", "") + given["text"]
            is_output = True
        return is_output


def _add_call(calls: dict[int, dict[str, Any]], given: Document) -> None:
    call = calls.setdefault(given.get("index") or 0, {"id": None, "function": {"name": "", "arguments": ""}})
    call["id"] = given.get("id") or call["id"]
    function = document_of(given.get("function"))
    call["function"]["name"] += function.get("name") or ""
    call["function"]["arguments"] += function.get("arguments") or ""


def _choice(choice: Document) -> Message:
    message = _message(choice.get("message") or {"role": "assistant", "content": choice.get("text")})
    if choice.get("finish_reason"):
        message["finish_reason"] = str(choice["finish_reason"])
    return message


def _message(message: Document) -> Message:
    role = str(message.get("role") or "assistant")
    parts: list[dict[str, Any]] = []
    reasoning = message.get("reasoning_content") or message.get("reasoning")
    if isinstance(reasoning, str):
        parts.append({"type": "reasoning", "content": reasoning})
    if role == "tool":
        parts.append({"type": "tool_call_response", "id": message.get("tool_call_id"), "response": _joined(message.get("content"))})
    else:
        parts.extend(content_parts(message.get("content")))
    if message.get("refusal"):
        parts.append({"type": "refusal", "content": message["refusal"]})
    for call in message.get("tool_calls") or ():
        function = document_of(call.get("function") or call.get("custom"))
        arguments = parsed(function.get("arguments", function.get("input")))
        parts.append({"type": "tool_call", "id": call.get("id"), "name": function.get("name"), "arguments": arguments})
    return {"role": role, "parts": parts}


def content_parts(content: Any) -> list[dict[str, Any]]:
    """The content of a message, text or list, as parts."""
    if content is None:
        return []
    if isinstance(content, str):
        return [text_part(content)]
    return [_part(item) for item in content] if is_list(content) else [text_part(content)]


def _part(item: Any) -> dict[str, Any]:
    if not is_document(item):
        return text_part(item)
    kind = item.get("type")
    if kind in ("text", "input_text", "output_text"):
        return text_part(item.get("text", ""))
    if kind == "refusal":
        return {"type": "refusal", "content": item.get("refusal")}
    if kind in ("image_url", "input_image"):
        image = item.get("image_url")
        return media_part("image", str(image.get("url") if is_document(image) else image))
    if kind == "input_audio":
        audio = document_of(item.get("input_audio"))
        return {
            "type": "blob",
            "modality": "audio",
            "mime_type": f"audio/{audio.get('format')}",
            "size": len(audio.get("data", "")) * 3 // 4,
        }
    return {"type": str(kind), **{key: value for key, value in item.items() if key != "type"}}


def parsed(arguments: Any) -> Any:
    """Arguments of a tool call: their JSON, or the text when it is none (models make mistakes)."""
    if not isinstance(arguments, str):
        return arguments
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def _joined(content: Any) -> Any:
    if isinstance(content, str) or content is None:
        return content
    return "".join(str(part.get("content", "")) for part in content_parts(content))


def _refuses(message: Message) -> bool:
    return any(part["type"] == "refusal" for part in message["parts"])
