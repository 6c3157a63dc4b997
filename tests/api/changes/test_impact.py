"""Changes over the API: the slice of each, how much of the traffic it reached, and what was before and after, over the real engine."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.testclient import TestClient
from tests.store.spans.tables import SECOND, T0, engine, insert, score, span

from pellucid_server.api.application import create_app
from pellucid_server.api.house import House
from pellucid_server.app.monitoring import ScoreNamer
from pellucid_server.core.ids import random_id
from pellucid_server.identity.service import Identity
from pellucid_server.monitors.bursts import JudgingBursts
from pellucid_server.monitors.impact import ChangeImpact
from pellucid_server.monitors.ledger import Ledger
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.columns import SCORES, SPANS
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver

ORIGIN = "http://127.0.0.1:7600"
HOUR = 3_600 * SECOND
NOW = T0 + 2 * HOUR
CHANGED = T0 + HOUR
EACH = 200
"""Requests before the change, and after it; after it every second one is served by the new release."""


@dataclass(frozen=True)
class ChangeHouse:
    """What the routes of changes need."""

    identity: Identity
    ledger: Ledger
    queries: Queries
    monitoring: Any


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    store = MetaStore.open(f"sqlite:///{tmp_path_factory.mktemp('meta')}/meta.sqlite")
    with engine(tmp_path_factory.mktemp("spans")) as driver:
        tell(driver)
        queries = open_queries(driver, lambda: NOW, random_id)
        impact = ChangeImpact(queries.signals, queries.metrics, ScoreNamer(queries), lambda: NOW)
        bursts = JudgingBursts(store, queries.signals, list, lambda: NOW, random_id)
        monitoring = SimpleNamespace(impact=impact, bursts=bursts)
        house = ChangeHouse(Identity.open(store, local=True), Ledger(store, lambda: NOW, random_id), queries, monitoring)
        with TestClient(create_app(cast("House", house)), base_url=ORIGIN, headers={"origin": ORIGIN}) as opened:
            yield opened
    store.close()


def tell(driver: ClickHouseDriver) -> None:
    """The new release is slower, dearer and worse, and its answers are judged eight times as often."""
    rng = random.Random(3)
    spans, scores = [], []
    for number in range(2 * EACH):
        late, new = number >= EACH, number >= EACH and number % 2 == 0
        start = (CHANGED if late else T0) + (number % EACH) * 15 * SECOND
        own = {
            "start": start, "release": "2" if new else "1", "environment": "production",
            "feature": "checkout" if number % 4 < 2 else "search", "model": "gpt-4o-2024-11-20" if new else "gpt-4o-2024-08-06",
            "model_requested": "gpt-4o",
        }  # fmt: skip
        name = f"t{number}"
        spans.append(span(name, 0, kind="agent", counted=0, ms=(3_000.0 if new else 1_000.0) + rng.random() * 200, **own))
        outcome = "refused" if new and number % 8 == 0 else "success"
        spans.append(span(name, 1, kind="generation", cost=0.03 if new else 0.01 + rng.random() / 1_000, outcome=outcome, **own))
        if new or number % 8 < 2:
            good = rng.random() < (0.5 if new else 0.9)
            scores.append(score(name, "helpful", float(good), source="evaluator", sample_probability=1.0 if new else 0.25))
    spans.append(span("judge", 0, start=CHANGED + SECOND, environment="pellucid-evaluators", release="2"))
    insert(driver, SPANS, spans)
    insert(driver, SCORES, scores)


def ask(client: TestClient, method: str, path: str, body: object = None, status: int = 200, **query: object) -> Any:
    answer = client.request(method, f"/api/v1{path}", json=body, params={name: str(value) for name, value in query.items()})
    assert answer.status_code == status, answer.text
    return answer.json()


def announced(client: TestClient, **body: object) -> str:
    made = ask(client, "POST", "/events", {"title": "x", "time": "2025-11-20T13:00:00Z", **body}, 201)
    return str(made["id"])


def test_a_deploy_has_its_slice_and_its_blast_radius(client: TestClient) -> None:
    made = announced(client, kind="deploy", scope={"environment": "production"}, after={"release": "2"})
    found = ask(client, "GET", f"/events/{made}")
    assert (found["filter"], found["filter_before"]) == ("environment:production release:2", "environment:production")
    reach = found["reach"]
    assert (reach["requests"], reach["total"]) == (EACH // 2, EACH)  # the judge's own call is no traffic
    assert reach["share"]["low"] < 0.5 < reach["share"]["high"]
    assert (reach["start"], reach["end"]) == ("2025-11-20T13:00:00.000000Z", "2025-11-20T14:00:00.000000Z")


def test_before_and_after_carry_intervals_and_n(client: TestClient) -> None:
    made = announced(client, kind="release", after="2", scope={"environment": "production"})
    found = ask(client, "GET", f"/events/{made}/impact", hours=1)
    assert (found["before_start"], found["time"], found["after_end"]) == tuple(
        f"2025-11-20T{hour}:00:00.000000Z" for hour in (12, 13, 14)
    )
    effects = {one["measure"]: one for one in found["data"]}
    assert set(effects) == {"score:helpful", "cost", "duration", "refusals", "errors"}
    for measure, sign in (("cost", 1), ("duration", 1), ("refusals", 1), ("score:helpful", -1)):
        difference = effects[measure]["difference"]
        assert difference["low"] * sign > 0, effects[measure]
        assert difference["high"] * sign > 0, effects[measure]
    assert effects["duration"]["after"]["n"] == EACH // 2
    assert (effects["refusals"]["before"]["n"], effects["refusals"]["after"]["value"]) == (EACH, 0.25)
    assert effects["errors"]["difference"]["low"] <= 0 <= effects["errors"]["difference"]["high"]
    assert 0.8 < effects["score:helpful"]["before"]["value"] <= 1.0


def test_slices_share_the_error_and_a_model_is_held_against_what_answered_before(client: TestClient) -> None:
    made = announced(client, kind="model", after="gpt-4o-2024-11-20", scope={"model_requested": "gpt-4o"})
    found = ask(client, "GET", f"/events/{made}/impact", hours=1, dimension="feature")
    assert found["confidence"] == pytest.approx(0.975)
    costs = {one["segment"]: one for one in found["data"] if one["measure"] == "cost"}
    assert set(costs) == {"checkout", "search"}
    assert all(one["difference"]["low"] > 0 and one["after"]["n"] == EACH // 4 for one in costs.values())
    judged = [one for one in found["data"] if one["measure"] == "score:helpful"]
    assert judged  # scores on the trace belong to the traffic of its calls too
    assert {one["segment"] for one in judged} <= {"checkout", "search"}
    wrong = ask(client, "GET", f"/events/{made}/impact", status=400, dimension="cost")
    assert "cannot be" in wrong["detail"] or "makes no segments" in wrong["detail"]


def test_windows_end_where_nothing_has_happened_yet_and_what_touches_nothing_says_so(client: TestClient) -> None:
    late = announced(client, kind="deploy", time="2025-11-20T13:50:00Z")
    found = ask(client, "GET", f"/events/{late}/impact", hours=24)
    assert (found["before_start"], found["after_end"]) == ("2025-11-20T13:40:00.000000Z", "2025-11-20T14:00:00.000000Z")
    future = announced(client, kind="deploy", time="2025-11-20T15:00:00Z")
    assert ask(client, "GET", f"/events/{future}")["reach"]["share"] is None
    evaluator = announced(client, kind="evaluator", after=2)
    assert ask(client, "GET", f"/events/{evaluator}")["filter"] is None
    assert ask(client, "GET", f"/events/{evaluator}")["reach"] is None
    assert ask(client, "GET", f"/events/{evaluator}/impact")["data"] == []
    assert ask(client, "GET", "/events/none", status=404)["code"] == "no_such_event"
