"""Anthropic's messages API.

What lives here: its request, answer and stream, read from plain dicts. What must not live here: the SDK.
"""

from typing import Any

from pellucid.narrowing import document_of, is_document
from pellucid.providers.facts import Answered, Asked, Document, Gatherer, Message, text_part, without
from pellucid.providers.openai_chat import parsed
from pellucid.usage import canonical


class AnthropicMessages:
    """`POST /v1/messages`."""

    def asked(self, request: Document) -> Asked:
        model = request.get("model")
        system = request.get("system")
        return Asked(
            kind="generation",
            name=f"chat {model}" if model else "chat",
            model=model,
            messages=[_message(message) for message in request.get("messages") or ()],
            system=_blocks(system) if system else [],
            tools=list(request.get("tools") or ()),
            parameters=without(request, "model", "messages", "system", "tools", "stream"),
            is_stream=bool(request.get("stream")),
        )

    def answered(self, response: Document) -> Answered:
        reason = response.get("stop_reason")
        message: Message = {"role": "assistant", "parts": _blocks(response.get("content"))}
        if reason:
            message["finish_reason"] = str(reason)
        usage = response.get("usage")
        return Answered(
            messages=[message] if message["parts"] else [],
            model=response.get("model"),
            response_id=response.get("id"),
            # Named even when zero: this is how `canonical` knows that cache tokens are not part of the input.
            usage=canonical({"cache_read_input_tokens": 0, **usage}) if is_document(usage) else {},
            finish_reasons=[str(reason)] if reason else [],
            is_refused=reason == "refusal",
            service_tier=usage.get("service_tier") if is_document(usage) else None,
        )

    def gatherer(self) -> Gatherer:
        return MessageGatherer(self)


class MessageGatherer:
    """A streamed message, put together from its events."""

    def __init__(self, shape: AnthropicMessages) -> None:
        self._shape = shape
        self._message: dict[str, Any] = {}
        self._usage: dict[str, Any] = {}
        self._blocks: dict[int, dict[str, Any]] = {}

    def add(self, chunk: Document) -> bool:
        kind = chunk.get("type")
        if kind == "message_start":
            self._message = dict(chunk.get("message") or {})
            self._usage.update(self._message.get("usage") or {})
        elif kind == "content_block_start":
            self._blocks[chunk.get("index") or 0] = dict(chunk.get("content_block") or {})
        elif kind == "content_block_delta":
            return self._add_delta(self._blocks.setdefault(chunk.get("index") or 0, {"type": "text"}), chunk.get("delta") or {})
        elif kind == "message_delta":
            self._message.update({key: value for key, value in document_of(chunk.get("delta")).items() if value is not None})
            self._usage.update({key: value for key, value in document_of(chunk.get("usage")).items() if value is not None})
        return False

    def answered(self) -> Answered:
        blocks = [self._blocks[index] for index in sorted(self._blocks)]
        for block in blocks:
            if "partial" in block:
                block["input"] = parsed(block.pop("partial"))
        return self._shape.answered({**self._message, "content": blocks, "usage": self._usage})

    def _add_delta(self, block: dict[str, Any], delta: Document) -> bool:
        for field_, target in (("text", "text"), ("thinking", "thinking"), ("partial_json", "partial")):
            if isinstance(delta.get(field_), str):
                block[target] = str(block.get(target) or "") + delta[field_]
                return bool(delta[field_])
        return False


def _message(message: Document) -> Message:
    role = str(message.get("role") or "user")
    parts = _blocks(message.get("content"))
    if parts and all(part["type"] == "tool_call_response" for part in parts):
        role = "tool"
    return {"role": role, "parts": parts}


def _blocks(content: Any) -> list[dict[str, Any]]:
    if content is None:
        return []
    if isinstance(content, str):
        return [text_part(content)]
    return [_block(block) for block in content]


def _block(block: Any) -> dict[str, Any]:
    if not is_document(block):
        return text_part(block)
    kind = block.get("type")
    if kind == "text":
        return text_part(block.get("text", ""))
    if kind == "thinking":
        return {"type": "reasoning", "content": block.get("thinking", "")}
    if kind in ("tool_use", "server_tool_use"):
        return {"type": "tool_call", "id": block.get("id"), "name": block.get("name"), "arguments": block.get("input")}
    if kind == "tool_result":
        return {"type": "tool_call_response", "id": block.get("tool_use_id"), "response": _response(block.get("content"))}
    if kind in ("image", "document") and isinstance(block.get("source"), dict):
        return _source(str(kind), block["source"])
    return {"type": str(kind), **{key: value for key, value in block.items() if key != "type"}}


def _source(kind: str, source: Document) -> dict[str, Any]:
    if source.get("type") == "url":
        return {"type": "uri", "modality": kind, "uri": source.get("url")}
    data = source.get("data")
    size = len(data) * 3 // 4 if isinstance(data, str) else None
    return {"type": "blob", "modality": kind, "mime_type": source.get("media_type"), "size": size}


def _response(content: Any) -> Any:
    if isinstance(content, list):
        parts = _blocks(content)
        return "".join(str(part["content"]) for part in parts) if all(part["type"] == "text" for part in parts) else parts
    return content
