"""Changed copies of ended spans: OpenTelemetry's ended spans cannot be written to.

What lives here: copying with other attributes, with the sampling stamp, with repaired texts. What must not live here:
the decision what to change (`tail`, `privacy`), encoding.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Link, Status

from pellucid import semconv


def stamped(span: ReadableSpan, probability: float) -> ReadableSpan:
    """The span with the probability by which its trace was kept."""
    return with_attributes(span, {**(span.attributes or {}), semconv.SAMPLE_PROBABILITY: probability})


def with_attributes(span: ReadableSpan, attributes: Mapping[str, Any], *, hide_messages: bool = False) -> ReadableSpan:
    """A copy of the span with other attributes; `hide_messages` also drops the texts of its status and events."""
    events: Sequence[Event] = span.events
    status = span.status
    if hide_messages:
        events = [Event(event.name, _types_only(event.attributes), event.timestamp) for event in events]
        status = Status(status.status_code)
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=attributes,
        events=events,
        links=span.links,
        kind=span.kind,
        status=status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _types_only(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {key: value for key, value in (attributes or {}).items() if key == "exception.type"}


def repaired(span: ReadableSpan) -> ReadableSpan:
    """A copy whose texts are valid UTF-8: lone surrogates become question marks."""
    return ReadableSpan(
        name=_valid(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_valid_all(span.attributes),
        events=[Event(_valid(event.name), _valid_all(event.attributes), event.timestamp) for event in span.events],
        links=[Link(link.context, _valid_all(link.attributes)) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code, _valid(span.status.description or "") or None),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _valid(value: Any) -> Any:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _valid_all(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        _valid(key): tuple(map(_valid, value)) if isinstance(value, tuple | list) else _valid(value)
        for key, value in (attributes or {}).items()
    }
