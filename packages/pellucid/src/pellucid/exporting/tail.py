"""Sampling that keeps errors: the spans of a trace wait together until this process has no open span of it.

What lives here: holding, deciding, and the probability that is stamped on what is kept. What must not live here:
queues and threads. The decision is a function of the trace id, so all processes that see a trace without an error
agree; a trace with an error is kept by the process that saw it, with probability 1, and weights stay honest.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode

from pellucid.exporting.outbox import size_of_span

MAX_OPEN_TRACES = 10_000
"""Traces held at once; beyond it the oldest is decided as it stands (its spans were probably never ended)."""
MAX_DECISIONS = 4_096
"""Decisions remembered, for spans that start after all others of their trace ended."""

ID_SPACE = 2**64


@dataclass(slots=True)
class Held:
    """One trace that is not decided yet."""

    open_spans: int = 0
    has_error: bool = False
    spans: list[ReadableSpan] = field(default_factory=list[ReadableSpan])
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to do with spans: keep them with a probability, or count them as sampled out."""

    spans: tuple[ReadableSpan, ...]
    probability: float
    """0.0 means: leave out."""


class Tail:
    """The traces that wait for their decision."""

    def __init__(self, rate: float, max_bytes: int) -> None:
        self._rate = rate
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = threading.Lock()
        self._open: OrderedDict[int, Held] = OrderedDict()
        self._decided: OrderedDict[int, float] = OrderedDict()

    def start(self, trace_id: int) -> list[Decision]:
        """Note an open span; gives decisions on traces that had to make room."""
        with self._lock:
            held = self._open.get(trace_id)
            if held is not None:
                held.open_spans += 1
                return []
            self._open[trace_id] = Held(open_spans=1)
            return self._make_room()

    def end(self, span: ReadableSpan) -> list[Decision]:
        """Take an ended span; gives the decision on its trace once nothing of it is open here."""
        context = span.context
        trace_id = context.trace_id if context is not None else 0
        size = size_of_span(span)
        with self._lock:
            held = self._open.setdefault(trace_id, Held(open_spans=1))
            held.open_spans -= 1
            held.has_error = held.has_error or span.status.status_code is StatusCode.ERROR
            held.spans.append(span)
            held.size += size
            self._bytes += size
            if held.open_spans > 0:
                return self._make_room()
            del self._open[trace_id]
            return [self._decide(trace_id, held)]

    def _make_room(self) -> list[Decision]:
        """Decide the oldest traces while there are too many, or too large ones."""
        decisions: list[Decision] = []
        while self._open and (len(self._open) > MAX_OPEN_TRACES or self._bytes > self._max_bytes):
            decisions.append(self._decide(*self._open.popitem(last=False)))
        return decisions

    def drain(self) -> list[Decision]:
        """Decide everything now: at flush in short-lived processes and at exit."""
        with self._lock:
            decisions = [self._decide(trace_id, held) for trace_id, held in self._open.items()]
            self._open.clear()
        return decisions

    def _decide(self, trace_id: int, held: Held) -> Decision:
        self._bytes -= held.size
        known = self._decided.get(trace_id)
        if held.has_error:
            probability = 1.0
        elif known is not None:
            probability = known
        else:
            probability = self._rate if trace_id % ID_SPACE < self._rate * ID_SPACE else 0.0
        self._decided[trace_id] = probability
        if len(self._decided) > MAX_DECISIONS:
            self._decided.popitem(last=False)
        return Decision(spans=tuple(held.spans), probability=probability)
