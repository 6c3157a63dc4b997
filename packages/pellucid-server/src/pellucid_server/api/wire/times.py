"""Times on the wire: ISO 8601 in UTC with microseconds, `2026-11-24T06:00:00.123456Z`. Inside, they are microseconds since the epoch."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from pellucid_server.core.clock import Micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_wire_time(time: Micros) -> str:
    """`time` as text."""
    return (_EPOCH + timedelta(microseconds=time)).strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0") + "Z"


def from_wire_time(value: Any) -> Micros:
    """Text as a time; a time without an offset is UTC. Integers pass: inside the server times are those."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        raise ValueError("a time is text such as 2026-11-24T06:00:00Z")
    try:
        parsed = datetime.fromisoformat(value)
        aware = parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
        return (aware - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError) as error:
        raise ValueError("a time is text such as 2026-11-24T06:00:00Z") from error


WireTime = Annotated[
    int,
    BeforeValidator(from_wire_time),
    PlainSerializer(to_wire_time, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A field of a wire model that holds a time."""
