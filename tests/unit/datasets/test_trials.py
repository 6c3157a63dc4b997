"""Experiments: resumable, nothing counted twice, and a comparison that says when it cannot tell."""

from collections.abc import Sequence

import pytest

from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadExperiment, NoSuchDataset, NoSuchExperiment, NotComparable
from pellucid_server.datasets.trials import Trials
from pellucid_server.model.scope import Scope
from pellucid_server.stats.paired import Verdict
from pellucid_server.store.meta.experiments import Experiment, Result


def results(
    experiment: Experiment, values: Sequence[float | None], *, metric: str = "correct", repetition: int = 0
) -> list[Result]:
    return [
        Result(
            experiment_id=experiment.id,
            item_id=f"{n:03}",
            repetition=repetition,
            scores=[{"name": metric, "value": value, "status": "valid" if value is not None else "invalid"}],
            error="raised" if value is None else None,
            time=1,
        )
        for n, value in enumerate(values)
    ]


@pytest.fixture
def dataset(cases: Cases, scope: Scope) -> str:
    cases.create(scope, name="support")
    cases.write(scope, "support", [ItemDraft(id=f"{n:03}") for n in range(120)])
    return "support"


def run(trials: Trials, scope: Scope, name: str, values: Sequence[float | None]) -> Experiment:
    made = trials.start(scope, name=name, dataset="support")
    trials.record(scope, made.id, results(made, values))
    return made


def test_an_experiment_names_the_version_that_it_ran_over_and_can_be_resumed(
    cases: Cases, trials: Trials, scope: Scope, dataset: str
) -> None:
    first = trials.start(scope, name="new prompt", dataset=dataset)
    assert first.dataset_version == 1
    cases.write(scope, dataset, [ItemDraft(id="later")])
    assert trials.start(scope, name="new prompt", dataset=dataset, resume=True) == first
    second = trials.start(scope, name="new prompt", dataset=dataset)
    assert (second.dataset_version, second.id == first.id) == (2, False)
    assert trials.get(scope, "new prompt") == second
    assert trials.get(scope, first.id) == first
    assert [one.id for one in trials.list_experiments(scope, dataset=dataset)] == [second.id, first.id]


def test_a_result_that_is_sent_again_replaces(trials: Trials, scope: Scope, dataset: str) -> None:
    made = run(trials, scope, "e", [0.0] * 3)
    trials.record(scope, made.id, results(made, [1.0]))
    found, after = trials.results(scope, made.id, limit=2)
    assert [one.scores[0]["value"] for one in found] == [1.0, 0.0]
    rest, end = trials.results(scope, made.id, after=after, limit=2)
    assert [one.item_id for one in rest] == ["002"]
    assert end is None


@pytest.mark.parametrize(
    ("ours", "base", "verdict"),
    [
        ([1.0] * 110 + [0.0] * 10, [1.0] * 80 + [0.0] * 40, Verdict.BETTER),
        ([1.0] * 80 + [0.0] * 40, [1.0] * 110 + [0.0] * 10, Verdict.WORSE),
        ([1.0] * 4 + [0.0] * 3, [1.0] * 3 + [0.0] * 4, Verdict.CANNOT_TELL),
    ],
)
def test_a_comparison_says_better_worse_or_that_it_cannot_tell(
    trials: Trials, scope: Scope, dataset: str, ours: list[float], base: list[float], verdict: Verdict
) -> None:
    run(trials, scope, "live", base)
    run(trials, scope, "new", ours)
    compared = trials.compare(scope, "new", "live")
    (metric,) = compared.metrics
    assert (metric.name, metric.comparison.verdict, metric.comparison.n) == ("correct", verdict, len(ours))
    assert (metric.comparison.needed is not None) == (verdict is Verdict.CANNOT_TELL)


def test_a_missing_score_is_no_zero_and_errors_are_counted(trials: Trials, scope: Scope, dataset: str) -> None:
    run(trials, scope, "live", [1.0] * 20)
    run(trials, scope, "new", [1.0] * 15 + [None] * 5)
    compared = trials.compare(scope, "new", "live")
    assert (compared.items, compared.errors) == (20, 5)
    assert (compared.metrics[0].comparison.n, compared.metrics[0].comparison.mean) == (15, 1.0)


def test_repetitions_of_a_case_are_one_case(trials: Trials, scope: Scope, dataset: str) -> None:
    run(trials, scope, "live", [0.5] * 10)
    made = run(trials, scope, "new", [0.0] * 10)
    trials.record(scope, made.id, results(made, [1.0] * 10, repetition=1))
    (metric,) = trials.compare(scope, "new", "live").metrics
    assert (metric.comparison.n, metric.comparison.mean) == (10, 0.5)


def test_several_metrics_share_the_error_rate(trials: Trials, scope: Scope, dataset: str) -> None:
    for name in ("live", "new"):
        made = run(trials, scope, name, [1.0] * 10)
        both = [
            Result(
                experiment_id=made.id,
                item_id=f"{n:03}",
                time=1,
                scores=[{"name": "a", "value": 1.0}, {"name": "b", "value": n / 10}],
            )
            for n in range(10)
        ]
        trials.record(scope, made.id, both)
    metrics = trials.compare(scope, "new", "live").metrics
    assert [(metric.name, metric.confidence) for metric in metrics] == [("a", 0.975), ("b", 0.975)]


def test_what_cannot_be_found_or_compared_is_named(trials: Trials, scope: Scope, dataset: str) -> None:
    with pytest.raises(NoSuchDataset):
        trials.start(scope, name="e", dataset="nope")
    with pytest.raises(BadExperiment):
        trials.start(scope, name=" ", dataset=dataset)
    with pytest.raises(BadExperiment):
        trials.start(scope, name="e", dataset=dataset, version=9)
    run(trials, scope, "empty", [])
    run(trials, scope, "live", [1.0])
    with pytest.raises(NotComparable):
        trials.compare(scope, "empty", "live")
    with pytest.raises(NoSuchExperiment):
        trials.compare(scope, "live", "nope")
