"""Traces, spans, sessions and users over HTTP: what is in them, and what is not."""

import pytest
from tests.api.query.conftest import Api
from tests.api.query.story import TRACES, ids
from tests.store.spans.tables import span_id, trace_id


def test_newest_first_with_everything_that_the_list_shows(api: Api) -> None:
    page = api.get("/traces")
    assert [row["trace_id"] for row in page["data"]] == ids(*reversed(TRACES))
    assert page["next_cursor"] is None
    gamma = page["data"][2]
    assert gamma | {"scores": None} == {
        "trace_id": trace_id("gamma"),
        "root_span_id": span_id(0),
        "name": "answer",
        "kind": "agent",
        "start_time": "2025-11-20T12:20:00.000000Z",
        "end_time": "2025-11-20T12:20:03.100000Z",
        "duration": 3100.0,
        "ttft": 1200.0,
        "outcome": "success",
        "error_count": 0,
        "refused_count": 0,
        "span_count": 4,
        "folded_count": 1,
        "input_preview": "question gamma",
        "output_preview": "answer gamma",
        "usage": {
            "input": 100, "cache_read": None, "cache_write": None, "cache_write_1h": None, "output": 30, "reasoning": None,
            "audio_in": None, "audio_out": None, "total": 130,
        },
        "cost": pytest.approx(0.03),
        "unpriced_count": 0,
        "models": ["gpt-4o"],
        "providers": ["openai"],
        "user_id": "ada",
        "session_id": "chat-1",
        "environment": "production",
        "release": "",
        "feature": "chat",
        "user_tier": "",
        "tags": [],
        "prompts": [{"name": "support/answer", "version": "1"}],
        "fingerprints": [],
        "service": "",
        "flags": [],
        "scores": None,
    }  # fmt: skip
    assert gamma["scores"] == [{"name": "tone", "type": "categorical", "mean": None, "count": 1, "string_value": "warm"}]


def test_what_runs_has_no_end_and_what_nobody_can_price_no_cost(api: Api) -> None:
    epsilon, delta = api.get("/traces")["data"][:2]
    assert (epsilon["end_time"], epsilon["duration"]) == (None, None)
    assert (delta["cost"], delta["unpriced_count"]) == (None, 1)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"filter": "user:ada"}, "epsilon gamma alpha"),
        ({"filter": "model:claude*"}, "epsilon delta"),
        ({"filter": "kind:generation prompt_version:2"}, "epsilon delta"),
        ({"filter": "kind:agent model:gpt-4o"}, ""),
        ({"filter": '"café order"'}, "epsilon delta gamma beta alpha"),
        ({"filter": "cafe delta"}, "delta"),
        ({"filter": "metadata.plan:free"}, "alpha"),
        ({"filter": "score.quality<0.5"}, "beta"),
        ({"filter": "score.csat:1"}, "beta alpha"),
        ({"filter": "is_root:true outcome:error"}, "beta"),
        ({"from_": "2025-11-20T12:20:00Z"}, "epsilon delta gamma"),
        ({"to": "2025-11-20T12:20:00Z"}, "beta alpha"),
        ({"from_": "-35m"}, "epsilon delta"),
        ({"filter": "user:ada", "from_": "2025-11-20T12:05:00Z", "to": "2025-11-20T12:30:00Z"}, "gamma"),
        ({"order": "start_time"}, "alpha beta gamma delta epsilon"),
        ({"order": "-cost"}, "epsilon gamma beta alpha delta"),
        ({"order": "duration"}, "epsilon alpha beta gamma delta"),
        ({"order": "-tokens", "filter": "user:bob"}, "delta beta"),
    ],
)
def test_lists(api: Api, query: dict[str, str], names: str) -> None:
    assert [row["trace_id"] for row in api.get("/traces", **query)["data"]] == ids(*names.split())


@pytest.mark.parametrize("order", ["-start_time", "start_time", "-cost", "duration", "-tokens"])
def test_pages_join_to_the_whole(api: Api, order: str) -> None:
    whole = [row["trace_id"] for row in api.get("/traces", order=order)["data"]]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = api.get("/traces", order=order, limit=2, cursor=cursor)
        seen += [row["trace_id"] for row in page["data"]]
        cursor = page["next_cursor"]
    assert seen == whole


def test_one_trace(api: Api) -> None:
    answer = api.get(f"/traces/{trace_id('alpha').upper()}")
    assert answer["trace"]["trace_id"] == trace_id("alpha")
    assert answer["trace"]["metadata"] == {"plan": "free"}
    assert [span["name"] for span in answer["spans"]] == ["answer", "chat", "http", "wrapper"]
    assert answer["spans"][2]["folded"] is True
    assert [score["id"] for score in answer["scores"]] == ["s-alpha"]
    assert (answer["comments_count"], answer["complete"]) == (0, True)


def test_one_span(api: Api) -> None:
    answer = api.get(f"/spans/{span_id(1)}", trace_id=trace_id("alpha"))
    assert answer["messages_in"][1]["parts"] == [{"type": "text", "text": "Where is my café order?"}]
    assert answer["messages_out"][0]["parts"][0]["arguments"] == {"id": 7}
    assert answer["attributes"]["gen_ai.system"] == "openai"
    assert answer["resource"] == {"service.name": "bot"}
    assert answer["events"] == [{"name": "first_token", "time": "2025-11-20T12:00:00.000000Z", "attributes": {}}]
    assert answer["unmapped"] == ["odd.key"]
    assert answer["prompt"] == {"name": "support/answer", "version": "1", "label": "", "hash": ""}
    assert answer["cost_explained"] == [
        {"kind": "input", "tokens": 100, "unit_price": pytest.approx(60.0), "amount": 0.006},
        {"kind": "output", "tokens": 10, "unit_price": pytest.approx(400.0), "amount": 0.004},
    ]
    assert answer["first_token_time"] == "2025-11-20T12:00:01.200000Z"
    assert answer["streaming"] is None


def test_a_span_without_its_trace_id_is_the_newest(api: Api) -> None:
    assert api.get(f"/spans/{span_id(1)}")["trace_id"] == trace_id("epsilon")


def test_a_list_of_spans(api: Api) -> None:
    page = api.get("/spans", filter="kind:generation", limit=3)
    assert [(row["name"], row["trace_id"]) for row in page["data"]] == [
        ("wrapper", trace_id("epsilon")),
        ("chat", trace_id("epsilon")),
        ("wrapper", trace_id("delta")),
    ]
    rest = api.get("/spans", filter="kind:generation", cursor=page["next_cursor"])
    assert len(rest["data"]) == 7
    by_cost = api.get("/spans", filter="name:chat", order="-cost", limit=4)
    assert [row["cost"] for row in by_cost["data"]] == [0.05, pytest.approx(0.03), 0.02, 0.01]
    assert [row["cost"] for row in api.get("/spans", filter="name:chat", order="-cost", cursor=by_cost["next_cursor"])["data"]] == [
        None
    ]


def test_sessions(api: Api) -> None:
    rows = api.get("/sessions")["data"]
    assert [row["session_id"] for row in rows] == ["chat-2", "chat-1", "chat-0"]
    first = rows[2]
    assert (first["trace_count"], first["turn_count"], first["user_ids"]) == (2, 2, ["ada", "bob"])
    assert first["cost"] == pytest.approx(0.03)
    assert first["outcomes"] == {"success": 1, "error": 1, "refused": 0}
    assert [(score["name"], score["mean"], score["count"]) for score in first["scores"]] == [("csat", 1.0, 1), ("quality", 0.5, 2)]
    assert [row["session_id"] for row in api.get("/sessions", filter="user:bob")["data"]] == ["chat-1", "chat-0"]
    assert [row["session_id"] for row in api.get("/sessions", order="-cost")["data"]] == ["chat-2", "chat-1", "chat-0"]


def test_one_session_turn_by_turn(api: Api) -> None:
    answer = api.get("/sessions/chat-0")
    assert [(turn["input"], turn["output"], turn["outcome"]) for turn in answer["turns"]] == [
        ("question alpha", "answer alpha", "success"),
        ("question beta", "answer beta", "error"),
    ]
    assert answer["turns"][0]["prompt"] == "support/answer@1"
    assert [score["name"] for score in answer["session_scores"]] == ["csat"]


def test_users(api: Api) -> None:
    rows = api.get("/users")["data"]
    assert [(row["user_id"], row["trace_count"], row["session_count"]) for row in rows] == [("ada", 3, 3), ("bob", 2, 2)]
    assert rows[1]["error_count"] == 1
    assert {score["name"]: score["count"] for score in rows[0]["scores"]} == {"quality": 1, "tone": 1, "csat": 1}
    answer = api.get("/users/ada")
    assert [trace["trace_id"] for trace in answer["traces"]] == ids("alpha", "gamma", "epsilon")


@pytest.mark.parametrize(
    "path", [f"/traces/{trace_id('foreign')}", f"/traces/{'0' * 32}", "/spans/ffffffffffffffff", "/sessions/none", "/users/none"]
)
def test_what_is_not_there_or_not_ours(api: Api, path: str) -> None:
    assert api.get(path, status=404)["code"] == "not_found"


def test_a_bad_filter_points(api: Api) -> None:
    problem = api.get("/traces", status=400, filter="modl:x")
    assert (problem["code"], problem["position"], problem["expected"]) == ("bad_filter", 0, ["model"])


@pytest.mark.parametrize(
    "query", [{"order": "-nothing"}, {"cursor": "zzz"}, {"from_": "soon"}, {"from_": "2026-01-01", "to": "2025-01-01"}]
)
def test_other_mistakes(api: Api, query: dict[str, str]) -> None:
    assert api.get("/traces", status=400, **query)["code"] == "bad_request"


def test_a_cursor_of_another_list_is_refused(api: Api) -> None:
    cursor = api.get("/traces", limit=2)["next_cursor"]
    assert api.get("/spans", status=400, cursor=cursor)["code"] == "bad_request"
    assert api.get("/traces", status=400, cursor=cursor, order="-cost")["code"] == "bad_request"


def test_a_tree_says_the_same_in_brief(api: Api) -> None:
    whole, tree = (api.get(f"/traces/{trace_id('beta')}{more}") for more in ("", "/tree"))
    assert tree["trace"] == whole["trace"]
    assert (tree["scores"], tree["complete"], tree["comments_count"]) == (whole["scores"], True, whole["comments_count"])
    usual = {
        "outcome": "success",
        "folded": False,
        "counted": True,
        "document_count": 0,
        "duration": None,
        "ttft": None,
        "cost": None,
    }
    for brief, span in zip(tree["spans"], whole["spans"], strict=True):
        fields = {"span_id", "parent_span_id", "display_parent_id", "name", "kind", "start_time", "model", "tool_name", *usual}
        assert {name: brief.get(name, usual.get(name, "")) for name in fields} == {name: span[name] for name in fields}
        assert brief.get("end_time") == span["end_time"]
        assert brief.get("input_preview", "") == span["input_preview"][:160]
        assert ("outcome" in brief) == (span["outcome"] != "success")


def test_a_tree_of_a_trace_that_is_not_there(api: Api) -> None:
    assert "There is no trace" in api.get(f"/traces/{'f' * 32}/tree", 404)["detail"]
