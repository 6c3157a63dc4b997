"""Daily roll-ups over the API: the same sums as the metrics of the same day, and bad questions named."""

import pytest
from tests.api.query.conftest import Api
from tests.store.spans.tables import PROJECT, T0

from pellucid_server.core.clock import DAY
from pellucid_server.store.spans.cost_days import CostDays
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

MIDNIGHT = T0 // DAY * DAY


def test_days_equal_the_metrics_of_the_day(api: Api, driver: ClickHouseDriver) -> None:
    CostDays(driver).count(PROJECT, MIDNIGHT, version=1)
    days = api.get("/cost/days", by="model")["data"]
    asked = {
        "measures": [{"measure": "cost", "aggregation": "sum"}, {"measure": "unpriced", "aggregation": "count"}],
        "dimensions": ["model"],
        "interval": "day",
        "from": "2025-11-20",
        "to": "2025-11-21",
    }
    metrics = {row["model"]: row for row in api.post("/metrics/query", asked, 200)["data"] if row["model"]}
    found = {day["dimensions"]["model"]: day for day in days if day["dimensions"]["model"]}
    assert {day["day"] for day in days} == {"2025-11-20T00:00:00.000000Z"}
    assert found.keys() == metrics.keys()
    for model, day in found.items():
        assert day["cost"] == pytest.approx(metrics[model]["cost_sum"] or 0.0, abs=1e-9)
        assert day["unpriced"] == metrics[model]["unpriced_count"]
    assert sum(day["cost"] for day in api.get("/cost/days")["data"]) == pytest.approx(0.01 + 0.02 + 0.03 + 0.05)


def test_what_they_are_not_kept_by_is_named(api: Api) -> None:
    problem = api.get("/cost/days", status=400, by="session_id")
    assert "known: feature" in problem["detail"]
