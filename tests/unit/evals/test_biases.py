"""Bias tests: what is asked of the judge, and when something may be said of what it answers."""

import asyncio
import json
from dataclasses import asdict, replace

import pytest
from tests.unit.evals.asking import Asked
from tests.unit.evals.test_judges import SUBJECT, definition

from pellucid_server.evals.biases.findings import Word, findings, findings_from_json
from pellucid_server.evals.biases.probing import Probed, Prober
from pellucid_server.evals.errors import NoVerdict
from pellucid_server.evals.judges.asking import read_judge
from pellucid_server.llm.errors import ModelAnswerInvalid
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import text_of


def verdict(said: bool) -> JsonValue:
    return {"reason": "", "verdict": said}


def probed(*answers: JsonValue | Exception, repeats: int = 3) -> tuple[Probed, Asked]:
    asked, made = Asked(*answers), definition()
    return asyncio.run(Prober("e1", made, read_judge(made), SUBJECT, asked).probe(repeats)), asked


def test_the_same_case_again_longer_reworded_and_two_at_a_time() -> None:
    duel: list[JsonValue] = [{"reason": "", "winner": "A"}] * 2
    found, asked = probed(verdict(True), verdict(False), verdict(True), verdict(True), None, verdict(False), *duel)
    assert found.repeats == (True, False, True)
    assert found.longer == pytest.approx(1 / 3)  # beyond the mean of the repeats
    assert found.own_style == pytest.approx(-2 / 3)
    assert found.lean == 1  # in both orders the first
    texts = [text_of(request.messages) for request in asked.requests]
    assert texts[3].count("Under {{question}} the mat.") == 2  # longer, and says no more
    assert "Rewrite" in texts[4]
    assert "<answer>\n…\n</answer>" in texts[5]  # the wording that the judge's model gave


def test_a_probe_that_comes_to_nothing_is_missing_with_its_reason() -> None:
    broken = ModelAnswerInvalid("The answer is not JSON.")
    found, _ = probed(broken, broken, broken, verdict(True), None, verdict(True), broken, broken)
    assert (found.repeats, found.longer, found.own_style, found.lean) == ((), None, None, None)
    assert found.why is not None
    assert found.why["repeats"] == found.why["lean"] == "The answer is not JSON."


def test_without_a_variable_for_the_answer_there_is_nothing_to_change() -> None:
    whole = definition()
    body = {**whole.body, "messages": [{"role": "user", "content": "{{question}}"}]}
    from_question = replace(whole, variables={"question": "$.input"}, body=body)
    with pytest.raises(NoVerdict, match="No variable holds"):
        asyncio.run(Prober("e1", from_question, read_judge(from_question), SUBJECT, Asked()).probe(2))


def kept(longer: float | None, repeats: list[JsonValue] | None = None) -> dict[str, JsonValue]:
    return {"repeats": repeats or [True, True], "longer": longer, "own_style": None, "lean": None, "why": {"lean": "It broke."}}


def test_few_cases_tell_nothing_whatever_they_say() -> None:
    found = {one.probe: one for one in findings([kept(1.0)] * 19)}
    assert found["longer"].word is Word.CANNOT_TELL
    assert (found["lean"].estimate, found["lean"].without, found["lean"].reason) == (None, 19, "It broke.")
    assert {one.probe: one.word for one in findings([kept(1.0)] * 20)}["longer"] is Word.BIASED


def test_fair_needs_an_interval_that_is_close_around_zero() -> None:
    assert {one.probe: one.word for one in findings([kept(0.0)] * 40)}["longer"] is Word.FAIR
    scattered = [kept(0.5), kept(-0.5)] * 15
    assert {one.probe: one.word for one in findings(scattered)}["longer"] is Word.CANNOT_TELL


def test_repeats_of_words_are_a_share_and_of_numbers_a_deviation() -> None:
    words = [kept(None, [True, False, True])] * 30 + [kept(None, [True, True, True])] * 30
    found = findings(words)[0]
    assert found.estimate is not None
    assert (found.estimate.value, found.word) == (0.5, Word.BIASED)
    numbers = findings([kept(None, [0.5, 0.7])] * 30)[0]
    assert numbers.estimate is not None
    assert numbers.estimate.value == pytest.approx(0.1414, abs=1e-3)
    assert [one.probe for one in findings([])] == ["repeats", "longer", "own_style", "lean"]


def test_findings_are_the_same_when_they_are_read_again_after_the_cases_were_forgotten() -> None:
    found = findings([kept(0.5, [True, False])] * 25)
    assert findings_from_json(json.loads(json.dumps([asdict(one) for one in found]))) == found
