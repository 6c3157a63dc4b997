"""Golden sets: a judge that stands still is left in peace, one that changes behind its name is suspect; once a day, within the budget."""

import pytest

from pellucid_demo.simulator import JudgeRates
from pellucid_server.core.clock import DAY
from pellucid_server.evals.errors import BadGoldenSet, NoSuchGoldenSet
from pellucid_server.evals.evaluators import Plan
from pellucid_server.evals.golden.sets import GoldenView
from pellucid_server.evals.subject import Place
from pellucid_server.evals.trust import TrustState
from pellucid_server.model.score import ScoreSource, ScoreTarget
from pellucid_server.query.score_drafts import Draft
from pellucid_server.query.windows import Window
from tests.scoring.conftest import Scoring

CASES = 120


def labelled_judge(scoring: Scoring, name: str, cases: int = CASES, budget: float | None = None) -> str:
    """A judge that has judged so many answers, each with a label of a person who saw which half is bad."""
    places = scoring.send(cases, name)
    evaluator = scoring.judge(name, name, budget=budget)
    spans = [Place(target=ScoreTarget.SPAN, trace_id=trace_id, span_id=span_id) for trace_id, span_id in places]
    assert scoring.ended(scoring.house.evals.trials.evaluate(scoring.scope, evaluator, spans).id).counts.done == cases
    drafts = [
        Draft(name=name, value=number % 2 == 1, trace_id=trace_id, span_id=span_id, source=ScoreSource.HUMAN)
        for number, (trace_id, span_id) in enumerate(places)
    ]
    scoring.house.queries.scores.write(scoring.scope, drafts)
    return evaluator


def checked(scoring: Scoring, evaluator: str) -> GoldenView:
    """What there is to see after the check of today."""
    assert scoring.daily.run() == 1
    assert scoring.ended(scoring.golden.view(scoring.scope, evaluator).golden.last_run).stored.state == "finished"
    return scoring.golden.view(scoring.scope, evaluator)


def state(scoring: Scoring, evaluator: str) -> TrustState:
    return scoring.house.evals.analyses.of(scoring.scope, evaluator, Window()).trust.state


@pytest.mark.timeout(600)
def test_a_judge_that_changes_behind_its_name_is_suspect_within_a_day(scoring: Scoring) -> None:
    evaluator = labelled_judge(scoring, "drifting")
    assert state(scoring, evaluator) is TrustState.TRUSTED
    frozen = scoring.golden.freeze(scoring.scope, evaluator, size=80)
    assert (frozen.golden.size, frozen.readings) == (80, ())

    [first] = checked(scoring, evaluator).readings
    assert first.missing == 0
    assert first.agreement is not None
    assert first.agreement.n == 80
    assert first.shift is None
    assert scoring.daily.run() == 0  # once a day

    scoring.late += DAY
    _, still = checked(scoring, evaluator).readings
    assert still.shift is not None
    assert (still.shift.value, still.moved) == (0.0, False)
    assert state(scoring, evaluator) is TrustState.TRUSTED

    scoring.change(judge=JudgeRates(sensitivity=0.2, specificity=0.6))  # the provider swaps the model
    scoring.late += DAY
    moved = checked(scoring, evaluator).readings[-1]
    assert moved.agreement_shift is not None
    assert moved.agreement_shift.high is not None
    assert moved.agreement_shift.high < 0
    assert moved.moved
    assert state(scoring, evaluator) is TrustState.SUSPECT

    scoring.change()
    scoring.late += DAY
    assert not checked(scoring, evaluator).readings[-1].moved
    assert state(scoring, evaluator) is TrustState.TRUSTED


@pytest.mark.timeout(600)
def test_a_check_keeps_to_the_day_s_budget(scoring: Scoring) -> None:
    evaluator = labelled_judge(scoring, "frugal", cases=30)
    scoring.until(lambda: scoring.calls(evaluator) == 30, "the calls can be counted")
    spent = scoring.spending.today(scoring.scope, evaluator).cost
    assert spent > 0
    book = scoring.house.evals.book
    book.plan(scoring.scope, evaluator, Plan(daily_budget=spent / 2))
    scoring.golden.freeze(scoring.scope, evaluator)
    assert scoring.daily.run() == 0
    golden = scoring.golden.view(scoring.scope, evaluator).golden
    assert "budget" in golden.note
    assert golden.last_run == ""
    scoring.late += DAY  # a fresh budget, which bears half of the set
    assert scoring.daily.run() == 1
    paused = scoring.ended(scoring.golden.view(scoring.scope, evaluator).golden.last_run)
    assert paused.stored.state == "paused"
    assert 0 < paused.counts.calls < 30
    assert scoring.golden.view(scoring.scope, evaluator).readings == []  # half a check is none
    book.plan(scoring.scope, evaluator, Plan(daily_budget=spent * 10))
    scoring.late += DAY
    assert len(checked(scoring, evaluator).readings) == 1


def test_a_set_is_frozen_from_labels_of_a_judge_alone(scoring: Scoring) -> None:
    evaluator = scoring.judge("unlabelled", "unlabelled")
    with pytest.raises(BadGoldenSet, match="0 of this judge's cases"):
        scoring.golden.freeze(scoring.scope, evaluator)
    with pytest.raises(NoSuchGoldenSet):
        scoring.golden.view(scoring.scope, evaluator)
    with pytest.raises(NoSuchGoldenSet):
        scoring.golden.remove(scoring.scope, evaluator)
