"""RawSpan as JSON and back: how a span's raw parts are kept in the store and in the journal. What is absent is not written."""

from collections.abc import Mapping
from typing import Any

import msgspec

from pellucid_server.model.raw import RawEvent, RawLink, RawLog, RawSpan

_PLAIN = (
    "trace_id", "span_id", "parent_span_id", "trace_state", "name", "span_kind", "start_time", "end_time", "status_code",
    "status_message", "scope_name", "scope_version",
)  # fmt: skip
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def dump(raw: RawSpan) -> bytes:
    """`raw` as JSON; equal spans that were built alike give equal bytes."""
    out: dict[str, Any] = {name: value for name in _PLAIN if (value := getattr(raw, name)) is not None}
    if raw.attributes:
        out["attributes"] = raw.attributes
    if raw.resource:
        out["resource"] = raw.resource
    if raw.events:
        out["events"] = [{"name": event.name, "time": event.time, "attributes": event.attributes} for event in raw.events]
    if raw.links:
        out["links"] = [{"trace_id": link.trace_id, "span_id": link.span_id, "attributes": link.attributes} for link in raw.links]
    if raw.logs:
        out["logs"] = [{"name": log.name, "time": log.time, "body": log.body, "attributes": log.attributes} for log in raw.logs]
    if raw.dropped_attributes:
        out["dropped_attributes"] = raw.dropped_attributes
    if raw.flags:
        out["flags"] = raw.flags
    out["stamp"] = raw.stamp
    if raw.stamps:
        out["stamps"] = raw.stamps
    return _encode(out)


def load(text: bytes | str) -> RawSpan:
    """What `dump` wrote."""
    return from_dict(_decode(text))


def from_dict(source: Mapping[str, Any]) -> RawSpan:
    """A RawSpan of parsed JSON."""
    plain = {name: source.get(name) for name in _PLAIN}
    return RawSpan(
        attributes=source.get("attributes", {}),
        resource=source.get("resource", {}),
        events=tuple(RawEvent(**event) for event in source.get("events", ())),
        links=tuple(RawLink(**link) for link in source.get("links", ())),
        logs=tuple(RawLog(**log) for log in source.get("logs", ())),
        dropped_attributes=source.get("dropped_attributes", 0),
        flags=tuple(source.get("flags", ())),
        stamp=source.get("stamp", 0),
        stamps=source.get("stamps", {}),
        **plain,  # type: ignore[arg-type]  # written by `dump` from the same fields
    )
