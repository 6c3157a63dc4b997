"""What survives a crash: send, kill every process of the server right after the last 200, start again, and count."""

import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Client
from benchmarks.ingest import send
from benchmarks.processes import Server
from benchmarks.subjects.port import Subject

SETTLE_S = 60.0
"""How long a server has, after it is up again, to show what it has kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survival:
    """Acknowledged spans and those that are there after the crash."""

    sent: int
    found: int
    restart_s: float
    """From the start to the first 200."""


def measure(subject: Subject, bodies: list[bytes], spans: int, directory: Path) -> Survival:
    """On a fresh data directory."""
    server = Server(subject, directory / "data", directory / "log")
    server.quiet()
    send(bodies, server.port, subject.headers)
    server.kill()
    with Server(subject, directory / "data", directory / "log") as again, Client(again.port) as client:
        began, found = time.perf_counter(), 0
        while found < spans and time.perf_counter() - began < SETTLE_S:
            found = subject.count(client)
            time.sleep(0.1)
        return Survival(sent=spans, found=found, restart_s=again.cold_start_s)
