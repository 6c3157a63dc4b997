"""Bradley–Terry: the order is found, the intervals cover, and an unbeaten one stays finite."""

import math

import numpy as np
import pytest

from pellucid_server.stats.duels import Duel, bradley_terry

WORLDS = 2_000


def test_intervals_cover_the_true_strengths() -> None:
    """2,000 worlds, three contestants, 60 duels of each pair."""
    rng = np.random.default_rng(41)
    truth = {"a": 0.6, "b": 0.0, "c": -0.6}
    covered = 0
    pairs = [(first, second) for first in truth for second in truth if first < second] * 60
    chances = np.array([1 / (1 + math.exp(truth[second] - truth[first])) for first, second in pairs])
    for _ in range(WORLDS):
        won = rng.random(len(pairs)) < chances
        found = bradley_terry(
            [Duel(first=first, second=second, won=float(one)) for (first, second), one in zip(pairs, won, strict=True)]
        )
        middle = found["a"]
        assert middle.low is not None
        assert middle.high is not None
        covered += middle.low <= 1 / (1 + math.exp(-truth["a"])) <= middle.high
    assert 0.935 <= covered / WORLDS <= 0.975


def test_the_unbeaten_one_is_first_and_not_certain() -> None:
    found = bradley_terry([Duel(first="new", second="old", won=1.0)] * 10)
    assert list(found) == ["new", "old"]
    assert found["new"].high is not None
    assert found["new"].high < 1.0
    assert found["new"].n == 10


def test_ties_say_nothing() -> None:
    found = bradley_terry([Duel(first="x", second="y", won=0.5)] * 20)
    assert found["x"].value == pytest.approx(0.5)
    assert bradley_terry([]) == {}
