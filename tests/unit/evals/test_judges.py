"""Judges: the form of the answer decides, missing verdicts stay missing, and kin is told."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evals.asking import Asked

from pellucid_server.evals.definition import Definition, read_definition
from pellucid_server.evals.errors import BadEvaluator, NoVerdict
from pellucid_server.evals.gallery.catalogue import GALLERY
from pellucid_server.evals.gallery.judges import JUDGES
from pellucid_server.evals.judges.asking import read_judge
from pellucid_server.evals.judges.families import family_of, is_kin
from pellucid_server.evals.judges.form import average_precision, read_form
from pellucid_server.evals.judges.judging import judge_subject
from pellucid_server.evals.subject import Place, Subject
from pellucid_server.evals.verdict import Verdict
from pellucid_server.llm.errors import ModelAnswerInvalid
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import text_of
from pellucid_server.model.score import ScoreStatus, ScoreTarget
from pellucid_server.model.span import Outcome

RUBRIC: JsonValue = {"kind": "rubric", "dimensions": {"relevance": 0.4, "groundedness": 0.3, "coherence": 0.2, "conciseness": 0.1}}


def test_the_standard_rubric_is_scaled_and_weighted() -> None:
    read = read_form(RUBRIC).read({"reason": "r", "relevance": 5, "groundedness": 3, "coherence": 1, "conciseness": 5})
    assert read.value == pytest.approx(0.4 * 1 + 0.3 * 0.5 + 0.2 * 0 + 0.1 * 1)
    assert read.parts["groundedness"] == 0.5


def test_a_missing_dimension_is_no_three_unless_one_wants_it() -> None:
    answer: JsonValue = {"reason": "r", "relevance": 5, "groundedness": 5, "coherence": 5}
    with pytest.raises(NoVerdict):
        read_form(RUBRIC).read(answer)
    assert isinstance(RUBRIC, dict)
    assert read_form({**RUBRIC, "missing_is_middle": True}).read(answer).value == pytest.approx(0.95)


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ({"kind": "boolean"}, {"verdict": "yes"}),
        ({"kind": "boolean"}, "true"),
        ({"kind": "number", "min": 1, "max": 5}, {"score": 7}),
        ({"kind": "number", "min": 1, "max": 5}, {"score": True}),
        ({"kind": "number", "min": 1, "max": 5}, {"score": None}),
        ({"kind": "choice", "choices": ["good", "bad"]}, {"verdict": "fine"}),
        ({"kind": "items"}, {"items": []}),
        ({"kind": "items"}, {"items": [{"statement": "x"}]}),
    ],
)
def test_answers_without_a_verdict(form: JsonValue, answer: JsonValue) -> None:
    with pytest.raises(NoVerdict):
        read_form(form).read(answer)


@given(st.lists(st.booleans(), min_size=1, max_size=20))
def test_average_precision_is_highest_with_the_useful_ones_first(verdicts: list[bool]) -> None:
    best = average_precision(sorted(verdicts, reverse=True))
    assert 0 <= average_precision(verdicts) <= best
    assert best == (1.0 if any(verdicts) else 0.0)


def test_average_precision_of_ragas_own_example() -> None:
    assert average_precision([False, True]) == pytest.approx(0.5)
    assert average_precision([True, False, True]) == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o-mini", "openai"), ("o3", "openai"), ("claude-haiku-4-5", "anthropic"), ("models/gemini-2.5-flash", "google"),
        ("meta-llama/Llama-3-8b", "meta"), ("us.anthropic.claude-3", "anthropic"), ("qwen2.5", "alibaba"), ("my-model", ""),
    ],
)  # fmt: skip
def test_families(model: str, family: str) -> None:
    assert family_of(model) == family


def test_kin() -> None:
    assert is_kin("gpt-4o", ("claude-haiku-4-5", "gpt-4o-mini"))
    assert not is_kin("claude-haiku-4-5", ("gpt-4o-mini",))
    assert not is_kin("my-model", ("my-model",))


@pytest.mark.parametrize("entry", GALLERY, ids=lambda entry: entry.key)
def test_every_entry_of_the_gallery_is_usable(entry: Any) -> None:
    definition = read_definition(dict(entry.definition))
    if definition.kind == "judge":
        definition = read_definition({**entry.definition, "body": {**entry.definition["body"], "connection": "sim"}})
        assert read_judge(definition).form.schema


# --- a judge at work


def definition(**body: JsonValue) -> Definition:
    entry = next(entry for entry in JUDGES if entry.key == "helpfulness")
    plain = dict(entry.definition)
    assert isinstance(plain["body"], dict)
    return read_definition({**plain, "body": {**plain["body"], "connection": "sim", **body}})


SUBJECT = Subject(
    place=Place(target=ScoreTarget.SPAN, trace_id="a" * 32, span_id="b" * 16),
    value={"input": "Where is my key?", "output": "Under {{question}} the mat.", "context": ""},
    models=("gpt-4o-mini",),
)


def judged(asked: Asked, **body: JsonValue) -> Sequence[Verdict]:
    made = definition(**body)
    return asyncio.run(judge_subject("e1", made, read_judge(made), SUBJECT, asked))


def test_a_verdict_carries_its_cost_its_trace_and_its_kin() -> None:
    asked = Asked({"reason": "It helps.", "verdict": True})
    (verdict,) = judged(asked)
    assert (verdict.value, verdict.comment, verdict.cost, verdict.trace_id) == (True, "It helps.", 0.002, "c" * 32)
    assert verdict.metadata == {"same_family": True, "length": len("Under {{question}} the mat.")}
    text = text_of(asked.requests[0].messages)
    assert "<question>\nWhere is my key?\n</question>" in text
    assert "{{question}} the mat" in text  # what stands in a value is never filled in


def test_repeats_are_averaged_and_a_tie_is_no_verdict() -> None:
    three: list[JsonValue] = [{"reason": "", "verdict": said} for said in (True, False, True)]
    assert judged(Asked(*three), repeats=3)[0].value is True
    (tie,) = judged(Asked({"reason": "", "verdict": True}, {"reason": "", "verdict": False}), repeats=2)
    assert (tie.value, tie.status, tie.cost) == (None, ScoreStatus.INVALID, 0.004)


def test_what_is_no_verdict_is_never_a_number() -> None:
    for asked in (Asked(ModelAnswerInvalid("is not JSON")), Asked({"reason": "?", "verdict": None})):
        (verdict,) = judged(asked)
        assert (verdict.value, verdict.status) == (None, ScoreStatus.INVALID)
        assert verdict.comment
    (refused,) = judged(Asked(None, outcome=Outcome.REFUSED))
    assert (refused.value, refused.status) == (None, ScoreStatus.REFUSED)


def test_nothing_to_judge_costs_nothing() -> None:
    asked = Asked()
    made = definition()
    empty = Subject(place=SUBJECT.place, value={"input": "x"}, models=())
    (verdict,) = asyncio.run(judge_subject("e1", made, read_judge(made), empty, asked))
    assert (verdict.status, asked.requests) == (ScoreStatus.INVALID, [])
    assert "finds nothing" in verdict.comment


@pytest.mark.parametrize(
    "body",
    [
        {"connection": ""},
        {"messages": []},
        {"messages": [{"role": "user", "content": "{{unknown}}"}]},
        {"repeats": 0},
        {"form": {"kind": "number", "min": 2, "max": 1}},
        {"form": {"kind": "choice", "choices": ["one"]}},
        {"form": {"kind": "rubric", "dimensions": {"x": 0}}},
    ],
)
def test_judges_that_mean_nothing_are_refused(body: dict[str, JsonValue]) -> None:
    with pytest.raises(BadEvaluator):
        read_judge(definition(**body))
