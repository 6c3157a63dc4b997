"""Evaluators on a real server with a simulated provider: live traffic is scored, a killed server goes on where it was, links rate."""

import random
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.evaluating import api, evaluating, judge, scores, send
from tests.acceptance.serving import until
from tests.unit.ingest.otlp_bodies import T0, span, traces

from pellucid_demo.simulator import serve_in_thread
from pellucid_server.evals.running import CONCURRENCY

WAIT_S = 120.0


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    url, stop = serve_in_thread()
    yield url
    stop()


def test_live_traffic_is_scored_by_rule_and_judge(make_server: MakeServer, provider: str) -> None:
    server = evaluating(make_server, provider)
    rule = {
        "kind": "rule",
        "target": "span",
        "output": "boolean",
        "score_name": "short",
        "body": {"rule": "length", "select": "$.input"},
    }
    everything = {"default": 1, "strata": []}
    api(server, "POST", "evaluators", {"name": "short", "definition": rule, "enabled": True, "sampling": everything}, 201)
    api(server, "POST", "evaluators", {**judge(server), "enabled": True}, 201)
    send(server, 5)
    by_rule = until(lambda: [one for one in scores(server, "name:short") if one["status"] == "valid"], WAIT_S, "the rule scored")
    assert {one["value"] for one in by_rule} == {1.0}
    judged = until(lambda: len(found := scores(server, "name:helpfulness")) == 20 and found, WAIT_S, "the judge scored all")
    assert {one["status"] for one in judged} == {"valid"}
    assert all(one["judge_model"] and one["evaluator_trace_id"] and one["cost"] > 0 for one in judged)
    server.settle()
    trace = api(server, "GET", f"traces/{judged[0]['evaluator_trace_id']}")
    assert trace["trace"]["environment"] == "pellucid-evaluators"
    assert not scores(server, "name:short source:evaluator trace_id:" + judged[0]["evaluator_trace_id"])  # no judge is judged


def test_a_killed_server_goes_on_where_it_was_and_asks_nothing_twice(make_server: MakeServer, provider: str) -> None:
    server = evaluating(make_server, provider)
    send(server, 60)
    made = api(server, "POST", "evaluators", judge(server), 201)
    run = api(server, "POST", f"evaluators/{made['id']}/backfill?from=-1h", {}, 202)
    assert run["items"] == 240

    def progress() -> dict[str, Any]:
        found: dict[str, Any] = api(server, "GET", f"runs/{run['id']}")
        return found

    until(lambda: progress()["done"] >= 20, WAIT_S, "some are done")
    server.kill()
    server.start()
    ended = until(lambda: (now := progress())["state"] == "finished" and now, WAIT_S, "the run finished")
    assert (ended["done"], ended["failed"]) == (240, 0)
    server.settle()
    judged = scores(server, "name:helpfulness")
    assert len({one["span_id"] for one in judged}) == len(judged) == 240
    # Each item asked once; only those in flight at the kill can have been asked twice, and they are counted.
    assert ended["calls"] == 240
    assert ended["interrupted"] <= CONCURRENCY


def test_an_edit_in_mid_run_changes_nothing_of_the_run(make_server: MakeServer, provider: str) -> None:
    server = evaluating(make_server, provider)
    send(server, 40)
    made = api(server, "POST", "evaluators", judge(server), 201)
    run = api(server, "POST", f"evaluators/{made['id']}/backfill?from=-1h", {}, 202)
    edited = made["current"]["definition"] | {"score_name": "another"}
    assert api(server, "POST", f"evaluators/{made['id']}/versions", {"definition": edited}, 201)["current"]["version"] == 2
    until(lambda: api(server, "GET", f"runs/{run['id']}")["state"] == "finished", WAIT_S, "the run finished")
    assert {one["evaluator_version"] for one in scores(server, "name:helpfulness")} == {"1"}
    assert scores(server, "name:another") == []


def test_a_link_rates_without_a_key_and_only_its_trace(make_server: MakeServer, provider: str) -> None:
    server = make_server().start()
    link = api(server, "POST", "feedback-links", {"trace_id": "ab" * 16}, 201)
    rated = api(
        server, "POST", "linked-feedback", {"rating": True, "comment": "Thanks"}, 201, authorization=f"Bearer {link['token']}"
    )
    api(server, "POST", "linked-feedback", {"rating": False}, 201, authorization=f"Bearer {link['token']}")
    found = scores(server, "source:feedback")
    assert [(one["id"], one["value"], one["trace_id"]) for one in found] == [(rated["data"][0]["id"], 0.0, "ab" * 16)]
    forged = link["token"][:-4] + ("AAAA" if link["token"][-4:] != "AAAA" else "BBBB")
    assert (
        api(server, "POST", "linked-feedback", {"rating": True}, 400, authorization=f"Bearer {forged}")["code"]
        == "bad_feedback_link"
    )


def test_a_flood_by_one_link_is_refused_and_the_last_word_that_was_taken_holds(make_server: MakeServer) -> None:
    server = make_server().start()
    token = api(server, "POST", "feedback-links", {"trace_id": "ad" * 16}, 201)["token"]
    with httpx.Client(base_url=f"{server.url}/api/v1", headers={"authorization": f"Bearer {token}"}, timeout=60) as client:
        codes = [client.post("linked-feedback", json={"rating": number % 2 == 0}).status_code for number in range(400)]
    assert set(codes) == {201, 429}
    [kept] = scores(server, "source:feedback")
    last = max(place for place, code in enumerate(codes) if code == 201)
    assert kept["value"] == float(last % 2 == 0)


def test_feedback_for_a_trace_that_nobody_knows_waits_for_it(make_server: MakeServer) -> None:
    server = make_server().start()
    trace = f"{random.Random(5).getrandbits(127) + 1:032x}"
    api(server, "POST", "feedback", {"trace_id": trace, "rating": False, "comment": "Wrong plan"}, 201)
    assert api(server, "GET", f"traces/{trace}", expect=404)["code"] == "not_found"
    now = (time.time_ns() - T0) // 1_000_000
    body = traces(span("turn", trace=trace, span_id="ab" * 8, start=now - 40, end=now, input__value="Which plan am I on?"))
    assert server.post("/v1/traces", body).status_code == 200
    server.settle()
    found = api(server, "GET", f"traces/{trace}")
    assert [(one["value"], one["comment"]) for one in found["scores"]] == [(0.0, "Wrong plan")]


def test_what_was_deleted_before_it_was_judged_fails_by_name_and_gets_no_score(make_server: MakeServer, provider: str) -> None:
    server = evaluating(make_server, provider)
    send(server, 1)
    made = api(server, "POST", "evaluators", judge(server), 201)
    there = api(server, "GET", "spans?filter=kind:generation&from=-1h")["data"][0]
    gone = {"target": "span", "trace_id": "de" * 16, "span_id": "ad" * 8}
    places = [gone, {"target": "span", "trace_id": there["trace_id"], "span_id": there["span_id"]}]
    run = api(server, "POST", f"evaluators/{made['id']}/backfill", {"places": places}, 202)
    ended = until(
        lambda: (now := api(server, "GET", f"runs/{run['id']}"))["state"] == "finished" and now, WAIT_S, "the run finished"
    )
    assert (ended["done"], ended["failed"], ended["calls"]) == (1, 1, 1)
    [failed] = api(server, "GET", f"runs/{run['id']}/items?state=failed")["data"]
    assert "adadad" in failed["error"]
    assert [one["span_id"] for one in scores(server, "name:helpfulness")] == [there["span_id"]]


def test_a_score_must_fit_the_config_that_it_names(make_server: MakeServer) -> None:
    server = make_server().start()
    config = api(server, "POST", "score-configs", {"name": "tone", "type": "categorical", "categories": ["kind", "cold"]}, 201)
    score = {"name": "tone", "value": "kind", "trace_id": "cd" * 16, "config_id": config["id"]}
    api(server, "POST", "scores", score, 201)
    assert api(server, "POST", "scores", [score, {**score, "value": "rude"}], 400)["code"] == "bad_score"
    assert api(server, "POST", "scores", {**score, "config_id": "gone"}, 404)["code"] == "no_such_score_config"
    assert len(scores(server, "name:tone")) == 1
