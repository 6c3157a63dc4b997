"""Printing a tree and reading the text gives the same tree, whatever is in it; reading any text gives a tree or a `BadFilter`."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.unit.filters.vocabularies import VOCABULARY

from pellucid_server.core.clock import DAY, HOUR, MINUTE, SECOND
from pellucid_server.core.errors import BadFilter
from pellucid_server.filters.printer import show
from pellucid_server.filters.syntax import parse
from pellucid_server.filters.text import tokens
from pellucid_server.filters.tree import (
    Ago,
    Boolean,
    Compare,
    FieldRef,
    Filter,
    Has,
    Instant,
    Number,
    Operator,
    Pattern,
    Text,
    Words,
    all_of,
    any_of,
    negate,
    one_of,
)

ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["OR", "AND", "a b", 'say "x"', "a:b", "-x", "*", "gpt-4*", "\\", "(", "a,b", "a\nb", "1", "2s", "has", ">=3", "退款"]
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=64, min_value=-1e12, max_value=1e12) | st.integers(-10, 10**9).map(
    float
)
OPERATORS = st.sampled_from(Operator)


def plain(name: str) -> FieldRef:
    return FieldRef(name=name)


def whole(width: int) -> st.SearchStrategy[Instant]:
    # 1900 to 2298: what the language takes
    return st.integers(-2_208_988_800, 10_350_000_000).map(lambda second: Instant(second * SECOND // width * width, width))


MOMENTS = st.one_of(whole(DAY), whole(MINUTE), whole(SECOND), whole(1)) | st.builds(
    Ago, st.sampled_from([SECOND, MINUTE, HOUR, DAY]).flatmap(lambda unit: st.integers(0, 900).map(lambda count: count * unit))
)
STRINGS = st.builds(Text, ANY_TEXT) | st.lists(ANY_TEXT, min_size=2, max_size=4).map(lambda pieces: Pattern(tuple(pieces)))
KEYED = st.builds(
    FieldRef, name=st.just("metadata"), key=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
)
SCORES = st.builds(FieldRef, name=st.just("score"), key=st.sampled_from(["quality", "a b", "x/y", "tone-of.voice"]))
STRING_FIELDS = st.sampled_from([plain("model"), plain("user_id"), plain("tags")]) | KEYED

TERMS: st.SearchStrategy[Filter] = st.one_of(
    st.builds(Compare, field=STRING_FIELDS, value=STRINGS),
    st.builds(
        Compare,
        field=st.sampled_from([plain("cost"), plain("duration"), plain("tokens")]),
        operator=OPERATORS,
        value=NUMBERS.map(Number),
    ),
    st.builds(Compare, field=SCORES, operator=OPERATORS, value=NUMBERS.map(Number)),
    st.builds(Compare, field=SCORES, value=STRINGS),
    st.builds(Compare, field=st.just(plain("start_time")), operator=OPERATORS, value=MOMENTS),
    st.builds(Compare, field=st.just(plain("is_root")), value=st.builds(Boolean, st.booleans())),
    st.builds(Compare, field=st.just(plain("kind")), value=st.sampled_from(["generation", "tool"]).map(Text)),
    st.builds(one_of, STRING_FIELDS, st.lists(STRINGS, min_size=1, max_size=3)),
    st.builds(Has, st.sampled_from([plain("cost"), plain("tags")]) | KEYED),
    st.builds(Words, ANY_TEXT.filter(tokens), st.booleans()),
)
FILTERS = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(all_of), st.lists(inner, min_size=2, max_size=4).map(any_of), inner.map(negate)
    ),
    max_leaves=12,
)


@given(FILTERS)
def test_printed_and_read_is_the_same(tree: Filter) -> None:
    assert parse(show(tree, VOCABULARY), VOCABULARY) == tree


SNIPPETS = ["a", ":", '"', "(", ")", "-", ",", "OR", "*", "\\", ">", "=", "cost", "kind", "1", "has", ".", " "]


@given(st.text(max_size=60) | st.lists(st.sampled_from(SNIPPETS), max_size=14).map("".join))
@example("(" * 2_000 + "a" + ")" * 2_000)
def test_any_text_is_a_filter_or_a_pointed_error(text: str) -> None:
    try:
        tree = parse(text, VOCABULARY)
    except BadFilter as error:
        position = error.details["position"]
    else:
        assert parse(show(tree, VOCABULARY), VOCABULARY) == tree
        return
    assert isinstance(position, int)
    assert 0 <= position <= len(text)


@pytest.mark.parametrize("text", ["-(b " * 40 + "a" + ")" * 40, "-" * 4_000 + "a", "a " * 400, "x" * 5_000, "(" * 4_000])
def test_what_is_too_much_is_refused(text: str) -> None:
    with pytest.raises(BadFilter):
        parse(text, VOCABULARY)
