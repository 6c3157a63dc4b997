"""What is worth a person's look next: the most doubtful first, never what somebody has labelled."""

from dataclasses import replace

from tests.unit.evals.test_voices import score

from pellucid_server.evals.doubts import MOST, doubts


def test_contradictions_come_first_then_missing_verdicts_then_what_is_seldom_said() -> None:
    wavering = replace(score(1, True), metadata={"repeats": "3", "agreeing": "2"})
    sure = replace(score(2, True), metadata={"repeats": "3", "agreeing": "3"})
    scores = [sure, score(3, True), score(4, True), score(5, False), score(6, None, status="refused"), wavering]
    found = doubts(scores, "e1")
    assert [(one.place[1], one.reason) for one in found] == [
        (wavering.trace_id, "asked 3 times, the judge said this 2 times"),
        (score(6, None).trace_id, "the judge refused"),
        (score(5, False).trace_id, "the verdict that the judge seldom gives"),
    ]
    labelled = score(5, True, source="human")
    assert score(5, True).place not in {one.place for one in doubts([*scores, labelled], "e1")}


def test_numbers_near_the_middle_say_neither() -> None:
    scores = [score(number, value) for number, value in enumerate((0.1, 0.45, 0.5, 0.9))]
    assert [one.reason for one in doubts(scores, "e1")] == ["0.50 says neither", "0.45 says neither"]


def test_a_judge_without_doubts_has_none_and_many_are_cut() -> None:
    assert doubts([score(number, True) for number in range(50)], "e1") == []
    many = [score(number, 0.5) for number in range(50)]
    assert len(doubts(many, "e1")) == MOST


def test_no_kind_of_doubt_pushes_the_others_out() -> None:
    silent = [score(number, None, status="invalid") for number in range(50)]
    found = doubts([*silent, *(score(number, True) for number in range(100, 120)), score(200, False)], "e1")
    assert len(found) == MOST
    assert "the verdict that the judge seldom gives" in [one.reason for one in found]
