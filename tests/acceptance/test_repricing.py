"""History priced anew on a real server: previewed, killed in the middle, ended by the next process, the roll-ups with it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.serving import SETTLE_LIMIT_S, Server, until
from tests.unit.ingest.otlp_bodies import T0, span, traces

JSON = "application/json"
DAYS, CALLS = 6, 30
TOKENS = 1_000_000
DAY_NS = 86_400_000_000_000

pytestmark = pytest.mark.timeout(900)
"""Two starts of a server and a run between them: a busy machine must not fail a test that is about something else."""


def send(server: Server) -> None:
    """Six days of calls of a model that only the project can price, the last of them today."""
    today = int(datetime.now(UTC).replace(hour=1, minute=0, second=0, microsecond=0).timestamp()) * 10**9
    for day in range(DAYS):
        spans = []
        for number in range(CALLS):
            at = (today - day * DAY_NS - T0) // 1_000_000 + number
            spans.append(
                span(
                    "chat", trace=f"{day * CALLS + number + 1:032x}", span_id=f"{number + 1:016x}", start=at, end=at + 5,
                    gen_ai__operation__name="chat", gen_ai__request__model="acme-chat", gen_ai__usage__input_tokens=TOKENS,
                )
            )  # fmt: skip
        assert server.post("/v1/traces", traces(*spans)).status_code == 200
    server.settle()


def set_price(server: Server, usd: float, price_id: str = "") -> str:
    body = json.dumps({"model_pattern": "acme-chat", "provider": None, "from_time": 0, "prices": {"input": usd, "output": 0.0}})
    answer = server.post("/api/v1/prices", body.encode(), JSON).json() if not price_id else _put(server, price_id, body)
    return str(answer["id"])


def _put(server: Server, price_id: str, body: str) -> Any:
    answer = httpx.put(f"{server.url}/api/v1/prices/{price_id}", content=body, headers={"content-type": JSON}, timeout=60)
    assert answer.status_code == 200, answer.text
    return answer.json()


def spend(server: Server) -> float:
    asked = {"measures": [{"measure": "cost", "aggregation": "sum"}], "from": "-30d"}
    return float(server.post("/api/v1/metrics/query", json.dumps(asked).encode(), JSON).json()["data"][0]["cost_sum"])


def rolled_up(server: Server) -> float:
    return sum(float(day["cost"]) for day in server.get("/api/v1/cost/days").json()["data"])


def state(server: Server, run_id: str) -> Any:
    return server.get(f"/api/v1/runs/{run_id}").json()


@pytest.mark.parametrize("after_days", [0, 3, DAYS])
def test_a_kill_in_the_middle_leaves_the_old_costs_or_the_new_ones_and_the_next_process_ends_it(
    make_server: MakeServer, after_days: int
) -> None:
    server = make_server().start()
    price_id = set_price(server, 1.0)
    send(server)
    old, new = float(DAYS * CALLS), 2.5 * DAYS * CALLS
    assert spend(server) == pytest.approx(old, abs=1e-9)
    set_price(server, 2.5, price_id)
    told = server.get("/api/v1/repricing").json()
    assert (told["before"], told["after"]) == (pytest.approx(old), pytest.approx(new))
    assert (told["rows"], told["changed"], told["days"]) == (DAYS * CALLS, DAYS * CALLS, DAYS)
    assert spend(server) == pytest.approx(old, abs=1e-9), "a preview changes nothing"
    started = server.post("/api/v1/repricing", json.dumps({"prices": told["prices"]}).encode(), JSON)
    assert started.status_code == 202, started.text
    run_id = started.json()["id"]
    until(lambda: state(server, run_id)["done"] >= after_days, SETTLE_LIMIT_S, f"{after_days} days")
    server.kill()
    server.start()
    assert spend(server) in (pytest.approx(old, abs=1e-9), pytest.approx(new, abs=1e-9))
    until(lambda: state(server, run_id)["state"] not in ("queued", "running"), SETTLE_LIMIT_S, "the end of the run")
    ended = state(server, run_id)
    assert (ended["state"], ended["failed"]) == ("finished", 0), ended
    assert ended["result"] == {"rows": DAYS * CALLS, "before": pytest.approx(old), "after": pytest.approx(new), "swapped": True}
    assert spend(server) == pytest.approx(new, abs=1e-9)
    assert rolled_up(server) == pytest.approx(new, abs=1e-9)
    assert server.get("/api/v1/repricing").json()["rows"] == 0


def test_prices_that_changed_since_the_preview_start_nothing(make_server: MakeServer) -> None:
    server = make_server().start()
    price_id = set_price(server, 1.0)
    send(server)
    told = server.get("/api/v1/repricing").json()
    assert told["rows"] == 0
    set_price(server, 2.0, price_id)
    refused = server.post("/api/v1/repricing", json.dumps({"prices": told["prices"]}).encode(), JSON)
    assert (refused.status_code, refused.json()["code"]) == (409, "prices_changed")
    future = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    nothing = server.post("/api/v1/repricing", json.dumps({"from": future}).encode(), JSON)
    assert nothing.status_code == 400, nothing.text
