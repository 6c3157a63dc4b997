"""RawSpan: one *part* of a span as a door read it, before any dialect.

Every door (OTLP, logs, foreign APIs) makes these; the pipeline merges the parts of one span here, field by field, and decodes the
merged whole. So lateness, order and repetition are solved once, for all dialects. A RawSpan is not the canonical model: nothing
behind `ingest` sees one, except the page that shows raw attributes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pellucid_server.model.json import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class RawEvent:
    """A span event."""

    name: str
    time: int | None = None
    """Microseconds since the epoch, UTC."""
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLink:
    """A span link: another span that this one refers to without being its child."""

    trace_id: str
    span_id: str
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLog:
    """A log record that belongs to a span: several emitters send message content only in these."""

    name: str
    """`event_name`, or the attribute `event.name` of older SDKs."""
    time: int | None = None
    body: JsonValue = None
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawSpan:
    """One part of a span; absent is `None` or empty, and absent is not "set to empty"."""

    trace_id: str
    """32 hex digits, lower case."""
    span_id: str
    """16 hex digits, lower case."""
    parent_span_id: str | None = None
    """`""` says "I am a root"; `None` says "this part does not know"."""
    trace_state: str | None = None
    name: str | None = None
    span_kind: int | None = None
    """OpenTelemetry's SpanKind number."""
    start_time: int | None = None
    """Microseconds since the epoch, UTC."""
    end_time: int | None = None
    status_code: int | None = None
    """OpenTelemetry: 0 unset, 1 ok, 2 error."""
    status_message: str | None = None
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)
    resource: Mapping[str, JsonValue] = field(default_factory=dict)
    scope_name: str | None = None
    scope_version: str | None = None
    events: tuple[RawEvent, ...] = ()
    links: tuple[RawLink, ...] = ()
    logs: tuple[RawLog, ...] = ()
    dropped_attributes: int = 0
    """Attributes that the emitter itself, or a bound of ours, cut off."""
    flags: tuple[str, ...] = ()
    """What a door had to do to take it: `attribute_cut`, `events_cut`, …"""
    stamp: int = 0
    """When the emitter knew this: the end time, else the start time, else the log's time. In a conflict the later part wins."""
    stamps: Mapping[str, int] = field(default_factory=dict)
    """Merged spans only: the stamp of each field (`name`) or attribute (`attributes.key`) that is older than `stamp`."""
