"""The rules under the simulator: tokens, chance, swaps, limits, schemas, rewriting, time."""

import time
from datetime import UTC, datetime, timedelta

import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai import OpenAI

from pellucid_demo.simulator import SUCCESSORS, Fault, Settings, Swap
from pellucid_demo.simulator.catalogue import version_of
from pellucid_demo.simulator.chance import bell, chance, choose_weighted
from pellucid_demo.simulator.faults import RequestLimit
from pellucid_demo.simulator.mind.rewriting import paraphrase, without_contradictions
from pellucid_demo.simulator.mind.shaping import fill
from pellucid_demo.simulator.tokens import count, pieces, truncate

HELLO = [{"role": "user", "content": "How do I train a horse?"}]


@given(st.text(max_size=200))
def test_pieces_joined_are_the_text(text: str):
    assert "".join(pieces(text)) == text


@given(st.text(max_size=200), st.integers(min_value=0, max_value=60))
def test_a_truncated_text_is_a_beginning_within_the_limit(text: str, limit: int):
    cut = truncate(text, limit)
    assert text.startswith(cut)
    assert count(cut) <= limit


def test_tokens_follow_the_stated_rule():
    assert count("Download the invoice, please.") == 2 + 1 + 2 + 1 + 2 + 1
    assert count("") == 0


def test_chance_is_uniform_normal_and_weighted():
    uniform = [chance("seed", number) for number in range(4_000)]
    assert sum(uniform) / 4_000 == pytest.approx(0.5, abs=0.02)
    normal = [bell("seed", number) for number in range(4_000)]
    assert sum(value * value for value in normal) / 4_000 == pytest.approx(1.0, abs=0.1)
    picked = [choose_weighted({"rare": 1, "never": 0, "usual": 3}, number) for number in range(4_000)]
    assert picked.count("rare") / 4_000 == pytest.approx(0.25, abs=0.03)
    assert "never" not in picked


def test_a_swap_changes_version_fingerprint_and_style_at_its_date(start_simulator):
    since = datetime(2026, 3, 1, tzinfo=UTC)
    url = start_simulator(Settings(seed=1, latency=0, swaps=(Swap(alias="gpt-4o", since=since, version=SUCCESSORS["gpt-4o"]),)))
    document = '<document id="a-1" title="Train a horse">Be calm. Be patient. Reward it.</document>'
    messages = [
        {"role": "system", "content": "Cite the article."},
        {"role": "user", "content": f"{document}\nQuestion: {HELLO[0]['content']}"},
    ]
    with OpenAI(base_url=f"{url}/v1", api_key="sk-test") as client:
        before, after = (
            client.chat.completions.create(
                model="gpt-4o", messages=messages, extra_headers={"x-simulated-time": (since + shift).isoformat()}
            )
            for shift in (-timedelta(seconds=1), timedelta(seconds=1))
        )
    assert (before.model, after.model) == ("gpt-4o-2024-08-06", "gpt-4o-2024-11-20")
    assert before.system_fingerprint != after.system_fingerprint
    assert "1. Be calm." in before.choices[0].message.content
    assert "1." not in after.choices[0].message.content


def test_a_dated_name_answers_as_itself():
    assert version_of("gpt-4o-2024-08-06", datetime.now(UTC)).name == "gpt-4o-2024-08-06"
    assert version_of("claude-opus-9", datetime.now(UTC)).name == "claude-opus-9"
    assert version_of("unheard-of", datetime.now(UTC)) is None


def test_requests_above_the_limit_are_told_to_wait(start_simulator):
    url = start_simulator(Settings(latency=0, requests_per_minute=2))
    with OpenAI(base_url=f"{url}/v1", api_key="sk-test", max_retries=0) as client:
        for _ in range(2):
            client.chat.completions.create(model="gpt-4o", messages=HELLO)
        with pytest.raises(openai.RateLimitError) as caught:
            client.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert 0 < int(caught.value.response.headers["retry-after"]) <= 60


def test_the_limit_slides():
    limit = RequestLimit(per_minute=1)
    assert limit.admit(0.0) is None
    assert limit.admit(20.0) == pytest.approx(40.0)
    assert limit.admit(61.0) is None


def test_fault_rates_strike_by_seed(start_simulator):
    url = start_simulator(Settings(seed=3, latency=0, fault_rates={Fault.SERVER_ERROR: 0.3}))
    failed = 0
    with OpenAI(base_url=f"{url}/v1", api_key="sk-test", max_retries=0) as client:
        for number in range(100):
            try:
                client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": f"Hello {number}"}])
            except openai.InternalServerError:
                failed += 1
    assert 12 <= failed <= 50


def test_a_temperature_makes_repetitions_differ_and_a_seed_forbids_it(start_simulator):
    url = start_simulator(Settings(latency=0))
    with OpenAI(base_url=f"{url}/v1", api_key="sk-test") as client:

        def texts(**more) -> set[str]:
            return {
                client.chat.completions.create(model="gpt-4o", messages=HELLO, **more).choices[0].message.content for _ in range(12)
            }

        assert len(texts(temperature=0.0)) == 1
        assert len(texts(temperature=0.8, seed=5)) == 1
        assert len(texts(temperature=0.8)) > 1


def test_latency_is_slept_and_the_first_token_comes_before_the_last(start_simulator):
    url = start_simulator(Settings(latency=0.5))
    with OpenAI(base_url=f"{url}/v1", api_key="sk-test") as client:
        started = time.monotonic()
        stream = client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True)
        next(iter(stream))
        first = time.monotonic() - started
        list(stream)
        total = time.monotonic() - started
    assert 0.05 < first < total


@given(st.sampled_from(["one", "two three", "A sentence. Another one."]), st.integers())
def test_a_filled_value_has_the_shape_of_its_schema(text: str, seed: int):
    schema = {
        "type": "object",
        "properties": {
            "name": {"anyOf": [{"type": "string", "maxLength": 5}, {"type": "null"}]},
            "level": {"$ref": "#/$defs/Level"},
            "share": {"type": "number", "minimum": 0, "maximum": 1},
            "parts": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        },
        "$defs": {"Level": {"enum": ["low", "high"]}},
    }
    value = fill(schema, text, str(seed))
    assert len(value["name"]) <= 5
    assert value["level"] in ("low", "high")
    assert 0 <= value["share"] <= 1
    assert [type(part) for part in value["parts"]] == [int, int]


def test_the_rewriter_says_it_another_way_and_mends_prompts(start_simulator):
    assert paraphrase("How do I change my e-mail?", "seed") != "How do I change my e-mail?"
    prompt = "Give the exact steps. Keep the reply to one sentence. Refer them to their administrator for anything."
    assert without_contradictions(prompt) == "Give the exact steps."
    url = start_simulator(Settings(latency=0))
    with OpenAI(base_url=f"{url}/v1", api_key="sk-test") as client:
        asked = "Rewrite the question as a search query.\nQuestion: How do I change the e-mail of my account?"
        answered = client.chat.completions.create(model="gpt-4o-mini", messages=[{"role": "user", "content": asked}])
    assert answered.choices[0].message.content == "change e mail account"
