"""Measures for Prometheus, and the contract on which the recipe for Grafana stands."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient
from tests.api.query.conftest import Api

GUIDE = Path(__file__).parents[3] / "docs/guides/grafana.md"
PATH = "/api/v1/metrics/prometheus"


def scraped(client: TestClient, query: str) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_gauges_are_what_metrics_query_says(client: TestClient) -> None:
    found = scraped(client, "measure=cost:sum&measure=spans:count&dimension=model&last=-24h&filter=kind:generation has:model")
    assert found["pellucid_cost_sum", ("claude-sonnet-4", "")] == pytest.approx(0.05)
    assert found["pellucid_cost_sum", ("gpt-4o", "")] == pytest.approx(0.06)
    assert len([name for name, _ in found if name == "pellucid_spans_count"]) == 2


def test_what_nobody_measured_is_left_out_and_not_zero(client: TestClient) -> None:
    assert scraped(client, "measure=cost:avg&last=-1s") == {}


@pytest.mark.parametrize(
    "query", ["", "measure=cost", "measure=coins:sum", "measure=cost:sum&dimension=nothing", "measure=cost:sum&last=x"]
)
def test_what_cannot_be_scraped_is_told(client: TestClient, query: str) -> None:
    assert client.get(f"{PATH}?{query}").status_code in (400, 422)


def test_the_recipe_for_grafana_gets_the_rows_that_it_reads(api: Api) -> None:
    [body] = re.findall(r"```json\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    filled = body.replace("${__from:date:iso}", "2025-11-20T00:00:00.000Z").replace("${__to:date:iso}", "2025-11-21T00:00:00.000Z")
    answer = api.post("/metrics/query", json.loads(filled), 200)
    assert set(answer) == {"data", "next_cursor", "interval", "complete"}
    assert len(answer["data"]) > 0
    for row in answer["data"]:
        assert set(row) == {"time", "feature", "cost_sum"}
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:00:00Z", row["time"])
        assert row["cost_sum"] is None or isinstance(row["cost_sum"], float)
