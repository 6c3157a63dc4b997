"""What a protobuf body would unfold into, found out before it is parsed.

An empty message takes two bytes on the wire and a hundred or more in memory: four megabytes of nothing became half a gigabyte. So the
messages of a body are counted first, by walking over lengths without building anything. The frame of a request (resources,
scopes, records) is always walked, a step a record; what lies inside of the records only in large bodies, where it would matter.
"""

from collections.abc import Mapping
from typing import TypeAlias

from pellucid_server.core.bounds import Bounds
from pellucid_server.core.errors import TooLarge

DEEP_FROM_BYTES = 4 * 1024**2
"""Smaller bodies unfold into a hundred megabytes at the most, and walking all of them would cost as much as decoding them."""
_FRAME_SLACK = 1_000
"""Resources and scopes beside the records."""

Shape: TypeAlias = Mapping[int, "Shape"]
"""The fields of a message that hold messages, by number."""

_VALUE: dict[int, Shape] = {}
_PAIR: Shape = {2: _VALUE}
_VALUE |= {5: {1: _VALUE}, 6: {1: _PAIR}}
_RESOURCE: Shape = {1: _PAIR}
_SCOPE: Shape = {3: _PAIR}
_SPAN: Shape = {9: _PAIR, 11: {3: _PAIR}, 13: {4: _PAIR}}
_LOG: Shape = {5: _VALUE, 6: _PAIR}
_FRAME: Shape = {1: {2: {2: {}}}}

TRACES: Shape = {1: {1: _RESOURCE, 2: {1: _SCOPE, 2: _SPAN}}}
"""Of an ExportTraceServiceRequest."""
LOGS: Shape = {1: {1: _RESOURCE, 2: {1: _SCOPE, 2: _LOG}}}
"""Of an ExportLogsServiceRequest."""


def weigh(body: bytes, shape: Shape, bounds: Bounds) -> None:
    """Raise `TooLarge` where parsing `body` would cost more than the bounds allow. Malformed bodies pass: the parser names them."""
    if _exceeds(body, _FRAME, 2 * bounds.spans_per_request + _FRAME_SLACK):
        raise TooLarge(
            f"The request holds far more than {bounds.spans_per_request} records; send smaller batches.",
            limit_records=bounds.spans_per_request,
        )
    if len(body) > DEEP_FROM_BYTES and _exceeds(body, shape, bounds.messages_per_request):
        raise TooLarge(
            f"The request holds more than {bounds.messages_per_request} values and attributes; send smaller batches.",
            limit_messages=bounds.messages_per_request,
        )


def _exceeds(body: bytes, shape: Shape, limit: int) -> bool:
    """Whether `body` holds more than `limit` messages of `shape`."""
    left = limit
    pending: list[tuple[int, int, Shape]] = [(0, len(body), shape)]
    try:
        while pending:
            at, end, fields = pending.pop()
            while at < end:
                tag = body[at]
                at += 1
                if tag > 127:
                    tag, at = _varint(body, at - 1)
                kind = tag & 7
                if kind == 2:
                    size = body[at]
                    at += 1
                    if size > 127:
                        size, at = _varint(body, at - 1)
                    inner = fields.get(tag >> 3)
                    if inner is not None:
                        left -= 1
                        if left < 0:
                            return True
                        if inner and size:
                            pending.append((at, min(at + size, end), inner))
                    at += size
                elif kind == 0:
                    while body[at] > 127:
                        at += 1
                    at += 1
                elif kind in (1, 5):
                    at += 8 if kind == 1 else 4
                elif kind > 5:
                    return False  # no such wire type: the parser refuses it
    except IndexError:
        return False  # it ends in the middle: the parser refuses it
    return False


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
        if shift > 63:
            raise IndexError("a number of more than ten bytes")
