"""Duels: an answer wins only where it wins in both orders, and a judge that prefers a place is seen to."""

import asyncio
import json
from dataclasses import asdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.evals.asking import Asked

from pellucid_server.evals.duels.contest import DuelJudge, Meeting, Side, judge_from_json, meeting_from_json
from pellucid_server.evals.duels.fighting import Answered, Fought, Order, Winner, fight
from pellucid_server.evals.duels.running import outcome_of
from pellucid_server.evals.duels.standings import Outcome, standings, standings_from_json
from pellucid_server.evals.errors import BadContest
from pellucid_server.evals.subject import Place
from pellucid_server.llm.errors import ModelAnswerInvalid
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import text_of
from pellucid_server.model.score import ScoreStatus, ScoreTarget
from pellucid_server.model.span import Outcome as SpanOutcome

JUDGE = DuelJudge(connection="sim")
GOOD, BAD = (
    Answered(question="Where is my key?", text="Under the mat."),
    Answered(question="Where is my key?", text="Ask somebody."),
)


def said(winner: str) -> JsonValue:
    return {"reason": f"{winner} it is.", "winner": winner}


def fought(asked: Asked, first: Answered = GOOD, second: Answered = BAD) -> Fought:
    return asyncio.run(fight(JUDGE, first, second, asked, {}))


def test_the_answers_change_places_between_the_two_orders() -> None:
    asked = Asked(said("A"), said("B"))
    found = fought(asked)
    texts = [text_of(request.messages) for request in asked.requests]
    assert "<answer_a>\nUnder the mat.\n</answer_a>" in texts[0]
    assert "<answer_b>\nUnder the mat.\n</answer_b>" in texts[1]
    assert (found.forwards.winner, found.backwards.winner, found.won, found.lean) == ("first", "first", 1.0, 0.0)


@pytest.mark.parametrize(
    ("orders", "won", "lean"),
    [
        (("A", "B"), 1.0, 0.0),
        (("B", "A"), 0.0, 0.0),
        (("A", "A"), 0.5, 1.0),  # always the first place
        (("B", "B"), 0.5, -1.0),
        (("tie", "tie"), 0.5, 0.0),
        (("A", "tie"), 0.5, 0.5),
    ],
)
def test_orders_that_contradict_each_other_are_a_tie(orders: tuple[str, str], won: float, lean: float) -> None:
    found = fought(Asked(said(orders[0]), said(orders[1])))
    assert (found.won, found.lean) == (won, lean)


def test_an_order_without_a_verdict_makes_the_duel_missing_and_never_a_tie() -> None:
    for broken in (ModelAnswerInvalid("The answer is not JSON."), {"reason": "?", "winner": "C"}, {"reason": "no winner"}):
        found = fought(Asked(said("A"), broken))
        assert (found.won, found.lean) == (None, None)
        assert found.backwards.status is ScoreStatus.INVALID
        assert found.backwards.reason
    refused = fought(Asked(said("A"), said("A"), outcome=SpanOutcome.REFUSED))
    assert (refused.won, refused.forwards.status) == (None, ScoreStatus.REFUSED)


def test_equal_answers_are_a_tie_that_costs_nothing() -> None:
    asked = Asked()
    found = fought(asked, GOOD, GOOD)
    assert (found.won, asked.requests) == (0.5, [])


def test_the_judges_own_family_is_named_where_it_is_one_of_the_two() -> None:
    kin, other = (
        Answered(question="q", text="a", models=("gpt-4o-mini",)),
        Answered(question="q", text="b", models=("claude-haiku-4-5",)),
    )
    assert fought(Asked(said("A"), said("B")), kin, other).kin == "first"
    assert fought(Asked(said("A"), said("B")), other, kin).kin == "second"
    assert fought(Asked(said("A"), said("B")), kin, Answered(question="q", text="c", models=("o3",))).kin == ""


def test_what_goes_into_a_run_comes_out_of_it() -> None:
    place = Place(target=ScoreTarget.SPAN, trace_id="a" * 32, span_id="b" * 16)
    meeting = Meeting(first=Side(contestant="x", place=place), second=Side(contestant="y", experiment="e", item="i", repetition=2))
    assert meeting_from_json(meeting.as_json()) == meeting
    assert judge_from_json(JUDGE.as_json()) == JUDGE
    with pytest.raises(BadContest, match="connection"):
        DuelJudge(connection="")


WINNERS: tuple[Winner, ...] = ("first", "second", "tie", "")


@given(st.lists(st.tuples(st.sampled_from(WINNERS), st.sampled_from(WINNERS)), max_size=40))
def test_every_duel_is_counted_once(verdicts: list[tuple[Winner, Winner]]) -> None:
    outcomes = [kept("x", "y", *one) for one in verdicts]
    found = standings(outcomes)
    assert found.decided + found.missing + found.failed == len(verdicts)
    assert sum(one.won for one in found.contestants) == sum(one.lost for one in found.contestants)
    assert sum(one.won + one.lost + one.tied for one in found.contestants) == 2 * found.decided


def test_the_stronger_is_first_and_both_orders_are_told() -> None:
    outcomes = [kept("x", "y", "first", "first")] * 15 + [kept("x", "y", "second", "second")] * 5
    outcomes += [kept("x", "y", "first", "second")] * 10 + [Outcome(first="x", second="y", failed=True)]
    found = standings(outcomes)
    assert [one.name for one in found.contestants] == ["x", "y"]
    strength = found.contestants[0].strength
    assert strength.low is not None
    assert strength.low < strength.value < (strength.high or 0)
    assert (found.failed, found.decided) == (1, 30)
    assert found.agreement is not None
    assert found.agreement.value == pytest.approx(20 / 30)
    assert found.lean is not None
    assert found.lean.value == pytest.approx(10 / 30)


def test_a_fair_judge_leans_nowhere_whatever_the_answers_are() -> None:
    """With both orders, what the answers deserve takes itself out of the lean."""
    for better in ("first", "second"):
        assert Fought(forwards=Order(winner=better), backwards=Order(winner=better)).lean == 0
    for one, other in product(("first", "second", "tie"), repeat=2):
        mirrored = Fought(forwards=Order(winner=other), backwards=Order(winner=one))
        lean = Fought(forwards=Order(winner=one), backwards=Order(winner=other)).lean
        assert lean is not None
        assert -1 <= lean <= 1
        assert mirrored.won == Fought(forwards=Order(winner=one), backwards=Order(winner=other)).won


def test_standings_are_the_same_when_they_are_read_again_after_the_duels_were_forgotten() -> None:
    outcomes = [kept("x", "y", "first", "first")] * 5 + [kept("x", "y", "first", "second")] * 3 + [kept("x", "y", "", "first")]
    found = standings(outcomes)
    assert standings_from_json(json.loads(json.dumps(asdict(found)))) == found
    empty = standings([])
    assert standings_from_json(json.loads(json.dumps(asdict(empty)))) == empty


def kept(first: str, second: str, forwards: Winner, backwards: Winner) -> Outcome:
    meeting = Meeting(first=Side(contestant=first, item="1"), second=Side(contestant=second, item="1"))
    found = Fought(forwards=Order(winner=forwards), backwards=Order(winner=backwards))
    return outcome_of(meeting.as_json(), found.as_json(), failed=False)
