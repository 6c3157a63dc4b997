"""The demo, played against a server of its own with a pager as its channel: ten weeks told, then some minutes live."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.incidents.receiver import Message, Pager

READY_S = 600.0
TOLD_S = 7_200.0
STOP_S = 90.0
POLL_S = 0.2
ALLOW = "PELLUCID_OUTBOUND_ALLOW"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a world lives."""

    seed: int
    story: bool
    folder: Path
    port: int

    @property
    def name(self) -> str:
        """Such as `11-story`."""
        return f"{self.seed}-{'story' if self.story else 'control'}"

    @property
    def data(self) -> Path:
        """Of its server."""
        return self.folder / self.name


def tell(place: Place) -> list[Message]:
    """Ten weeks, from nothing; what the pager heard meanwhile."""
    with _demo(place, "--once") as (process, pager):
        process.wait(TOLD_S)
        if process.returncode:
            raise RuntimeError(f"the history of {place.name} could not be told; see {_log(place)}")
    return pager.heard


def go_live(place: Place, live_s: float) -> tuple[float, list[Message]]:
    """Some minutes of live traffic in a world that was told: when it began, in seconds since the epoch, and what the pager heard."""
    with _demo(place) as (process, pager):
        _wait(process, _log(place), lambda: "Live traffic" in _log(place).read_text(errors="replace"), TOLD_S)
        begun = time.time()
        time.sleep(live_s)
        process.terminate()
        process.wait(STOP_S)
    return begun, pager.heard


@contextmanager
def _demo(place: Place, *more: str) -> "Iterator[tuple[subprocess.Popen[bytes], Pager]]":
    pager = Pager()
    command = [sys.executable, "-m", "pellucid", "demo", "--no-otlp-ports", "--seed", str(place.seed), "--data", str(place.data)]
    command += ["--port", str(place.port), "--providers-port", str(place.port + 1), *([] if place.story else ["--no-story"])]
    with _log(place).open("wb") as output:
        environment = {**os.environ, ALLOW: pager.place}
        process = subprocess.Popen([*command, *more], stdout=output, stderr=subprocess.STDOUT, env=environment)
        try:
            _wait(process, _log(place), lambda: _connected(place.port, pager), READY_S)
            yield process, pager
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(STOP_S)
            pager.close()


def _log(place: Place) -> Path:
    return place.folder / f"{place.name}.log"


def _connected(port: int, pager: Pager) -> bool:
    url = f"http://127.0.0.1:{port}/api/v1"
    try:
        if httpx.get(f"{url}/ready", trust_env=False).status_code != httpx.codes.OK:
            return False
        for channel in httpx.get(f"{url}/alert-channels", trust_env=False).json()["data"]:  # of an earlier run
            httpx.delete(f"{url}/alert-channels/{channel['id']}", trust_env=False).raise_for_status()
        httpx.post(f"{url}/alert-channels", json=pager.channel, trust_env=False).raise_for_status()
    except httpx.TransportError:
        return False
    return True


def _wait(process: "subprocess.Popen[bytes]", log: Path, is_so: Callable[[], bool], limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while not is_so():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"the demo did not come so far; it wrote:\n{log.read_text(errors='replace')[-2_000:]}")
        time.sleep(POLL_S)
