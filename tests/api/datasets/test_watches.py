"""After a deployment: a tenth of each day is judged, a rolling week compared with the stored baseline, and a fall is told once."""

import pytest
from tests.api.datasets.conftest import NOW, Api, DatasetHouse, Watching
from tests.store.spans.tables import SECOND, insert, payload, span

from pellucid_server.core.clock import DAY
from pellucid_server.store.spans.columns import PAYLOADS, SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

PROMPT = "support/watched"
CASES = 60
ANSWERED = 240
"""On each day."""
TODAY = NOW // DAY * DAY


@pytest.fixture(scope="module")
def traffic(driver: ClickHouseDriver) -> None:
    """Eight days in which version 2 answers, half an hour before each midnight, and version 1 as often."""
    made = [
        span(
            f"served-{day}-{version}-{number}",
            start_time=TODAY + (day + 1) * DAY - 1_800 * SECOND + number * SECOND,
            kind="generation",
            prompt_name=PROMPT,
            prompt_version=str(version),
        )
        for day in range(8)
        for version in (1, 2)
        for number in range(ANSWERED)
    ]
    insert(driver, SPANS, made)
    insert(driver, PAYLOADS, [payload(one, "q", "{}") for one in made])


@pytest.fixture
def deployed(api: Api, traffic: None) -> Api:
    """Version 2 passed its gate against version 1, which was right in 48 of 60 cases, and is live."""
    api.post("/datasets", {"name": "held out"})
    api.post("/datasets/held out/items", [{"id": f"c{n:02}", "input": f"q{n}"} for n in range(CASES)])
    for text in ("one", "two"):
        api.post("/prompts", {"name": PROMPT, "type": "text", "prompt": text}, 200)
    api.put(f"/prompt-labels/production/{PROMPT}", {"version": 1})
    api.put("/label-gates/production", {"dataset": "held out", "scorers": ["evaluator:correct"]})
    for version, right in ((1, 48), (2, 54)):
        made = api.post(
            "/experiments",
            {"name": f"v{version}", "dataset": "held out", "metadata": {"prompt": PROMPT, "prompt_version": version}},
        )
        results = [{"item_id": f"c{n:02}", "scores": [{"name": "correct", "value": float(n < right)}]} for n in range(CASES)]
        api.send("POST", f"/experiments/{made['id']}/items", results, 204)
    assert api.get(f"/prompt-watches/{PROMPT}?label=production") is None
    api.put(f"/prompt-labels/production/{PROMPT}", {"version": 2})
    return api


def _watch(api: Api) -> dict[str, object]:
    found: dict[str, object] = api.get(f"/prompt-watches/{PROMPT}?label=production")
    return found


def test_a_tenth_of_each_day_is_drawn_once_and_a_fall_is_told_once(deployed: Api, house: DatasetHouse, watching: Watching) -> None:
    house.gate_watch.run_due()
    assert watching.judges.given == []
    for day in (1, 2):
        watching.clock.now = TODAY + day * DAY + 3_600 * SECOND
        house.gate_watch.run_due()
        house.gate_watch.run_due()
        assert len(set(watching.judges.given)) == day * ANSWERED // 10
    watch = _watch(deployed)
    assert [(one["answered"], one["drawn"], one["fallen"]) for one in watch["days"]] == [  # type: ignore[attr-defined]  # JSON
        (ANSWERED, ANSWERED // 10, ["correct"]),
        (ANSWERED, ANSWERED // 10, []),
    ]
    (metric,) = watch["metrics"]  # type: ignore[misc]  # JSON
    assert (metric["verdict"], metric["n"], metric["baseline_n"]) == ("blocked", 2 * ANSWERED // 10, CASES)
    assert (metric["mean"], metric["baseline_mean"]) == (0.0, 0.8)
    assert metric["high"] < -0.04
    (event,) = watching.told.events
    assert (event.kind, event.scope) == ("gate", {"prompt": PROMPT, "prompt_version": "2"})
    assert event.title.startswith(f"{PROMPT} v2 has fallen below its baseline since it went out: correct 0 against 0.8")


def test_what_holds_is_told_to_nobody_and_only_the_last_week_counts(deployed: Api, house: DatasetHouse, watching: Watching) -> None:
    watching.judges.value = 1.0
    for day in range(1, 9):
        watching.clock.now = TODAY + day * DAY + 3_600 * SECOND
        house.gate_watch.run_due()
    watch = _watch(deployed)
    (metric,) = watch["metrics"]  # type: ignore[misc]  # JSON
    assert metric["verdict"] == "passed"
    assert metric["n"] == 7 * ANSWERED // 10
    assert len(watch["days"]) == 7  # type: ignore[arg-type]  # JSON
    assert watching.told.events == []


def test_a_label_without_a_gate_and_a_prompt_without_a_deployment_say_so(deployed: Api) -> None:
    assert deployed.get(f"/prompt-watches/{PROMPT}?label=staging", 404)["code"] == "no_such_gate"
    deployed.post("/prompts", {"name": "other", "type": "text", "prompt": "x"}, 200)
    assert deployed.get("/prompt-watches/other?label=production") is None
