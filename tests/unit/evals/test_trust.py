"""Trust: a judge goes from uncalibrated to trusted or suspect on labels, and its means are corrected by them."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from pellucid_server.evals.trust import TrustState, believed, histogram, labelled, trust
from pellucid_server.query.scores import ScoreValue


def score(number: int, value: float | None, *, human: bool = False, probability: float = 1.0, segment: str = "") -> ScoreValue:
    return ScoreValue(
        value=value,
        string_value="",
        type="boolean",
        status="valid" if value is not None else "invalid",
        source="human" if human else "evaluator",
        target="span",
        trace_id=f"{number:032x}",
        span_id=f"{number:016x}",
        session_id="",
        evaluator="" if human else "e1",
        evaluator_version="" if human else "1",
        sample_probability=probability,
        metadata={},
        moment=number,
        segment=segment,
    )


def world(
    judged: int, labels: int, *, sensitivity: float = 0.92, specificity: float = 0.85, good: Callable[[int], float] = lambda _: 0.7
) -> list[ScoreValue]:
    """Verdicts on `judged` answers, of which people labelled the first."""
    source = random.Random(5)
    made = []
    for number in range(judged):
        truth = source.random() < good(number)
        says = source.random() < (sensitivity if truth else 1 - specificity)
        made.append(score(number, float(says), segment="sso" if number % 4 == 0 else "password"))
        if number < labels:
            made.append(score(number, float(truth), human=True))
    return made


def test_a_judge_becomes_trusted_on_120_labels() -> None:
    before, after = trust(world(400, 60), "e1", binary=True), trust(world(400, 120), "e1", binary=True)
    assert (before.state, before.needed) == (TrustState.UNCALIBRATED, 40)
    assert (after.state, after.labels, after.needed) == (TrustState.TRUSTED, 120, 0)
    assert after.kappa is not None
    assert after.kappa.low is not None
    assert 0.5 < after.kappa.low < after.kappa.value
    assert len(after.proposed) == 20
    assert not {pair.place for pair in labelled(world(400, 120), "e1")} & set(after.proposed)


def test_a_coin_is_suspect_and_corrects_nothing() -> None:
    scores = world(400, 150, sensitivity=0.5, specificity=0.5)
    assert trust(scores, "e1", binary=True).state is TrustState.SUSPECT
    (mean,) = believed([replace(one, segment="") for one in scores], labelled(scores, "e1"), "e1", binary=True)
    assert mean.raw is not None
    assert mean.corrected is None


def test_the_drop_of_one_segment_shows_in_the_corrected_mean() -> None:
    scores = world(4_000, 200, good=lambda number: 0.5 if number % 4 == 0 else 0.85)
    password, sso = believed(scores, labelled(scores, "e1"), "e1", binary=True)
    assert (password.segment, sso.segment) == ("password", "sso")
    for mean, truth in ((password, 0.85), (sso, 0.5)):
        assert mean.raw is not None
        assert mean.corrected is not None
        assert mean.corrected.low is not None
        assert mean.corrected.high is not None
        assert mean.corrected.low <= truth <= mean.corrected.high
    assert sso.corrected is not None
    assert password.corrected is not None
    assert sso.corrected.high is not None
    assert password.corrected.low is not None
    assert sso.corrected.high < password.corrected.low


def test_a_missing_verdict_is_no_zero() -> None:
    scores = [score(1, 1.0), score(2, None), score(3, 1.0)]
    (mean,) = believed(scores, [], "e1", binary=True)
    assert mean.raw is not None
    assert (mean.raw.value, mean.raw.n, mean.missing, mean.corrected) == (1.0, 2, 1, None)


def test_probabilities_weigh() -> None:
    scores = [score(number, 1.0, probability=0.1) for number in range(10)] + [score(100 + number, 0.0) for number in range(100)]
    (mean,) = believed(scores, [], "e1", binary=True)
    assert mean.raw is not None
    assert mean.raw.value == pytest.approx(0.5)
    assert sum(histogram(scores)["evaluator"]) == pytest.approx(200)


def test_numbers_are_ranked_against_people() -> None:
    source = random.Random(3)
    made = []
    for number in range(150):
        truth = source.random()
        made.append(score(number, min(1.0, max(0.0, truth + source.gauss(0, 0.1)))))
        made.append(score(number, truth, human=True))
    found = trust(made, "e1", binary=False)
    assert found.state is TrustState.TRUSTED
    assert found.rank is not None
    assert found.rank.value > 0.8
    assert found.table is None
