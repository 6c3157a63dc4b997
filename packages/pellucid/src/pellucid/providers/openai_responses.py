"""OpenAI's Responses API.

What lives here: its request, answer and stream, read from plain dicts. What must not live here: the SDK.
"""

from typing import Any

from pellucid.narrowing import is_document
from pellucid.providers.facts import Answered, Asked, Document, Gatherer, Message, text_part, without
from pellucid.providers.openai_chat import REFUSING_REASONS, content_parts, parsed
from pellucid.usage import canonical

DELTAS = frozenset(
    {
        "response.output_text.delta",
        "response.refusal.delta",
        "response.function_call_arguments.delta",
        "response.reasoning_text.delta",
        "response.reasoning_summary_text.delta",
        "response.output_audio.delta",
    }
)


class OpenAIResponses:
    """`POST /responses`."""

    def asked(self, request: Document) -> Asked:
        model = request.get("model")
        given = request.get("input")
        items = [{"role": "user", "content": given}] if isinstance(given, str) else list(given or ())
        instructions = request.get("instructions")
        return Asked(
            kind="generation",
            name=f"chat {model}" if model else "chat",
            model=model,
            messages=[message for item in items if (message := _item(item)) is not None],
            system=[text_part(instructions)] if instructions else [],
            tools=list(request.get("tools") or ()),
            parameters=without(request, "model", "input", "instructions", "tools", "stream", "stream_options"),
            is_stream=bool(request.get("stream")),
        )

    def answered(self, response: Document) -> Answered:
        messages = [message for item in response.get("output") or () if (message := _item(item)) is not None]
        reasons = _reasons(response, messages)
        error = response.get("error")
        return Answered(
            messages=_one_turn(messages, reasons),
            model=response.get("model"),
            response_id=response.get("id"),
            usage=canonical(response.get("usage")),
            finish_reasons=reasons,
            is_refused=any(part["type"] == "refusal" for message in messages for part in message["parts"])
            or bool(REFUSING_REASONS & set(reasons)),
            error=str(error.get("message") or error.get("code")) if is_document(error) else None,
            service_tier=response.get("service_tier"),
        )

    def gatherer(self) -> Gatherer:
        return ResponsesGatherer(self)


class ResponsesGatherer:
    """A streamed response: its last event holds the whole, and until then its finished items do."""

    def __init__(self, shape: OpenAIResponses) -> None:
        self._shape = shape
        self._response: Document = {}
        self._items: list[Any] = []
        self._text: list[str] = []
        self._is_complete = False

    def add(self, chunk: Document) -> bool:
        kind = chunk.get("type")
        if isinstance(chunk.get("response"), dict):
            self._response = chunk["response"]
            self._is_complete = kind in ("response.completed", "response.incomplete", "response.failed")
        elif kind == "response.output_item.done":
            self._items.append(chunk.get("item") or {})
        elif kind == "response.output_text.delta":
            self._text.append(str(chunk.get("delta") or ""))
        elif kind == "error":
            self._response = {**self._response, "error": {"message": chunk.get("message")}}
        return kind in DELTAS

    def answered(self) -> Answered:
        if self._is_complete and self._response.get("output"):
            return self._shape.answered(self._response)
        items = self._items or [{"type": "message", "role": "assistant", "content": "".join(self._text)}]
        return self._shape.answered({**self._response, "output": items})


def _item(item: Any) -> Message | None:
    """One item of input or output as a message."""
    if not is_document(item):
        return None
    kind = item.get("type") or "message"
    if kind == "message":
        return {"role": str(item.get("role") or "user"), "parts": content_parts(item.get("content"))}
    if kind in ("function_call", "custom_tool_call"):
        arguments = parsed(item.get("arguments", item.get("input")))
        return {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": item.get("call_id"), "name": item.get("name"), "arguments": arguments}],
        }
    if kind in ("function_call_output", "custom_tool_call_output"):
        return {
            "role": "tool",
            "parts": [{"type": "tool_call_response", "id": item.get("call_id"), "response": item.get("output")}],
        }
    if kind == "reasoning":
        texts: list[Any] = [*(item.get("summary") or ()), *(item.get("content") or ())]
        parts = [{"type": "reasoning", "content": text.get("text", "")} for text in texts if is_document(text)]
        return {"role": "assistant", "parts": parts} if parts else None
    rest = {key: value for key, value in item.items() if key not in ("type", "id", "status") and value is not None}
    return {"role": "assistant", "parts": [{"type": "tool_call", "id": item.get("id"), "name": kind, "arguments": rest}]}


def _reasons(response: Document, messages: list[Message]) -> list[str]:
    incomplete = response.get("incomplete_details")
    if is_document(incomplete) and incomplete.get("reason"):
        return [str(incomplete["reason"])]
    if any(part["type"] == "tool_call" for message in messages for part in message["parts"]):
        return ["tool_calls"]
    return ["stop"] if response.get("status") == "completed" else []


def _one_turn(messages: list[Message], reasons: list[str]) -> list[Message]:
    """The items of one answer are one message."""
    if not messages:
        return []
    turn: Message = {"role": "assistant", "parts": [part for message in messages for part in message["parts"]]}
    if reasons:
        turn["finish_reason"] = reasons[0]
    return [turn]
