"""Score analytics: who says what, over time, by segment, and judges against people."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid_server.evals.voices import PARTS, Voice, by_segment, matrix, over_time, span_of, speaking, spoken
from pellucid_server.query.scores import ScoreValue


def score(
    number: int,
    value: bool | float | str | None,
    *,
    source: str = "evaluator",
    evaluator: str = "e1",
    status: str = "valid",
    moment: int = 0,
    segment: str = "",
) -> ScoreValue:
    return ScoreValue(
        value=None if value is None or isinstance(value, str) else float(value),
        string_value=value if isinstance(value, str) else "",
        type="categorical" if isinstance(value, str) else "numeric" if isinstance(value, float) else "boolean",
        status=status,
        source=source,
        target="span",
        trace_id=f"{number:032x}",
        span_id=f"{number:016x}",
        session_id="",
        evaluator=evaluator if source == "evaluator" else "",
        evaluator_version="1" if source == "evaluator" else "",
        sample_probability=1.0,
        metadata={},
        moment=moment,
        segment=segment,
    )


def test_voices_are_apart_and_a_missing_verdict_is_in_no_bin() -> None:
    scores = [
        score(1, True), score(2, False), score(3, None, status="refused"), score(4, None, status="invalid"),
        score(1, True, source="human"), score(1, True, evaluator="e2"),
    ]  # fmt: skip
    found = speaking(scores)
    assert list(found) == [Voice("evaluator", "e1"), Voice("evaluator", "e2"), Voice("human")]
    said = spoken(Voice("evaluator", "e1"), found[Voice("evaluator", "e1")], scores, span_of(scores), binary=True)
    assert (sum(said.bins), said.mean.missing, said.refused) == (2, 2, 1)
    assert said.mean.raw is not None
    assert said.mean.raw.value == 0.5
    assert said.mean.corrected is None  # one label is no calibration


def test_numbers_outside_of_0_to_1_have_a_range_of_their_own() -> None:
    scores = [score(1, 3.0), score(2, 5.0)]
    assert span_of(scores) == (3, 5)
    assert span_of([score(1, 0.2)]) == (0, 1)
    said = spoken(Voice("evaluator", "e1"), scores, scores, (3, 5), binary=False)
    assert (said.bins[0], said.bins[-1]) == (1, 1)


@given(st.lists(st.integers(min_value=0, max_value=1_000), min_size=1, max_size=50))
def test_no_score_is_lost_between_the_parts_of_the_time(moments: list[int]) -> None:
    scores = [score(number, True, moment=moment) for number, moment in enumerate(moments)]
    found = over_time(Voice("human"), scores, scores, 0, 1_000, binary=True)
    assert sum(one.mean.raw.n for one in found if one.mean.raw is not None) == len(moments)
    assert len(found) <= PARTS
    assert [one.time for one in found] == sorted(one.time for one in found)


def test_segments_are_each_for_itself() -> None:
    scores = [score(1, True, segment="sso"), score(2, False, segment="password"), score(3, False, segment="password")]
    found = by_segment(Voice("evaluator", "e1"), scores, scores, binary=True)
    assert [(mean.segment, mean.raw.n) for _, mean in found if mean.raw is not None] == [("password", 2), ("sso", 1)]


def test_a_judge_against_people_is_a_matrix_of_its_verdicts_and_theirs() -> None:
    scores = [
        score(1, True), score(1, True, source="human"),
        score(2, True), score(2, False, source="human"),
        score(3, False), score(3, False, source="human"),
        score(4, True), score(4, True, source="human"), score(4, False, source="human"),  # evenly divided
        score(5, True),  # nobody looked
        score(6, None, status="invalid"), score(6, True, source="human"),  # no verdict
    ]  # fmt: skip
    found = matrix(scores, "e1")
    assert found is not None
    assert (list(found.labels), [list(row) for row in found.counts], found.undecided) == (["yes", "no"], [[1, 1], [0, 1]], 1)
    assert found.agreement is not None
    assert found.agreement.value == pytest.approx(2 / 3)
    assert matrix(scores, "e2") is None


def test_words_and_numbers_have_matrices_too() -> None:
    words = [score(1, "kind"), score(1, "kind", source="human"), score(2, "cold"), score(2, "kind", source="human")]
    found = matrix(words, "e1")
    assert found is not None
    assert (list(found.labels), [list(row) for row in found.counts]) == (["cold", "kind"], [[0, 1], [0, 1]])
    numbers = [score(1, 0.1), score(1, 0.9, source="human"), score(2, 1.0), score(2, 1.0, source="human")]
    graded = matrix(numbers, "e1")
    assert graded is not None
    assert (len(graded.labels), graded.counts[0][4], graded.counts[4][4]) == (5, 1, 1)


def test_the_type_of_a_score_is_read_as_it_is() -> None:
    one: ScoreValue = score(1, "kind")
    assert (one.value, one.string_value, one.type) == (None, "kind", "categorical")
