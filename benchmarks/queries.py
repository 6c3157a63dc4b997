"""Queries: each asked cold once, then warm; every answer's rows are counted."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.client import Client
from benchmarks.processes import Server
from benchmarks.traffic import Manifest

WARM = 20
SLOW_S = 5.0
"""A query that takes longer when it is first asked is asked only `SLOW_WARM` times more."""
SLOW_WARM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One query's times in milliseconds."""

    p50: float
    first: float
    rows: int
    expected: int
    note: str
    error: str = ""


def measure(server: Server, manifest: Manifest) -> Mapping[str, Answered]:
    """All queries that the subject can answer."""
    found = {}
    for name, question in server.subject.questions(manifest).items():
        with Client(server.port) as client:
            walls: list[float] = []
            rows, error = 0, ""
            try:
                wanted = 1 + WARM
                while len(walls) < wanted:
                    began = time.perf_counter()
                    rows = question.ask(client)
                    walls.append((time.perf_counter() - began) * 1000)
                    if len(walls) == 1 and walls[0] > SLOW_S * 1000:
                        wanted = 1 + SLOW_WARM
            except (OSError, RuntimeError) as failure:
                error = f"{type(failure).__name__}: {failure}"
        warm = walls[1:] or walls
        found[name] = Answered(
            p50=median(warm) if warm and not error else float("nan"),
            first=walls[0] if walls else float("nan"),
            rows=rows,
            expected=question.rows,
            note=question.note,
            error=error,
        )
    return found
