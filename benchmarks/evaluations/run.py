"""How many judgements a minute a server does: `python -m benchmarks.evaluations.run`.

A real server and the provider simulator (answering at once), each in a process of its own. Spans are sent through the door, a judge is
back-filled over all model calls among them, and from the start of its run to the end everything counts: reading what is judged, the
call, its durable record, the judge's own span, the score. Printed are judgements a minute by the clock and processor time a judgement, of
server and simulator apart.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from benchmarks import machine
from benchmarks.client import Client
from benchmarks.ingest import PROTOBUF, send
from benchmarks.processes import Server
from benchmarks.subjects.pellucid import Pellucid
from benchmarks.traffic import Traffic
from pellucid_demo.simulator import serve_in_thread

SPANS_PER_CALL = 2.5
"""Of the traffic's five spans a trace two are model calls."""
WAIT_S = 1_200.0
POLL_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run."""

    judgements: int
    failed: int
    seconds: float
    a_minute: float
    server_cpu_ms: float
    """A judgement, all processes of the server."""
    simulator_cpu_ms: float
    load: str


class Judging(Pellucid):
    """A server that may reach the simulator."""

    def __init__(self, provider: str) -> None:
        self._provider = provider

    def environment(self, port: int, data: Path) -> Mapping[str, str]:
        """With the way to the simulator open."""
        return {**super().environment(port, data), "PELLUCID_OUTBOUND_ALLOW": self._provider.removeprefix("http://")}


def measure(judgements: int, data: Path) -> Measured:
    """One back-fill of so many judgements."""
    with _simulator() as (provider, simulator), Server(Judging(provider), data / "server", data / "server.log") as server:
        traffic = Traffic(int(judgements * SPANS_PER_CALL))
        send(traffic.requests(), server.port, PROTOBUF)
        with Client(server.port) as client:
            _until(lambda: Pellucid().count(client) >= traffic.manifest.spans)
        server.quiet()
        with Client(server.port) as client:  # the server closes connections that rest
            evaluator = _judge(client, provider)
            used = server.cpu_s(), _cpu(simulator)
            began = time.monotonic()
            run = _post(client, f"/api/v1/evaluators/{evaluator}/backfill?from=-30d", {"limit": judgements})
            _until(lambda: client.get(f"/api/v1/runs/{run['id']}")["state"] == "finished")
            took = time.monotonic() - began
            spent = (server.cpu_s() - used[0], _cpu(simulator) - used[1])
            ended = client.get(f"/api/v1/runs/{run['id']}")
    done = int(ended["done"])
    return Measured(
        judgements=done,
        failed=ended["failed"],
        seconds=round(took, 2),
        a_minute=round(done / took * 60),
        server_cpu_ms=round(spent[0] / done * 1e3, 2),
        simulator_cpu_ms=round(spent[1] / done * 1e3, 2),
        load=machine.load(),
    )


@contextmanager
def _simulator() -> Iterator[tuple[str, psutil.Process]]:
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv(), psutil.Process(process.pid)
    finally:
        ours.send(None)
        process.join()


def _serve(pipe: "Connection[Any, Any]") -> None:
    url, stop = serve_in_thread()
    pipe.send(url)
    pipe.recv()
    stop()


def _judge(client: Client, provider: str) -> str:
    _post(
        client,
        "/api/v1/model-connections",
        {"name": "sim", "provider": "openai", "base_url": f"{provider}/v1", "key": "sk-sim", "default_model": "gpt-4o-mini"},
    )
    gallery = client.get("/api/v1/evaluator-gallery")["data"]
    definition = next(entry for entry in gallery if entry["key"] == "helpfulness")["definition"]
    definition["body"]["connection"] = "sim"
    made = _post(client, "/api/v1/evaluators", {"name": "Measured", "definition": definition, "filter": "kind:generation"})
    return str(made["id"])


def _post(client: Client, path: str, document: Any) -> Any:
    status, answer, _ = client.send("POST", path, json.dumps(document).encode(), {"Content-Type": "application/json"})
    if status not in (200, 201, 202):
        raise RuntimeError(f"POST {path} was answered with {status}: {answer[:400].decode(errors='replace')}")
    return json.loads(answer)


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {WAIT_S:g} seconds")
        time.sleep(POLL_S)


def main() -> None:
    """Print one measurement as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judgements", type=int, default=3_000)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(asdict(measure(parser.parse_args().judgements, Path(folder)))))


if __name__ == "__main__":
    main()
