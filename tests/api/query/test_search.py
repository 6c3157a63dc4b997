"""Search: words and pieces, marked where they stand."""

import pytest
from tests.api.query.conftest import Api
from tests.api.query.story import TRACES, ids
from tests.store.spans.tables import trace_id


def found(api: Api, q: str, **more: object) -> list[str]:
    return [hit["trace_id"] for hit in api.get("/search", q=q, **more)["data"]]


@pytest.mark.parametrize(
    ("q", "more", "names"),
    [
        ("CAFE", {}, "epsilon delta gamma beta alpha"),
        ("order gamma", {}, "gamma"),
        ('"café order"', {}, "epsilon delta gamma beta alpha"),
        ('"order café"', {}, ""),
        ("order", {"filter": "user:bob"}, "delta beta"),
        ("order", {"filter": "user:bob kind:generation"}, "delta beta"),
        ("chat about", {"filter": "kind:agent", "limit": 2}, "epsilon delta"),
        ("order", {"to": "2025-11-20T12:10:00Z"}, "alpha"),
        ("abroad", {}, ""),
    ],
)
def test_words(api: Api, q: str, more: dict[str, object], names: str) -> None:
    assert found(api, q, **more) == ids(*names.split())


def test_places_are_marked(api: Api) -> None:
    hit = api.get("/search", q="cafe lookup", filter="name:chat", limit=1)["data"]
    assert hit == []
    (hit,) = api.get("/search", q="cafe where", filter="name:chat", limit=1)["data"]
    assert (hit["trace_id"], hit["name"], hit["kind"]) == (trace_id("epsilon"), "chat", "generation")
    (snippet,) = hit["snippets"]
    assert snippet["field"] == "messages_in.1"
    assert [snippet["text"][start:end] for start, end in snippet["ranges"]] == ["Where", "café"]


def test_pages_of_words(api: Api) -> None:
    first = api.get("/search", q="order", limit=2)
    rest = api.get("/search", q="order", limit=10, cursor=first["next_cursor"])
    assert [hit["trace_id"] for hit in first["data"] + rest["data"]] == ids(*reversed(TRACES))
    assert rest["next_cursor"] is None


def test_a_piece_of_text_says_what_was_read(api: Api) -> None:
    answer = api.get("/search", q="AFÉ ord", mode="substring", filter="name:chat")
    assert [hit["trace_id"] for hit in answer["data"]] == ids(*reversed(TRACES))
    (snippet,) = answer["data"][0]["snippets"]
    assert [snippet["text"][start:end] for start, end in snippet["ranges"]] == ["afé ord"]
    assert (answer["scanned"]["spans"], answer["scanned"]["complete"]) == (10, True)
    assert answer["scanned"]["bytes"] > 200


def test_nothing_to_search_for(api: Api) -> None:
    assert api.get("/search", status=400, q="...")["code"] == "bad_request"
