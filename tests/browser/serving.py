"""A Pellucid server as a child process on the loopback, for a browser to look at."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
START_LIMIT_S = 300.0
"""Far above the seconds that it takes: a busy machine must not fail a test that is about something else."""
VISIBLE_LIMIT_S = 180.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where it answers."""

    url: str
    process: subprocess.Popen[bytes]

    def get(self, path: str, **params: str | int) -> Any:
        """One answer of the API."""
        answer = httpx.get(f"{self.url}/api/v1/{path}", params=params, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: object) -> Any:
        """One change through the API."""
        answer = httpx.post(f"{self.url}/api/v1/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def patch(self, path: str, body: object) -> Any:
        """One change through the API."""
        answer = httpx.patch(f"{self.url}/api/v1/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def put(self, path: str, body: object) -> Any:
        """One thing as it shall be."""
        answer = httpx.put(f"{self.url}/api/v1/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def delete(self, path: str) -> None:
        """One thing gone."""
        httpx.delete(f"{self.url}/api/v1/{path}", headers={"content-type": "application/json"}, timeout=60).raise_for_status()

    def export(self, body: dict[str, Any]) -> None:
        """Spans through the door."""
        answer = httpx.post(
            f"{self.url}/v1/traces", content=json.dumps(body), headers={"content-type": "application/json"}, timeout=120
        )
        answer.raise_for_status()

    def wait_for_trace(self, trace_id: str, spans: int = 1) -> None:
        """Until so many spans of it can be asked for."""

        def there() -> bool:
            answer = httpx.get(f"{self.url}/api/v1/traces/{trace_id}", timeout=60)
            return answer.status_code == 200 and len(answer.json()["spans"]) >= spans

        until(there, VISIBLE_LIMIT_S, f"{spans} spans of {trace_id}")


def until(holds: Callable[[], object], limit_s: float, what: str) -> None:
    """Waits for it, or fails saying what did not happen."""
    deadline = time.monotonic() + limit_s
    while not holds():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: not within {limit_s:g} s")
        time.sleep(0.1)


@contextmanager
def running_server(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server on a free port with a data directory of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (folder / "server.log").open("wb")
    command = [str(Path(sys.executable).with_name("pellucid")), "serve", "--port", str(port), "--data", str(folder / "data")]
    process = subprocess.Popen(
        [*command, "--no-otlp-ports"], stdout=log, stderr=subprocess.STDOUT, cwd=ROOT, env={**os.environ, **(environment or {})}
    )
    server = Server(url=f"http://127.0.0.1:{port}", process=process)
    try:
        until(lambda: _ready(server), START_LIMIT_S, "the server's start")
        yield server
    finally:
        process.terminate()
        process.wait(30)
        log.close()


def _ready(server: Server) -> bool:
    if server.process.poll() is not None:
        raise AssertionError(f"the server ended with {server.process.returncode}")
    try:
        return httpx.get(f"{server.url}/api/v1/ready", timeout=5).status_code == 200
    except httpx.TransportError:
        return False
