"""Pellucid, from this repository's environment."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.client import Client
from benchmarks.environments import own_version
from benchmarks.subjects.port import BY_USER, COST, LATENCY, NEWEST, ONE_TRACE, PAGE, TEXT, Question
from benchmarks.traffic import DAYS, MODELS, NEEDLE, SPANS_PER_TRACE, Manifest

PROJECT = "benchmark"
NEEDLE_SPANS = 4
"""Of a trace with the word: its agent, its retriever and both model calls hold the question."""
FORTNIGHT = f"-{DAYS + 1}d"


class Pellucid:
    """One process with a decode worker, and the engine in it."""

    name = "pellucid"
    title = "Pellucid"
    ready_path = "/api/v1/ready"
    headers: Mapping[str, str] = {}

    @property
    def version(self) -> str:
        """Of the server package."""
        return own_version("pellucid-server")

    def command(self, port: int, data: Path) -> Sequence[str]:
        """The command that people use, without the standard OTLP ports."""
        command = Path(sys.executable).parent / "pellucid"
        return [str(command), "serve", "--port", str(port), "--data", str(data), "--no-otlp-ports"]

    def environment(self, port: int, data: Path) -> Mapping[str, str]:
        """A project by the name that the engine's part knows."""
        return {"PELLUCID_INIT_PROJECT_ID": PROJECT}

    def count(self, client: Client) -> int:
        """By the metrics API."""
        rows = client.post("/api/v1/metrics/query", {"measures": [{"measure": "spans", "aggregation": "count"}], "from": FORTNIGHT})
        return int(rows["data"][0]["spans_count"]) if rows["data"] else 0

    def questions(self, manifest: Manifest) -> Mapping[str, Question]:
        """All of them."""
        by_model = _metrics("cost", "sum", ["model"])
        p99 = _metrics("duration", "p99", [])
        search = urlencode({"q": NEEDLE, "limit": PAGE, "from": FORTNIGHT})
        of_user = urlencode({"filter": "user:user-3", "limit": PAGE, "from": FORTNIGHT})
        return {
            NEWEST: Question(ask=lambda c: len(c.get(f"/api/v1/traces?limit={PAGE}")["data"]), rows=min(PAGE, manifest.traces)),
            BY_USER: Question(
                ask=lambda c: len(c.get(f"/api/v1/traces?{of_user}")["data"]), rows=min(PAGE, manifest.traces_of_user(3))
            ),
            ONE_TRACE: Question(ask=lambda c: len(c.get(f"/api/v1/traces/{manifest.first_trace}")["spans"]), rows=SPANS_PER_TRACE),
            COST: Question(ask=lambda c: _filled(c.post("/api/v1/metrics/query", by_model), "cost_sum"), rows=DAYS * len(MODELS)),
            LATENCY: Question(ask=lambda c: _filled(c.post("/api/v1/metrics/query", p99), "duration_p99"), rows=DAYS),
            TEXT: Question(
                ask=lambda c: len(c.get(f"/api/v1/search?{search}")["data"]), rows=min(PAGE, manifest.needle_traces * NEEDLE_SPANS)
            ),
        }


def _metrics(measure: str, aggregation: str, dimensions: list[str]) -> dict[str, object]:
    measures = [{"measure": measure, "aggregation": aggregation}]
    return {"measures": measures, "dimensions": dimensions, "interval": "day", "from": FORTNIGHT}


def _filled(answer: dict[str, list[dict[str, object]]], key: str) -> int:
    """Rows with a figure: those of spans without a model have none."""
    return sum(row[key] is not None and row.get("model", "-") not in ("", None) for row in answer["data"])
