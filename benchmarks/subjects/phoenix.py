"""Arize Phoenix with its default store (SQLite), asked as its UI asks: by GraphQL."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from benchmarks.client import Client
from benchmarks.environments import environment, installed
from benchmarks.processes import free_port
from benchmarks.subjects.port import BY_USER, COST, LATENCY, NEWEST, ONE_TRACE, PAGE, TEXT, Question
from benchmarks.traffic import DAYS, NEEDLE, SPANS_PER_TRACE, Manifest

NEEDLE_SPANS = 4
SPANS = """query($id: ID!, $first: Int!, $filter: String) { node(id: $id) { ... on Project {
  spans(first: $first, sort: {col: startTime, dir: desc}, filterCondition: $filter) { edges { node {
    id name spanKind statusCode startTime latencyMs tokenCountTotal
    input { truncatedValue } output { truncatedValue } costSummary { total { cost } } } } } } } }"""
TRACE = """query($id: ID!, $trace: ID!) { node(id: $id) { ... on Project { trace(traceId: $trace) {
  spans(first: 1000) { edges { node { id name spanKind startTime endTime latencyMs attributes
    input { value } output { value } costSummary { total { cost } } } } } } } } }"""
LATENCIES = """query($id: ID!, $range: TimeRange!) { node(id: $id) { ... on Project {
  traceLatencyMsPercentileTimeSeries(timeRange: $range, timeBinConfig: {scale: DAY}) { data { timestamp p99 } } } } }"""
COSTS = """query($id: ID!, $range: TimeRange!) { node(id: $id) { ... on Project {
  traceTokenCostTimeSeries(timeRange: $range, timeBinConfig: {scale: DAY}) { data { timestamp totalCost } } } } }"""


class Phoenix:
    """One process."""

    name = "phoenix"
    title = "Arize Phoenix"
    ready_path = "/healthz"
    headers: Mapping[str, str] = {}

    @cached_property
    def home(self) -> Path:
        """Its environment."""
        return environment("arize-phoenix")

    @property
    def version(self) -> str:
        """Of what the registry gave."""
        return installed(self.home, "arize-phoenix")

    def command(self, port: int, data: Path) -> Sequence[str]:
        """Its own command."""
        return [str(self.home / "bin" / "phoenix"), "serve"]

    def environment(self, port: int, data: Path) -> Mapping[str, str]:
        """On loopback, and nothing that leaves the machine."""
        return {
            "PHOENIX_HOST": "127.0.0.1",
            "PHOENIX_PORT": str(port),
            "PHOENIX_GRPC_PORT": str(free_port()),
            "PHOENIX_WORKING_DIR": str(data),
            "PHOENIX_TELEMETRY_ENABLED": "false",
            "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
        }

    def count(self, client: Client) -> int:
        """Of the default project."""
        query = "query($id: ID!) { node(id: $id) { ... on Project { recordCount } } }"
        return int(_ask(client, query)["recordCount"])

    def questions(self, manifest: Manifest) -> Mapping[str, Question]:
        """All; it has no cost by day and model, so cost by day stands in."""
        days = _range(manifest)
        user_spans = manifest.traces_of_user(3) * SPANS_PER_TRACE
        return {
            NEWEST: Question(ask=lambda c: _spans(c, None), rows=min(PAGE, manifest.spans), note="spans"),
            BY_USER: Question(
                ask=lambda c: _spans(c, "attributes['user']['id'] == 'user-3'"), rows=min(PAGE, user_spans), note="spans"
            ),
            ONE_TRACE: Question(
                ask=lambda c: len(_ask(c, TRACE, trace=manifest.first_trace)["trace"]["spans"]["edges"]), rows=SPANS_PER_TRACE
            ),
            COST: Question(
                ask=lambda c: _points(_ask(c, COSTS, range=days)["traceTokenCostTimeSeries"], "totalCost"),
                rows=DAYS,
                note="by day only",
            ),
            LATENCY: Question(
                ask=lambda c: _points(_ask(c, LATENCIES, range=days)["traceLatencyMsPercentileTimeSeries"], "p99"),
                rows=DAYS,
                note="of traces",
            ),
            TEXT: Question(
                ask=lambda c: _spans(c, f"'{NEEDLE}' in input.value"),
                rows=min(PAGE, manifest.needle_traces * NEEDLE_SPANS),
                note="in the input",
            ),
        }


def _ask(client: Client, query: str, **variables: Any) -> Any:
    """A query about the default project; it is the first one that the server makes."""
    document = {"query": query, "variables": {"id": "UHJvamVjdDox", **variables}}
    answer = client.post("/graphql", document)
    if answer.get("errors"):
        raise RuntimeError(f"GraphQL: {answer['errors'][0]['message']}")
    return answer["data"]["node"]


def _spans(client: Client, condition: str | None) -> int:
    return len(_ask(client, SPANS, first=PAGE, filter=condition)["spans"]["edges"])


def _points(series: dict[str, list[dict[str, Any]]], key: str) -> int:
    return sum(point[key] is not None for point in series["data"])


def _range(manifest: Manifest) -> dict[str, str]:
    end = datetime.fromtimestamp(manifest.end_ns / 1e9, UTC) + timedelta(hours=1)
    return {"start": (end - timedelta(days=DAYS, hours=2)).isoformat(), "end": end.isoformat()}
