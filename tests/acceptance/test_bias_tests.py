"""Bias tests of a judge on a real server, its provider simulated: the fair one is called fair, one that takes the first answer is not."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.evaluating import api, evaluating, send_answers
from tests.acceptance.serving import Server, until

from pellucid_demo.simulator.engine import Settings
from pellucid_demo.simulator.faults import Fault
from pellucid_demo.simulator.mind.judging import JudgeRates
from pellucid_demo.simulator.provider import Provider
from pellucid_demo.simulator.serving import serve_provider

WAIT_S = 180.0
CASES = 24
FAIR = Settings(latency=0, judge=JudgeRates(sensitivity=1, specificity=1, position_bias=0))
ANSWER = "To reset the password of account {number}: 1. Open the settings. 2. Press reset next to the password. 3. Follow the link."


@pytest.fixture(scope="module")
def only_provider() -> Provider:
    return Provider(FAIR)


@pytest.fixture
def provider(only_provider: Provider) -> Iterator[Provider]:
    yield only_provider
    only_provider.change(FAIR)


@pytest.fixture(scope="module")
def server(make_module_server: MakeServer, only_provider: Provider) -> Iterator[Server]:
    """With answers of now to judge."""
    url, stop = serve_provider(only_provider)
    made = evaluating(make_module_server, url)
    send_answers(
        made, [(f"How do I reset the password of account {number}?", ANSWER.format(number=number)) for number in range(CASES)]
    )
    yield made
    stop()


def made(server: Server, name: str, key: str = "helpfulness") -> str:
    """A judge of the gallery, switched off."""
    definition = next(entry for entry in api(server, "GET", "evaluator-gallery")["data"] if entry["key"] == key)["definition"]
    if definition["kind"] == "judge":
        definition["body"]["connection"] = "sim"
    body = {"name": name, "definition": definition, "filter": "kind:generation"}
    identity: str = api(server, "POST", "evaluators", body, 201)["id"]
    return identity


def outcome(server: Server, evaluator: str) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The test at its end, and its findings by probe."""
    assert api(server, "GET", f"evaluators/{evaluator}/bias-tests") == {"newest": None}
    run = api(server, "POST", f"evaluators/{evaluator}/bias-tests", {"cases": CASES}, 202)
    until(lambda: api(server, "GET", f"runs/{run['id']}")["state"] == "finished", WAIT_S, "the test ended")
    newest = api(server, "GET", f"evaluators/{evaluator}/bias-tests")["newest"]
    assert (newest["run_id"], newest["version"], newest["items"]) == (run["id"], 1, CASES)
    return newest, {one["probe"]: one for one in newest["findings"]}


def test_a_fair_judge_is_called_fair_and_each_figure_has_its_n(server: Server, provider: Provider) -> None:
    evaluator = made(server, "fair")
    newest, found = outcome(server, evaluator)
    assert newest["cases"] == CASES
    assert {probe: one["word"] for probe, one in found.items()} == dict.fromkeys(("longer", "own_style", "lean"), "fair") | {
        "repeats": "cannot_tell"  # of 24 cases without a contradiction up to 14 % may still have one
    }
    assert {one["estimate"]["n"] for one in found.values()} == {CASES}
    run = api(server, "GET", f"runs/{newest['run_id']}")
    assert run["calls"] == CASES * 8  # three times the case, longer, reworded, its verdict, and two orders
    assert run["result"]["cases"] == CASES


def test_a_judge_that_takes_what_it_reads_first_is_called_biased(server: Server, provider: Provider) -> None:
    provider.change(Settings(latency=0, judge=JudgeRates(sensitivity=1, specificity=1, position_bias=1)))
    _, found = outcome(server, made(server, "first"))
    assert (found["lean"]["word"], found["lean"]["estimate"]["value"]) == ("biased", 1)
    assert found["longer"]["word"] == "fair"


def test_a_judge_that_answers_nonsense_has_no_findings_and_says_why(server: Server, provider: Provider) -> None:
    provider.change(Settings(latency=0, fault_rates={Fault.NOT_JSON: 1}))
    _, found = outcome(server, made(server, "nonsense"))
    assert {one["word"] for one in found.values()} == {"cannot_tell"}
    assert [found[probe]["estimate"] for probe in ("repeats", "longer", "own_style")] == [None] * 3
    assert (found["repeats"]["without"], "not JSON" in found["repeats"]["reason"]) == (CASES, True)


def test_rules_are_not_tested_for_bias(server: Server) -> None:
    rule = made(server, "rule", "length")
    assert "Only judges" in api(server, "POST", f"evaluators/{rule}/bias-tests", {}, 400)["detail"]
