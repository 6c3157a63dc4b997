"""Sessions together: turns, how they end, who may still go on, and a score by turn."""

from typing import Any

from tests.api.query.conftest import Api


def turns(answer: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    return [(one["turn"], one["reached"], one["ended"], one["failed"]) for one in answer["by_turn"]]


def test_the_whole_range_is_told_turn_by_turn(api: Api) -> None:
    answer = api.get("/session-analytics")
    assert (answer["sessions"], answer["open"]) == (3, 2)  # two had a turn in the half hour before
    assert answer["lengths"] == [{"turns": 1, "sessions": 1}, {"turns": 2, "sessions": 2}]
    assert turns(answer) == [(1, 3, 0, 0), (2, 2, 1, 1)]
    assert answer["turns"] == {"p50": 2, "p90": 2}
    assert answer["troubled"] | {"low": 0, "high": 0} == {"value": 1 / 3, "low": 0, "high": 0, "n": 3}
    assert 0 < answer["troubled"]["low"] < 1 / 3 < answer["troubled"]["high"] < 1
    assert (answer["single"]["value"], answer["single"]["n"]) == (0.0, 1)
    assert answer["by_turn"][1]["left_after_failure"]["value"] == 1.0
    assert answer["by_turn"][0]["left_after_failure"] is None
    assert answer["duration"]["p50"] > 0
    assert answer["cost"]["p50"] > 0


def test_a_session_counts_whole_where_one_of_its_spans_matches(api: Api) -> None:
    answer = api.get("/session-analytics", filter="outcome:error")
    assert (answer["sessions"], answer["open"]) == (1, 0)
    assert turns(answer) == [(1, 1, 0, 0), (2, 1, 1, 1)]


def test_a_score_stands_beside_the_turns(api: Api) -> None:
    scored = [one["score"] for one in api.get("/session-analytics", score="quality")["by_turn"]]
    assert any(one is not None and one["n"] >= 1 for one in scored)
    assert all(one is None or one["low"] is None or one["low"] <= one["value"] <= one["high"] for one in scored)
    assert all(one["score"] is None for one in api.get("/session-analytics", score="no such score")["by_turn"])


def test_no_session_in_the_range(api: Api) -> None:
    answer = api.get("/session-analytics", to="2020-01-01T00:00:00Z")
    assert (answer["sessions"], answer["by_turn"], answer["single"]) == (0, [], None)


def test_a_filter_that_is_none_is_refused(api: Api) -> None:
    assert api.get("/session-analytics", 400, filter="nothing:here")["code"] == "bad_filter"
