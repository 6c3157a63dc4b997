"""From acknowledgement to visibility: a steady stream, and for each request how long after its 200 a query counts its spans."""

import threading
import time
from dataclasses import dataclass
from statistics import quantiles

from benchmarks.client import Client
from benchmarks.ingest import PATH, PROTOBUF
from benchmarks.processes import Server

POLL_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Visibility:
    """Seconds from acknowledgement to visibility."""

    rate: float
    """Spans a second that were sent."""
    p50: float
    p99: float


def measure(server: Server, bodies: list[bytes], spans: list[int], before: int, rate: float) -> Visibility:
    """Send at `rate` spans a second over one connection while another counts; what was sent first becomes visible first."""
    acks: list[tuple[float, int]] = []
    """When, and how many spans there are then."""
    done = threading.Event()
    delays: list[float] = []

    def count() -> None:
        with Client(server.port) as client:
            while not (done.is_set() and len(delays) == len(acks)):
                found, now = server.subject.count(client), time.perf_counter()
                while len(delays) < len(acks) and acks[len(delays)][1] <= found:
                    delays.append(now - acks[len(delays)][0])
                time.sleep(POLL_S)

    counter = threading.Thread(target=count, daemon=True)
    counter.start()
    total, began = before, time.perf_counter()
    with Client(server.port) as client:
        for body, size in zip(bodies, spans, strict=True):
            time.sleep(max(0.0, began + (total - before) / rate - time.perf_counter()))
            status, answer, _ = client.send("POST", PATH, body, {**PROTOBUF, **server.subject.headers})
            if status != 200:
                raise RuntimeError(f"an export was answered with {status}: {answer[:200]!r}")
            total += size
            acks.append((time.perf_counter(), total))
    done.set()
    counter.join(60)
    if len(delays) < len(acks):
        raise RuntimeError("spans that were acknowledged did not become visible within a minute")
    ranks = quantiles(delays, n=100)
    return Visibility(rate=rate, p50=ranks[49], p99=ranks[98])
