"""Duels on a real server with a simulated provider: the better experiment is the stronger one, and a judge that reads only the first
answer is seen to do so."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.evaluating import api, evaluating
from tests.acceptance.serving import Server, until

from pellucid_demo.simulator.engine import Settings
from pellucid_demo.simulator.faults import Fault
from pellucid_demo.simulator.mind.judging import JudgeRates
from pellucid_demo.simulator.provider import Provider
from pellucid_demo.simulator.serving import serve_provider

WAIT_S = 120.0
CASES = 24
FAIR = Settings(latency=0, judge=JudgeRates(sensitivity=1, specificity=1, position_bias=0))


@pytest.fixture(scope="module")
def only_provider() -> Provider:
    return Provider(FAIR)


@pytest.fixture
def provider(only_provider: Provider) -> Iterator[Provider]:
    yield only_provider
    only_provider.change(FAIR)


@pytest.fixture(scope="module")
def server(make_module_server: MakeServer, only_provider: Provider) -> Iterator[Server]:
    """With two experiments over one data set: one that helps, one that sends people away; the last case failed in the second."""
    url, stop = serve_provider(only_provider)
    made = evaluating(make_module_server, url)
    api(made, "POST", "datasets", {"name": "help"}, 201)
    questions = {f"c{number}": f"How do I reset the password of account {number}?" for number in range(CASES)}
    api(made, "POST", "datasets/help/items", [{"id": id_, "input": text} for id_, text in questions.items()], 201)
    texts: dict[str, Callable[[str], str]] = {
        "helpful": lambda question: (
            f"{question} 1. Open the settings of the account. 2. Press reset next to the password. 3. Follow the link in the mail."
        ),
        "evasive": lambda question: "Please contact your administrator.",
    }
    for name, answer in texts.items():
        api(made, "POST", "experiments", {"name": name, "dataset": "help"}, 201)
        results: list[dict[str, Any]] = [{"item_id": id_, "output": answer(text)} for id_, text in questions.items()]
        if name == "evasive":
            results[-1] = {"item_id": f"c{CASES - 1}", "error": "It broke."}
        api(made, "POST", f"experiments/{name}/items", results, 204)
    yield made
    stop()


def body(**changes: Any) -> dict[str, Any]:
    return {"judge": {"connection": "sim"}, "contestants": [{"experiment": "helpful"}, {"experiment": "evasive"}], **changes}


def fought(server: Server, asked: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The run at its end, and the standings."""
    run = api(server, "POST", "duels", asked, 202)
    ended = until(lambda: (now := api(server, "GET", f"runs/{run['id']}"))["state"] == "finished" and now, WAIT_S, "all fought")
    return ended, api(server, "GET", f"duels/{run['id']}")


def test_the_better_experiment_is_the_stronger_one_and_every_duel_can_be_read(server: Server) -> None:
    preview = api(server, "POST", "duel-previews", body())
    assert (preview["duels"], preview["calls"], preview["alone"]) == (CASES - 1, 2 * (CASES - 1), 1)
    run, table = fought(server, body())
    assert (run["title"], run["calls"], run["failed"]) == ("helpful against evasive", 2 * (CASES - 1), 0)
    assert run["cost"] > 0
    assert [one["name"] for one in table["contestants"]] == ["helpful", "evasive"]
    strongest = table["contestants"][0]
    assert (strongest["won"], strongest["lost"], strongest["strength"]["n"]) == (CASES - 1, 0, CASES - 1)
    assert strongest["strength"]["low"] > 0.5
    assert table["lean"]["value"] == 0
    assert run["result"]["decided"] == table["decided"] == CASES - 1
    listed = api(server, "GET", f"duels/{run['id']}/duels?limit=10")
    assert (len(listed["data"]), listed["next_cursor"]) == (10, "9")
    duel = api(server, "GET", f"duels/{run['id']}/duels/3")
    assert (duel["won"], [order["winner"] for order in duel["orders"]]) == (1, ["first", "first"])
    assert "reset the password" in duel["first"]["question"]
    assert duel["second"]["text"] == "Please contact your administrator."
    server.settle()
    for order in duel["orders"]:
        assert api(server, "GET", f"traces/{order['trace_id']}")["trace"]["environment"] == "pellucid-evaluators"


def test_a_judge_that_always_takes_the_first_is_seen_and_decides_nothing(server: Server, provider: Provider) -> None:
    provider.change(Settings(latency=0, judge=JudgeRates(position_bias=1)))
    _, table = fought(server, body())
    assert table["lean"]["value"] == 1
    assert table["agreement"]["value"] == 0
    assert [one["strength"]["value"] for one in table["contestants"]] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("fault", [Fault.NOT_JSON, Fault.TRUNCATED, Fault.REFUSAL])
def test_a_judge_that_says_nothing_of_use_decides_nothing(server: Server, provider: Provider, fault: Fault) -> None:
    provider.change(Settings(latency=0, fault_rates={fault: 1}))
    run, table = fought(server, body())
    assert (table["decided"], table["missing"], table["contestants"]) == (0, CASES - 1, [])
    duel = api(server, "GET", f"duels/{run['id']}/duels/0")
    assert {order["status"] for order in duel["orders"]} == {"refused" if fault is Fault.REFUSAL else "invalid"}
    assert all(order["reason"] for order in duel["orders"])


def test_what_cannot_meet_is_refused_with_the_reason(server: Server) -> None:
    for contestants, word in (
        ([{"experiment": "helpful"}], "2 to"),
        ([{"experiment": "helpful"}, {"experiment": "gone"}], "no experiment 'gone'"),
        ([{"experiment": "helpful"}, {"filter": "kind:generation"}], "all experiments or all filters"),
        ([{"experiment": "helpful"}, {"experiment": "helpful"}], "same name"),
        ([{"filter": "model:a"}, {"filter": "model:b"}], "nobody meets"),
    ):
        problem = api(server, "POST", "duels", body(contestants=contestants), 400)
        assert problem["code"] == "bad_contest"
        assert word in problem["detail"]
    assert api(server, "GET", "duels/run_gone", None, 404)["code"] == "no_such_contest"
