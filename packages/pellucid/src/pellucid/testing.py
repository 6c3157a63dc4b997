"""For users' own tests: record in memory, with time and ids that repeat.

What lives here: `recording()`, the ticking clock and the counting ids. What must not live here: anything that the
client needs at run time.

    with pellucid.testing.recording() as recorded:
        answer("hello")
    assert recorded.span("answer")["output"] == "hi"
"""

import itertools
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from opentelemetry.sdk.trace.id_generator import IdGenerator

from pellucid import runtime, settings
from pellucid.exporting.outbox import Item
from pellucid.guard import GUARD
from pellucid.records import record_of
from pellucid.runtime import Client

EPOCH_NS = 1_767_225_600_000_000_000
"""2026-01-01T00:00:00Z, where the ticking clock starts."""


class TickingClock:
    """A clock that moves one step each time it is asked. Nanoseconds since 1970."""

    def __init__(self, start_ns: int = EPOCH_NS, step_ns: int = 1_000_000) -> None:
        self._times = itertools.count(start_ns, step_ns)

    def __call__(self) -> int:
        return next(self._times)


class CountingIds(IdGenerator):
    """Trace ids 1, 2, 3 … and span ids 1, 2, 3 …"""

    def __init__(self) -> None:
        self._traces = itertools.count(1)
        self._spans = itertools.count(1)

    def generate_trace_id(self) -> int:
        return next(self._traces)

    def generate_span_id(self) -> int:
        return next(self._spans)

    def is_trace_id_random(self) -> bool:
        """They are not, and the trace flags must not claim it."""
        return False


class Recorded:
    """What was recorded; every look waits until the background thread has handed over all that ended."""

    def __init__(self, client: Client, records: list[dict[str, Any]]) -> None:
        self._client = client
        self._records = records

    @property
    def records(self) -> list[dict[str, Any]]:
        """Spans, scores and feedback in the order in which they ended."""
        self._client.flush(5.0)
        return list(self._records)

    @property
    def spans(self) -> list[dict[str, Any]]:
        """The spans; their keys are those of an emitter's records."""
        return [record for record in self.records if record["record"] == "span"]

    @property
    def scores(self) -> list[dict[str, Any]]:
        """Scores and feedback."""
        return [record for record in self.records if record["record"] != "span"]

    def span(self, name: str) -> dict[str, Any]:
        """The one span of that name; AssertionError when there is none or more than one."""
        found = [span for span in self.spans if span["name"] == name]
        if len(found) != 1:
            names = [span["name"] for span in self.spans]
            raise AssertionError(f"{len(found)} spans are named {name!r}; recorded were {names}")
        return found[0]

    def children(self, name: str) -> list[dict[str, Any]]:
        """The spans directly below the one of that name, in the order in which they ended."""
        parent = self.span(name)["span_id"]
        return [span for span in self.spans if span["parent_span_id"] == parent]

    def clear(self) -> None:
        """Forget everything so far."""
        self._client.flush(5.0)
        self._records.clear()


@contextmanager
def recording(**given: Any) -> Generator[Recorded, None, None]:
    """Record in memory instead of sending, in this process, until the block ends; takes the settings of `init`.

    Time ticks a millisecond a question and ids count from one, so that whole records can be compared. Failures of
    the client raise. The client that was there before is back afterwards.
    """
    records: list[dict[str, Any]] = []

    def keep(item: Item) -> None:
        records.append(record_of(item))

    told = settings.read({"set_global": False, "strict": True, "flush_interval_s": 0.01, **given}, {})
    was_strict, GUARD.strict = GUARD.strict, told.strict
    client = Client(told, deliver=False, emit=keep, id_generator=CountingIds(), clock=TickingClock())
    previous = runtime.install(client)
    try:
        yield Recorded(client, records)
    finally:
        client.close()
        runtime.install(previous)
        GUARD.strict = was_strict
