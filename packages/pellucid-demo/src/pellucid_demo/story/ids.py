"""Trace and span ids that the seed chooses, so that a world has the same traces on every machine."""

from datetime import datetime

from opentelemetry.sdk.trace.id_generator import IdGenerator

from pellucid_demo.simulator.chance import digest

_TRACE_BITS, _SPAN_BITS = 128, 64


class SeededIds(IdGenerator):
    """Ids from the seed, the end of the history, the visit and a counter; for one thread.

    The end is part of them, so that the same seed told twice makes two histories instead of one with two times.
    """

    def __init__(self, seed: int, end: datetime) -> None:
        self._world, self._visit, self._count = digest(seed, end.isoformat()), 0, 0

    def restart(self, visit: int) -> None:
        self._visit, self._count = visit, 0

    def generate_trace_id(self) -> int:
        return self._next("trace", _TRACE_BITS)

    def generate_span_id(self) -> int:
        return self._next("span", _SPAN_BITS)

    def _next(self, kind: str, bits: int) -> int:
        self._count += 1
        drawn = int(digest(self._world, self._visit, kind, self._count), 16)
        return drawn >> (_TRACE_BITS - bits) or 1
