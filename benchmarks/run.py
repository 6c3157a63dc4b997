"""`python -m benchmarks.run`: Pellucid beside its peers on this machine, in one run on the same traffic, as a Markdown page.

Each subject runs alone, on loopback, with a data directory of its own that is removed afterwards. `--short` is a smoke test of the
benchmark itself; its figures mean little.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import durability, ingest, queries, visible
from benchmarks.machine import describe, load
from benchmarks.processes import MIB, Server
from benchmarks.report import OURS, Measured, Run, page
from benchmarks.subjects.mlflow import MLflow
from benchmarks.subjects.pellucid import Pellucid
from benchmarks.subjects.phoenix import Phoenix
from benchmarks.subjects.port import Subject
from benchmarks.traffic import Traffic

SPANS = 50_000
WARM_UP = 2_000
CRASH = 5_000
STREAM = 5_000
STREAM_RATE = 500.0
SHORT = {"spans": 3_000, "crash": 1_000, "stream": 1_000}
MOST: Mapping[str, int] = {"phoenix": 10_000}
"""It needs two minutes for each ten thousand spans."""
SUBJECTS: tuple[Subject, ...] = (Pellucid(), Phoenix(), MLflow())
README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- results -->", "<!-- /results -->"


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    chosen = [subject for subject in SUBJECTS if subject.name in arguments.subjects.split(",")]
    spans, crash, stream = (SHORT[name] if arguments.short else size for name, size in
                            (("spans", arguments.spans), ("crash", CRASH), ("stream", STREAM)))  # fmt: skip
    began = datetime.now(UTC)
    engine = _engine("insert", str(spans)) if any(subject.name == OURS for subject in chosen) else {}
    bodies = list(Traffic(1_000).requests())
    run = Run(
        date=f"{began:%Y-%m-%d %H:%M} UTC",
        machine=describe(),
        wire=sum(map(len, bodies)) / 1_000,
        engine=engine,
        subjects={},
    )
    for subject in chosen:
        _say(f"{subject.title} {subject.version}")
        with tempfile.TemporaryDirectory(prefix="pellucid-bench-") as directory:
            size = min(spans, MOST.get(subject.name, spans))
            try:
                run.subjects[subject.name] = _measure(subject, size, min(crash, size), stream, Path(directory))
            except (OSError, RuntimeError) as failure:
                _say(f"  {subject.title} could not be measured: {failure}")
        if arguments.write:
            _write(page(run))
    print(page(run))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description="Pellucid beside its peers")
    parser.add_argument(
        "--spans", type=int, default=SPANS, help=f"spans a subject ({SPANS}); Phoenix takes at most {MOST['phoenix']}"
    )
    parser.add_argument("--subjects", default=",".join(subject.name for subject in SUBJECTS), help="which, with commas between")
    parser.add_argument("--short", action="store_true", help="a few thousand spans: does it all still run?")
    parser.add_argument("--write", action="store_true", help="put the table into benchmarks/README.md")
    return parser.parse_args()


def _measure(subject: Subject, spans: int, crash: int, stream: int, directory: Path) -> Measured:
    busy = load()
    warm, main_part, live = Traffic(WARM_UP, seed=2, asked=False), Traffic(spans), Traffic(stream, seed=3, asked=False)
    bodies = list(main_part.requests())
    with Server(subject, directory / "data", directory / "log") as server:
        _say(f"  up after {server.cold_start_s:.1f} s")
        server.quiet()
        idle, memory, processes = server.idle_cpu(), server.rss() / MIB, len(server.tree())
        ingest.send(warm.requests(), server.port, subject.headers)
        _must(ingest.wait_for_spans(server, WARM_UP), WARM_UP)
        server.quiet()
        took = ingest.measure(server, bodies, spans, WARM_UP)
        _say(f"  {took.sustained:,.0f} spans/s sustained, {took.cpu_ms:.3f} ms CPU a span")
        answered = queries.measure(server, main_part.manifest)
        visibility = _visibility(server, live, WARM_UP + spans) if subject.name == OURS else None
    engine = _engine("ask", str(directory / "data"), main_part.manifest.first_trace) if subject.name == OURS else {}
    crashed = Traffic(crash, seed=4)
    survival = durability.measure(subject, list(crashed.requests()), crash, directory / "crash")
    _say(f"  {survival.found:,} of {survival.sent:,} left after kill -9")
    return Measured(
        title=subject.title,
        load=busy,
        version=subject.version,
        cold_start_s=server.cold_start_s,
        processes=processes,
        idle_rss=memory,
        idle_cpu=idle,
        ingest=took,
        queries=answered,
        queried_spans=spans + WARM_UP,
        survival=survival,
        visibility=visibility,
        engine_queries=engine,
    )


def _visibility(server: Server, traffic: Traffic, before: int) -> visible.Visibility:
    """A stream in requests of fifty spans: ten a second."""
    size = 50
    bodies = list(traffic.requests(size))
    sizes = [size] * len(bodies)
    sizes[0] -= 2
    sizes[-1] = traffic.manifest.spans - sum(sizes[:-1])
    return visible.measure(server, bodies, sizes, before, STREAM_RATE)


def _engine(*words: str) -> dict[str, Any]:
    """In a process of its own: an engine is opened once a process, and its memory must not stand beside a server's."""
    _say(f"engine: {words[0]}")
    done = subprocess.run([sys.executable, "-m", "benchmarks.engine", *words], check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _must(found: int, expected: int) -> None:
    if found != expected:
        raise RuntimeError(f"{expected} spans were sent and {found} are found")


def _write(text: str) -> None:
    readme = README.read_text()
    head, _, rest = readme.partition(BEGIN)
    tail = rest.partition(END)[2]
    README.write_text(f"{head}{BEGIN}\n\n{text}\n{END}{tail}")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
