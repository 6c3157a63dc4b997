"""Sampling: a place is drawn by its id alone, as often as its probability says, and settings that mean nothing are refused."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.evals.errors import BadSampling
from pellucid_server.evals.sampling import DEFAULT_SAMPLING, draw, read_sampling
from pellucid_server.model.json import JsonValue


def test_the_share_is_the_probability_and_the_same_are_drawn_again() -> None:
    keys = [f"span:{number}" for number in range(20_000)]
    for probability in (0.05, 0.5):
        drawn = sum(draw("evaluator", key) < probability for key in keys)
        assert abs(drawn / len(keys) - probability) < 4 * math.sqrt(probability * (1 - probability) / len(keys))
    assert [draw("a", key) for key in keys[:10]] == [draw("a", key) for key in keys[:10]]
    both = sum(draw("a", key) < 0.5 and draw("b", key) < 0.5 for key in keys)
    assert abs(both / len(keys) - 0.25) < 0.015  # two evaluators draw independently


@given(st.text(), st.text())
def test_a_draw_is_in_its_range(seed: str, key: str) -> None:
    assert 0 <= draw(seed, key) < 1


def test_reading_what_was_written_gives_the_same() -> None:
    sampling = read_sampling(dict(DEFAULT_SAMPLING))
    assert read_sampling(sampling.as_json()) == sampling
    assert sampling.default == 0.1


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"default": 0},
        {"default": 1.5},
        {"default": True},
        {"strata": [{"name": "x", "filter": "", "probability": 1}]},
        {"strata": [{"name": "x", "filter": "outcome:error", "probability": 0}]},
        {"strata": [{}] * 11},
    ],
)
def test_samplings_that_mean_nothing(value: JsonValue) -> None:
    with pytest.raises(BadSampling):
        read_sampling(value)
