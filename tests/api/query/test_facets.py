"""Facets, fields, completion, and what a filter means."""

import pytest
from tests.api.query.conftest import Api


def test_several_fields_at_once(api: Api) -> None:
    answer = api.get("/facets", fields="model,kind,tags,metadata.plan,user,is_root", from_="2025-11-20")["data"]
    assert answer["model"] == {
        "data": [{"value": "gpt-4o", "count": 3}, {"value": "claude-sonnet-4", "count": 2}],
        "other_count": 0,
        "missing_count": 5,
    }
    assert [value["value"] for value in answer["kind"]["data"]] == ["agent", "generation", "span"]
    assert answer["tags"] == {"data": [{"value": "eu", "count": 2}], "other_count": 0, "missing_count": 3}
    assert {value["value"]: value["count"] for value in answer["metadata.plan"]["data"]} == {"pro": 4, "free": 1}
    assert {value["value"]: value["count"] for value in answer["user"]["data"]} == {"ada": 3, "bob": 2}
    assert {value["value"]: value["count"] for value in answer["is_root"]["data"]} == {"true": 5, "false": 5}


def test_one_field_counts_what_is_not_listed(api: Api) -> None:
    answer = api.get("/facets", field="name", unit="spans", limit=1, filter="-name:chat")
    assert answer == {"data": [{"value": "answer", "count": 5}], "other_count": 10, "missing_count": 0}


def test_a_filter_narrows_what_is_counted(api: Api) -> None:
    assert api.get("/facets", field="user_id", filter="model:claude*")["data"] == [
        {"value": "ada", "count": 1},
        {"value": "bob", "count": 1},
    ]


def test_numbers_are_no_facets(api: Api) -> None:
    assert "metrics/query" in api.get("/facets", status=400, field="cost")["detail"]
    assert api.get("/facets", status=400, field="modl")["expected"] == ["model"]
    assert api.get("/facets", status=400)["code"] == "bad_request"


def test_the_vocabulary(api: Api) -> None:
    fields = {field["name"]: field for field in api.get("/fields")["data"]}
    assert fields["kind"]["values"][:2] == ["generation", "embedding"]
    assert (fields["duration"]["unit"], fields["duration"]["operators"]) == ("ms", [":", ">", ">=", "<", "<="])
    assert fields["user_id"]["aliases"] == ["user"]
    assert fields["score"]["type"] == "score"
    assert "project_id" not in fields


@pytest.mark.parametrize(
    ("field", "prefix", "values"),
    [
        ("model", "", ["gpt-4o", "claude-sonnet-4"]),
        ("model", "CLA", ["claude-sonnet-4"]),
        ("kind", "ge", ["generation", "agent"]),
        ("metadata", "", ["plan"]),
        ("metadata.plan", "p", ["pro"]),
        ("tag", "", ["eu"]),
        ("score", "", ["quality", "csat", "tone"]),
        ("user", "foreign", []),
    ],
)
def test_completion(api: Api, field: str, prefix: str, values: list[str]) -> None:
    assert api.get("/fields/complete", field=field, prefix=prefix)["data"] == values


def test_completion_within_a_range_of_time(api: Api) -> None:
    scored = "2025-11-20T12:00:00Z"
    assert api.get("/fields/complete", field="score", **{"from": scored})["data"] == ["quality", "csat", "tone"]
    assert api.get("/fields/complete", field="score", to=scored)["data"] == []
    assert api.get("/fields/complete", field="model", to="2025-11-01T00:00:00Z")["data"] == []


def test_what_a_filter_means(api: Api) -> None:
    answer = api.get("/filter/parse", filter="user:ada   cost > $0.5")
    assert answer["canonical"] == "user_id:ada cost>0.5"
    assert answer["tree"] == {
        "type": "and",
        "items": [
            {"type": "compare", "field": "user_id", "key": "", "operator": ":", "values": ["ada"]},
            {"type": "compare", "field": "cost", "key": "", "operator": ">", "values": ["0.5"]},
        ],
    }
    assert api.get("/filter/parse", status=400, filter="cost>x")["position"] == 5
