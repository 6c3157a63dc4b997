"""From a breaching span, through the door of a real server, to the pager; and a server that is killed in the open incident."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.serving import Server, until

from pellucid_server.outbound.signing import SIGNATURE_HEADER, verify

SECRET = "s3cret"
EVALUATED_LIMIT_S = 300.0
"""Rules are evaluated each half minute; a shared machine may take its time. How long it takes is measured in benchmarks/incidents."""


class Pager:
    """Keeps signed messages."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        got = self.got

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                assert verify(self.headers[SIGNATURE_HEADER], body, SECRET, now_s=int(time.time()))
                got.append(json.loads(body))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.place = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def pager() -> Iterator[Pager]:
    made = Pager()
    yield made
    made.server.shutdown()
    made.server.server_close()


def calls(failed: int, of: int) -> bytes:
    end = time.time_ns()
    spans = [
        {
            "traceId": f"{end + number:032x}",
            "spanId": f"{end + number:016x}",
            "name": "chat",
            "startTimeUnixNano": str(end - 10**9),
            "endTimeUnixNano": str(end),
            "attributes": [
                {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
            ],
            "status": {"code": 2, "message": "503 overloaded"} if number < failed else {},
        }
        for number in range(of)
    ]
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode()


def evaluated(server: Server) -> str:
    """When the rule on errors was last looked at."""
    rules = server.get("/api/v1/monitors").json()["data"]
    states = [state for rule in rules if rule["preset"] == "N1" for state in rule["states"]]
    return str(states[0]["evaluated_time"]) if states else ""


def test_a_breach_pages_with_its_traces_and_a_killed_server_neither_repeats_nor_forgets_it(
    make_server: MakeServer, pager: Pager
) -> None:
    server = make_server(PELLUCID_OUTBOUND_ALLOW=pager.place).start()
    channel = {"name": "pager", "kind": "webhook", "target": f"http://{pager.place}/page", "secret": SECRET}
    server.post("/api/v1/alert-channels", json.dumps(channel).encode(), "application/json").raise_for_status()
    server.post("/v1/traces", calls(failed=20, of=40), "application/json").raise_for_status()
    (message,) = until(lambda: list(pager.got), EVALUATED_LIMIT_S, "the pager hears of the breach")
    assert (message["event"], message["breaches"][0]["monitor"]) == ("opened", "Error rate")
    incident = server.get(f"/api/v1/incidents/{message['incident']['id']}").json()
    trace_id = incident["members"][0]["traces"][0]
    assert server.get(f"/api/v1/traces/{trace_id}").status_code == 200
    assert message["breaches"][0]["traces"] == incident["members"][0]["traces"]

    server.kill()
    server.start()
    before = evaluated(server)
    until(lambda: evaluated(server) > before, EVALUATED_LIMIT_S, "the rule is looked at after the restart")
    server.post("/v1/traces", calls(failed=20, of=40), "application/json").raise_for_status()
    again = evaluated(server)
    until(lambda: evaluated(server) > again, EVALUATED_LIMIT_S, "the rule is looked at once more")
    assert [one["event"] for one in pager.got] == ["opened"]
    listed = server.get("/api/v1/incidents").json()["data"]
    assert [(one["id"], one["state"]) for one in listed] == [(message["incident"]["id"], "open")]
