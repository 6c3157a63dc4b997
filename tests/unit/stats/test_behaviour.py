"""Behaviour: how often the same model is called another one, and that another one is told from few answers."""

import random
from collections.abc import Sequence

import numpy as np
import pytest

from pellucid_server.stats.behaviour import FEWEST_PROMPTS, behaviour, permutations_for, refused_more

WORDS = (
    "open", "settings", "choose", "reset", "password", "follow", "link", "mail", "sign", "again", "device", "owner", "workspace",
    "arrive", "minutes", "waiting", "invoice", "seat", "plan", "export",
)  # fmt: skip
PROMPTS = 8


def guide(rng: random.Random, prompt: int) -> str:
    """Numbered steps, with a choice of words."""
    steps = [" ".join(rng.choices(WORDS, k=8)) for _ in range(3)]
    return f"About {WORDS[prompt]}: " + " ".join(f"{number}. {step}." for number, step in enumerate(steps, 1))


def terse(rng: random.Random, prompt: int) -> str:
    """One sentence."""
    return f"{WORDS[prompt]} is done by {' '.join(rng.choices(WORDS, k=5))}"


def answers(write: object, rng: random.Random, repeats: int = 3) -> Sequence[Sequence[str]]:
    assert callable(write)
    return [[write(rng, prompt) for _ in range(repeats)] for prompt in range(PROMPTS)]


def test_a_model_that_answers_as_before_is_called_another_one_as_often_as_the_level_says() -> None:
    rng, drawn, below = random.Random(1), np.random.default_rng(1), 0
    for _ in range(20):
        found = behaviour(answers(guide, rng), answers(guide, rng), drawn, level=0.05)
        assert found is not None
        below += found.p <= 0.05
    assert below <= 5  # one is expected; more than five would be one case in three thousand


def test_another_style_is_told_with_a_distance_that_excludes_none() -> None:
    rng = random.Random(2)
    found = behaviour(answers(guide, rng), answers(terse, rng), np.random.default_rng(2), level=0.001)
    assert found is not None
    assert found.p <= 0.001
    assert found.distance.low is not None
    assert found.distance.low > 0.05
    assert (found.distance.n, found.answers) == (PROMPTS, 3 * PROMPTS)
    assert found.exact is not None
    assert found.exact.value == 0
    assert found.length is not None
    assert found.length.high is not None
    assert found.length.high < 0


def test_equal_answers_have_no_distance_also_where_they_are_empty() -> None:
    same = [["", ""], ["yes", "yes"], ["1. open it", "1. open it"], ["no", "no"]]
    found = behaviour(same, same, np.random.default_rng(3), level=0.01)
    assert found is not None
    assert found.distance.value == pytest.approx(0.0)
    assert found.p == 1.0
    assert found.exact is not None
    assert found.exact.value == 1.0


def test_too_few_prompts_say_nothing() -> None:
    few = [["a", "b"]] * (FEWEST_PROMPTS - 1)
    assert behaviour(few, few, np.random.default_rng(4), level=0.01) is None
    assert behaviour([*few, ["a"]], [*few, ["a"]], np.random.default_rng(4), level=0.01) is None


def test_p_can_be_below_the_level_and_refusals_are_a_difference_of_shares() -> None:
    for level in (0.01, 0.001, 0.0005):
        assert 1 / (1 + permutations_for(level)) < level
    more = refused_more((0, 30), (15, 30))
    assert more is not None
    assert more.low is not None
    assert more.low > 0
