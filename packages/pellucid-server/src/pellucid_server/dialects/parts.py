"""Parts of messages: every shape of text, reasoning, refusal, tool call, tool result and media that providers and SDKs send.

A part is known by its `type` word, else by the one key that names it (Bedrock, Gemini, Genkit, Haystack). A shape that nobody
knows is kept verbatim as `unknown`.
"""

from collections.abc import Callable, Mapping

from pellucid_server.dialects.json_text import parse_or_text
from pellucid_server.dialects.values import first
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Part, PartType, text_part

Json = dict[str, JsonValue]


def parts_of(content: JsonValue) -> tuple[Part, ...]:
    """The parts in a message's content: a text, one part, or a list of either."""
    if isinstance(content, str):
        return (text_part(content),) if content else ()
    if isinstance(content, list):
        found: list[Part] = []
        for item in content:
            found += part_of(item) if isinstance(item, dict) else parts_of(item)
        return tuple(found)
    if isinstance(content, dict):
        return part_of(content)
    return () if content is None else (text_part(str(content)),)


def part_of(item: Json) -> tuple[Part, ...]:
    """The part that an object is; most are one, an empty one is none, a list of reasoning summaries is several."""
    kind = item.get("type")
    if isinstance(kind, str):
        if kind == "text" and isinstance(written := item.get("content"), str) and written:
            return (text_part(written),)  # by far the most frequent part
        make = _BY_TYPE.get(kind)
        if make is not None:
            return make(item)
    for key, make in _BY_KEY.items():
        if item.get(key) is not None:
            return make(item)
    return (Part(type=PartType.UNKNOWN, raw=item),) if item else ()


def is_part(item: JsonValue) -> bool:
    """Whether an object is a part rather than a message."""
    if not isinstance(item, dict) or "role" in item:
        return False
    kind = item.get("type")
    return kind in _BY_TYPE if isinstance(kind, str) else any(key in item for key in _BY_KEY)


def call_part(item: Json) -> Part:
    """A tool call in any spelling: flat, or with its `function` inside."""
    inner = item.get("function")
    function = inner if isinstance(inner, dict) else item
    return Part(
        type=PartType.TOOL_CALL,
        id=_word(first(item, "id", "call_id", "toolCallId", "tool_call_id", "toolUseId", "ref")),
        name=_word(first(function, "name", "toolName", "tool_name")),
        arguments=parse_or_text(first(function, "arguments", "args", "input")),
    )


def result_part(item: Json) -> Part:
    """A tool result in any spelling."""
    failed = first(item, "is_error", "isError", "error")
    status = item.get("status")
    return Part(
        type=PartType.TOOL_RESULT,
        id=_word(first(item, "id", "tool_call_id", "tool_use_id", "call_id", "toolCallId", "toolUseId", "ref")),
        name=_word(first(item, "name", "toolName", "tool_name")),
        result=_unwrap(first(item, "response", "result", "output", "content")),
        is_error=failed if isinstance(failed, bool) else (True if status == "error" else None),
    )


def media_url(url: str, modality: str | None, *, name: str | None = None, mime_type: str | None = None) -> Part:
    """Media by URL; a `data:` URL is taken apart."""
    if url.startswith("data:"):
        head, comma, data = url[5:].partition(",")
        sent_type = head.partition(";")[0]
        if comma and data:
            return _media(modality, mime_type=sent_type or mime_type, data=data, name=name)
    return _media(modality, mime_type=mime_type, uri=url, name=name)


def _word(value: JsonValue) -> str | None:
    if isinstance(value, str):
        return value or None
    return None if value is None or isinstance(value, list | dict) else str(value)


def _text_of(value: JsonValue) -> str:
    """The text inside nested content, a line break between pieces."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(piece for piece in (_text_of(item) for item in value) if piece)
    if isinstance(value, dict):
        return _text_of(first(value, "text", "content", "value", "thinking", "reasoning", "refusal", "summary"))
    return "" if value is None else str(value)


def _unwrap(value: JsonValue) -> JsonValue:
    """A result that is a list of one text, or the AI SDK's `{type, value}`, is that text or value."""
    if isinstance(value, dict) and value.keys() == {"type", "value"}:
        return value["value"]
    if isinstance(value, list) and value and all(isinstance(item, dict) and item.get("type") == "text" for item in value):
        return "\n".join(_text_of(item) for item in value)
    if isinstance(value, list) and value and all(isinstance(item, dict) and item.keys() == {"text"} for item in value):
        return "\n".join(_text_of(item) for item in value)
    return value


def _media(
    modality: str | None,
    *,
    mime_type: str | None = None,
    uri: str | None = None,
    data: str | None = None,
    name: str | None = None,
) -> Part:
    if mime_type and "/" in mime_type:
        modality = {"image": "image", "audio": "audio", "video": "video"}.get(mime_type.partition("/")[0], modality or "document")
    return Part(type=PartType.MEDIA, modality=modality, mime_type=mime_type, uri=uri, data=data, name=name)


def _text(item: Json) -> tuple[Part, ...]:
    found = _text_of(first(item, "content", "text", "value"))
    return (text_part(found),) if found else ()


def _reasoning(item: Json) -> tuple[Part, ...]:
    content = first(item, "content", "text", "thinking", "reasoning", "reasoningText", "summary", "reasoningContent")
    found = _text_of(parse_or_text(content) if isinstance(content, str) and content.startswith("[{") else content)
    return (Part(type=PartType.REASONING, text=found),) if found else ()


def _refusal(item: Json) -> tuple[Part, ...]:
    found = _text_of(first(item, "refusal", "content", "text"))
    return (Part(type=PartType.REFUSAL, text=found),) if found else ()


def _call(item: Json) -> tuple[Part, ...]:
    return (call_part(item),)


def _result(item: Json) -> tuple[Part, ...]:
    return (result_part(item),)


def _image_url(item: Json) -> tuple[Part, ...]:
    inner = first(item, "image_url", "image", "url", "input_image")
    for _ in range(2):  # OpenInference wraps it twice: image.image.url
        if isinstance(inner, dict) and not isinstance(inner.get("url"), str):
            inner = first(inner, "image", "url", "source")
    url = inner.get("url") if isinstance(inner, dict) else inner
    if isinstance(url, str) and url:
        return (media_url(url, "image", mime_type=_word(first(item, "mediaType", "mimeType", "mime_type"))),)
    return _source(item)


def _source(item: Json) -> tuple[Part, ...]:
    """Anthropic's `{type, source: {type, media_type, data | url | file_id}}` and Bedrock's `{source: {bytes}}`."""
    kind = item.get("type")
    modality = {"anthropic_image": "image", "input_image": "image"}.get(kind, kind) if isinstance(kind, str) else None
    source = item.get("source")
    if not isinstance(source, dict):
        return _any_media(item, modality)
    name = _word(first(item, "title", "name", "filename"))
    mime = _word(first(source, "media_type", "mime_type", "mediaType"))
    url, data, file_id = source.get("url"), first(source, "data", "bytes"), source.get("file_id")
    if isinstance(url, str):
        return (media_url(url, modality, name=name, mime_type=mime),)
    if source.get("type") == "text" and isinstance(data, str):
        return (text_part(data),)
    if isinstance(data, str):
        return (_media(modality, mime_type=mime, data=data, name=name),)
    return (_media(modality, mime_type=mime, uri=f"file:{file_id}" if file_id else None, name=name),)


def _any_media(item: Json, modality: str | None) -> tuple[Part, ...]:
    """OTel's blob, uri and file parts, the AI SDK's files, OpenAI's input_file and input_audio."""
    inner = next(
        (
            v
            for k in ("file", "input_audio", "inlineData", "inline_data", "fileData", "file_data", "media")
            if isinstance(v := item.get(k), dict)
        ),
        item,
    )
    mime = _word(first(inner, "mime_type", "mimeType", "mediaType", "media_type", "contentType"))
    name = _word(first(inner, "filename", "name", "title"))
    named = _word(first(item, "modality")) or modality
    url = first(inner, "uri", "url", "fileUri", "file_uri", "file_url", "image")
    if isinstance(url, str) and url:
        return (media_url(url, named, name=name, mime_type=mime),)
    data = first(inner, "data", "content", "base64", "file_data")
    if isinstance(data, str) and data:
        if data.startswith("data:"):
            return (media_url(data, named, name=name, mime_type=mime),)
        return (_media(named, mime_type=mime, data=data, name=name),)
    file_id = first(inner, "file_id", "fileId", "id")
    return (_media(named, mime_type=mime, uri=f"file:{file_id}" if file_id else None, name=name),)


def _audio(item: Json) -> tuple[Part, ...]:
    return _any_media(item, "audio")


def _file(item: Json) -> tuple[Part, ...]:
    return _source(item) if "source" in item else _any_media(item, "document")


def _blob(item: Json) -> tuple[Part, ...]:
    return _any_media(item, None)


def _inside(key: str, make: Callable[[Json], tuple[Part, ...]]) -> Callable[[Json], tuple[Part, ...]]:
    """A shape whose content lies one level down, under `key`."""

    def read(item: Json) -> tuple[Part, ...]:
        inner = item.get(key)
        return make(inner) if isinstance(inner, dict) else (Part(type=PartType.UNKNOWN, raw=item),)

    return read


def _haystack_result(item: Json) -> tuple[Part, ...]:
    inner = item.get("tool_call_result")
    if not isinstance(inner, dict):
        return (Part(type=PartType.UNKNOWN, raw=item),)
    origin = inner.get("origin")
    call = origin if isinstance(origin, dict) else {}
    failed = inner.get("error")
    return (
        Part(
            type=PartType.TOOL_RESULT,
            id=_word(call.get("id")),
            name=_word(call.get("tool_name")),
            result=_unwrap(inner.get("result")),
            is_error=failed if isinstance(failed, bool) and failed else None,
        ),
    )


def _typed_tool(item: Json) -> tuple[Part, ...]:
    """Server-side tools (`web_search_call`, …): a call with whatever it was asked."""
    part = call_part(item)
    name = part.name or str(item.get("type", "")).removesuffix("_call")
    return (
        Part(
            type=PartType.TOOL_CALL,
            id=part.id,
            name=name,
            arguments=first(item, "arguments", "input", "action", "server_tool_call"),
        ),
    )


_BY_TYPE: Mapping[str, Callable[[Json], tuple[Part, ...]]] = {
    **dict.fromkeys(("text", "input_text", "output_text", "summary_text", "text_delta"), _text),
    **dict.fromkeys(("reasoning", "thinking", "redacted_thinking", "reasoning_text", "reasoning-text"), _reasoning),
    "refusal": _refusal,
    **dict.fromkeys(("tool_call", "tool-call", "tool_use", "function_call", "toolUse", "function", "custom_tool_call"), _call),
    **dict.fromkeys(
        (
            "server_tool_call",
            "server_tool_use",
            "mcp_call",
            "web_search_call",
            "file_search_call",
            "code_interpreter_call",
            "computer_call",
        ),
        _typed_tool,
    ),
    **dict.fromkeys(
        (
            "tool_call_response",
            "tool_result",
            "tool-result",
            "tool_response",
            "tool-error",
            "function_call_output",
            "custom_tool_call_output",
            "server_tool_call_response",
            "web_search_tool_result",
            "mcp_tool_result",
        ),
        _result,
    ),
    **dict.fromkeys(("image_url", "input_image", "image", "image-url"), _image_url),
    "anthropic_image": _source,
    **dict.fromkeys(("input_audio", "audio", "output_audio"), _audio),
    **dict.fromkeys(("file", "document", "input_file", "pdf"), _file),
    **dict.fromkeys(("blob", "uri", "media", "video", "image_file", "video_url", "binary", "media-url"), _blob),
}
_BY_KEY: Mapping[str, Callable[[Json], tuple[Part, ...]]] = {
    "toolUse": _inside("toolUse", _call),
    "toolResult": _inside("toolResult", _result),
    "functionCall": _inside("functionCall", _call),
    "function_call": _inside("function_call", _call),
    "functionResponse": _inside("functionResponse", _result),
    "function_response": _inside("function_response", _result),
    "toolRequest": _inside("toolRequest", _call),
    "toolResponse": _inside("toolResponse", _result),
    "tool_call": _inside("tool_call", _call),
    "tool_call_result": _haystack_result,
    "reasoningContent": _inside("reasoningContent", _reasoning),
    "reasoning": _reasoning,
    "inlineData": _blob,
    "inline_data": _blob,
    "fileData": _blob,
    "file_data": _blob,
    "media": _blob,
    "image_url": _image_url,
    "image": _image_url,
    "refusal": _refusal,
    "text": _text,
    "content": _text,
}
