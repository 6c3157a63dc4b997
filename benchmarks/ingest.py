"""Ingest: send export requests over a few keep-alive connections, wait until a query finds every span, and say what it took."""

import queue
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import quantiles

from benchmarks.client import Client
from benchmarks.processes import MIB, Server, Watch

CONNECTIONS = 4
PATH = "/v1/traces"
POLL_S = 0.25
"""Between two counts: seldom enough that counting takes little of the machine from ingest."""
QUERYABLE_S = 1_200.0
REST_LOOK_S, REST_LOOKS = 75.0, 3
BUSY = (429, 503)
PROTOBUF = {"Content-Type": "application/x-protobuf"}


@dataclass(slots=True)
class Sent:
    """What the client saw."""

    milliseconds: list[float] = field(default_factory=list)
    """Of each request that was taken."""
    busy: int = 0
    """Answers that said: later."""
    last_ack: float = 0.0
    began: float = 0.0

    @property
    def took_s(self) -> float:
        """From the first request to the last acknowledgement."""
        return self.last_ack - self.began


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestResult:
    """Ingest of one subject."""

    spans: int
    acknowledged: float
    """Spans a second, as the client sees it."""
    sustained: float
    """Spans a second from the first request until all of them are found."""
    p50: float
    p95: float
    p99: float
    busy: int
    found: int
    cpu_ms: float
    """A span, of the whole process tree."""
    peak_rss: float
    """MiB."""
    disk: float
    """Bytes a span, after it has come to rest."""


def send(bodies: Iterable[bytes], port: int, headers: Mapping[str, str], connections: int = CONNECTIONS) -> Sent:
    """Send all, each until it is taken."""
    sent, lock = Sent(began=time.perf_counter()), threading.Lock()
    waiting: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    for body in bodies:
        waiting.put(body)

    def run() -> None:
        with Client(port) as client:
            while True:
                try:
                    body = waiting.get_nowait()
                except queue.Empty:
                    return
                took, busy = _deliver(client, body, headers)
                with lock:
                    sent.milliseconds.append(took * 1000)
                    sent.busy += busy
                    sent.last_ack = time.perf_counter()

    sent.began = time.perf_counter()
    threads = [threading.Thread(target=run) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if waiting.qsize():
        raise RuntimeError("the connections ended before everything was sent")
    return sent


def _deliver(client: Client, body: bytes, headers: Mapping[str, str]) -> tuple[float, int]:
    """Seconds of the exchange in which it was taken, and how often it had to be tried again."""
    busy = 0
    while True:
        began = time.perf_counter()
        status, answer, answered = client.send("POST", PATH, body, {**PROTOBUF, **headers})
        if status == 200:
            return time.perf_counter() - began, busy
        if status not in BUSY:
            raise RuntimeError(f"an export was answered with {status}: {answer[:200]!r}")
        busy += 1
        time.sleep(float(answered.get("Retry-After") or 0.5))


def wait_for_spans(server: Server, expected: int, timeout_s: float = QUERYABLE_S) -> int:
    """How many spans a query finds, once it finds all or nothing more comes."""
    began, found = time.perf_counter(), -1
    with Client(server.port) as client:
        while found < expected and time.perf_counter() - began < timeout_s:
            found = server.subject.count(client)
            if found < expected:
                time.sleep(POLL_S)
    return found


def measure(server: Server, bodies: list[bytes], spans: int, before: int) -> IngestResult:
    """Send `bodies` to a warm server that holds `before` spans already."""
    disk, cpu = server.disk(), server.cpu_s()
    with Watch(server) as watch:
        sent = send(bodies, server.port, server.subject.headers)
        found = wait_for_spans(server, before + spans)
        visible = time.perf_counter()
    cpu = server.cpu_s() - cpu
    server.quiet()
    ranks = quantiles(sent.milliseconds, n=100)
    return IngestResult(
        spans=spans,
        acknowledged=spans / sent.took_s,
        sustained=spans / (visible - sent.began),
        p50=ranks[49],
        p95=ranks[94],
        p99=ranks[98],
        busy=sent.busy,
        found=found - before,
        cpu_ms=cpu * 1000 / spans,
        peak_rss=watch.peak / MIB,
        disk=(_disk_at_rest(server) - disk) / spans,
    )


def _disk_at_rest(server: Server) -> int:
    """Bytes of its data once they no longer shrink: merged parts and checkpointed logs go after a while."""
    least = server.disk()
    for _ in range(REST_LOOKS):
        time.sleep(REST_LOOK_S)
        now = server.disk()
        if now > least * 0.99:
            return now
        least = now
    return least
