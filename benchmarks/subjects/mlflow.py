"""MLflow's tracking server with its default store (SQLite), asked by the REST calls of its UI."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.client import Client
from benchmarks.environments import environment, installed
from benchmarks.subjects.port import BY_USER, COST, LATENCY, NEWEST, ONE_TRACE, PAGE, TEXT, Question
from benchmarks.traffic import DAYS, MODELS, NEEDLE, SPANS_PER_TRACE, Manifest

EXPERIMENT = "0"
DAY_S = 86_400


class MLflow:
    """Its default of four workers, and what else it starts."""

    name = "mlflow"
    title = "MLflow"
    ready_path = "/health"
    headers: Mapping[str, str] = {"x-mlflow-experiment-id": EXPERIMENT}

    @cached_property
    def home(self) -> Path:
        """Its environment."""
        return environment("mlflow")

    @property
    def version(self) -> str:
        """Of what the registry gave."""
        return installed(self.home, "mlflow")

    def command(self, port: int, data: Path) -> Sequence[str]:
        """Its own command."""
        store = ["--backend-store-uri", f"sqlite:///{data / 'mlflow.db'}", "--artifacts-destination", str(data / "artifacts")]
        return [str(self.home / "bin" / "mlflow"), "server", "--host", "127.0.0.1", "--port", str(port), *store]

    def environment(self, port: int, data: Path) -> Mapping[str, str]:
        """Without the price catalogue from the internet: fetching it stalls ingest for half a minute where there is none."""
        return {
            "MLFLOW_MODEL_CATALOG_URI": "",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "DO_NOT_TRACK": "true",
            "PATH": f"{self.home / 'bin'}:/usr/local/bin:/usr/bin:/bin",
        }

    def count(self, client: Client) -> int:
        """By its metrics of spans."""
        points = _metrics(client, "SPANS", "span_count", {"aggregation_type": "COUNT"})
        return int(sum(value for point in points for value in point["values"].values()))

    def questions(self, manifest: Manifest) -> Mapping[str, Question]:
        """All."""
        end = manifest.end_ns // 10**6
        days = {"time_interval_seconds": DAY_S, "start_time_ms": end - (DAYS + 1) * DAY_S * 1000, "end_time_ms": end + 60_000}
        by_model = {**days, "dimensions": ["span_model_name"]}
        cost = {"aggregation_type": "SUM"}
        p99 = {"aggregation_type": "PERCENTILE", "percentile_value": 99.0}
        of_user = "metadata.`mlflow.trace.user` = 'user-3'"
        return {
            NEWEST: Question(ask=lambda c: _search(c, ""), rows=min(PAGE, manifest.traces)),
            BY_USER: Question(ask=lambda c: _search(c, of_user), rows=min(PAGE, manifest.traces_of_user(3))),
            ONE_TRACE: Question(ask=lambda c: _trace(c, manifest.first_trace), rows=SPANS_PER_TRACE),
            COST: Question(ask=lambda c: len(_metrics(c, "SPANS", "total_cost", cost, **by_model)), rows=DAYS * len(MODELS)),
            LATENCY: Question(ask=lambda c: len(_metrics(c, "TRACES", "latency", p99, **days)), rows=DAYS, note="of traces"),
            TEXT: Question(ask=lambda c: _search(c, f"trace.text LIKE '%{NEEDLE}%'"), rows=min(PAGE, manifest.needle_traces)),
        }


def _search(client: Client, condition: str) -> int:
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": EXPERIMENT}}
    body = {"locations": [location], "filter": condition, "max_results": PAGE, "order_by": ["timestamp_ms DESC"]}
    return len(client.post("/api/3.0/mlflow/traces/search", body).get("traces", []))


def _trace(client: Client, trace_id: str) -> int:
    found = client.get(f"/api/3.0/mlflow/traces/get?trace_id=tr-{trace_id}")
    return len(found["trace"]["spans"])


def _metrics(client: Client, view: str, metric: str, aggregation: dict[str, Any], **rest: Any) -> list[dict[str, Any]]:
    body = {"experiment_ids": [EXPERIMENT], "view_type": view, "metric_name": metric, "aggregations": [aggregation], **rest}
    points: list[dict[str, Any]] = client.post("/api/3.0/mlflow/traces/metrics", body).get("data_points", [])
    return points
