"""Money: a budget that ends in the middle of the day, an estimate that is what it costs, and a provider that limits the rate."""

import pytest

from pellucid_demo.simulator import Fault
from pellucid_server.core.clock import DAY, MINUTE
from pellucid_server.evals.evaluators import Plan
from pellucid_server.evals.subject import Place
from pellucid_server.model.score import ScoreSource, ScoreTarget
from pellucid_server.query.score_drafts import Draft
from pellucid_server.query.windows import Window
from pellucid_server.store.meta.evaluators import StoredEvaluator
from tests.scoring.conftest import Scoring


def stored(scoring: Scoring, evaluator: str) -> StoredEvaluator:
    return scoring.house.evals.book.get(scoring.scope, evaluator).evaluator


def look(scoring: Scoring, evaluator: str) -> int:
    """Look at the traffic of the last minutes, as if the evaluator had been live all the time; how many places it took on."""
    with scoring.house.meta.writing() as unit:
        unit.evaluators.set(evaluator, watermark=scoring.clock() - 10 * MINUTE)
    return scoring.online.look_with(stored(scoring, evaluator))


def scored(scoring: Scoring, name: str) -> int:
    return len(scoring.house.queries.scores.values(scoring.scope, name, Window())[0])


@pytest.mark.timeout(600)
def test_a_budget_that_is_spent_in_mid_day_ends_the_day_s_judging_and_the_next_day_goes_on(scoring: Scoring) -> None:
    places = scoring.send(40, "midday")
    evaluator = scoring.judge("midday", "midday", enabled=True, budget=100.0)
    spans = [Place(target=ScoreTarget.SPAN, trace_id=trace_id, span_id=span_id) for trace_id, span_id in places]
    assert scoring.ended(scoring.house.evals.trials.evaluate(scoring.scope, evaluator, spans).id).counts.done == 40
    scoring.until(lambda: scoring.calls(evaluator) == 40, "the calls can be counted")
    each = scoring.spending.today(scoring.scope, evaluator).of_verdict(1)
    assert each is not None

    # Left for about ten calls more: a part of the next sample is drawn, and its probability says so.
    scoring.house.evals.book.plan(scoring.scope, evaluator, Plan(daily_budget=each * 50))
    scoring.send(60, "midday-2")
    scoring.house.evals.book.plan(scoring.scope, evaluator, Plan(filter="kind:generation feature:midday-2"))
    assert look(scoring, evaluator) == 60
    run = scoring.ended(stored(scoring, evaluator).live_run)
    assert 0 < run.counts.items < 40
    assert "of the sample" in stored(scoring, evaluator).state_note
    values, _ = scoring.house.queries.scores.values(scoring.scope, "midday", Window())
    partial = [value.sample_probability for value in values if value.sample_probability < 1.0]
    assert len(partial) == run.counts.done
    assert all(probability == pytest.approx(10 / 60, abs=0.02) for probability in partial)

    # Nothing left: nobody is asked, the note says until when.
    scoring.house.evals.book.plan(scoring.scope, evaluator, Plan(daily_budget=each * 40))
    before = stored(scoring, evaluator).live_run
    scoring.until(lambda: scoring.calls(evaluator) == 40 + run.counts.calls, "the calls can be counted")
    scoring.send(20, "midday-3")
    scoring.house.evals.book.plan(scoring.scope, evaluator, Plan(filter="kind:generation feature:midday-3"))
    look(scoring, evaluator)
    assert stored(scoring, evaluator).live_run == before
    assert "midnight" in stored(scoring, evaluator).state_note

    scoring.late = DAY - scoring.clock() % DAY + 2 * MINUTE  # past midnight
    with scoring.house.meta.writing() as unit:
        unit.evaluators.set(evaluator, watermark=scoring.clock() - scoring.late - 10 * MINUTE)
    assert scoring.online.look_with(stored(scoring, evaluator)) == 20
    assert scoring.ended(stored(scoring, evaluator).live_run).counts.done == 20
    assert stored(scoring, evaluator).state_note == ""


@pytest.mark.timeout(600)
def test_the_estimate_before_switching_on_is_what_it_costs(scoring: Scoring) -> None:
    places = scoring.send(50, "estimate")
    evaluator = scoring.judge("estimate", "estimate")
    definition = scoring.house.evals.book.get(scoring.scope, evaluator).definition.as_json()
    text, everything = "kind:generation feature:estimate", {"default": 1.0, "strata": []}
    spans = [Place(target=ScoreTarget.SPAN, trace_id=trace_id, span_id=span_id) for trace_id, span_id in places]
    trials = scoring.house.evals.trials
    tried = scoring.wait(trials.preview(scoring.scope, definition, text, limit=5))
    costs = [cost for one in tried for verdict in one.verdicts if (cost := verdict.cost) is not None]
    assert len(costs) == 5
    forecast = trials.forecast(scoring.scope, definition, text, everything, None, measured=sum(costs) / len(costs))
    assert (forecast.matching, forecast.sampled) == (50, 50)
    real = scoring.ended(trials.evaluate(scoring.scope, evaluator, spans).id).counts.cost
    assert forecast.cost == pytest.approx(real, rel=0.15)
    half = trials.forecast(scoring.scope, definition, text, everything, real / 2, measured=real / 50)
    assert half.borne == pytest.approx(0.5, rel=0.01)


@pytest.mark.timeout(600)
def test_a_provider_that_limits_the_rate_is_asked_more_slowly_until_all_is_judged(scoring: Scoring) -> None:
    places = scoring.send(60, "limited")
    evaluator = scoring.judge("limited", "limited")
    spans = [Place(target=ScoreTarget.SPAN, trace_id=trace_id, span_id=span_id) for trace_id, span_id in places]
    scoring.change(fault_rates={Fault.RATE_LIMIT: 0.3, Fault.OVERLOADED: 0.1, Fault.SERVER_ERROR: 0.1})
    run = scoring.ended(scoring.house.evals.trials.evaluate(scoring.scope, evaluator, spans).id)
    assert (run.counts.done, run.counts.failed, run.counts.calls) == (60, 0, 60)
    assert scored(scoring, "limited") == 60


@pytest.mark.timeout(600)
def test_at_night_what_was_rated_low_after_it_was_passed_over_is_judged_after_all(scoring: Scoring) -> None:
    places = scoring.send(30, "night")
    sampling = {
        "default": 0.001,
        "strata": [{"name": "low", "filter": "score.night-thumb<0.5", "probability": 1.0}],
    }
    evaluator = scoring.judge("night", "night", sampling=sampling, enabled=True)
    with scoring.house.meta.writing() as unit:
        unit.evaluators.set(evaluator, created_time=scoring.clock() - DAY)
    assert look(scoring, evaluator) == 0
    thumbs = [
        Draft(name="night-thumb", value=False, trace_id=trace, span_id=one, source=ScoreSource.FEEDBACK)
        for trace, one in places[:4]
    ]
    scoring.house.queries.scores.write(scoring.scope, thumbs)
    scoring.online.catch_up()
    assert scoring.ended(stored(scoring, evaluator).live_run).counts.done == 4
    values, _ = scoring.house.queries.scores.values(scoring.scope, "night", Window())
    assert {(value.trace_id, value.sample_probability) for value in values} == {(trace, 1.0) for trace, _ in places[:4]}
    scoring.online.catch_up()  # nothing twice
    assert scored(scoring, "night") == 4
