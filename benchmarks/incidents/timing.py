"""How long from a breaching span to the pager: `python -m benchmarks.incidents.timing --trials 10`.

A server as it is installed, with a pager as the only channel of each project. In each trial a project of its own gets 40 calls, half of
them failed, at a moment drawn at random; its rule N1 (share of errors > 5 % in five minutes) must page. Counted is the time from the
end of the latest failed call to the arrival of the message, by one clock. Printed is JSON, with the load of the machine.
"""

import argparse
import json
import os
import random
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from benchmarks.incidents.receiver import Pager
from benchmarks.processes import free_port

CALLS = 40
PATIENCE_S = 600.0
ROUND_S = 30.0
"""Rules are evaluated so often."""


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--trials", type=int, default=10)
    print(json.dumps(measure(parser.parse_args().trials), indent=1))


def measure(trials: int) -> dict[str, Any]:
    """All trials against one server."""
    pager, port = Pager(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pellucid", "serve", "--no-otlp-ports", "--port", str(port), "--data", f"{folder}/data"]
        with Path(folder, "log").open("wb") as log:
            environment = {**os.environ, "PELLUCID_OUTBOUND_ALLOW": pager.place}
            server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            took = _trials(trials, f"http://127.0.0.1:{port}", pager)
        finally:
            server.terminate()
            server.wait(60)
            pager.close()
    return {
        "trials": trials,
        "seconds": [round(one, 1) for one in sorted(took)],
        "longest_s": round(max(took), 1),
        "load": round(os.getloadavg()[0], 1),
    }


def _trials(trials: int, url: str, pager: Pager) -> list[float]:
    _until(lambda: _answers(f"{url}/api/v1/ready"), "the server is ready")
    projects = [_project(url, f"Trial {number}", pager) for number in range(trials)]
    for client in projects:
        _until(lambda client=client: _has_rules(client), "the starter pack is installed")
    took, chance = [], random.Random(1)
    for client in projects:
        time.sleep(chance.uniform(0, ROUND_S))
        heard, ended = len(pager.heard), time.time()
        client.post("/v1/traces", json=_calls(ended)).raise_for_status()
        _until(lambda heard=heard: len(pager.heard) > heard, "the pager hears of it")
        message = pager.heard[heard]
        assert message.body["breaches"][0]["monitor"] == "Error rate", message.body
        took.append(message.received - ended)
    return took


def _project(url: str, name: str, pager: Pager) -> httpx.Client:
    made = httpx.post(f"{url}/api/v1/projects", json={"name": name}, trust_env=False).raise_for_status().json()["id"]
    client = httpx.Client(base_url=url, headers={"x-pellucid-project": made}, timeout=60, trust_env=False)
    client.post("/api/v1/alert-channels", json=pager.channel).raise_for_status()
    return client


def _has_rules(client: httpx.Client) -> bool:
    return bool(client.get("/api/v1/monitors").raise_for_status().json()["data"])


def _calls(ended: float) -> dict[str, Any]:
    end = round(ended * 1e9)
    spans = [
        {
            "traceId": secrets.token_hex(16),
            "spanId": secrets.token_hex(8),
            "name": "chat",
            "startTimeUnixNano": str(end - 10**9),
            "endTimeUnixNano": str(end),
            "attributes": [
                {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
            ],
            "status": {"code": 2, "message": "503 overloaded"} if number % 2 else {},
        }
        for number in range(CALLS)
    ]
    return {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {"name": "timing"}, "spans": spans}]}]}


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _until(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {PATIENCE_S:.0f} s")
        time.sleep(0.05)


if __name__ == "__main__":
    main()
