"""Snippets: what was searched for is marked where it stands in the text as it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.filters.text import tokens
from pellucid_server.query.snippets import AROUND, piece_finder, snippets, word_finder


def marked(content: dict[str, object], query: str, *, piece: bool = False) -> list[list[str]]:
    find = piece_finder(query) if piece else word_finder(query)
    return [[found.text[a:b] for a, b in found.ranges] for found in snippets(content, find)]  # type: ignore[arg-type]  # JSON


@pytest.mark.parametrize(
    ("text", "query", "places"),
    [
        ("Where is my Café order?", "cafe ORDER", ["Café", "order"]),
        ("请退款吧", "退款", ["退", "款"]),
        ("don't stop", "don", ["don"]),
        ("CAFE\u0301 noir", "café", ["CAFE\u0301"]),
        ("Straße 5", "strasse", ["Straße"]),
    ],
)
def test_words(text: str, query: str, places: list[str]) -> None:
    assert marked({"output": text}, query) == [places]


@pytest.mark.parametrize(
    ("text", "query", "places"),
    [
        ("Order #17-a", "r #17-A", ["r #17-a"]),
        ("aXbxc", "x", ["X", "x"]),
        ("Café Größe", "fe gro", ["fé Grö"]),
        ("请退款吧", "退款", ["退款"]),
    ],
)
def test_pieces(text: str, query: str, places: list[str]) -> None:
    assert marked({"output": text}, query, piece=True) == [places]


def test_every_part_of_a_span_is_searched() -> None:
    call = {"type": "tool_call", "name": "lookup", "arguments": {"id": "needle"}}
    content = {
        "messages_in": [{"role": "user", "parts": [{"type": "text", "text": "needle"}]}],
        "messages_out": [{"role": "assistant", "parts": [call, {"type": "tool_result", "result": ["needle"]}]}],
        "documents": [{"content": None}, {"content": "a needle"}],
    }
    fields = [found.field for found in snippets(content, word_finder("needle"))]
    assert fields == ["messages_out.0", "messages_out.0", "messages_in.0"]
    assert [found.field for found in snippets({"documents": content["documents"]}, word_finder("needle"))] == ["documents.1"]


def test_a_long_text_is_cut_around_the_first_place() -> None:
    (found,) = snippets({"input": "x " * 5_000 + "needle" + " y" * 5_000}, word_finder("needle"))
    assert len(found.text) == len("needle") + 2 * AROUND
    assert [found.text[a:b] for a, b in found.ranges] == ["needle"]


TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)


@given(TEXTS)
def test_every_word_of_a_text_is_found_in_it(text: str) -> None:
    for word in tokens(text):
        for found in snippets({"output": text}, word_finder(word)):
            assert all(word in tokens(found.text[a:b]) for a, b in found.ranges)


@given(TEXTS, TEXTS)
def test_ranges_lie_within_the_snippet(text: str, query: str) -> None:
    for find in (word_finder(query), piece_finder(query)):
        for found in snippets({"output": text}, find):
            assert all(0 <= a < b <= len(found.text) for a, b in found.ranges)
