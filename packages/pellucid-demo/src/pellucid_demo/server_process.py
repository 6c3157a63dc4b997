"""A Pellucid server as a child process: started, waited for, and stopped when the demo ends."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pellucid_demo.delivery import Delivery
from pellucid_demo.errors import ServerStartError
from pellucid_demo.simulator.catalogue import VERSIONS, Provider

SIMULATED_KEY = "sk-simulated"
_ALLOW = "PELLUCID_OUTBOUND_ALLOW"
_LOG_NAME = "server.log"
_START_LIMIT_S = 60.0
_STOP_LIMIT_S = 20.0
_POLL_S = 0.2
_LOG_TAIL_CHARACTERS = 1_500


@contextmanager
def served(port: int, data: Path, *, providers_url: str, otlp_ports: bool) -> Iterator[str]:
    """The URL of a server on the loopback that lives as long as the block; its log stands beside its data.

    Judges and the playground of that server reach the simulated providers by model connections (`model_connections`); their
    private address is allowed to the server.
    """
    data.mkdir(parents=True, exist_ok=True)
    log_path = data.parent / f"{data.name}-{_LOG_NAME}"
    with log_path.open("ab") as log:
        command = [sys.executable, "-m", "pellucid", "serve", "--port", str(port), "--data", str(data)]
        command += [] if otlp_ports else ["--no-otlp-ports"]
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, env=_environment(providers_url)
        )
        try:
            yield _when_ready(process, f"http://127.0.0.1:{port}", log_path)
        finally:
            _stop(process)


def model_connections(providers_url: str) -> list[dict[str, Any]]:
    """Connections to the simulated providers, as the API takes them."""
    openai = [name for name, version in VERSIONS.items() if version.provider is Provider.OPENAI]
    anthropic = [name for name, version in VERSIONS.items() if version.provider is Provider.ANTHROPIC]
    google = [name for name, version in VERSIONS.items() if version.provider is Provider.GOOGLE]
    return [
        {
            "name": "simulated-openai",
            "provider": "openai",
            "base_url": f"{providers_url}/v1",
            "key": SIMULATED_KEY,
            "default_model": "gpt-4o-mini",
            "models": openai,
        },
        {
            "name": "simulated-anthropic",
            "provider": "anthropic",
            "base_url": providers_url,
            "key": SIMULATED_KEY,
            "default_model": "claude-haiku-4-5",
            "models": anthropic,
        },
        {
            "name": "simulated-google",
            "provider": "google",
            "base_url": f"{providers_url}/v1beta",
            "key": SIMULATED_KEY,
            "default_model": "gemini-2.5-flash",
            "models": google,
        },
    ]


def _environment(providers_url: str) -> dict[str, str]:
    allowed = [os.environ.get(_ALLOW, ""), urlsplit(providers_url).netloc]
    return {**os.environ, _ALLOW: ",".join(filter(None, allowed))}


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
