"""Renderings compared: appended context is found whatever its length, and what tells its receivers apart comes first."""

from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.enrich.fingerprint import skeleton
from pellucid_server.prompts.fragments import clusters, difference, fragments, spreads

BASE = "You are the assistant. Answer from the articles. Number the steps.\nThe account is acct-17."
SSO = "This account signs in by a company provider. Keep it to one sentence, and refer to the administrator."
SENTENCES = st.lists(st.from_regex(r"[A-Z][a-z]{5,20}( [a-z]{3,9}){2,5}\.", fullmatch=True), min_size=3, max_size=8, unique=True)


def test_an_appended_fragment_is_all_that_differs() -> None:
    found = difference(BASE, f"{BASE.replace('17', '99')}\n{SSO}", skeleton)
    assert (found.added, found.removed) == ([SSO], [])


def test_a_long_appendix_and_a_long_preface_leave_variants_together() -> None:
    handbook = " ".join(f"Article {letter} explains how to do {letter}." for letter in "abcdefghijklmnopqrstuvwxyz")
    other = "Rewrite the question as a search query. Return keywords only."
    assert clusters([BASE, f"{handbook}\n{BASE}", other, f"{BASE}\n{SSO}", ""], skeleton) == [[0, 1, 3], [2], [4]]


@given(SENTENCES, SENTENCES)
def test_differences_rebuild_the_variant(base: list[str], extra: list[str]) -> None:
    middle = len(base) // 2
    variant = " ".join([*base[:middle], *extra, *base[middle:]])
    found = difference(" ".join(base), variant, skeleton)
    kept = fragments(" ".join(base))
    for text in found.removed:
        for part in fragments(text):
            kept.remove(part)
    assert sorted(kept + [part for text in found.added for part in fragments(text)]) == sorted(fragments(variant))


def test_equal_texts_do_not_differ() -> None:
    assert difference(BASE, BASE.replace("17", "123456"), skeleton).added == []


def test_the_attribute_that_decides_comes_first_and_noise_is_left_out() -> None:
    counts = {
        "auth": {"sso": {"with": 50}, "password": {"without": 50}},
        "tier": {"free": {"with": 40, "without": 20}, "pro": {"with": 10, "without": 30}},
        "country": {"DE": {"with": 25, "without": 25}, "FR": {"with": 25, "without": 25}},
        "request": {f"r{n}": {"with" if n < 20 else "without": 2} for n in range(40)},
        "beta": {"yes": {"with": 10}},
    }
    found = spreads(counts, {"with": 50, "without": 50})
    assert [(spread.attribute, round(spread.strength, 2)) for spread in found] == [("auth", 0.99), ("tier", 0.12), ("beta", 0.1)]
    assert found[2].values[""] == {"with": 40, "without": 50}
    assert spreads(counts, {"with": 100}) == []
