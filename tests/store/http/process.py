"""The test server as a child process: started, killed, started again on the same files."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests.store.http.server import PASSWORD, USER

ROOT = Path(__file__).parents[3]
START_LIMIT_S = 60.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class ClickHouseProcess:
    """One folder and the server process on it."""

    folder: Path
    port: int = field(default_factory=_free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """As `PELLUCID_CLICKHOUSE_URL` wants it."""
        return f"http://{USER}:{PASSWORD}@127.0.0.1:{self.port}/default"

    def start(self) -> "ClickHouseProcess":
        """Start and wait until it answers."""
        command = [sys.executable, "-m", "tests.store.http.server", str(self.port), str(self.folder)]
        self._process = subprocess.Popen(command, cwd=ROOT)
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            assert self._process.poll() is None, f"the ClickHouse test server ended with {self._process.returncode}"
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=2):
                return self
            time.sleep(0.05)
        raise AssertionError("the ClickHouse test server did not answer in time")

    def kill(self) -> None:
        """SIGKILL, and wait for the end."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
