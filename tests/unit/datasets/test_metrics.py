"""What counts as a value of a metric, and which way is better."""

import pytest

from pellucid_server.datasets.gates import compared, paired
from pellucid_server.datasets.metrics import lower_is_better, means, named_for_less
from pellucid_server.stats.gate import GateVerdict
from pellucid_server.store.meta.experiments import Result
from pellucid_server.store.meta.gates import LabelGate

GATE = LabelGate(project_id="p", label="production", dataset="d", margin=0.05, connection="", created_by="x", created_time=1)


def result(item: int, repetition: int = 0, *, error: str | None = None, **scores: float | None) -> Result:
    return Result(
        experiment_id="e",
        item_id=f"{item:03}",
        repetition=repetition,
        error=error,
        duration_ms=None if error else 100.0 + item,
        scores=[
            {"name": name, "value": value, "status": "valid" if value is not None else "invalid"} for name, value in scores.items()
        ],
        time=1,
    )


def test_the_mean_of_repetitions_is_the_value_of_a_case_and_what_is_missing_is_no_zero() -> None:
    found = means([result(0, 0, good=1.0), result(0, 1, good=0.0), result(1, good=None), result(2, error="it raised")])
    assert found["good"] == {"000": 0.5}
    assert found["duration_ms"] == {"000": 100.0, "001": 101.0}


@pytest.mark.parametrize(
    ("name", "less"),
    [
        ("toxicity", True),
        ("answer_toxicity", True),
        ("latency_ms", True),
        ("cost", True),
        ("output_tokens", True),
        ("error_rate", True),
        ("toxicity score", True),
        ("non_toxicity", False),
        ("no errors", False),
        ("cost_efficiency", False),
        ("correct", False),
        ("", False),
    ],
)
def test_names_of_what_costs_takes_or_harms_are_better_small(name: str, less: bool) -> None:
    assert named_for_less(name) is less


def test_a_score_says_itself_which_way_is_better() -> None:
    scores = [{"name": "distance", "value": 1.0, "lower_is_better": True}, {"name": "cost", "value": 1.0, "lower_is_better": False}]
    assert lower_is_better([Result(experiment_id="e", item_id="a", scores=scores, time=1)]) == {"distance", "duration_ms"}


def test_failing_does_not_pay_whichever_way_is_better() -> None:
    base = [result(n, good=1.0, toxicity=float(n == 0)) for n in range(40)]
    ours = [result(n, error="it raised") if n < 10 else result(n, good=1.0, toxicity=0.0) for n in range(40)]
    pairs = paired(ours, base, {"toxicity"})
    assert [new for new, _ in pairs["good"]][:11] == [0.0] * 10 + [1.0]
    assert [new for new, _ in pairs["toxicity"]][:11] == [1.0] * 10 + [0.0]
    assert len(pairs["duration_ms"]) == 30
    assert {metric.name: metric.verdict for metric in compared(ours, base, GATE)} == {
        "good": GateVerdict.BLOCKED,
        "toxicity": GateVerdict.BLOCKED,
    }


def test_a_gate_looks_at_what_it_names_and_at_durations_only_then() -> None:
    base = [result(n, good=1.0) for n in range(40)]
    slower = [Result(experiment_id="e", item_id=f"{n:03}", duration_ms=900.0, scores=base[n].scores, time=1) for n in range(40)]
    assert [metric.name for metric in compared(slower, base, GATE)] == ["good"]
    named = LabelGate(
        project_id="p", label="l", dataset="d", margin=0.05, connection="", created_by="x", created_time=1, metrics=["duration_ms"]
    )
    (metric,) = compared(slower, base, named)
    assert (metric.name, metric.verdict, metric.lower_is_better) == ("duration_ms", GateVerdict.BLOCKED, True)
