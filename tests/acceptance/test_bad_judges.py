"""Judges that answer badly: each case has a state with its reason, no score is invented, and what can be tried again is."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.evaluating import api, evaluating, scores, send_answers
from tests.acceptance.serving import Server, until

from pellucid_demo.simulator.engine import Settings
from pellucid_demo.simulator.faults import Fault
from pellucid_demo.simulator.provider import Provider
from pellucid_demo.simulator.serving import serve_provider

WAIT_S = 240.0
CASES = 6
SOUND = Settings(latency=0)


@pytest.fixture(scope="module")
def only_provider() -> Provider:
    return Provider(SOUND)


@pytest.fixture
def provider(only_provider: Provider) -> Iterator[Provider]:
    yield only_provider
    only_provider.change(SOUND)


@pytest.fixture(scope="module")
def server(make_module_server: MakeServer, only_provider: Provider) -> Iterator[Server]:
    """With answers of now to judge."""
    url, stop = serve_provider(only_provider)
    made = evaluating(make_module_server, url)
    send_answers(
        made, [("How do I reset my password?", f"{number}. Open the settings and press reset.") for number in range(CASES)]
    )
    yield made
    stop()


def judging(server: Server, name: str, **changes: Any) -> dict[str, Any]:
    """A run of a judge of its own over all answers."""
    definition = next(one for one in api(server, "GET", "evaluator-gallery")["data"] if one["key"] == "coherence")["definition"]
    definition |= {"score_name": name, **changes}
    definition["body"]["connection"] = "sim"
    made = api(server, "POST", "evaluators", {"name": name, "definition": definition, "filter": "kind:generation"}, 201)
    run: dict[str, Any] = api(server, "POST", f"evaluators/{made['id']}/backfill?from=-1h", {}, 202)
    assert run["items"] == CASES
    return run


def ended(server: Server, run: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = until(
        lambda: (now := api(server, "GET", f"runs/{run['id']}"))["state"] == "finished" and now, WAIT_S, "the run finished"
    )
    return found


@pytest.mark.parametrize(
    ("fault", "status", "reason"),
    [
        (Fault.NOT_JSON, "invalid", "is not JSON"),
        (Fault.OUT_OF_RANGE, "invalid", "does not fit the response schema"),
        (Fault.TRUNCATED, "invalid", "was cut off at the token limit"),
        (Fault.REFUSAL, "refused", "refused to answer"),
    ],
)
def test_an_answer_without_a_verdict_is_a_missing_score_with_its_reason(
    server: Server, provider: Provider, fault: Fault, status: str, reason: str
) -> None:
    provider.change(Settings(latency=0, fault_rates={fault: 1}))
    name = f"bad_{fault.value}"
    run = ended(server, judging(server, name))
    assert (run["done"], run["failed"]) == (CASES, 0)
    assert run["result"]["verdicts"] == {status: CASES}
    assert run["result"]["mean"] is None
    found = scores(server, f"name:{name}")
    assert [(one["status"], one["value"]) for one in found] == [(status, None)] * CASES
    assert all(reason in one["comment"] for one in found)
    (mean,) = api(server, "GET", f"score-analyses?name={name}")["voices"]
    assert (mean["mean"]["raw"], mean["mean"]["missing"]) == (None, CASES)  # missing, and never a zero


@pytest.mark.parametrize("fault", [Fault.BAD_REQUEST, Fault.UNAUTHORIZED])
def test_a_provider_that_refuses_the_request_fails_the_items_and_they_can_be_tried_again(
    server: Server, provider: Provider, fault: Fault
) -> None:
    provider.change(Settings(latency=0, fault_rates={fault: 1}))
    name = f"bad_{fault.value}"
    run = ended(server, judging(server, name))
    assert (run["done"], run["failed"]) == (0, CASES)
    items = api(server, "GET", f"runs/{run['id']}/items?state=failed")["data"]
    assert all(one["error"].startswith("model_refused_request: ") for one in items)
    assert scores(server, f"name:{name}") == []
    provider.change(SOUND)
    api(server, "POST", f"runs/{run['id']}/resume", {})
    assert ended(server, run)["done"] == CASES
    assert {one["status"] for one in scores(server, f"name:{name}")} == {"valid"}


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.RATE_LIMIT, Fault.OVERLOADED, Fault.DISCONNECT])
def test_a_provider_that_is_ill_is_waited_for_and_nothing_is_lost(server: Server, provider: Provider, fault: Fault) -> None:
    provider.change(Settings(latency=0, fault_rates={fault: 1}))
    name = f"ill_{fault.value}"
    run = judging(server, name)
    until(lambda: api(server, "GET", f"runs/{run['id']}")["running"] == CASES, WAIT_S, "all are being asked")
    assert scores(server, f"name:{name}") == []
    provider.change(SOUND)
    assert ended(server, run)["done"] == CASES
    assert len({one["span_id"] for one in scores(server, f"name:{name} status:valid")}) == CASES


def test_a_path_that_finds_nothing_asks_nobody_and_says_which(server: Server) -> None:
    run = ended(server, judging(server, "nothing", variables={"question": "$.input", "answer": "$.metadata.gone"}))
    assert (run["done"], run["calls"]) == (CASES, 0)
    found = scores(server, "name:nothing")
    assert {(one["status"], one["value"]) for one in found} == {("invalid", None)}
    assert {one["comment"] for one in found} == {"`answer` ($.metadata.gone) finds nothing here, so there is nothing to judge."}


def test_a_slow_provider_is_waited_for(server: Server, provider: Provider) -> None:
    provider.change(Settings(latency=0.2, fault_rates={Fault.SLOW: 1}))
    run = ended(server, judging(server, "slow"))
    assert (run["done"], run["failed"], run["calls"]) == (CASES, 0, CASES)
    assert {one["status"] for one in scores(server, "name:slow")} == {"valid"}
