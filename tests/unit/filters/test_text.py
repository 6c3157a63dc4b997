"""Folding: what a person would call the same word is the same token, and the engine's tokenizer agrees with ours."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid_server.filters.text import fold, phrase, tokens
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver, connect_embedded
from pellucid_server.store.spans.drivers.port import Statement

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    path: Path = tmp_path_factory.mktemp("engine")
    driver = connect_embedded(str(path))
    yield driver
    driver.close()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Refund POLICY", ("refund", "policy")),
        ("don't foo_bar a.b@c.de", ("don", "t", "foo", "bar", "a", "b", "c", "de")),
        ("Café naïve Ångström", ("cafe", "naive", "angstrom")),
        ("Straße ﬁne", ("strasse", "fine")),
        ("“Refund”… ¡now!", ("refund", "now")),
        ("退款政策", ("退", "款", "政", "策")),
        ("がく と かく", ("が", "く", "と", "か")),
        ("환불을", ("환", "불", "을")),
        ("Привет, Ёлка", ("привет", "елка")),
        ("ＦＵＬＬ　ｗｉｄｔｈ", ("full", "width")),
        ("हिन्दी", ("हिनदी",)),
        ("😀 smile 👩\u200d🚀", ("smile",)),
        ("the the The", ("the",)),
        ("  ", ()),
    ],
)
def test_words(text: str, expected: tuple[str, ...]) -> None:
    assert tokens(text) == expected


@given(TEXTS)
def test_folding_twice_finds_the_same_words(text: str) -> None:
    assert tokens(fold(text)) == tokens(text)


@given(TEXTS)
def test_case_does_not_matter(text: str) -> None:
    assert tokens(text.casefold()) == tokens(text)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(TEXTS, min_size=1, max_size=30))
def test_the_engine_cuts_folded_text_where_we_do(engine: ClickHouseDriver, texts: list[str]) -> None:
    statement = Statement(
        sql="SELECT arrayMap(text -> arrayDistinct(tokens(text, 'splitByNonAlpha')), {p0:Array(String)})",
        parameters={"p0": [fold(text) for text in texts]},
    )
    assert [tuple(words) for words in engine.query(statement).rows[0][0]] == [tokens(text) for text in texts]


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("refund policy", "The Refund\n  policy.", True),
        ("refund policy", "refund and policy", False),
        ("bye bye", "Bye, bye!", True),
        ("bye bye", "bye", False),
        ("退款", "请退款吧", True),
        ("款退", "请退款吧", False),
        ("crème brûlée", "Creme-Brulee", True),
    ],
)
def test_phrases(engine: ClickHouseDriver, query: str, text: str, found: bool) -> None:
    statement = Statement(
        sql="SELECT hasPhrase(materialize({p0:String}), {p1:String})", parameters={"p0": fold(text), "p1": phrase(query)}
    )
    assert bool(engine.query(statement).rows[0][0]) is found
