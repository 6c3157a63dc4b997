"""What the traffic says of prompts, over a real engine: versions with intervals, what is live, drift and its receivers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import pytest
from starlette.testclient import TestClient
from tests.store.spans.tables import SECOND, T0, engine, insert, payload, score, span, span_id, trace_id

from pellucid_server.api.application import create_app
from pellucid_server.api.house import House
from pellucid_server.core.clock import DAY, HOUR, MINUTE
from pellucid_server.core.ids import random_id
from pellucid_server.identity.service import Identity
from pellucid_server.prompts.insights import PromptInsights
from pellucid_server.prompts.service import PromptRoom
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.columns import PAYLOADS, SCORES, SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

ORIGIN = "http://127.0.0.1:7600"
NOW = T0 + 10 * DAY
BASE = "You are the assistant. Answer from the articles of the help centre. Number the steps and be friendly."
SSO = "This account signs in elsewhere. Answer in one sentence."


@dataclass(frozen=True)
class InsightHouse:
    """What these routes need."""

    identity: Identity
    prompts: PromptRoom
    prompt_insights: PromptInsights
    queries: Queries


def tell(driver: ClickHouseDriver) -> None:
    """Forty calls of two versions with feedback; later, drifted calls for SSO accounts; a foreign project."""
    spans, payloads, scores = [], [], []
    for n in range(40):
        version = "1" if n < 20 else "2"
        outcome = "refused" if n in (20, 21, 22, 23, 24) else "error" if n == 3 else "success"
        more = {"prompt_name": "answer", "prompt_version": version, "prompt_label": "production", "outcome": outcome}
        name = f"call-{n}"
        spans.append(span(name, 0, kind="agent", start=NOW - HOUR + n * SECOND, ms=900.0))
        spans.append(
            span(name, 1, start=NOW - HOUR + n * SECOND, ms=100.0 + n, cost=0.01 if n % 2 else None, user_id=f"u{n % 5}", **more)
        )
        if n < 35:
            scores.append(score(name, "user-feedback", 1.0 if n % 4 else 0.0, source="feedback", id=f"f{n}"))
        scores.append(score(name, "quality", n / 40, target="span", span_id=span_id(1), id=f"q{n}"))
        scores.append(score(name, "quality", 9.0, target="span", span_id=span_id(0), id=f"other{n}"))
    for n in range(60):
        sso = n >= 30 and n % 3 == 0
        name, start = f"drift-{n}", NOW - 6 * DAY + n * HOUR
        context = {
            "metadata": [("auth", "sso" if n % 3 == 0 else "password"), ("request", str(n))],
            "user_tier": "free" if n % 2 else "pro",
        }
        fingerprint = "f" * 16 if sso else "b" * 16
        one = span(name, 0, start=start, prompt_fingerprint=fingerprint, release="2.0" if n > 50 else "1.0", **context)
        spans.append(one)
        text = f"{BASE}\n{SSO}" if sso else BASE
        document = {"span": {"messages_in": [{"role": "system", "parts": [{"type": "text", "text": text}]}]}, "raw": {}}
        payloads.append(payload(one, text, json.dumps(document)))
    spans.append(span("unknown", 0, start=NOW - MINUTE, prompt_name="answer", prompt_version="77", prompt_label="production"))
    spans.append(span("stale", 0, start=NOW - MINUTE, prompt_name="answer", prompt_version="1", prompt_label="production"))
    spans.append(
        span("fresh", 0, start=NOW - MINUTE, prompt_name="answer", prompt_version="2", prompt_label="production", model="new-model")
    )
    foreign = span("foreign", 0, project_id="foreign", start=NOW - MINUTE, prompt_name="answer", prompt_version="1")
    insert(driver, SPANS, [*spans, foreign])
    insert(driver, PAYLOADS, payloads)
    insert(driver, SCORES, scores)


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    store = MetaStore.open(f"sqlite:///{tmp_path_factory.mktemp('meta')}/meta.sqlite")
    with engine(tmp_path_factory.mktemp("spans")) as driver:
        tell(driver)
        queries = open_queries(driver, lambda: NOW, random_id)
        insights = PromptInsights(store, queries.prompt_traffic, lambda: NOW)
        house = InsightHouse(Identity.open(store, local=True), PromptRoom.open(store), insights, queries)
        with TestClient(create_app(cast("House", house)), base_url=ORIGIN, headers={"origin": ORIGIN}) as client:
            for text in ("one", "two"):
                client.post("/api/v1/prompts", json={"name": "answer", "prompt": text, "labels": ["production"]}).raise_for_status()
            yield client
    store.close()


def get(api: TestClient, path: str) -> Any:
    answer = api.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_what_each_version_did(api: TestClient) -> None:
    reports = {report["version"]: report for report in get(api, "/prompt-reports/answer")["data"]}
    assert list(reports) == ["77", "2", "1"]
    one, two = reports["1"], reports["2"]
    assert (one["calls"], two["calls"], two["users"]) == (21, 21, 5)
    assert (one["cost"], one["cost_per_call"]) == (pytest.approx(0.1), pytest.approx(0.01))
    assert reports["77"]["cost"] is None
    refusals = two["refusal_rate"]
    assert (refusals["value"], refusals["n"]) == (pytest.approx(5 / 21), 21)
    assert (refusals["low"], refusals["high"]) == (pytest.approx(0.106, abs=0.001), pytest.approx(0.451, abs=0.001))
    assert one["error_rate"]["value"] == pytest.approx(1 / 21)
    assert one["duration_p50"] == pytest.approx(109.5, abs=1)


def test_feedback_is_positive_from_07_and_shown_from_more_than_10(api: TestClient) -> None:
    reports = {report["version"]: report for report in get(api, "/prompt-reports/answer")["data"]}
    assert reports["1"]["feedback"] == 20
    assert (reports["1"]["positive_rate"]["value"], reports["1"]["positive_rate"]["n"]) == (0.75, 20)
    assert reports["1"]["positive_rate"]["low"] == pytest.approx(0.531, abs=0.001)
    assert (reports["77"]["feedback"], reports["77"]["positive_rate"]) == (0, None)
    quality = reports["1"]["scores"]["quality"]
    assert (quality["value"], quality["n"]) == (pytest.approx(sum(range(20)) / 40 / 20), 20)
    assert quality["low"] < quality["value"] < quality["high"]


def test_what_is_live_and_what_stands_out(api: TestClient) -> None:
    found = get(api, "/whats-live?minutes=15")["data"]
    prompts = [(entry["version"], entry["status"]) for entry in found if entry["kind"] == "prompt"]
    assert prompts == [("77", "unexpected"), ("1", "stale"), ("2", "current")]
    assert [entry["share"] for entry in found if entry["kind"] == "prompt"] == [pytest.approx(1 / 3)] * 3
    assert [(entry["value"], entry["status"]) for entry in found if entry["kind"] == "model"] == [("new-model", "new")]
    older = get(api, "/whats-live?minutes=120")["data"]
    assert sum(entry["calls"] for entry in older if entry["kind"] == "prompt") == 43
    assert api.get("/api/v1/whats-live?minutes=100000").status_code == 422


def test_a_conditionally_appended_fragment_and_who_receives_it(api: TestClient) -> None:
    group = get(api, "/prompt-variants?from=-10d")["data"][0]
    assert [(variant["fingerprint"][0], variant["calls"], variant["added"]) for variant in group["variants"]] == [
        ("b", 50, []),
        ("f", 10, [SSO]),
    ]
    (fragment,) = group["fragments"]
    assert (fragment["text"], fragment["fingerprints"], fragment["calls"], fragment["calls_without"]) == (SSO, ["f" * 16], 10, 20)
    first = fragment["receivers"][0]
    assert (first["attribute"], first["strength"]) == ("metadata.auth", pytest.approx(0.97, abs=0.01))
    assert first["values"] == {"sso": {"with": 10}, "password": {"without": 20}}
    assert "metadata.request" not in {spread["attribute"] for spread in fragment["receivers"]}


def test_a_fingerprint_is_bound_to_a_prompt(api: TestClient) -> None:
    bound = api.put(f"/api/v1/prompt-bindings/{'b' * 16}", json={"prompt": "answer"})
    assert bound.status_code == 200, bound.text
    variants = get(api, "/prompt-variants?from=-10d")["data"][0]
    assert (variants["prompts"], variants["variants"][0]["bound_to"]) == (["answer"], "answer")
    reports = {report["version"]: report["calls"] for report in get(api, "/prompt-reports/answer")["data"]}
    assert reports[""] == 50
    assert api.delete(f"/api/v1/prompt-bindings/{'b' * 16}").status_code == 204
    assert api.delete(f"/api/v1/prompt-bindings/{'b' * 16}").json()["code"] == "no_such_binding"
    assert api.put("/api/v1/prompt-bindings/x", json={"prompt": "nowhere"}).json()["code"] == "no_such_prompt"


def test_foreign_traffic_is_not_seen(api: TestClient) -> None:
    found = get(api, "/whats-live?minutes=15")["data"]
    assert sum(entry["calls"] for entry in found if entry["kind"] == "prompt") == 3
    assert trace_id("foreign") not in json.dumps(get(api, "/prompt-variants?from=-10d"))
