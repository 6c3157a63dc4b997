"""Metrics: measures against sums by hand, and what cannot be asked."""

from typing import Any

import pytest
from tests.api.query.conftest import Api

DAY = {"from": "2025-11-20", "to": "2025-11-21"}


def ask(api: Api, *measures: str, status: int = 200, **more: object) -> Any:
    asked = [dict(zip(("measure", "aggregation"), measure.rsplit(" ", 1), strict=True)) for measure in measures]
    return api.post("/metrics/query", {"measures": asked, **DAY, **more}, status)


def rows(api: Api, *measures: str, **more: object) -> list[dict[str, Any]]:
    return ask(api, *measures, **more)["data"]


def test_totals_count_each_call_once(api: Api) -> None:
    (row,) = rows(api, "spans count", "traces count", "users uniq", "sessions count", "cost sum", "tokens sum", "unpriced count")
    assert row == {
        "spans_count": 20,
        "traces_count": 5,
        "users_uniq": 2,
        "sessions_count": 3,
        "cost_sum": pytest.approx(0.01 + 0.02 + 0.03 + 0.05),
        "tokens_sum": 5 * 100 + 150,
        "unpriced_count": 1,
    }


def test_by_day_and_model(api: Api) -> None:
    assert rows(api, "cost sum", dimensions=["model"], interval="day", filter="kind:generation has:model") == [
        {"time": "2025-11-20T00:00:00Z", "model": "claude-sonnet-4", "cost_sum": pytest.approx(0.05)},
        {"time": "2025-11-20T00:00:00Z", "model": "gpt-4o", "cost_sum": pytest.approx(0.06)},
    ]


def test_percentiles_are_those_of_the_rows(api: Api) -> None:
    (row,) = rows(api, "duration p50", "duration p99", "duration min", "duration max", "duration avg", filter="is_root:true")
    assert row["duration_p50"] == 2500.0
    assert row["duration_p99"] == pytest.approx(3970.0)
    assert (row["duration_min"], row["duration_max"], row["duration_avg"]) == (1000.0, 4000.0, 2500.0)


def test_rates(api: Api) -> None:
    (row,) = rows(api, "errors rate", "errors count", "refusals rate", filter="is_root:true")
    assert row == {"errors_rate": 0.2, "errors_count": 1, "refusals_rate": 0.0}


def test_scores_stand_beside_the_attributes_of_their_spans(api: Api) -> None:
    assert rows(api, "score:quality avg", "score:quality count", "spans count", dimensions=["user"]) == [
        {"user": "ada", "score:quality_avg": 0.9, "score:quality_count": 1, "spans_count": 12},
        {"user": "bob", "score:quality_avg": 0.1, "score:quality_count": 1, "spans_count": 8},
    ]
    (on_session,) = rows(api, "score:csat avg", dimensions=["feature"])
    assert on_session == {"feature": "chat", "score:csat_avg": 1.0}


def test_sets_and_keys_are_dimensions(api: Api) -> None:
    assert rows(api, "traces count", dimensions=["tags"]) == [
        {"tags": None, "traces_count": 3},
        {"tags": "eu", "traces_count": 2},
    ]
    assert rows(api, "traces count", dimensions=["metadata.plan"], filter="is_root:true")[1] == {
        "metadata.plan": "pro",
        "traces_count": 4,
    }


def test_the_small_series_become_one(api: Api) -> None:
    found = rows(api, "spans count", dimensions=["name", "user"], series=2)
    assert sum(row["spans_count"] for row in found) == 20
    assert [row.get("other") for row in found] == [None, None, True]
    assert found[2] == {"name": None, "user": None, "other": True, "spans_count": 14}


def test_time_zones_with_and_without_daylight_saving(api: Api) -> None:
    assert rows(api, "traces count", interval="day", timezone="Pacific/Kiritimati")[0]["time"] == "2025-11-20T10:00:00Z"
    hours = rows(api, "traces count", interval="5minute", timezone="Asia/Kolkata")
    assert [row["time"][11:16] for row in hours] == ["12:00", "12:10", "12:20", "12:30", "12:40"]


@pytest.mark.parametrize(
    ("since", "interval"),
    [("2025-11-20T12:00:00Z", "minute"), ("-10h", "5minute"), ("-5d", "hour"), ("-90d", "day"), ("-400d", "week")],
)
def test_an_interval_by_itself(api: Api, since: str, interval: str) -> None:
    assert ask(api, "spans count", interval="auto", **{"from": since, "to": None})["interval"] == interval


@pytest.mark.parametrize(
    ("measures", "more", "says"),
    [
        (["nothing sum"], {}, "no measure"),
        (["duration rate"], {}, "known: sum, avg"),
        (["spans p50"], {}, "known: count"),
        (["spans count"], {"dimensions": ["cost"]}, "cannot be a dimension"),
        (["spans count"], {"dimensions": ["modl"]}, "Did you mean `model`"),
        (["spans count"], {"interval": "fortnight"}, "known: minute"),
        (["spans count"], {"interval": "minute", "from": "-300d", "to": None}, "more than 5000"),
        (["spans count"], {"timezone": "Mars/Olympus"}, "no time zone"),
        (["spans count"], {"timezone": "'); DROP TABLE spans"}, "no time zone"),
        ([], {}, "1 to 20 measures"),
    ],
)
def test_mistakes(api: Api, measures: list[str], more: dict[str, Any], says: str) -> None:
    assert says in ask(api, *measures, status=400, **more)["detail"]


def test_a_filter_that_matches_nothing(api: Api) -> None:
    assert rows(api, "cost sum", dimensions=["model"], filter="model:none") == []
