"""What of a span is large: the payload document that lies beside its narrow row, the text that search finds it by, and the previews."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from pellucid_server.filters.text import fold
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, PartType, Role, ToolDefinition
from pellucid_server.model.span import Document, Span

SEARCH_CHARS = 200_000
"""Of one span; beyond this the text is stored but not found. The flag `search_cut` says so."""
PREVIEW_CHARS = 200
_PREVIEW_SOURCE_CHARS = (256, 800)
"""How much of the text is looked at: mostly the first is enough; the second where much of it is white space."""

_encode = msgspec.json.Encoder().encode
_PART_FIELDS = ("text", "id", "name", "arguments", "result", "is_error", "modality", "mime_type", "uri", "data", "raw")


def payload_json(span: Span, raw: bytes) -> bytes:
    """The document of table `payloads`: `{"span": canonical large fields, "raw": the raw span}`."""
    large: dict[str, Any] = {}
    if span.messages_in:
        large["messages_in"] = [_message(message) for message in span.messages_in]
    if span.messages_out:
        large["messages_out"] = [_message(message) for message in span.messages_out]
    for name in ("input", "output"):
        value = getattr(span, name)
        if value is not None:
            large[name] = value
    if span.tools:
        large["tools"] = [_tool(tool) for tool in span.tools]
    if span.documents:
        large["documents"] = [_document(document) for document in span.documents]
    if span.retrieval is not None and span.retrieval.query:
        large["query"] = span.retrieval.query
    for name in ("model_parameters", "tool_call_id"):
        value = getattr(span, name)
        if value:
            large[name] = value
    if span.prompt is not None and span.prompt.variables:
        large["prompt_variables"] = span.prompt.variables
    if span.links:
        large["links"] = [{"trace_id": link.trace_id, "span_id": link.span_id} for link in span.links]
    if span.unmapped:
        large["unmapped"] = span.unmapped
    return _encode({"span": large, "raw": msgspec.Raw(raw)})


def _message(message: Message) -> dict[str, Any]:
    out: dict[str, Any] = {"role": message.role, "parts": [_part(part) for part in message.parts]}
    if message.name:
        out["name"] = message.name
    if message.finish_reason:
        out["finish_reason"] = message.finish_reason
    return out


def _part(part: Part) -> dict[str, Any]:
    if part.type is PartType.TEXT:
        return {"type": "text", "text": part.text}
    out: dict[str, Any] = {"type": part.type}
    for name in _PART_FIELDS:
        value = getattr(part, name)
        if value is not None:
            out[name] = value
    return out


def _tool(tool: ToolDefinition) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, "parameters": tool.parameters}


def _document(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "content": document.content,
        "score": document.score,
        "doc_class": document.doc_class,
        "used": document.used,
        "metadata": document.metadata,
    }


def search_text(span: Span) -> tuple[str, bool]:
    """The folded text of a span's input and output, and whether it had to be cut."""
    pieces: list[str] = []
    size = 0
    for piece in _texts(span):
        pieces.append(piece)
        size += len(piece) + 1
        if size > SEARCH_CHARS:
            break
    text = "\n".join(pieces)
    return fold(text[:SEARCH_CHARS]), len(text) > SEARCH_CHARS


def _texts(span: Span) -> Iterator[str]:
    yield from _message_texts(span.messages_in)
    yield from _message_texts(span.messages_out)
    if not span.messages_in and span.input is not None:
        yield _text(span.input)
    if not span.messages_out and span.output is not None:
        yield _text(span.output)
    for document in span.documents:
        if document.content:
            yield document.content
    if span.status_message:
        yield span.status_message


def _message_texts(messages: Iterable[Message]) -> Iterator[str]:
    for message in messages:
        for part in message.parts:
            if part.text:
                yield part.text
            elif part.type is PartType.TOOL_CALL:
                yield f"{part.name or ''} {_text(part.arguments)}"
            elif part.type is PartType.TOOL_RESULT:
                yield _text(part.result)


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else _encode(value).decode() if value is not None else ""


def input_preview(span: Span) -> str:
    """The beginning of what was asked: the last user message, else the last of any role, else the input itself."""
    for message in reversed(span.messages_in):
        if message.role is Role.USER:
            return _preview(_message_texts((message,)))
    if span.messages_in:
        return _preview(_message_texts((span.messages_in[-1],)))
    return _preview((_text(span.input),))


def output_preview(span: Span) -> str:
    """The beginning of what came back."""
    if span.messages_out:
        return _preview(_message_texts(span.messages_out))
    if span.output is None and span.documents:
        return _preview(document.content or "" for document in span.documents[:1])
    return _preview((_text(span.output),))


def _preview(texts: Iterable[str]) -> str:
    """White space folded, cut; the scan is bounded so that a message of a megabyte costs no more than a short one."""
    most = _PREVIEW_SOURCE_CHARS[-1]
    joined = " ".join(text[:most] for text in texts)[:most]
    folded = ""
    for chars in _PREVIEW_SOURCE_CHARS:
        folded = " ".join(joined[:chars].split())
        if len(folded) > PREVIEW_CHARS or len(joined) <= chars:
            break
    return folded[:PREVIEW_CHARS]
