"""Fetching prompts at a steady rate: `python -m benchmarks.prompts [--rate 500] [--seconds 20]`. It ends with 1 where the line is missed.

Requests are due at fixed times, whether the server keeps up or not, and latency counts from when a request was due. Beside it stands
the server's CPU time a request, which other work on the machine does not disturb much. The server is held to one core.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Client
from benchmarks.machine import describe, load
from benchmarks.processes import Server
from benchmarks.subjects.pellucid import Pellucid

CONNECTIONS = 10
WARM_UP = 500
MOST_P99_MS = 5.0
"""At 500 requests a second on one core."""
PATH = "/api/v1/prompts/bench/answer?label=production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What was measured."""

    requests: int
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """Of the server, a request."""
    moved_seen_ms: float
    """From the answer to a moved label until a fetch shows it."""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Fetch a prompt at a steady rate.")
    parser.add_argument("--rate", type=float, default=500)
    parser.add_argument("--seconds", type=float, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with on_one_core(place) as server:
            found = measure(server, asked.rate, asked.seconds)
    print(describe(), "load", load())
    print(f"{found.requests} requests at {asked.rate:g} a second: p50 {found.p50_ms:.2f} ms, p99 {found.p99_ms:.2f} ms")
    print(f"server CPU {found.cpu_us:.0f} us a request; a moved label was seen after {found.moved_seen_ms:.1f} ms")
    reached = found.p99_ms <= MOST_P99_MS
    print(f"p99 at most {MOST_P99_MS:g} ms: {'reached' if reached else 'MISSED'}")
    return 0 if reached else 1


@contextmanager
def on_one_core(place: Path) -> Iterator[Server]:
    """A server whose threads all share the first core; this process keeps the others, where there are any."""
    cores = os.sched_getaffinity(0)
    first = {min(cores)}
    os.sched_setaffinity(0, first)  # what is started now inherits it
    try:
        with Server(Pellucid(), place / "data", place / "log") as server:
            os.sched_setaffinity(0, cores - first or cores)
            yield server
    finally:
        os.sched_setaffinity(0, cores)


def measure(server: Server, rate: float, seconds: float) -> Fetched:
    """Fetch one text prompt of about 800 characters."""
    with Client(server.port) as client:
        for text in ("Answer {{question}} from the articles. " * 20, "Answer {{question}} shortly. " * 20):
            client.post("/api/v1/prompts", {"name": "bench/answer", "prompt": text, "config": {"model": "gpt-4o"}})
        _move(client, 1)
        for _ in range(WARM_UP):
            client.get(PATH)
    cpu = server.cpu_s()
    latencies = sorted(_load(server.port, rate, seconds))
    cpu = server.cpu_s() - cpu
    with Client(server.port) as client:  # the first connection was closed while it had nothing to say
        _move(client, 2)
        began = time.perf_counter()
        while client.get(PATH)["version"] != 2:
            pass
        seen = time.perf_counter() - began
    return Fetched(
        requests=len(latencies),
        p50_ms=1e3 * latencies[len(latencies) // 2],
        p99_ms=1e3 * latencies[int(0.99 * len(latencies))],
        cpu_us=1e6 * cpu / len(latencies),
        moved_seen_ms=1e3 * seen,
    )


def _load(port: int, rate: float, seconds: float) -> list[float]:
    """Latencies in seconds of requests that come due one after the other on several connections."""
    latencies: list[float] = []
    begin = time.perf_counter() + 0.2

    def run(first: int) -> None:
        with Client(port) as client:
            for number in range(first, int(rate * seconds), CONNECTIONS):
                due = begin + number / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                client.send("GET", PATH, None, {})
                latencies.append(time.perf_counter() - due)

    threads = [threading.Thread(target=run, args=(first,)) for first in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return latencies


def _move(client: Client, version: int) -> None:
    body = json.dumps({"version": version}).encode()
    status, answer, _ = client.send(
        "PUT", "/api/v1/prompt-labels/production/bench/answer", body, {"Content-Type": "application/json"}
    )
    if status != 200:
        raise RuntimeError(f"the label was not moved: {answer!r}")


if __name__ == "__main__":
    sys.exit(main())
