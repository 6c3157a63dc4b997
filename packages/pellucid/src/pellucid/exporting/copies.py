"""Changed copies of ended spans: OpenTelemetry's ended spans cannot be written to.

What lives here: copying with other attributes, with the sampling stamp. What must not live here:
the decision what to change (`tail`, `privacy`), encoding.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Status

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
