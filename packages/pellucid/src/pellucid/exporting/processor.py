"""The seam to OpenTelemetry: a span processor for our own provider or the application's.

What lives here: what happens when a span starts (it inherits the frame) and ends (it goes to the worker).
What must not live here: anything slow; both methods run on the application's thread.
"""

from collections.abc import Callable, Mapping
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import TraceFlags

from pellucid import semconv
from pellucid.exporting.copies import stamped
from pellucid.exporting.tail import Decision, Tail
from pellucid.exporting.worker import Worker
from pellucid.frames import current_frame
from pellucid.guard import GUARD

LinkFinder = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


class Processor(SpanProcessor):
    """Hands ended spans to the worker, through sampling where it is on."""

    def __init__(self, worker: Worker, tail: Tail | None, find_prompt: LinkFinder) -> None:
        self._worker = worker
        self._tail = tail
        self._find_prompt = find_prompt
        self.is_closed = False

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        if self.is_closed:
            return
        try:
            if span.instrumentation_scope is None or span.instrumentation_scope.name != semconv.SCOPE:
                self._inherit(span, parent_context)
            if self._tail is not None and span.context is not None:
                for decision in self._tail.start(span.context.trace_id):
                    self._follow(decision)
        except Exception as error:
            GUARD.report("start a span", error)

    def on_end(self, span: ReadableSpan) -> None:
        try:
            context = span.context
            if self.is_closed or context is None or not context.trace_flags & TraceFlags.SAMPLED:
                return
            if self._tail is None:
                self._worker.offer_span(span)
            else:
                for decision in self._tail.end(span):
                    self._follow(decision)
        except Exception as error:
            GUARD.report("end a span", error)

    def shutdown(self) -> None:
        self.drain()
        self._worker.close()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._worker.flush(timeout_millis / 1000)

    def drain(self) -> None:
        """Decide every trace that sampling still holds."""
        for decision in self._tail.drain() if self._tail is not None else ():
            self._follow(decision)

    def _inherit(self, span: Span, parent_context: Context | None) -> None:
        """Spans of other instrumentations get what `context()` says, and the link to a compiled prompt."""
        frame = current_frame(parent_context)
        if frame.attributes:
            span.set_attributes(frame.attributes)
        if frame.capture is not None and frame.capture != "full":
            span.set_attribute(semconv.CAPTURE, frame.capture)
        link = self._find_prompt(span.attributes or {})
        if link:
            span.set_attributes(link)

    def _follow(self, decision: Decision) -> None:
        if decision.probability <= 0.0:
            self._worker.ledger.sample_out(len(decision.spans))
            return
        for span in decision.spans:
            self._worker.offer_span(stamped(span, decision.probability))
