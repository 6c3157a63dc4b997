"""The simulator as judge: it reads the usual prompt shapes, and errs as often as it says."""

import json
from collections import Counter

import pytest
from openai import OpenAI
from pydantic import BaseModel, Field

from pellucid_demo.simulator import JudgeRates
from pellucid_demo.simulator.conversation import Dialect, Request, Turn
from pellucid_demo.simulator.mind.judging import case_of, verdict
from pellucid_demo.simulator.mind.quality import assess

QUESTION = "How do I download an invoice as PDF?"
CONTEXT = "Open Settings and choose Billing. Select the invoice in the list. Choose Download as PDF to save it."
GOOD = "1. Open Settings and choose Billing.\n2. Select the invoice in the list.\n3. Choose Download as PDF to save the invoice."
BAD = "For download of an invoice, please contact your administrator."


def prompt(answer: str, number: int = 0) -> str:
    return (
        "You are an impartial judge. Evaluate the response of a support assistant.\n"
        'Return JSON: {"verdict": "good|bad", "score": <1-5>, "reason": "..."}\n\n'
        f"Question: {QUESTION} (case {number})\nContext: {CONTEXT}\nResponse: {answer}"
    )


def judged(answer: str, number: int, rates: JudgeRates, seed: str) -> dict:
    request = Request(dialect=Dialect.CHAT, model="gpt-4o", turns=(Turn(role="user", text=prompt(answer, number)),))
    case = case_of(request)
    assert case is not None
    return verdict(case, None, rates, seed)


def test_the_yardstick_tells_help_from_deflection():
    good = assess(question=QUESTION, answer=GOOD, context=CONTEXT)
    bad = assess(question=QUESTION, answer=BAD, context=CONTEXT)
    assert good.good
    assert not bad.good
    assert good.overall > 0.8 > 0.5 > bad.overall
    assert not assess(question=QUESTION, answer="", context=CONTEXT).good


@pytest.mark.parametrize("rates", [JudgeRates(), JudgeRates(sensitivity=0.7, specificity=0.8)])
def test_sensitivity_and_specificity_are_as_stated(rates: JudgeRates):
    cases = 2_000
    bad_found = sum(judged(BAD, number, rates, "seed")["verdict"] == "bad" for number in range(cases))
    good_found = sum(judged(GOOD, number, rates, "seed")["verdict"] == "good" for number in range(cases))
    # Four standard errors of a share over 2,000 draws are below 0.042.
    assert bad_found / cases == pytest.approx(rates.sensitivity, abs=0.042)
    assert good_found / cases == pytest.approx(rates.specificity, abs=0.042)


def test_verdicts_are_the_same_for_the_same_seed_and_differ_between_seeds():
    first, again, other = (
        [judged(BAD, number, JudgeRates(), seed)["verdict"] for number in range(200)] for seed in ("a", "a", "b")
    )
    assert first == again
    assert first != other


def test_score_and_verdict_of_one_judgement_agree():
    for number in range(200):
        one = judged(GOOD, number, JudgeRates(), "seed")
        assert one["score"] in range(1, 6)
        assert (one["score"] >= 3) == (one["verdict"] == "good")


class Rubric(BaseModel):
    relevance: int = Field(ge=1, le=5)
    groundedness: int = Field(ge=1, le=5)
    coherence: int = Field(ge=1, le=5)
    conciseness: int = Field(ge=1, le=5)
    reason: str


def test_a_rubric_comes_back_as_the_schema_asks(openai_client: OpenAI):
    sums: Counter[str] = Counter()
    for number in range(40):
        for name, answer in (("good", GOOD), ("bad", BAD)):
            answered = openai_client.chat.completions.parse(
                model="gpt-4o-mini",
                messages=[{"role": "user", "content": prompt(answer, number)}],
                response_format=Rubric,
            )
            sums[name] += answered.choices[0].message.parsed.groundedness
    assert sums["good"] > 1.5 * sums["bad"]


def test_a_forced_tool_carries_the_verdict(openai_client: OpenAI):
    tool = {
        "type": "function",
        "function": {
            "name": "final_result",
            "description": "The final response which ends this conversation",
            "parameters": {
                "type": "object",
                "properties": {"passed": {"type": "boolean"}, "reason": {"type": "string"}},
                "required": ["passed", "reason"],
            },
        },
    }
    answered = openai_client.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": prompt(GOOD)}],
        tools=[tool],
        tool_choice="required",
    )
    [call] = answered.choices[0].message.tool_calls
    assert isinstance(json.loads(call.function.arguments)["passed"], bool)


@pytest.mark.parametrize(
    "written",
    [
        f"<question>{QUESTION}</question><context>{CONTEXT}</context><answer>{GOOD}</answer>",
        f"## Question\n{QUESTION}\n\n## Context\n{CONTEXT}\n\n## Answer\n{GOOD}",
        f"**User input:** {QUESTION}\n**Retrieved context:** {CONTEXT}\n**AI response:** {GOOD}",
        f"[Question]\n{QUESTION}\n[Context]\n{CONTEXT}\n[Output]\n{GOOD}",
        json.dumps({"input": QUESTION, "context": CONTEXT, "output": GOOD}),
    ],
)
def test_the_usual_ways_to_write_a_case_are_read(written: str):
    request = Request(
        dialect=Dialect.CHAT,
        model="gpt-4o",
        turns=(Turn(role="system", text="Rate the answer from 0 to 1 as JSON."), Turn(role="user", text=written)),
    )
    case = case_of(request)
    assert case is not None
    assert (case.question, case.context, case.answer) == (QUESTION, CONTEXT, GOOD)


def test_a_support_question_is_no_case_for_a_judge():
    turns = (Turn(role="system", text="Answer the customer."), Turn(role="user", text=f"Question: {QUESTION}"))
    assert case_of(Request(dialect=Dialect.CHAT, model="gpt-4o", turns=turns)) is None


def test_pairwise_prefers_the_better_answer_in_both_orders(openai_client: OpenAI):
    def winner(first: str, second: str, number: int) -> str:
        text = (
            f"Evaluate which assistant answers better. Finish with [[A]] or [[B]].\nQuestion: {QUESTION} ({number})\n"
            f"Answer A: {first}\nAnswer B: {second}"
        )
        answered = openai_client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": text}])
        return answered.choices[0].message.content[-5:]

    forward = Counter(winner(GOOD, BAD, number) for number in range(60))
    backward = Counter(winner(BAD, GOOD, number) for number in range(60))
    assert forward["[[A]]"] > 45
    assert backward["[[B]]"] > 38


@pytest.mark.parametrize(("fault", "valid"), [("not_json", False), ("out_of_range", True)])
def test_spoiled_judgements_can_be_asked_for(openai_client: OpenAI, fault: str, valid: bool):
    answered = openai_client.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": prompt(GOOD)}],
        response_format={"type": "json_object"},
        extra_headers={"x-simulate": fault},
    )
    content = answered.choices[0].message.content
    if valid:
        assert json.loads(content)["score"] == 999
    else:
        with pytest.raises(json.JSONDecodeError):
            json.loads(content)
