"""Probe sets on a real server with a simulated provider: a silent swap of the model behind an alias is found, told and paged, once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.serving import until
from tests.acceptance.test_evaluators import WAIT_S, api

from pellucid_demo.probing import probe_set
from pellucid_demo.simulator import Provider, Settings, serve_provider
from pellucid_demo.simulator.catalogue import SUCCESSORS, Swap

PROMPTS = probe_set()["prompts"]


@pytest.fixture
def provider() -> Iterator[tuple[Provider, str]]:
    made = Provider(Settings(latency=0.0))
    url, stop = serve_provider(made)
    yield made, url
    stop()


def test_a_silent_swap_is_found_told_and_paged_once(make_server: MakeServer, provider: tuple[Provider, str]) -> None:
    simulated, url = provider
    server = make_server(PELLUCID_OUTBOUND_ALLOW=url.removeprefix("http://")).start()
    connection = {"name": "sim", "provider": "openai", "base_url": f"{url}/v1", "key": "sk-sim", "default_model": "gpt-4o"}
    api(server, "POST", "model-connections", connection, 201)
    body = {"name": "Help", "connection": "sim", "model": "gpt-4o", "prompts": PROMPTS, "parameters": {"temperature": 0.7}}
    made = api(server, "POST", "probe-sets", {**body, "every_s": 3_600}, 201)

    def looks() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api(server, "GET", f"probe-sets/{made['id']}")["looks"]
        return found

    def look_again(count: int) -> dict[str, Any]:
        api(server, "PUT", f"probe-sets/{made['id']}/enabled", {"enabled": True})
        found: list[dict[str, Any]] = until(lambda: len(now := looks()) >= count and now, WAIT_S, f"look {count}")
        return found[0]

    first = until(looks, WAIT_S, "the reference")[0]
    assert (first["distance"], first["answers"], first["failed"]) == (None, 3 * len(PROMPTS), 0)
    server.stop()
    server.start()  # the reference and the schedule stay
    same = look_again(2)
    assert (same["moved"], same["distance"] is not None) == (False, True)
    assert same["p"] > same["level"]
    simulated.change(
        Settings(latency=0.0, swaps=(Swap(alias="gpt-4o", since=datetime(2020, 1, 1, tzinfo=UTC), version=SUCCESSORS["gpt-4o"]),))
    )
    moved = look_again(3)
    assert moved["moved"]
    assert moved["p"] <= moved["level"]
    assert moved["low"] > 0
    assert moved["models"] != first["models"]
    (event,) = api(server, "GET", "events?from=-1h&kind=behaviour")["data"]
    assert event["scope"] == {"model_requested": "gpt-4o"}
    assert "answers otherwise" in event["title"]

    def incidents() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api(server, "GET", "incidents")["data"]
        return [one for one in found if one["members"][0]["segment"] == "Help"]

    (incident,) = until(incidents, WAIT_S, "an incident")
    assert "gpt-4o answers Help otherwise" in incident["members"][0]["text"]
    assert look_again(4)["moved"]
    assert len(api(server, "GET", "events?from=-1h&kind=behaviour")["data"]) == 1
    assert len(incidents()) == 1
    assert not api(server, "GET", "traces?filter=environment:production")["data"]
    api(server, "POST", f"probe-sets/{made['id']}/renew", {})
    renewed = until(lambda: len(now := looks()) >= 5 and now, WAIT_S, "the new reference")[0]
    assert (renewed["distance"], renewed["moved"]) == (None, False)


def test_what_is_no_probe_set_is_refused_in_words(make_server: MakeServer) -> None:
    server = make_server().start()
    body: dict[str, Any] = {"name": "x", "connection": "sim", "model": "gpt-4o", "prompts": PROMPTS}
    for wrong, word in (
        ({"prompts": PROMPTS[:2]}, "3 to 50"), ({"repeats": 1}, "repeats"), ({"every_s": 10}, "every_s"), ({"model": " "}, "model"),
    ):  # fmt: skip
        assert word in api(server, "POST", "probe-sets", {**body, **wrong}, 400)["detail"]
    assert api(server, "GET", "probe-sets/none", expect=404)["code"] == "no_such_probe_set"
