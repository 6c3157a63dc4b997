"""Google's generate-content API (Gemini), as `google-genai` sends it.

What lives here: its request, answer and stream, read from plain dicts. What must not live here: the SDK.
"""

from typing import Any

from pellucid.narrowing import is_list
from pellucid.providers.facts import Answered, Asked, Document, Gatherer, Message, plain, text_part, without
from pellucid.usage import canonical

REFUSING_REASONS = frozenset({"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"})


class GoogleContent:
    """`models.generate_content(model=, contents=, config=)` and its stream."""

    def asked(self, request: Document) -> Asked:
        model = request.get("model")
        config = dict(plain(request.get("config")))
        system = config.pop("system_instruction", None)
        tools = config.pop("tools", None)
        return Asked(
            kind="generation",
            name=f"chat {model}" if model else "chat",
            model=str(model) if model else None,
            messages=_contents(request.get("contents")),
            system=_parts(system) if system else [],
            tools=[plain(tool) or str(tool) for tool in tools or ()],
            parameters=without(config),
        )

    def answered(self, response: Document) -> Answered:
        candidates = [plain(candidate) for candidate in response.get("candidates") or ()]
        reasons = [_name(candidate["finish_reason"]) for candidate in candidates if candidate.get("finish_reason")]
        messages = [_candidate(candidate) for candidate in candidates]
        feedback = plain(response.get("prompt_feedback"))
        return Answered(
            messages=[message for message in messages if message["parts"]],
            model=response.get("model_version"),
            response_id=response.get("response_id"),
            usage=canonical(response.get("usage_metadata")),
            finish_reasons=reasons,
            is_refused=bool(REFUSING_REASONS & set(reasons)) or bool(feedback.get("block_reason")),
        )

    def gatherer(self) -> Gatherer:
        return ContentGatherer(self)


class ContentGatherer:
    """A streamed answer: every chunk is a small answer."""

    def __init__(self, shape: GoogleContent) -> None:
        self._shape = shape
        self._answer = Answered()
        self._parts: list[dict[str, Any]] = []

    def add(self, chunk: Document) -> bool:
        piece = self._shape.answered(chunk)
        for name in ("model", "response_id", "usage", "finish_reasons"):
            if getattr(piece, name):
                setattr(self._answer, name, getattr(piece, name))
        self._answer.is_refused = self._answer.is_refused or piece.is_refused
        parts = [part for message in piece.messages for part in message["parts"]]
        for part in parts:
            last = self._parts[-1] if self._parts else None
            if last is not None and last["type"] == part["type"] and part["type"] in ("text", "reasoning"):
                last["content"] += part["content"]
            else:
                self._parts.append(dict(part))
        return bool(parts)

    def answered(self) -> Answered:
        if self._parts:
            message: Message = {"role": "assistant", "parts": self._parts}
            if self._answer.finish_reasons:
                message["finish_reason"] = self._answer.finish_reasons[0]
            self._answer.messages = [message]
        return self._answer


def _contents(contents: Any) -> list[Message]:
    if contents is None:
        return []
    items = list(contents) if is_list(contents) else [contents]
    if any(_is_content(item) for item in items):
        return [_content(item) for item in items]
    return [{"role": "user", "parts": [part for item in items for part in _parts(item)]}]


def _is_content(item: Any) -> bool:
    return bool(plain(item).get("parts"))


def _content(item: Any) -> Message:
    content = plain(item)
    if not content:
        return {"role": "user", "parts": _parts(item)}
    role = str(content.get("role") or "user")
    return {"role": "assistant" if role == "model" else role, "parts": _parts(content)}


def _candidate(candidate: Document) -> Message:
    message: Message = {"role": "assistant", "parts": _parts(candidate.get("content"))}
    if candidate.get("finish_reason"):
        message["finish_reason"] = _name(candidate["finish_reason"])
    return message


def _parts(content: Any) -> list[dict[str, Any]]:
    if content is None:
        return []
    if isinstance(content, str):
        return [text_part(content)]
    document = plain(content)
    given = document.get("parts") if "parts" in document else [content]
    return [_part(item) for item in given or ()]


def _part(item: Any) -> dict[str, Any]:
    if isinstance(item, str):
        return text_part(item)
    part = plain(item)
    if part.get("text") is not None:
        return {"type": "reasoning" if part.get("thought") else "text", "content": part["text"]}
    call = plain(part.get("function_call"))
    if call:
        return {"type": "tool_call", "id": call.get("id"), "name": call.get("name"), "arguments": call.get("args")}
    result = plain(part.get("function_response"))
    if result:
        return {"type": "tool_call_response", "id": result.get("id"), "response": result.get("response")}
    media = plain(part.get("inline_data")) or plain(part.get("file_data"))
    if media:
        data = media.get("data")
        return {
            "type": "uri" if media.get("file_uri") else "blob",
            "modality": str(media.get("mime_type") or "").split("/")[0],
            "mime_type": media.get("mime_type"),
            "uri": media.get("file_uri"),
            "size": len(data) if isinstance(data, bytes) else None,
        }
    return text_part(item)


def _name(reason: Any) -> str:
    """The reason without its enum's name."""
    return str(getattr(reason, "value", reason)).rsplit(".", 1)[-1]
