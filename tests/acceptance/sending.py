"""Load on a server: threads that export traces as fast as they are confirmed, and remember exactly what was confirmed."""

import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self

import httpx
from tests.unit.ingest.otlp_bodies import span, traces

SPANS_PER_TRACE = 5


@dataclass(frozen=True)
class Batch:
    """One export request: whole traces."""

    body: bytes
    spans: frozenset[tuple[str, str]]
    """(trace id, span id) of each."""


def make_batch(source: random.Random, traces_in_it: int, payload_chars: int = 600) -> Batch:
    """Traces with ids of their own: a root, and model calls below it that inherit from it."""
    spans = []
    for _ in range(traces_in_it):
        trace = f"{source.getrandbits(127) + 1:032x}"
        root = f"{source.getrandbits(63) + 1:016x}"
        spans.append(span("turn", trace=trace, span_id=root, user__id="u1", openinference__span__kind="AGENT"))
        text = " ".join(f"{source.getrandbits(64):016x}" for _ in range(payload_chars // 17))
        for number in range(1, SPANS_PER_TRACE):
            child = f"{source.getrandbits(63) + 1:016x}"
            spans.append(
                span(
                    "chat", trace=trace, span_id=child, parent=root, start=number, end=number + 1, input__value=text,
                    gen_ai__operation__name="chat", gen_ai__request__model="gpt-4o-mini", gen_ai__usage__input_tokens=10,
                )
            )  # fmt: skip
    return Batch(traces(*spans), frozenset((one["trace"], one["id"]) for one in spans))


@dataclass
class Load:
    """Senders on one address, between `start` and `stop`."""

    url: str
    seed: int = 0
    threads: int = 3
    traces_per_batch: int = 40
    payload_chars: int = 600
    pause_s: float = 0.1
    """Between two requests of a sender: the tests are about what is kept, not about a backlog."""
    acknowledged: set[tuple[str, str]] = field(default_factory=set)
    sent: set[tuple[str, str]] = field(default_factory=set)
    statuses: dict[int, int] = field(default_factory=dict)
    retry_after: set[str] = field(default_factory=set)
    """What `Retry-After` said with each 503."""
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _running: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        self._running = [threading.Thread(target=self._send, args=(self.seed * 100 + number,)) for number in range(self.threads)]
        for thread in self._running:
            thread.start()

    def stop(self) -> None:
        """End, and wait for requests in hand."""
        self._stop.set()
        for thread in self._running:
            thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _send(self, seed: int) -> None:
        source = random.Random(seed)
        with httpx.Client(base_url=self.url, headers={"content-type": "application/x-protobuf"}, timeout=30) as client:
            for batch in self._batches(source):
                with self._lock:
                    self.sent |= batch.spans
                try:
                    answer = client.post("/v1/traces", content=batch.body)
                except httpx.TransportError:
                    self._stop.wait(self.pause_s)
                    continue
                with self._lock:
                    self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
                    if answer.status_code == 200:
                        self.acknowledged |= batch.spans
                    elif "retry-after" in answer.headers:
                        self.retry_after.add(answer.headers["retry-after"])
                self._stop.wait(self.pause_s)

    def _batches(self, source: random.Random) -> Iterator[Batch]:
        while not self._stop.is_set():
            yield make_batch(source, self.traces_per_batch, self.payload_chars)
