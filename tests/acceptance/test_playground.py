"""The playground and replays on a real server with a real provider simulator, from what was sent through the door."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.recorded import CountingProvider, Generation, call, counting_provider, ids, message, result, send
from tests.acceptance.serving import Server, until

JSON = "application/json"
LIMIT_S = 120.0
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "Weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@pytest.fixture(scope="module")
def provider() -> Iterator[tuple[CountingProvider, str]]:
    with counting_provider(latency=0.0) as made:
        yield made


@pytest.fixture(scope="module")
def bench(make_module_server: MakeServer, provider: tuple[CountingProvider, str]) -> Server:
    return connected(make_module_server("bench", PELLUCID_OUTBOUND_ALLOW=provider[1].removeprefix("http://")).start(), provider[1])


def connected(server: Server, url: str) -> Server:
    body = {
        "name": "sim",
        "provider": "openai",
        "base_url": f"{url}/v1",
        "key": "sk-simulated-key-0001",
        "default_model": "gpt-4o-mini",
    }
    answer = ask(server, "POST", "/model-connections", body, 201)
    assert "key" not in answer
    assert "sk-simulated" not in json.dumps(answer)
    return server


def ask(server: Server, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = httpx.request(method, f"{server.url}/api/v1{path}", json=body, timeout=60)
    assert answer.status_code == status, answer.text
    return answer.json()


def finished(server: Server, run_id: str) -> dict[str, Any]:
    def done() -> Any:
        run = ask(server, "GET", f"/runs/{run_id}")
        return run if run["state"] in ("finished", "failed", "paused", "cancelled") else None

    run: dict[str, Any] = until(done, LIMIT_S, "the run ends")
    return run


def chains(server: Server, run_id: str) -> list[dict[str, Any]]:
    items = ask(server, "GET", f"/runs/{run_id}/items?limit=500")["data"]
    return [chain for item in items for chain in (item["output"] or {"chains": []})["chains"]]


def stored(server: Server, trace_id: str) -> None:
    until(lambda: server.get(f"/api/v1/traces/{trace_id}").status_code == 200, LIMIT_S, "the trace is there")


def events(server: Server, pane: dict[str, Any]) -> list[tuple[str, Any]]:
    answer = httpx.post(f"{server.url}/api/v1/playground/ask", json=pane, timeout=60)
    assert answer.status_code == 200
    blocks = [block.split("\n") for block in answer.text.strip().split("\n\n")]
    return [(block[0].removeprefix("event: "), json.loads(block[1].removeprefix("data: "))) for block in blocks]


def test_a_pane_is_asked_streamed_recorded_and_priced(bench: Server) -> None:
    pane = {
        "connection": "sim",
        "messages": [{"role": "user", "parts": [{"type": "text", "text": "Tell me about {{topic}}."}]}],
        "variables": {"topic": "harbours"},
    }
    got = events(bench, pane)
    assert [name for name, _ in got[:-1]] == ["delta"] * (len(got) - 1)
    assert len(got) > 2
    name, answer = got[-1]
    assert name == "answer"
    assert "".join(data.get("text", "") for _, data in got[:-1]) == answer["text"]
    assert answer["cost_total"] > 0
    stored(bench, answer["trace_id"])
    span = ask(bench, "GET", f"/spans/{answer['span_id']}?trace_id={answer['trace_id']}")
    assert span["environment"] == "pellucid-playground"
    assert span["cost"] == pytest.approx(answer["cost_total"])
    assert span["usage"]["total"] == answer["input_tokens"] + answer["output_tokens"]
    assert "harbours" in json.dumps(span["messages_in"])


def test_what_goes_wrong_is_told_in_the_stream(bench: Server) -> None:
    [(name, problem)] = events(
        bench, {"connection": "nobody", "messages": [{"role": "user", "parts": [{"type": "text", "text": "x"}]}]}
    )
    assert (name, problem["code"]) == ("problem", "connection_unknown")
    [(name, problem)] = events(bench, {"connection": "sim"})
    assert (name, problem["code"]) == ("problem", "bad_pane")
    unknown = {
        "connection": "sim",
        "model": "no-such-model",
        "messages": [{"role": "user", "parts": [{"type": "text", "text": "x"}]}],
    }
    [(name, problem)] = events(bench, unknown)
    assert (name, problem["code"]) == ("problem", "model_refused_request")
    assert "no-such-model" in problem["detail"]


def test_a_generation_comes_back_as_a_pane(bench: Server) -> None:
    ask(bench, "POST", "/prompts", {"name": "greeter", "type": "text", "prompt": "Greet {{name}} in {{language}}."})
    trace_id, _ = ids("restore")
    system, user = message("system", "Greet Ann in French."), message("user", "Hi!")
    registered = Generation(
        messages=[system, user],
        answer=message("assistant", "Bonjour Ann!"),
        prompt=("greeter", 1),
        variables={"name": "Ann", "language": "French"},
        tools=[WEATHER],
        parameters={"temperature": 0.3},
    )
    free = Generation(messages=[system, user], answer=message("assistant", "Salut!"), prompt=("unknown", 7))
    first, second = send(bench, trace_id, [registered, free])
    stored(bench, trace_id)
    restored = ask(bench, "GET", f"/playground/restore/{trace_id}/{first}")
    pane = restored["pane"]
    assert restored["template"] is True
    assert pane["prompt"] == {"name": "greeter", "version": 1}
    assert pane["variables"] == {"name": "Ann", "language": "French"}
    assert [(one["role"], one["parts"][0]["text"]) for one in pane["messages"]] == [("user", "Hi!")]
    assert pane["tools"][0]["name"] == "get_weather"
    assert pane["parameters"]["temperature"] == 0.3
    assert pane["model"] == "gpt-4o-mini"
    assert restored["answer"][0]["parts"][0]["text"] == "Bonjour Ann!"
    literal = ask(bench, "GET", f"/playground/restore/{trace_id}/{second}")
    assert literal["template"] is False
    assert [one["role"] for one in literal["pane"]["messages"]] == ["system", "user"]
    asked = events(bench, {**pane, "connection": "sim"})
    assert asked[-1][0] == "answer"
    ask(bench, "GET", f"/playground/restore/{trace_id}/{'0' * 15}1", status=404)


def test_a_replay_of_another_version_compares_case_by_case(bench: Server) -> None:
    ask(bench, "POST", "/prompts", {"name": "teller", "type": "text", "prompt": "Answer about {{topic}} in short."})
    ask(bench, "POST", "/prompts", {"name": "teller", "type": "text", "prompt": "Answer about {{topic}} at length, politely."})
    places = []
    for number in range(8):
        trace_id, _ = ids("versions", number)
        sent = Generation(
            messages=[message("system", f"Answer about topic {number} in short."), message("user", f"What about {number}?")],
            answer=message("assistant", f"Topic {number} is fine."),
            prompt=("teller", 1),
            variables={"topic": f"topic {number}"},
        )
        places.append((trace_id, send(bench, trace_id, [sent])[0]))
        stored(bench, trace_id)
    change = {"connection": "sim", "prompt": {"name": "teller", "version": 2}}
    body = {"change": change, "filter": "prompt:teller", "limit": 100, "title": "teller 2"}
    run = finished(bench, ask(bench, "POST", "/replays", body, 201)["run_id"])
    assert run["done"] == 8
    assert run["result"]["stops"] == {"whole": 8}
    cost = next(one for one in run["result"]["measures"] if one["measure"] == "cost")
    assert cost["n"] == 8
    assert cost["low"] <= cost["difference"] <= cost["high"]
    replayed = chains(bench, run["id"])[0]["replayed"]
    stored(bench, replayed["trace_id"])
    span = ask(bench, "GET", f"/spans/{replayed['span_id']}?trace_id={replayed['trace_id']}")
    assert "at length, politely" in json.dumps(span["messages_in"])
    assert span["environment"] == "pellucid-replay"
    assert (span["links"][0]["trace_id"], span["links"][0]["span_id"]) in places
    again = ask(bench, "POST", "/replays", {"change": change, "filter": "environment:pellucid-replay"}, 422)
    assert again["code"] == "nothing_to_replay"


def recorded_weather(bench: Server, provider: CountingProvider, seed: str, said: str) -> tuple[str, Any]:
    """A trace in which the model asked for the weather as the simulator would, and the tool said `said`."""
    user = message("user", f"What is the weather in the city of Oslo? ({seed})")
    pane = {
        "connection": "sim",
        "messages": [{"role": "user", "parts": [{"type": "text", "text": user["parts"][0]["content"]}]}],
        "tools": [{key: WEATHER[key] for key in ("name", "description", "parameters")}],
        "parameters": {"tool_choice": "required"},
    }
    [wished] = [part for part in events(bench, pane)[-1][1]["messages"][0]["parts"] if part["type"] == "tool_call"]
    trace_id, _ = ids("weather", seed)
    assistant = message("assistant", call("get_weather", wished["arguments"], "call_1"))
    tool = message("tool", result(said, "call_1"))
    first = Generation(messages=[user], answer=assistant, tools=[WEATHER])
    second = Generation(messages=[user, assistant, tool], answer=message("assistant", f"It is {said}."), tools=[WEATHER])
    send(bench, trace_id, [first, second])
    stored(bench, trace_id)
    return trace_id, wished["arguments"]


def test_recorded_tool_results_answer_in_place_of_the_tools(bench: Server, provider: tuple[CountingProvider, str]) -> None:
    trace_id, _ = recorded_weather(bench, provider[0], "same", "overcast with drizzle")
    run = finished(bench, ask(bench, "POST", "/replays", {"change": {"connection": "sim"}, "trace_ids": [trace_id]}, 201)["run_id"])
    [chain] = chains(bench, run["id"])
    assert chain["stopped"] == ""
    assert chain["calls"] == 2
    assert "overcast" in chain["replayed"]["text"]
    assert chain["recorded"]["text"] == "It is overcast with drizzle."
    assert run["result"]["compared"] == 1


def test_a_replay_stops_where_a_tool_is_called_otherwise(bench: Server, provider: tuple[CountingProvider, str]) -> None:
    user = message("user", "What is the weather in the city of Bergen?")
    other = message("assistant", call("get_weather", {"city": "somewhere else entirely"}, "call_1"))
    tool = message("tool", result("sunny", "call_1"))
    trace_id, _ = ids("differs")
    first = Generation(messages=[user], answer=other, tools=[WEATHER])
    second = Generation(messages=[user, other, tool], answer=message("assistant", "Sunny."), tools=[WEATHER])
    send(bench, trace_id, [first, second])
    stored(bench, trace_id)
    run = finished(bench, ask(bench, "POST", "/replays", {"change": {"connection": "sim"}, "trace_ids": [trace_id]}, 201)["run_id"])
    [chain] = chains(bench, run["id"])
    assert chain["stopped"] == "tool_call_differs"
    assert chain["tool"]["name"] == "get_weather"
    assert chain["calls"] == 1
    assert run["result"]["compared"] == 0
    assert run["result"]["stops"] == {"tool_call_differs": 1}


def test_panes_run_over_a_data_set_and_are_compared(bench: Server) -> None:
    ask(bench, "POST", "/datasets", {"name": "cities"}, 201)
    items = [{"id": f"c{n}", "input": {"city": f"City {n}"}, "expected": f"City {n} is a city."} for n in range(6)]
    ask(bench, "POST", "/datasets/cities/items", items, 201)
    said = {"role": "user", "parts": [{"type": "text", "text": "What is {{city}}?"}]}
    panes = [{"connection": "sim", "messages": [said]}, {"connection": "sim", "model": "gpt-4.1-mini", "messages": [said]}]
    run = finished(bench, ask(bench, "POST", "/playground/tables", {"panes": panes, "dataset": "cities"}, 201)["run_id"])
    assert (run["items"], run["done"]) == (12, 12)
    first, second = run["result"]["panes"]
    assert (first["cases"], second["cases"]) == (6, 6)
    by_name = {one["measure"]: one for one in second["measures"]}
    assert by_name["agreement"]["n"] == 6
    assert by_name["cost"]["mean"] > by_name["cost"]["baseline_mean"]


def evaluator(bench: Server, name: str, *, select: str, rule: str, **settings: Any) -> str:
    """A rule that is switched off, so that it scores only where it is asked to; its id."""
    definition = {
        "kind": "rule",
        "target": "span",
        "output": "boolean",
        "score_name": name,
        "body": {"rule": rule, "select": select, "settings": settings},
    }
    made = ask(bench, "POST", "/evaluators", {"name": name, "definition": definition, "enabled": False}, 201)
    return str(made["id"])


def test_panes_run_over_recorded_generations_and_are_scored(bench: Server) -> None:
    ask(bench, "POST", "/prompts", {"name": "weigher", "type": "text", "prompt": "Speak of {{topic}}."})
    places = []
    for number in range(6):
        trace_id, _ = ids("weigher", number)
        asked = [message("system", f"Speak of weight {number}."), message("user", f"How heavy is {number}?")]
        said = message("assistant", "Heavy.")
        sent = Generation(messages=asked, answer=said, prompt=("weigher", 1), variables={"topic": f"weight {number}"})
        places.append((trace_id, send(bench, trace_id, [sent])[0]))
        stored(bench, trace_id)
    short = evaluator(bench, "short", select="$.output", rule="length", max=10)
    asks = evaluator(bench, "asked for a weight", select="$.input", rule="contains", words=["How heavy"])
    pane = {"connection": "sim", "prompt": {"name": "weigher", "version": 1}}
    body = {
        "panes": [pane, {**pane, "model": "gpt-4.1-mini"}],
        "filter": "prompt:weigher",
        "limit": 100,
        "evaluators": [short, asks],
    }
    run = finished(bench, ask(bench, "POST", "/playground/tables", body, 201)["run_id"])
    assert (run["state"], run["items"], run["done"]) == ("finished", 18, 18)
    assert run["calls"] == 12  # the recorded answers are scored, not asked for again
    assert run["settings"]["evaluators"] == [{"id": short, "version": 1}, {"id": asks, "version": 1}]
    recorded, first, second = run["result"]["panes"]
    assert run["result"]["baseline"] == recorded["pane"] == -1
    assert [pane["cases"] for pane in (recorded, first, second)] == [6, 6, 6]
    means = {one["measure"]: one for one in recorded["means"]}
    assert means["score:short"]["mean"] == 1.0
    assert means["score:short"]["low"] < 1.0
    assert {one["measure"]: one["mean"] for one in first["means"]}["score:asked for a weight"] == 1.0
    against = {one["measure"]: one for one in first["measures"]}
    assert against["score:short"]["n"] == 6
    assert against["score:short"]["difference"] == -1.0
    assert against["score:short"]["verdict"] == "worse"
    assert "agreement" not in against
    assert against["duration"]["low"] <= against["duration"]["difference"] <= against["duration"]["high"]
    assert {one["measure"] for one in second["measures"]} >= {"cost", "output_tokens", "score:short"}
    items = ask(bench, "GET", f"/runs/{run['id']}/items?limit=500")["data"]
    assert "How heavy" not in json.dumps([item["input"] for item in items])  # conversations are not copied into runs
    answer = next(item["output"] for item in items if item["input"]["pane"] == 0)
    stored(bench, answer["trace_id"])
    span = ask(bench, "GET", f"/spans/{answer['span_id']}?trace_id={answer['trace_id']}")
    assert [one["role"] for one in span["messages_in"]] == ["system", "user"]
    assert (span["prompt"]["name"], span["prompt"]["version"]) == ("weigher", "1")
    assert {one["name"]: one["value"] for one in answer["scores"]} == {"short": False, "asked for a weight": True}
    assert ask(bench, "GET", f"/traces/{answer['trace_id']}")["scores"] == []


def test_what_a_table_cannot_run_over_is_refused(bench: Server) -> None:
    pane = {"connection": "sim", "messages": [{"role": "user", "parts": [{"type": "text", "text": "x"}]}]}
    both = {"panes": [pane], "filter": "", "cases": [{"id": "1", "input": "x"}]}
    assert "exactly one" in ask(bench, "POST", "/playground/tables", both, 400)["detail"]
    assert "exactly one" in ask(bench, "POST", "/playground/tables", {"panes": [pane]}, 400)["detail"]
    nobody = {"panes": [pane], "cases": [{"id": "1", "input": "x"}], "evaluators": ["nobody"]}
    assert ask(bench, "POST", "/playground/tables", nobody, 404)["code"] == "no_such_evaluator"
    nothing = {"panes": [pane], "filter": "model:never-called"}
    assert ask(bench, "POST", "/playground/tables", nothing, 422)["code"] == "nothing_to_replay"


def test_a_draft_is_kept_by_what_it_is(bench: Server) -> None:
    pane = {"connection": "sim", "messages": [{"role": "user", "parts": [{"type": "text", "text": "long " * 50_000}]}]}
    kept = ask(bench, "POST", "/playground/drafts", {"panes": [pane]}, 201)
    assert ask(bench, "POST", "/playground/drafts", {"panes": [pane]}, 201)["id"] == kept["id"]
    assert ask(bench, "GET", f"/playground/drafts/{kept['id']}")["panes"][0]["messages"][0]["parts"] == pane["messages"][0]["parts"]
    assert ask(bench, "GET", "/playground/drafts/draft_none", status=404)["code"] == "no_such_draft"


def test_200_generations_survive_kill_9_and_no_recorded_call_is_repeated(make_server: MakeServer) -> None:
    with counting_provider(latency=0.05) as (counting, url):
        server = connected(make_server(PELLUCID_OUTBOUND_ALLOW=url.removeprefix("http://")).start(), url)
        for number in range(200):
            said = [message("user", f"Question number {number}: what is it about?")]
            send(server, ids("many", number)[0], [Generation(messages=said, answer=message("assistant", "That."))])
        until(lambda: len(ask(server, "GET", "/spans?filter=kind:generation&limit=500")["data"]) == 200, LIMIT_S, "all are there")
        body = {"change": {"connection": "sim", "model": "gpt-4.1-mini"}, "filter": "", "limit": 500}
        run_id = ask(server, "POST", "/replays", body, 201)["run_id"]
        seen = until(lambda: _some_done(server, run_id), LIMIT_S, "some are done")
        assert 0 < seen["done"] < 200  # the page sees progress while it runs
        server.kill()
        server.start()
        run = finished(server, run_id)
        assert (run["state"], run["done"], run["items"]) == ("finished", 200, 200)
        assert run["calls"] == 200
        repeated = sum(times - 1 for times in counting.asked.values())
        assert len(counting.asked) == 200
        assert repeated <= run["interrupted"]
        assert run["result"]["compared"] == 200


def _some_done(server: Server, run_id: str) -> Any:
    run = ask(server, "GET", f"/runs/{run_id}")
    return run if run["done"] >= 20 else None
