"""What dashboards and the cost lab are asked that is odd: each answered honestly, nothing lost, nothing made up."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.api.dashboards.conftest import Api, HandClock
from tests.store.spans.tables import insert, span

from pellucid_server.core.clock import DAY, HOUR
from pellucid_server.dashboards.budgets import rest_of
from pellucid_server.enrich.price import PriceBook, PriceOverride
from pellucid_server.enrich.rates import Rates
from pellucid_server.model.span import Kind, Span
from pellucid_server.model.usage import Usage
from pellucid_server.store.spans.columns import SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

COST = {"measure": "cost", "aggregation": "sum"}
SPANS_COUNT = {"measure": "spans", "aggregation": "count"}
UNPRICED = {"measure": "unpriced", "aggregation": "count"}


def at(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp()) * 1_000_000  # type: ignore[arg-type,misc]  # parts of a date


def ask(api: Api, *measures: dict[str, str], **more: Any) -> list[dict[str, Any]]:
    body = {"measures": list(measures), "from": "2027-01-01", "to": "2028-01-01", **more}
    found: list[dict[str, Any]] = api.post("/metrics/query", body, 200)["data"]
    return found


def test_days_of_23_and_25_hours_begin_at_local_midnight_and_lose_nothing(api: Api, driver: ClickHouseDriver) -> None:
    hours = [span(f"dst{hour}", start=at(2027, 3, 27) + hour * HOUR, feature="dst", cost=1.0) for hour in range(72)]
    back = [span(f"back{hour}", start=at(2027, 10, 30) + hour * HOUR, feature="dst", cost=1.0) for hour in range(72)]
    insert(driver, SPANS, [*hours, *back])
    zoned = {"interval": "day", "timezone": "Europe/Rome", "filter": "feature:dst"}
    days = {row["time"]: row["cost_sum"] for row in ask(api, COST, **zoned)}
    assert days["2027-03-27T23:00:00Z"] == 23.0  # Sunday, 28 March: an hour is left out
    assert days["2027-03-28T22:00:00Z"] == 24.0
    assert days["2027-10-30T22:00:00Z"] == 25.0  # Sunday, 31 October: an hour comes twice
    assert sum(days.values()) == 144.0
    hourly = ask(api, COST, **{**zoned, "interval": "hour", "from": "2027-10-30", "to": "2027-11-02"})
    assert [row["cost_sum"] for row in hourly] == [1.0] * 72  # the hour that comes twice is two hours


def test_of_ten_thousand_values_the_greatest_are_named_and_the_rest_is_one(api: Api, driver: ClickHouseDriver) -> None:
    rows = [
        span(f"m{number}", start=at(2027, 5, 1) + number, feature="many", user_id=f"user-{number}", cost=float(number))
        for number in range(10_000)
    ]
    insert(driver, SPANS, rows)
    for interval, extra in (("none", {}), ("day", {}), ("none", {"measures": [SPANS_COUNT, COST]})):
        found = ask(api, COST, SPANS_COUNT, filter="feature:many", dimensions=["user_id"], series=8, interval=interval, **extra)
        assert len(found) == 9
        assert sum(row["cost_sum"] for row in found) == pytest.approx(sum(range(10_000)), abs=1e-9)
        assert sum(row["spans_count"] for row in found) == 10_000
        assert [row["spans_count"] for row in found if row.get("other")] == [9_992]
    named = {row["user_id"] for row in ask(api, COST, filter="feature:many", dimensions=["user_id"], series=8) if row["user_id"]}
    assert named == {f"user-{number}" for number in range(9_992, 10_000)}
    exactly = ask(api, COST, filter="feature:many cost>=9992", dimensions=["user_id"], series=8)
    assert len(exactly) == 8
    assert not any(row.get("other") for row in exactly)


def test_a_price_of_zero_is_a_price_and_an_unknown_model_has_none(api: Api, driver: ClickHouseDriver) -> None:
    book = PriceBook([PriceOverride(id="free", model="gift", rates=Rates(input=0.0, output=0.0))])
    calls = [
        Span(trace_id="", span_id="", kind=Kind.GENERATION, start_time=at(2027, 6, 1), model=model, usage=Usage(input=10, output=5))
        for model in ("gift", "nobody-knows-this")
    ]
    free, unknown = (book.price(call) for call in calls)
    assert free is not None
    assert (free.total, free.source) == (0.0, "override:free")
    assert unknown is None
    insert(
        driver,
        SPANS,
        [
            span("free", start=at(2027, 6, 1), feature="odd", model="gift", tokens=15, cost=free.total, cost_source=free.source),
            span("unknown", start=at(2027, 6, 1), feature="odd", model="nobody-knows-this", tokens=15, cost=None),
        ],
    )
    rows = {row["model"]: row for row in ask(api, COST, UNPRICED, filter="feature:odd", dimensions=["model"])}
    assert (rows["gift"]["cost_sum"], rows["gift"]["unpriced_count"]) == (0.0, 0)
    assert (rows["nobody-knows-this"]["cost_sum"], rows["nobody-knows-this"]["unpriced_count"]) == (None, 1)
    listed = ask(api, UNPRICED, filter="feature:odd counted:true -has:cost tokens>0", dimensions=["model"])
    assert [row["model"] for row in listed] == ["nobody-knows-this"]


def test_one_giant_outlier_stays_in_the_sum_and_out_of_the_median(api: Api, driver: ClickHouseDriver) -> None:
    costs = [0.01] * 99 + [1e9]
    insert(driver, SPANS, [span(f"o{i}", start=at(2027, 7, 1) + i, feature="giant", cost=cost) for i, cost in enumerate(costs)])
    wanted = [{"measure": "cost", "aggregation": name} for name in ("sum", "p50", "p95", "max")]
    (row,) = ask(api, *wanted, filter="feature:giant")
    assert row["cost_sum"] == pytest.approx(1e9 + 0.99, abs=1e-6)
    assert (row["cost_p50"], row["cost_p95"], row["cost_max"]) == (0.01, 0.01, 1e9)


def test_an_outlier_in_the_history_of_a_budget_is_spent_and_not_carried_on(
    api: Api, driver: ClickHouseDriver, clock: HandClock
) -> None:
    start = at(2027, 9, 1)
    costs = [1.0 if day != 10 else 1_000.0 for day in range(28)]
    insert(driver, SPANS, [span(f"b{i}", start=start + i * DAY, feature="spike", cost=c) for i, c in enumerate(costs)])
    clock.now = start + 28 * DAY
    made = api.post("/budgets", {"name": "spike", "filter": "feature:spike", "period": "month", "amount": 5_000.0})
    forecast = made["forecast"]
    assert made["spent"] == pytest.approx(1_027.0)
    # Two days are left, of weekdays that saw no spike: a dollar each, and nothing less than what is spent.
    assert made["spent"] <= forecast["low"] <= forecast["value"] <= forecast["high"]
    assert forecast["value"] == pytest.approx(1_029.0)


def test_a_filter_that_matches_nothing_and_a_measure_without_data_are_no_zeros(api: Api) -> None:
    nothing = {"filter": "feature:there-is-none"}
    assert ask(api, COST, interval="day", **nothing) == []
    assert ask(api, COST, dimensions=["model"], **nothing) == []
    whole = ask(api, COST, SPANS_COUNT, {"measure": "duration", "aggregation": "p95"}, **nothing)
    assert whole in ([], [{"cost_sum": None, "spans_count": 0, "duration_p95": None}])
    assert ask(api, {"measure": "score:nobody-gave-this", "aggregation": "avg"}) == []
    refused = api.post("/metrics/query", {"measures": [{"measure": "no-such-thing", "aggregation": "sum"}]}, 400)
    assert "There is no measure `no-such-thing`" in refused["detail"]


def test_a_budget_of_nothing_has_spent_nothing_and_foresees_nothing(api: Api) -> None:
    made = api.post("/budgets", {"name": "none", "filter": "feature:there-is-none", "period": "week", "amount": 1.0})
    assert (made["spent"], made["unpriced"], made["forecast"], made["state"]) == (0.0, 0, None, "ok")
    assert rest_of([], at(2027, 1, 1), at(2027, 1, 2)) is None
