"""Exporting spans of a story with the story's times.

`ShiftingExporter` wraps any exporter and gives every span its past time; `StraightProcessor` exports from the thread
that made the spans, so that nothing is ever dropped and a slow server slows the back-fill instead of losing parts.
"""

from collections.abc import Sequence
from threading import Lock

from opentelemetry.context import Context
from opentelemetry.sdk.trace import Event, ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.util.types import Attributes

from pellucid import semconv
from pellucid_demo.errors import DeliveryError
from pellucid_demo.story.timeline import Timeline

BATCH_SPANS = 400
_NS_PER_S = 1_000_000_000


class ShiftingExporter(SpanExporter):
    """Gives every span, and every event in it, the time of the timeline, then exports."""

    def __init__(self, exporter: SpanExporter, timeline: Timeline) -> None:
        self._exporter, self._timeline, self._told = exporter, timeline, timeline.told

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([self._shifted(span) for span in spans])

    def _shifted(self, span: ReadableSpan) -> ReadableSpan:
        start = span.start_time
        events = [Event(event.name, event.attributes, self._told(event.timestamp)) for event in span.events]
        return ReadableSpan(
            name=span.name,
            context=span.get_span_context(),
            parent=span.parent,
            resource=span.resource,
            attributes=self._shifted_attributes(span),
            events=events,
            links=span.links,
            kind=span.kind,
            status=span.status,
            start_time=None if start is None else self._told(start),
            end_time=None if span.end_time is None else self._told(span.end_time),
            instrumentation_scope=span.instrumentation_scope,
        )

    def _shifted_attributes(self, span: ReadableSpan) -> Attributes:
        """The attributes with the one that measures time (Anthropic's SDK writes it) told anew."""
        attributes, start, end = span.attributes, span.start_time, span.end_time
        measured = (attributes or {}).get(semconv.TIME_TO_FIRST_CHUNK)
        if attributes is None or start is None or end is None or not isinstance(measured, float):
            return attributes
        # In real time the chunks come microseconds apart, too near to tell them by what was measured: the first chunk
        # is where the first wait of the span ends.
        first = self._timeline.told_behind_wait(start, end)
        return {**attributes, semconv.TIME_TO_FIRST_CHUNK: (first - self._told(start)) / _NS_PER_S}

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


class StraightProcessor(SpanProcessor):
    """Exports ended spans by the batch. A failure is kept until `check`, because SDKs swallow what `end` raises."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._waiting: list[ReadableSpan] = []
        self._refused = 0
        self._lock = Lock()

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Nothing: only ended spans are exported."""

    def on_end(self, span: ReadableSpan) -> None:
        with self._lock:
            self._waiting.append(span)
            full = len(self._waiting) >= BATCH_SPANS
        if full:
            self.force_flush()

    def check(self) -> None:
        """Raise if any batch was refused."""
        if self._refused:
            raise DeliveryError(
                f"The server did not accept {self._refused} spans of the back-fill. Read its log, then start again."
            )

    def shutdown(self) -> None:
        self.force_flush()
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        with self._lock:
            batch, self._waiting = self._waiting, []
        if batch and self._exporter.export(batch) is not SpanExportResult.SUCCESS:
            self._refused += len(batch)
        return not self._refused
