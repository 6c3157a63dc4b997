"""Times on the wire: ISO 8601 in UTC with microseconds, `2026-11-24T06:00:00.123456Z`. Inside, they are microseconds since the epoch."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from pellucid_server.core.clock import Micros

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND


def to_wire_time(time: Micros) -> str:
    """`time` as text."""
    return (_EPOCH + timedelta(microseconds=time)).strftime("%Y-%m-%dT%H:%M:%S.%f").rjust(26, "0") + "Z"


def from_wire_time(value: Any) -> Micros:
    """Text as a time; a time without an offset is UTC. Integers pass: inside the server times are those."""
    time = value if isinstance(value, int) and not isinstance(value, bool) else _parsed(value)
    if not _FIRST <= time <= _LAST:
        raise ValueError("a time lies in the years 1 to 9999")
    return time


def _parsed(value: Any) -> Micros:
    try:
        parsed = datetime.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise ValueError("a time is text such as 2026-11-24T06:00:00Z") from error
    aware = parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)
    return (aware - _EPOCH) // _MICROSECOND


WireTime = Annotated[
    int,
    BeforeValidator(from_wire_time),
    PlainSerializer(to_wire_time, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A field of a wire model that holds a time."""
