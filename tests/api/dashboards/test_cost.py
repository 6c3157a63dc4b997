"""Budgets, what-if questions and the over-retrieval lens over HTTP, on a real engine."""

from typing import Any

import pytest
from tests.api.dashboards.conftest import Api, HandClock
from tests.api.query.story import NOW
from tests.store.spans.tables import insert, span

from pellucid_server.core.clock import DAY, HOUR
from pellucid_server.store.spans.columns import SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

STORY: dict[str, Any] = {"from_": "2025-11-20T00:00:00Z", "to": "2025-11-21T00:00:00Z"}
CHAT = {"name": "Chat", "filter": "feature:chat", "period": "day", "amount": 1.0}


class TestBudgets:
    def test_the_spend_of_the_period_is_that_of_the_counted_calls(self, api: Api) -> None:
        made = api.post("/budgets", CHAT)
        # alpha, beta, gamma and epsilon have a price; delta has none; the wrapper's 0.5 is not counted.
        assert made["spent"] == pytest.approx(0.01 + 0.02 + 0.03 + 0.05)
        assert made["unpriced"] == 1
        assert made["state"] == "ok"
        assert made["forecast"] is None
        assert (made["start"], made["end"]) == ("2025-11-20T00:00:00.000000Z", "2025-11-21T00:00:00.000000Z")
        assert made["elapsed"] == pytest.approx(13 / 24)
        assert made["burn"] == pytest.approx(0.11 / (13 / 24))
        assert api.get("/budgets")["data"] == [made]

    def test_a_budget_is_over_and_of_its_filter_only(self, api: Api) -> None:
        assert api.post("/budgets", {**CHAT, "amount": 0.1})["state"] == "over"
        other = api.post("/budgets", {**CHAT, "filter": "feature:search", "amount": 0.1})
        assert (other["spent"], other["state"]) == (0.0, "ok")

    def test_a_budget_is_changed_and_deleted(self, api: Api) -> None:
        path = f"/budgets/{api.post('/budgets', CHAT)['id']}"
        changed = api.send("PUT", path, {**CHAT, "period": "month", "amount": 5.0})
        assert (changed["period"], changed["amount"]) == ("month", 5.0)
        api.send("DELETE", path, status=204)
        assert api.send("DELETE", path, status=404)["code"] == "no_such_budget"
        assert api.get("/budgets")["data"] == []

    @pytest.mark.parametrize(
        "change", [{"period": "year"}, {"amount": 0}, {"amount": -1}, {"amount": 1e12}, {"filter": "cost>>"}, {"name": "  "}]
    )
    def test_what_is_no_budget_is_not_kept(self, api: Api, change: dict[str, object]) -> None:
        api.post("/budgets", {**CHAT, **change}, 400)
        assert api.get("/budgets")["data"] == []

    def test_a_runaway_feature_is_seen_before_the_month_ends(self, api: Api, driver: ClickHouseDriver, clock: HandClock) -> None:
        start = NOW + 365 * DAY
        spends = [
            span(f"run{day}", start=start + day * DAY, feature="runaway", tokens=1, cost=1.0 if day < 25 else 1.2)
            for day in range(30)
        ]
        insert(driver, SPANS, spends)
        clock.now = start + 29 * DAY + HOUR
        made = api.post("/budgets", {"name": "r", "filter": "feature:runaway", "period": "month", "amount": 30.0})
        assert made["spent"] < 30.0 < made["forecast"]["value"]
        assert made["state"] == "at_risk"
        assert made["forecast"]["low"] <= made["forecast"]["value"] <= made["forecast"]["high"]


class TestWhatIf:
    def test_the_same_tokens_at_other_rates(self, api: Api) -> None:
        found = api.get("/cost/what-if", model="acme-dear", **STORY)
        # Four priced calls of 100 tokens in, and 10, 20, 30 and 50 out.
        assert (found["calls"], found["left_out"]) == (4, 1)
        assert found["cost"] == pytest.approx(0.11)
        kinds = {one["kind"]: (one["tokens"], one["cost"]) for one in found["kinds"]}
        assert kinds == {"input": (400, pytest.approx(0.4)), "output": (110, pytest.approx(1.1))}
        assert found["other_cost"] == pytest.approx(0.4 + 1.1 + 4 * 0.5)
        assert found["source"] == "override:dear"

    def test_only_what_the_filter_names_is_asked(self, api: Api) -> None:
        found = api.get("/cost/what-if", model="gpt-4o-mini", filter="user:ada model:gpt-4o", **STORY)
        assert (found["calls"], found["cost"]) == (2, pytest.approx(0.04))
        assert 0 < found["other_cost"] < found["cost"]

    def test_a_model_that_nobody_knows_is_no_zero(self, api: Api) -> None:
        assert api.get("/cost/what-if", 400, model="nobody-knows-this", **STORY)["code"] == "unknown_price"

    def test_no_traffic_costs_nothing_anywhere(self, api: Api) -> None:
        found = api.get("/cost/what-if", model="acme-dear", filter="feature:nothing", **STORY)
        assert (found["calls"], found["cost"], found["other_cost"], found["kinds"]) == (0, 0.0, 0.0, [])


class TestRetrieval:
    @pytest.fixture(autouse=True)
    def retrievals(self, driver: ClickHouseDriver) -> None:
        rows: list[Any] = []
        for week in (0, 1):
            for number in range(4):
                start = NOW + (100 + 7 * week) * DAY + number * HOUR
                api_class = number % 2 == 0
                tokens = 1_400 if api_class and week else 1_000
                rows += _retrieval(f"rag{week}{number}", start, ["api"] if api_class else ["billing", "api"], tokens)
        insert(driver, SPANS, rows)

    def test_a_class_whose_context_grew_is_seen(self, api: Api, clock: HandClock) -> None:
        clock.now = NOW + 114 * DAY
        rows = {row["document_class"]: row for row in api.get("/cost/retrieval", from_="-7d")["data"]}
        assert rows["billing"]["inflation"] == pytest.approx(0.0)
        # Two whole traces of 1,400 instead of 1,000, and halves of two that did not change.
        assert rows["api"]["now"]["traces"] == pytest.approx(3.0)
        assert rows["api"]["inflation"] == pytest.approx(3_800 / 3_000 - 1)
        assert rows["api"]["excess_cost"] == pytest.approx((3_800 - 3_000) * 1e-6)

    def test_classes_sum_to_their_traces(self, api: Api, clock: HandClock) -> None:
        clock.now = NOW + 114 * DAY
        rows = api.get("/cost/retrieval", from_="-7d")["data"]
        assert sum(row["now"]["traces"] for row in rows) == pytest.approx(4)
        assert sum(row["now"]["input_tokens"] for row in rows) == pytest.approx(2 * 1_400 + 2 * 1_000)
        assert sum(row["now"]["cost"] for row in rows) == pytest.approx((2 * 1_400 + 2 * 1_000) * 1.5e-6)

    def test_what_was_not_there_before_has_no_trend(self, api: Api, clock: HandClock) -> None:
        clock.now = NOW + 107 * DAY
        for row in api.get("/cost/retrieval", from_="-7d", filter="kind:retriever")["data"]:
            assert (row["before"], row["inflation"], row["excess_cost"]) == (None, None, None)

    def test_a_filter_that_matches_nothing_is_an_empty_answer(self, api: Api) -> None:
        assert api.get("/cost/retrieval", filter="feature:none", from_="-7d")["data"] == []


def _retrieval(name: str, start: int, classes: list[str], tokens: int) -> list[Any]:
    found = {
        "kind": "retriever",
        "document_classes": classes,
        "document_count": len(classes),
        "retrieval_version": "v1",
        "counted": 0,
    }
    paid = {"input_tokens": tokens, "tokens": tokens, "cost": tokens * 1.5e-6, "cost_input": tokens * 1e-6}
    return [
        span(name, 0, start=start, kind="agent", counted=0),
        span(name, 1, start=start + 1, **found),
        span(name, 2, start=start + 2, kind="generation", **paid),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        ["feature"],
        ["model"],
        ["user_tier"],
        ["user_id"],
        ["experiment"],
        ["environment"],
        ["tool_name"],
        ["prompt_name", "prompt_version"],
    ],
    ids="+".join,
)
def test_spend_by_anything_sums_up_to_the_whole(api: Api, fields: list[str]) -> None:
    measures = [{"measure": "cost", "aggregation": "sum"}, {"measure": "unpriced", "aggregation": "count"}]
    ask = {"measures": measures, "from": STORY["from_"], "to": STORY["to"]}
    (whole,) = api.post("/metrics/query", ask, 200)["data"]
    rows = api.post("/metrics/query", {**ask, "dimensions": fields}, 200)["data"]
    assert sum(row["cost_sum"] or 0 for row in rows) == pytest.approx(whole["cost_sum"], abs=1e-9)
    assert sum(row["unpriced_count"] for row in rows) == whole["unpriced_count"] == 1
