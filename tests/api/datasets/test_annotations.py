"""Queues over HTTP: filled from traces, judged, measured; and the weekly reading."""

from tests.api.datasets.conftest import OLD, Api, talk

DIMENSIONS = [
    {"name": "good", "type": "boolean"},
    {"name": "tone", "type": "categorical", "categories": ["warm", "cold"], "required": False},
]


def _queue(api: Api, **more: object) -> str:
    made = api.post("/annotation-queues", {"name": "support", "dimensions": DIMENSIONS, **more})
    assert (made["items"], made["done"], made["kind"]) == (0, 0, "queue")
    return str(made["id"])


def test_a_trace_is_queued_judged_and_scored(api: Api) -> None:
    queue = _queue(api, dataset="golden")
    filled = api.post(f"/annotation-queues/{queue}/items", {"items": [{"trace_id": talk(3)}, {"trace_id": "f" * 32}]})
    assert filled == {"added": 1, "known": 0, "missing": ["f" * 32]}
    turn = api.get(f"/annotation-queues/{queue}/next")
    assert (turn["item"]["input"], turn["item"]["output"]) == ("Question number 3?", "Answer number 3.")
    path = f"/annotation-queues/{queue}/items/{turn['item']['id']}"
    api.put(f"{path}/rating", {"values": {"good": "maybe"}}, 400)
    api.put(f"{path}/rating", {"values": {"good": False, "tone": "cold"}, "comment": "curt", "correction": "Better."})
    assert api.get(f"/annotation-queues/{queue}/next") == {"item": None, "until": None}
    scores = {one["name"]: one for one in api.get(f"/scores?filter=source:human trace_id:{talk(3)}")["data"]}
    assert (scores["good"]["value"], scores["tone"]["string_value"], scores["correction"]["string_value"]) == (0, "cold", "Better.")
    (case,) = api.get("/datasets/golden/items")["data"]
    assert (case["expected"], case["trace_id"]) == ("Better.", talk(3))
    (seen,) = api.get(f"/annotation-queues/{queue}/items")["data"]
    assert (seen["judged"], seen["ratings"][0]["comment"]) == (1, "curt")
    panel = api.get(f"/annotation-queues/{queue}/agreement")
    assert (panel["agreement"][0]["items"], panel["annotators"][0]["judged"]) == (0, 1)


def test_queues_are_listed_changed_and_deleted(api: Api) -> None:
    queue = _queue(api)
    changed = api.put(f"/annotation-queues/{queue}", {"name": "renamed", "raters": 2, "guidelines": "Read **all** of it."})
    assert (changed["raters"], [one["name"] for one in changed["dimensions"]]) == (2, ["relevance", "groundedness", "tone"])
    assert [one["name"] for one in api.get("/annotation-queues?kind=queue")["data"]] == ["renamed"]
    api.post("/annotation-queues", {"name": "renamed"}, 409)
    api.post(f"/annotation-queues/{queue}/items", {"items": [{"trace_id": talk(1)}]})
    (seen,) = api.get(f"/annotation-queues/{queue}/items")["data"]
    body = {"items": [seen["id"]], "annotator": "user:somebody"}
    assert api.post(f"/annotation-queues/{queue}/assignments", body, 200) == {"assigned": 1}
    assert api.get(f"/annotation-queues/{queue}/next")["item"] is None
    api.post(f"/annotation-queues/{queue}/items/{seen['id']}/skip", None, 200)
    api.post(f"/annotation-queues/{queue}/items/{seen['id']}/release", None, 204)
    api.send("DELETE", f"/annotation-queues/{queue}", status=204)
    api.get(f"/annotation-queues/{queue}", 404)


def test_the_weekly_reading_is_drawn_once_blind_and_compares_eras(api: Api) -> None:
    reading = api.post("/readings")
    assert (reading["kind"], reading["items"], reading["blind"]) == ("reading", 20 + OLD, True)
    assert api.post("/readings")["id"] == reading["id"]
    eras = []
    while (turn := api.get(f"/annotation-queues/{reading['id']}/next"))["item"] is not None:
        item = turn["item"]
        assert item["era"] == ""
        old = int(item["input"].split()[-1].rstrip("?")) >= 300
        eras.append(old)
        api.put(f"/annotation-queues/{reading['id']}/items/{item['id']}/rating", {"values": {"helpful": old}})
    assert sum(eras) == OLD
    assert eras != sorted(eras)
    assert eras != sorted(eras, reverse=True)
    (helpful,) = [one for one in api.get(f"/annotation-queues/{reading['id']}/agreement")["eras"] if one["dimension"] == "helpful"]
    assert (helpful["now"], helpful["now_n"], helpful["before"], helpful["before_n"]) == (0.0, 20, 1.0, OLD)
    assert -1 <= helpful["low"] < helpful["high"] < 0
    assert len(api.get("/datasets/weekly reading/items")["data"]) == 30
