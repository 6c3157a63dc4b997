"""Media and oversized texts leave the span: they go to the blob store by the hash of their content, a reference stays.

Pure: bytes are decoded and named here, and stored by whoever calls. Equal content has one name, so that sending a span again stores
nothing twice.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message, Part, PartType
from pellucid_server.model.raw import RawSpan
from pellucid_server.model.span import Span

MAX_TEXT_CHARS = 262_144
"""A longer text is moved: four times the largest context that one still reads on a page."""
HEAD_CHARS = 16_384
"""What stays of a moved text, to be read and searched."""
MIN_DATA_URL_CHARS = 1_024
"""A shorter text is not searched for embedded data URLs: icons may stay."""
MOVED = "payload_moved"
"""Flag: a text was moved; the span shows its head."""
REFERENCE = "blob:"
"""What a URI of stored content begins with."""
UNKNOWN_TYPE = "application/octet-stream"
TEXT_TYPE = "text/plain; charset=utf-8"

_MARK = ";base64,"
_DATA_URL = re.compile(r"data:(?P<mime>[\w.+/-]*)(?:;[\w=.+-]+)*;base64,(?P<data>[A-Za-z0-9+/_-]+={0,2})")

_DATA_REFERENCE = re.compile(r"data:[\w.+/-]*(?:;[\w=.+-]+)*;base64,(blob:[0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    """Content to be stored under its hash."""

    sha256: str
    mime: str
    data: bytes = field(repr=False)

    @property
    def uri(self) -> str:
        """How spans refer to it."""
        return f"{REFERENCE}{self.sha256}"


def extract_media(span: Span) -> tuple[Span, tuple[Blob, ...]]:
    """The span with references in place of media and oversized texts, and what they refer to. The same span where there is none."""
    if not _may_hold(span):
        return span, ()
    found = _Found()
    messages_in, messages_out = found.messages(span.messages_in), found.messages(span.messages_out)
    given, result = found.value(span.input), found.value(span.output)
    if messages_in is span.messages_in and messages_out is span.messages_out and given is span.input and result is span.output:
        return span, ()
    flags = (*span.flags, MOVED) if found.moved and MOVED not in span.flags else span.flags
    changed = replace(span, messages_in=messages_in, messages_out=messages_out, input=given, output=result, flags=flags)
    return changed, tuple(found.blobs.values())


def without_media(raw: RawSpan, blobs: Sequence[Blob]) -> RawSpan:
    """The raw span with the same references in place of the same content, so that it is stored once and decodes to the same again."""
    names = {encoded: blob.uri for blob in blobs for encoded in _spellings(blob.data)}
    return replace(
        raw,
        attributes=_renamed(raw.attributes, names),
        events=tuple(replace(event, attributes=_renamed(event.attributes, names)) for event in raw.events),
        logs=tuple(replace(log, body=_rename(log.body, names), attributes=_renamed(log.attributes, names)) for log in raw.logs),
    )


def _spellings(data: bytes) -> tuple[str, ...]:
    """How the content may stand in a raw span: base64 in both alphabets, padded or not, or a long text as it is."""
    standard, safe = base64.b64encode(data).decode(), base64.urlsafe_b64encode(data).decode()
    return tuple(dict.fromkeys((standard, standard.rstrip("="), safe, safe.rstrip("="))))


def _renamed(values: Mapping[str, JsonValue], names: Mapping[str, str]) -> dict[str, JsonValue]:
    return {key: _rename(value, names) for key, value in values.items()}


def _rename(value: JsonValue, names: Mapping[str, str]) -> JsonValue:
    if isinstance(value, str):
        return _rename_text(value, names) if len(value) >= MIN_DATA_URL_CHARS else value
    if isinstance(value, list):
        return [_rename(item, names) for item in value]
    if isinstance(value, dict):
        return _renamed(value, names)
    return value


def _rename_text(text: str, names: Mapping[str, str]) -> str:
    for encoded, uri in names.items():
        text = text.replace(encoded, uri)
    return _DATA_REFERENCE.sub(r"\1", text) if _MARK + REFERENCE in text else text


def _may_hold(span: Span) -> bool:
    """Whether a closer look is due: most spans are short texts, and this is all that they cost."""
    if isinstance(span.input, list | dict) or isinstance(span.output, list | dict):
        return True
    for messages in (span.messages_in, span.messages_out):
        for message in messages:
            for part in message.parts:
                if part.text is None or _is_suspect(part.text):
                    return True
    return (isinstance(span.input, str) and _is_suspect(span.input)) or (isinstance(span.output, str) and _is_suspect(span.output))


def _is_suspect(text: str) -> bool:
    return len(text) >= MIN_DATA_URL_CHARS and (len(text) > MAX_TEXT_CHARS or _MARK in text)


class _Found:
    """Blobs found so far, by name; methods return their argument itself where they found nothing in it."""

    def __init__(self) -> None:
        self.blobs: dict[str, Blob] = {}
        self.moved = False

    def messages(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        changed = tuple(self._message(message) for message in messages)
        return messages if all(new is old for new, old in zip(changed, messages, strict=True)) else changed

    def _message(self, message: Message) -> Message:
        parts = tuple(self._part(part) for part in message.parts)
        return message if all(new is old for new, old in zip(parts, message.parts, strict=True)) else replace(message, parts=parts)

    def _part(self, part: Part) -> Part:
        if part.type is PartType.MEDIA:
            return self._media(part)
        if part.text is not None:
            text = self._text(part.text)
            return part if text is part.text else replace(part, text=text)
        if part.arguments is None and part.result is None and part.raw is None:
            return part
        arguments, result, raw = self.value(part.arguments), self.value(part.result), self.value(part.raw)
        if arguments is part.arguments and result is part.result and raw is part.raw:
            return part
        return replace(part, arguments=arguments, result=result, raw=raw)

    def _media(self, part: Part) -> Part:
        """Base64 that stands in the part, or in its URI as a data URL; what cannot be decoded stays as it came."""
        mime, encoded = part.mime_type, part.data
        if encoded and encoded.startswith(REFERENCE):
            return replace(part, data=None, uri=encoded)
        if not encoded and part.uri and (url := _DATA_URL.fullmatch(part.uri)):
            mime, encoded = mime or url["mime"], url["data"]
        data = _decoded(encoded) if encoded else None
        if data is None:
            return part
        blob = self._keep(data, mime or UNKNOWN_TYPE)
        return replace(part, data=None, uri=blob.uri, mime_type=mime or None)

    def value(self, value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            items = [self.value(item) for item in value]
            return value if all(new is old for new, old in zip(items, value, strict=True)) else items
        if isinstance(value, dict):
            return self._mapping(value)
        return value

    def _mapping(self, values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        changed = {key: new for key, value in values.items() if (new := self.value(value)) is not value}
        return values if not changed and isinstance(values, dict) else {**values, **changed}

    def _text(self, text: str) -> str:
        if not _is_suspect(text):
            return text
        if _MARK in text:
            text = _DATA_URL.sub(self._reference, text)
        if len(text) <= MAX_TEXT_CHARS:
            return text
        blob = self._keep(text.encode("utf-8", "replace"), TEXT_TYPE)
        self.moved = True
        return f"{text[:HEAD_CHARS]}\n[{len(text) - HEAD_CHARS} more characters in {blob.uri}]"

    def _reference(self, url: re.Match[str]) -> str:
        data = _decoded(url["data"])
        return url.group() if data is None else self._keep(data, url["mime"] or UNKNOWN_TYPE).uri

    def _keep(self, data: bytes, mime: str) -> Blob:
        blob = Blob(sha256=hashlib.sha256(data).hexdigest(), mime=mime, data=data)
        return self.blobs.setdefault(blob.sha256, blob)


def _decoded(text: str) -> bytes | None:
    """Base64 of either alphabet, with or without padding and line breaks; `None` for anything else."""
    compact = "".join(text.split()).rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(compact + "=" * (-len(compact) % 4), validate=True) or None
    except (binascii.Error, ValueError):
        return None
