"""Topics of what is asked: those that cases speak of are told from those that they do not, and texts that say the same are found."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.stats.coverage import coverage, near_doubles

WORDS = {
    "billing": ["invoice", "payment", "refund", "charge", "card", "subscription", "plan", "price", "receipt", "tax"],
    "sign-in": ["password", "login", "okta", "single", "sign-on", "account", "locked", "reset", "code", "authenticator"],
    "boards": ["board", "column", "drag", "task", "swimlane", "archive", "template", "label", "card", "colour"],
}


def texts(topic: str, count: int, seed: int) -> list[str]:
    rng = random.Random(seed)
    return [f"How do I {' '.join(rng.sample(WORDS[topic], 4))}?" for _ in range(count)]


def asked(seed: int) -> list[str]:
    return [*texts("billing", 90, seed), *texts("sign-in", 60, seed + 1), *texts("boards", 30, seed + 2)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cases_of_one_topic_cover_its_share_of_production_and_no_more(seed: int) -> None:
    """Ninety of 180 questions are about billing; with ten topics at most, its clusters may lose a few texts to others."""
    found = coverage(asked(seed), texts("billing", 60, seed + 10))
    assert found is not None
    assert found.covered.n == 180
    assert found.covered.value == pytest.approx(0.5, abs=0.1)
    uncovered = {word for topic in found.topics if not topic.cases for word in topic.words}
    assert uncovered & set(WORDS["sign-in"])
    assert uncovered & set(WORDS["boards"])


def test_cases_of_all_topics_cover_nearly_all_and_strangers_are_strays() -> None:
    every = [*texts("billing", 40, 5), *texts("sign-in", 40, 6), *texts("boards", 40, 7)]
    found = coverage(asked(4), every)
    assert found is not None
    assert found.covered.value > 0.9
    assert sum(topic.cases for topic in found.topics) + found.strays == len(every)
    strange = coverage(asked(4), ["Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich"] * 8)
    assert strange is not None
    assert (strange.strays, strange.covered.value) == (8, 0.0)


def test_the_same_texts_give_the_same_topics_and_too_few_give_none() -> None:
    assert coverage(asked(1), texts("boards", 5, 9)) == coverage(asked(1), texts("boards", 5, 9))
    assert coverage(asked(1)[:29], []) is None
    alone = coverage(["the same question"] * 40, ["the same question"])
    assert alone is not None
    assert sum(round(topic.asked.value * 40) for topic in alone.topics) == 40
    empty = coverage(asked(2), [])
    assert empty is not None
    assert (empty.covered.value, empty.strays) == (0.0, 0)


def test_texts_that_say_the_same_are_pairs_whatever_their_case_and_spaces() -> None:
    said = [
        "How can I reset the password of my account?",
        "how can i  RESET the password of my account",
        "How can I reset the password of my account please?",
        "Where is the invoice of last month?",
        "",
        "Hi",
        "hi!",
    ]
    assert near_doubles(said) == [(0, 1), (0, 2), (1, 2), (5, 6)]


@given(st.lists(st.text(max_size=40), max_size=30))
def test_pairs_are_ordered_places_and_equal_texts_are_always_among_them(said: list[str]) -> None:
    pairs = near_doubles(said)
    assert all(0 <= one < other < len(said) for one, other in pairs)
    words = [" ".join(text.casefold().split()) for text in said]
    spoken = [place for place, text in enumerate(words) if any(mark.isalnum() for mark in text)]
    assert all((one, other) in pairs for one in spoken for other in spoken if one < other and words[one] == words[other])
