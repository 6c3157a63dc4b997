"""OTLP protobuf, written by hand: the few messages of a trace export request, and the one of its answer.

What lives here: bytes from spans. What must not live here: batching, compression, HTTP.

Why not the protobuf runtime: it costs 40 ms and 4 MB to import, and 22 us a span in the background thread, during
which the application's threads wait for the interpreter lock; this takes 8 us (`benchmarks/sdk/`). The format of a
stable protobuf message never changes: fields are only ever added. The tests parse every message with the official
classes and compare with OpenTelemetry's own encoder.

Field numbers: opentelemetry/proto/{trace/v1/trace,common/v1/common,resource/v1/resource}.proto. A tag byte is the
field number times 8 plus the wire type: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any

from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext

from pellucid.narrowing import is_document, is_list

fixed64 = Struct("<Q").pack
fixed32 = Struct("<I").pack
double = Struct("<d").pack

TWO_64 = 2**64
CONTINUES = 0x80
FLAG_REMOTE_KNOWN = 0x100
"""The span's flags say whether its parent is remote …"""
FLAG_REMOTE = 0x200
"""… and it is."""

SMALL = tuple(bytes((number,)) for number in range(CONTINUES))
"""Varints of one byte: most lengths."""


def varint(number: int) -> bytes:
    """A non-negative number, seven bits a byte, lowest first."""
    if number < CONTINUES:
        return SMALL[number]
    if number < 0x4000:
        return bytes((number & 0x7F | CONTINUES, number >> 7))
    out = bytearray()
    while number >= CONTINUES:
        out.append(number & 0x7F | CONTINUES)
        number >>= 7
    out.append(number)
    return bytes(out)


def sized(tag: bytes, payload: bytes) -> bytes:
    """A field of bytes, text or a message."""
    return tag + varint(len(payload)) + payload


def text(tag: bytes, value: str) -> bytes:
    """A field of text; lone surrogates, which UTF-8 has no bytes for, become question marks."""
    payload = value.encode("utf-8", "replace")
    return tag + varint(len(payload)) + payload


def any_value(value: Any) -> bytes:
    """An AnyValue; objects that OTLP has no type for are shown as text."""
    if isinstance(value, str):
        return text(b"\x0a", value)
    if isinstance(value, bool):
        return b"\x10\x01" if value else b"\x10\x00"
    if isinstance(value, int):
        return b"\x18" + varint(value % TWO_64)
    if isinstance(value, float):
        return b"\x21" + double(value)
    if isinstance(value, bytes):
        return sized(b"\x3a", value)
    if is_document(value):
        return sized(b"\x32", attributes(b"\x0a", value))
    if is_list(value):
        return sized(b"\x2a", b"".join([sized(b"\x0a", any_value(item)) for item in value if item is not None]))
    return text(b"\x0a", str(value))


def attributes(tag: bytes, values: Mapping[str, Any] | None) -> bytes:
    """Repeated KeyValue fields; None is "not there"."""
    if not values:
        return b""
    fields: list[bytes] = []
    for key, value in values.items():
        if value is None:
            continue
        # Text, the usual case, is written without a call; the rest goes through any_value.
        if type(value) is str:
            payload = value.encode("utf-8", "replace")
            encoded = b"\x0a" + varint(len(payload)) + payload
        else:
            encoded = any_value(value)
        key_field = _key(key)
        head = key_field + b"\x12" + varint(len(encoded))
        fields += (tag, varint(len(head) + len(encoded)), head, encoded)
    return b"".join(fields)


@lru_cache(maxsize=4_096)
def _key(key: str) -> bytes:
    """The key's field of a KeyValue; keys are few and come again with every span."""
    return text(b"\x0a", key)


def span(ended: ReadableSpan) -> bytes:
    """One Span message."""
    context = ended.context
    if context is None:
        raise ValueError("a span without a context cannot be exported")
    parts = [_ids(context)]
    if ended.parent is not None:
        parts.append(b"\x22\x08" + ended.parent.span_id.to_bytes(8, "big"))
    parts.append(text(b"\x2a", ended.name))
    parts.append(b"\x30" + SMALL[ended.kind.value + 1])
    parts.append(b"\x39" + fixed64(ended.start_time or 0))
    parts.append(b"\x41" + fixed64(ended.end_time or 0))
    parts.append(attributes(b"\x4a", ended.attributes))
    if ended.dropped_attributes:
        parts.append(b"\x50" + varint(ended.dropped_attributes))
    parts.extend(sized(b"\x5a", _event(event)) for event in ended.events)
    if ended.dropped_events:
        parts.append(b"\x60" + varint(ended.dropped_events))
    parts.extend(sized(b"\x6a", _link(link)) for link in ended.links)
    if ended.dropped_links:
        parts.append(b"\x70" + varint(ended.dropped_links))
    parts.append(sized(b"\x7a", _status(ended)))
    parts.append(b"\x85\x01" + fixed32(_flags(ended.parent)))
    return b"".join(parts)


def _ids(context: SpanContext) -> bytes:
    ids = b"\x0a\x10" + context.trace_id.to_bytes(16, "big") + b"\x12\x08" + context.span_id.to_bytes(8, "big")
    if context.trace_state:
        ids += text(b"\x1a", ",".join([f"{key}={value}" for key, value in context.trace_state.items()]))
    return ids


def _flags(parent: SpanContext | None) -> int:
    return FLAG_REMOTE_KNOWN | FLAG_REMOTE if parent is not None and parent.is_remote else FLAG_REMOTE_KNOWN


def _event(event: Event) -> bytes:
    return b"\x09" + fixed64(event.timestamp) + text(b"\x12", event.name) + attributes(b"\x1a", event.attributes)


def _link(link: Link) -> bytes:
    return _ids(link.context) + attributes(b"\x22", link.attributes) + b"\x35" + fixed32(_flags(link.context))


def _status(ended: ReadableSpan) -> bytes:
    status = ended.status
    message = text(b"\x12", status.description) if status.description else b""
    return message + (b"\x18" + SMALL[status.status_code.value] if status.status_code.value else b"")


def resource(attributes_: Mapping[str, Any]) -> bytes:
    """A Resource field of a ResourceSpans message."""
    return sized(b"\x0a", attributes(b"\x0a", attributes_))


def resource_spans(owner: Resource, scopes: Iterable[tuple[InstrumentationScope | None, Sequence[bytes]]]) -> bytes:
    """One ResourceSpans field of a request: encoded spans by their instrumentation scope."""
    parts = [resource(owner.attributes)]
    for scope, spans in scopes:
        fields = [sized(b"\x0a", _scope(scope))] if scope is not None else []
        fields.extend(sized(b"\x12", encoded) for encoded in spans)
        if scope is not None and scope.schema_url:
            fields.append(text(b"\x1a", scope.schema_url))
        parts.append(sized(b"\x12", b"".join(fields)))
    if owner.schema_url:
        parts.append(text(b"\x1a", owner.schema_url))
    return sized(b"\x0a", b"".join(parts))


def _scope(scope: InstrumentationScope) -> bytes:
    version = text(b"\x12", scope.version) if scope.version else b""
    return text(b"\x0a", scope.name) + version + attributes(b"\x1a", scope.attributes)


def request(groups: Iterable[tuple[ReadableSpan, bytes]]) -> bytes:
    """An ExportTraceServiceRequest of encoded spans, grouped by resource and scope."""
    by_resource: dict[int, tuple[Resource, dict[int, tuple[InstrumentationScope | None, list[bytes]]]]] = {}
    for ended, encoded in groups:
        scope = ended.instrumentation_scope
        _, scopes = by_resource.setdefault(id(ended.resource), (ended.resource, {}))
        scopes.setdefault(id(scope), (scope, []))[1].append(encoded)
    return b"".join([resource_spans(owner, scopes.values()) for owner, scopes in by_resource.values()])


def partial_success(body: bytes) -> tuple[int, str]:
    """Rejected spans and message of an ExportTraceServiceResponse; (0, "") for anything else."""
    try:
        inner = dict(_fields(body)).get(1, b"")
        found = dict(_fields(inner)) if isinstance(inner, bytes) else {}
    except (IndexError, ValueError):
        return 0, ""
    rejected, message = found.get(1, 0), found.get(2, b"")
    return (rejected if isinstance(rejected, int) else 0), message.decode("utf-8", "replace") if isinstance(message, bytes) else ""


def _fields(body: bytes) -> Iterable[tuple[int, int | bytes]]:
    """Field numbers and values of a message made of varints and bytes."""
    at = 0
    while at < len(body):
        tag, at = _read_varint(body, at)
        if tag & 7 == 0:
            number, at = _read_varint(body, at)
            yield tag >> 3, number
        elif tag & 7 == 2:
            size, at = _read_varint(body, at)
            if at + size > len(body):
                raise ValueError("the message is cut off")
            yield tag >> 3, body[at : at + size]
            at += size
        else:
            raise ValueError("not the message that was expected")


def _read_varint(body: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = body[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < CONTINUES:
            return number, at
        shift += 7
