"""A gate stops a worse prompt, lets a better one pass, says "cannot tell" of a small set, and lets a person decide with a reason."""

import re

import pytest
from tests.api.datasets.conftest import Api

CASES = 120


@pytest.fixture
def gated(api: Api) -> Api:
    """Version 1 is live under `production`, and right in 96 of 120 cases."""
    api.post("/datasets", {"name": "held out"})
    api.post(
        "/datasets/held out/items",
        [{"id": f"c{n:03}", "input": f"q{n}", "split": "test" if n < 60 else "dev"} for n in range(CASES)],
    )
    for text in ("one", "two", "three"):
        api.post("/prompts", {"name": "support/answer", "type": "text", "prompt": text}, 200)
    api.put("/prompt-labels/production/support/answer", {"version": 1})
    api.put("/label-gates/production", {"dataset": "held out"})
    _run(api, 1, 96)
    return api


def _run(api: Api, version: int, right: int, cases: int = CASES, failed: int = 0) -> str:
    made = api.post(
        "/experiments",
        {"name": f"v{version}", "dataset": "held out", "metadata": {"prompt": "support/answer", "prompt_version": version}},
    )
    results = [
        {"item_id": f"c{n:03}", "output": "x", "scores": [{"name": "correct", "type": "boolean", "value": float(n < right)}]}
        if n >= failed
        else {"item_id": f"c{n:03}", "error": "it raised"}
        for n in range(cases)
    ]
    api.send("POST", f"/experiments/{made['id']}/items", results, 204)
    return str(made["id"])


def _move(api: Api, version: int, status: int) -> dict[str, object]:
    answer: dict[str, object] = api.put("/prompt-labels/production/support/answer", {"version": version}, status)
    return answer


def _state(api: Api, version: int) -> dict[str, object]:
    answer: dict[str, object] = api.get(f"/prompt-gates/support/answer?label=production&version={version}")
    return answer


def test_a_worse_version_is_blocked_by_name_and_a_better_one_passes(gated: Api) -> None:
    problem = _move(gated, 2, 409)
    assert (problem["code"], "version 2 has no experiment there" in str(problem["detail"])) == ("gate_closed", True)
    _run(gated, 2, 60)
    problem = _move(gated, 2, 409)
    assert "is worse than version 1 by more than 5% in correct" in str(problem["detail"])
    assert (_state(gated, 2)["verdict"], _state(gated, 2)["open"]) == ("blocked", False)
    _run(gated, 3, 110)
    assert _state(gated, 3)["verdict"] == "passed"
    _move(gated, 3, 200)
    (decision,) = gated.get("/prompt-gate-decisions/support/answer")["data"]
    assert (decision["version"], decision["live_version"], decision["verdict"]) == (3, 1, "passed")
    assert decision["baseline_id"]
    gated.post("/prompt-rollbacks/support/answer", {"label": "production"}, 200)


def test_a_small_set_cannot_tell_and_says_how_many_cases_would(gated: Api) -> None:
    gated.post("/datasets/held out/items", [{"id": f"c{n:03}", "input": f"q{n}", "split": "tiny"} for n in range(6)])
    gated.put("/label-gates/production", {"dataset": "held out", "split": "tiny"})
    _run(gated, 1, 5, cases=6)
    _run(gated, 2, 5, cases=6)
    state = _state(gated, 2)
    assert (state["verdict"], state["tried"]["wanted"]) == ("cannot_tell", 6)  # type: ignore[index]  # JSON
    problem = _move(gated, 2, 409)
    assert re.search(r"[0-9]+ more cases needed", str(problem["detail"]))


def test_an_experiment_that_is_not_finished_passes_nothing(gated: Api) -> None:
    """The first cases of a run, or those that somebody chose, are no held-out set."""
    _run(gated, 2, 60, cases=60)
    state = _state(gated, 2)
    assert (state["verdict"], state["open"]) == ("cannot_tell", False)
    assert "has done 60 of 120 cases: 60 more cases to go" in str(state["why"])
    assert state["tried"] == {"experiment_id": state["experiment_id"], "run_id": None, "done": 60, "wanted": 120}


def test_a_metric_of_which_less_is_better_blocks_when_it_grows(gated: Api) -> None:
    for version, toxic in ((1, 10), (2, 40)):
        made = gated.post(
            "/experiments",
            {"name": f"t{version}", "dataset": "held out", "metadata": {"prompt": "support/answer", "prompt_version": version}},
        )
        results = [
            {"item_id": f"c{n:03}", "scores": [{"name": "toxicity", "value": float(n < toxic)}], "duration_ms": 10.0 * version}
            for n in range(CASES)
        ]
        gated.send("POST", f"/experiments/{made['id']}/items", results, 204)
    state = _state(gated, 2)
    (metric,) = state["metrics"]  # type: ignore[misc]  # JSON
    assert (metric["name"], metric["verdict"], metric["lower_is_better"]) == ("toxicity", "blocked", True)
    assert metric["difference"] == pytest.approx(0.25)
    compared = {one["name"]: one for one in gated.get("/experiments/t2/compare?baseline=t1")["metrics"]}
    assert {name: one["verdict"] for name, one in compared.items()} == {"toxicity": "worse", "duration_ms": "worse"}
    assert compared["toxicity"]["detectable"] > 0
    gated.put("/label-gates/production", {"dataset": "held out", "metrics": ["duration_ms"]})
    assert [one["name"] for one in _state(gated, 2)["metrics"]] == ["duration_ms"]  # type: ignore[attr-defined]  # JSON


def test_experiments_compared_with_one_baseline_share_its_error_rate(gated: Api) -> None:
    _run(gated, 2, 60)
    alone, of_four = (gated.get(f"/experiments/v2/compare?baseline=v1&among={n}")["metrics"][0] for n in (1, 4))
    assert (alone["confidence"], of_four["confidence"]) == (0.95, 0.9875)
    assert of_four["low"] < alone["low"]
    assert gated.get("/experiments/v2/cases/c003")["input"] == "q3"
    assert "runs over no case 'nope'" in gated.get("/experiments/v2/cases/nope", 404)["detail"]
    means = gated.get("/experiments/v2/compare")
    assert (means["baseline"], means["metrics"][0]["mean"], means["metrics"][0]["verdict"]) == (None, 0.5, None)


def test_an_empty_set_says_what_to_do(gated: Api) -> None:
    _run(gated, 2, 0, cases=0)
    assert "has done 0 of 120 cases" in str(_state(gated, 2)["why"])
    gated.put("/label-gates/production", {"dataset": "held out", "split": "no such split"})
    assert "has no such cases, so nothing can be told" in str(_state(gated, 2)["why"])
    assert "has no such cases" in str(_move(gated, 2, 409)["detail"])
    gated.put("/label-gates/production", {"dataset": "none"}, 400)


def test_a_person_lets_it_through_with_a_reason(gated: Api) -> None:
    _run(gated, 2, 60)
    gated.post("/prompt-gate-approvals/support/answer", {"label": "production", "version": 2, "reason": " "}, 400)
    gated.post("/prompt-gate-approvals/support/answer", {"label": "production", "version": 2, "reason": "Legal wants it today."})
    assert _state(gated, 2)["open"] is True
    _move(gated, 2, 200)
    (decision,) = gated.get("/prompt-gate-decisions/support/answer")["data"]
    assert (decision["verdict"], decision["reason"], decision["approved_by"]) == ("approved", "Legal wants it today.", "local")


def test_a_version_that_raises_does_not_pass_by_raising(gated: Api) -> None:
    _run(gated, 2, 96, failed=40)
    assert _state(gated, 2)["verdict"] == "blocked"


def test_only_the_held_out_split_counts_and_other_labels_are_free(gated: Api) -> None:
    gated.put("/label-gates/production", {"dataset": "held out", "split": "test"})
    _run(gated, 2, 60)
    state = _state(gated, 2)
    assert (state["verdict"], state["metrics"][0]["n"]) == ("passed", 60)  # type: ignore[index]  # JSON
    gated.put("/prompt-labels/staging/support/answer", {"version": 3})
    gated.send("DELETE", "/label-gates/production", status=204)
    gated.send("DELETE", "/label-gates/production", status=404)
    _move(gated, 3, 200)
