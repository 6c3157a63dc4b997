"""A Pellucid server as a child process on the loopback: started, killed and started again by the test, its log kept for the report.

Everything that a test wants to know of the stores it asks the server, or, once the server has stopped, the engine on the same files
(in a process of its own, because the engine opens one data directory a process).
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).parents[2]
START_LIMIT_S = 90.0
"""Far above the second or two that it takes: a shared machine must not make a test fail that is about something else."""
STOP_LIMIT_S = 40.0
SETTLE_LIMIT_S = 180.0


class NotInTime(AssertionError):
    """Something that should have happened did not."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(holds: Callable[[], Any], limit_s: float, what: str, every_s: float = 0.05) -> Any:
    """The first true answer of `holds`."""
    deadline = time.monotonic() + limit_s
    while True:
        answer = holds()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise NotInTime(f"{what}: not within {limit_s:g} s")
        time.sleep(every_s)


@dataclass
class Server:
    """One data directory and the server process on it."""

    data: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ("--no-otlp-ports",)
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None
    started_in_s: float = 0.0
    """From the command to the first 200 of `ready`, by the clock on the wall."""
    started_cpu_s: float = 0.0
    """The processor time of that: what is left of it on a machine that does other things too."""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the server itself, not of its workers."""
        assert self.process is not None
        return self.process.pid

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start the process and do not wait for it."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PELLUCID_", "OTEL_"))}
        command = [sys.executable, "-m", "pellucid", "serve", "--port", str(self.port), "--data", str(self.data), *self.arguments]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=log, stderr=log, env={**inherited, **self.environment}, start_new_session=True, cwd=self.log.parent
            )
        return self.process

    def start(self) -> "Server":
        """Start and wait until it is ready."""
        began = time.monotonic()
        process = self.launch()

        def ready() -> bool:
            assert process.poll() is None, f"the server ended with {process.returncode}:\n{self.log_text()[-3000:]}"
            return self.is_ready()

        until(ready, START_LIMIT_S, "the server is ready", every_s=0.02)
        self.started_in_s = time.monotonic() - began
        used = psutil.Process(process.pid).cpu_times()
        self.started_cpu_s = used.user + used.system
        return self

    def is_ready(self) -> bool:
        """Whether the stores are open."""
        with contextlib.suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/api/v1/ready", timeout=10).status_code == 200
        return False

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        process, self.process = self.process, None
        if process is None:
            return 0
        process.terminate()
        try:
            return process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise NotInTime(f"the server did not end within {STOP_LIMIT_S:g} s:\n{self.log_text()[-3000:]}") from None

    def kill(self) -> None:
        """SIGKILL to the server alone: its workers must notice by themselves."""
        process, self.process = self.process, None
        assert process is not None
        process.kill()
        process.wait()

    def workers(self) -> list[psutil.Process]:
        """The decode workers that run now."""
        return [child for child in psutil.Process(self.pid).children(recursive=True) if "spawn_main" in " ".join(child.cmdline())]

    def log_text(self) -> str:
        """What it said so far."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def post(self, path: str, body: bytes = b"", content_type: str = "application/x-protobuf", **headers: str) -> httpx.Response:
        """A request; header names are written with `_` for `-`."""
        named = {"content-type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return httpx.post(self.url + path, content=body, headers=named, timeout=60)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """A request; header names are written with `_` for `-`."""
        return httpx.get(self.url + path, headers={name.replace("_", "-"): value for name, value in headers.items()}, timeout=60)

    def metric(self, name: str) -> float:
        """One of the server's own metrics, with its labels as Prometheus writes them; 0 where it is not there yet."""
        for line in self.get("/metrics").text.splitlines():
            if line.startswith(f"{name} "):
                return float(line.rpartition(" ")[2])
        return 0.0

    def settle(self, limit_s: float = SETTLE_LIMIT_S) -> None:
        """Wait until nothing waits in the journal."""
        until(lambda: self.get("/api/v1/ready").json()["journal_entries"] == 0, limit_s, "the journal is empty")

    def rss(self) -> int:
        """Bytes of memory of the server and its workers."""
        me = psutil.Process(self.pid)
        total: int = me.memory_info().rss + sum(child.memory_info().rss for child in me.children(recursive=True))
        return total

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Rows of the engine's tables, once the server has stopped."""
        assert self.process is None, "stop the server first"
        return rows_in(self.data, sql)


def rows_in(data: Path, sql: str) -> list[dict[str, Any]]:
    """Rows of the engine's tables in a data directory that nobody has open."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.acceptance.looking", str(data / "spans"), sql],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found
