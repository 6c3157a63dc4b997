"""Scores over HTTP: written early or late, replaced by id, moved, and refused when they do not fit together."""

import pytest
from tests.api.query.conftest import Api, HandClock
from tests.store.spans.tables import span_id, trace_id

TRACE = trace_id("later")


def listed(api: Api, text: str) -> list[dict[str, object]]:
    return api.get("/scores", filter=text)["data"]


@pytest.mark.parametrize(
    ("body", "becomes"),
    [
        ({"value": 0.5}, {"type": "numeric", "target": "trace", "value": 0.5, "string_value": ""}),
        ({"value": True}, {"type": "boolean", "value": 1.0}),
        ({"value": "warm"}, {"type": "categorical", "value": None, "string_value": "warm"}),
        ({"value": "better answer", "type": "correction"}, {"type": "correction", "string_value": "better answer"}),
        ({"value": "B", "type": "categorical", "comment": "so so"}, {"comment": "so so"}),
        ({"value": 1, "span_id": span_id(4)}, {"target": "span", "span_id": span_id(4)}),
        ({"value": 1, "trace_id": "", "session_id": "s"}, {"target": "session", "session_id": "s", "trace_id": ""}),
        ({"status": "refused"}, {"status": "refused", "value": None, "type": "numeric"}),
        ({"value": 1, "metadata": {"a": {"b": 1}}}, {"metadata": {"a": '{"b":1}'}}),
        ({"value": 1, "time": "2025-11-20T12:00:00Z"}, {"time": "2025-11-20T12:00:00.000000Z"}),
        ({"value": 1, "source": "human", "annotator": "ann"}, {"source": "human", "annotator": "ann"}),
    ],
)
def test_what_is_left_out_is_inferred(api: Api, body: dict[str, object], becomes: dict[str, object]) -> None:
    (made,) = api.post("/scores", {"name": "one", "trace_id": TRACE, **body}, 201)["data"]
    (row,) = [row for row in listed(api, "name:one") if row["id"] == made["id"]]
    assert {name: row[name] for name in becomes} == becomes


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"value": None}, "needs a finite number"),
        ({"value": "x", "type": "numeric"}, "needs a finite number"),
        ({"value": 0.5, "type": "boolean"}, "true, false, 1 or 0"),
        ({"value": 1, "type": "categorical"}, "needs text"),
        ({"value": 1, "status": "invalid"}, "never a number"),
        ({"value": 1, "trace_id": "abc"}, "32 hex digits"),
        ({"value": 1, "trace_id": ""}, "needs `session_id`"),
        ({"value": 1, "target": "span"}, "`trace_id` and `span_id`"),
        ({"value": 1, "name": ""}, "1 to 200"),
        ({"value": 1, "sample_probability": 0}, "above 0"),
        ({"value": 1, "cost": -1}, "US dollars"),
    ],
)
def test_what_does_not_fit_together_is_refused_and_nothing_is_written(api: Api, body: dict[str, object], says: str) -> None:
    good = {"name": "bad-list", "value": 1, "trace_id": TRACE}
    problem = api.post("/scores", [good, {"name": "bad-list", "trace_id": TRACE, **body}], 400)
    assert (problem["code"], problem["index"]) == ("bad_score", 1)
    assert says in problem["detail"]
    assert listed(api, "name:bad-list") == []


def test_the_same_id_again_replaces_and_keeps_its_time(api: Api, clock: HandClock) -> None:
    body = {"id": "fixed", "name": "again", "trace_id": TRACE, "value": 0.1}
    api.post("/scores", body, 201)
    before = listed(api, "name:again")
    clock.now += 5_000_000
    api.post("/scores", body, 201)
    assert listed(api, "name:again") == before
    api.post("/scores", {**body, "value": 0.9}, 201)
    (row,) = listed(api, "name:again")
    assert (row["value"], row["time"]) == (0.9, before[0]["time"])


def test_a_new_name_or_time_moves_the_score(api: Api) -> None:
    body = {"id": "mover", "name": "old", "trace_id": TRACE, "value": 1}
    api.post("/scores", body, 201)
    api.post("/scores", {**body, "name": "new", "time": "2025-11-19T00:00:00Z"}, 201)
    assert listed(api, "name:old") == []
    assert [row["id"] for row in listed(api, "name:new")] == ["mover"]
    api.post("/scores", body, 201)
    assert [row["id"] for row in listed(api, "name:old")] == ["mover"]
    assert listed(api, "name:new") == []


def test_of_one_id_sent_twice_the_later_is_meant(api: Api) -> None:
    body = {"id": "twice", "name": "twice", "trace_id": TRACE}
    answer = api.post("/scores", [{**body, "value": 1}, {**body, "value": 2}], 201)
    assert answer["data"] == [{"id": "twice"}, {"id": "twice"}]
    assert [row["value"] for row in listed(api, "name:twice")] == [2.0]


def test_pages_of_scores(api: Api) -> None:
    api.post("/scores", [{"name": "paged", "value": place, "trace_id": TRACE} for place in range(7)], 201)
    seen: list[float] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get("/scores", filter="name:paged", limit=3, cursor=cursor)
        seen += [row["value"] for row in page["data"]]
        cursor = page["next_cursor"]
    assert sorted(seen) == [0, 1, 2, 3, 4, 5, 6]


def test_a_foreign_score_is_neither_seen_nor_replaced(api: Api) -> None:
    assert [row["value"] for row in listed(api, "trace:" + trace_id("alpha"))] == [0.9]
    api.post("/scores", {"id": "s-foreign", "name": "mine", "trace_id": TRACE, "value": 3}, 201)
    assert [row["value"] for row in listed(api, "name:mine")] == [3.0]


def test_unknown_members_are_refused(api: Api) -> None:
    assert api.post("/scores", {"name": "x", "value": 1, "trace_id": TRACE, "scor": 1}, 422)["code"] == "invalid_request"
