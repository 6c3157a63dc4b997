"""A Pellucid server as a child process: started, waited for, and stopped when the demo ends."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pellucid_demo.delivery import Delivery
from pellucid_demo.errors import ServerStartError

LOG_NAME = "server.log"
_START_LIMIT_S = 60.0
_STOP_LIMIT_S = 20.0
_POLL_S = 0.2
_LOG_TAIL_CHARACTERS = 1_500


@contextmanager
def served(port: int, data: Path) -> Iterator[str]:
    """The URL of a server on the loopback that lives as long as the block; its log is `server.log` beside its data."""
    data.mkdir(parents=True, exist_ok=True)
    log_path = data.parent / f"{data.name}-{LOG_NAME}"
    with log_path.open("ab") as log:
        command = [sys.executable, "-m", "pellucid", "serve", "--port", str(port), "--data", str(data)]
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            yield _when_ready(process, f"http://127.0.0.1:{port}", log_path)
        finally:
            _stop(process)


def _when_ready(process: "subprocess.Popen[bytes]", url: str, log_path: Path) -> str:
    delivery = Delivery(url)
    deadline = time.monotonic() + _START_LIMIT_S
    try:
        while not delivery.is_ready():
            if process.poll() is not None:
                raise ServerStartError(f"The server ended with code {process.returncode}:\n{_tail(log_path)}")
            if time.monotonic() > deadline:
                raise ServerStartError(f"The server was not ready within {_START_LIMIT_S:g} seconds; see {log_path}.")
            time.sleep(_POLL_S)
    finally:
        delivery.close()
    return url


def _stop(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(_STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _tail(path: Path) -> str:
    return path.read_text("utf-8", "replace")[-_LOG_TAIL_CHARACTERS:]
