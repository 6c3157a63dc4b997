"""Runs every client in every mode and writes the tables: `python -m benchmarks.sdk.run [--venvs DIR] [--quick]`.

What lives here: environments, processes, tables. What must not live here: how a client records (`clients`).
"""

import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.sdk.clients import CALLS_LIMIT_S, import_of

HERE = Path(__file__).parent
ROOT = HERE.parent.parent

REQUIREMENTS: dict[str, list[str]] = {
    "pellucid": [str(ROOT / "packages" / "pellucid")],
    "otel": ["opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"],
    "langfuse": ["langfuse"],
    "langsmith": ["langsmith"],
    "phoenix": ["arize-phoenix-otel", "opentelemetry-exporter-otlp-proto-http"],
    "mlflow": ["mlflow-tracing"],
    "opik": ["opik"],
}
DISTRIBUTIONS = {"otel": "opentelemetry-sdk", "phoenix": "arize-phoenix-otel", "mlflow": "mlflow-tracing"}
BURST, PACED, FAULT = 20_000, 2_000, 10_000
BEYOND = 100_000
"""Calls while the server is down that together are several times the budget of bytes."""
ROUNDS = 3
IMPORTS = 11
FAULTS: dict[str, tuple[str, ...]] = {
    "down": tuple(REQUIREMENTS),
    "hang": tuple(REQUIREMENTS),
    "busy": ("pellucid", "otel"),
    "error": ("pellucid", "otel"),
    "reset": ("pellucid", "otel"),
}
"""The faults, and who meets each: the last three take the peers that never give up very long."""
LIMIT_S = 75.0
"""A process that takes longer (its exit included) is ended and reported so."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def prepare(client: str, venvs: Path) -> Path:
    """The client's environment; its Python."""
    home = venvs / client
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run(["uv", "venv", "-q", "--python", sys.executable, str(home)], check=True)
    subprocess.run(
        ["uv", "pip", "install", "-q", "--python", str(python), "--reinstall-package", "pellucid", *REQUIREMENTS[client]],
        check=True,
    )
    return python


def version(python: Path, client: str) -> str:
    code = f"from importlib.metadata import version; print(version({DISTRIBUTIONS.get(client, client)!r}))"
    return subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def imported(python: Path, client: str) -> tuple[float, float]:
    """Median processor milliseconds and resident megabytes that the import adds to the interpreter."""

    def measure(statement: str) -> tuple[float, float]:
        code = (
            f"import os, time; began = time.process_time(); exec({statement!r}); took = time.process_time() - began; "
            "pages = int(open('/proc/self/statm').read().split()[1]); print(took * 1000, pages * os.sysconf('SC_PAGE_SIZE') / 1e6)"
        )
        found = [
            subprocess.run([str(python), "-c", code], check=True, capture_output=True, text=True).stdout.split()
            for _ in range(IMPORTS)
        ]
        return statistics.median(float(ms) for ms, _ in found), statistics.median(float(mb) for _, mb in found)

    empty, full = measure("pass"), measure(import_of(client))
    return full[0] - empty[0], full[1] - empty[1]


def measure(python: Path, client: str, mode: str, calls: int, fault: str) -> dict[str, Any]:
    """One process against one sink."""
    port = free_port()
    sink = None if fault == "down" else subprocess.Popen([sys.executable, str(HERE / "sink.py"), str(port), fault])
    try:
        if sink is not None:
            _await(port)
        return _measured(python, client, mode, calls, port, fault)
    finally:
        if sink is not None:
            sink.kill()
            sink.wait()


def _measured(python: Path, client: str, mode: str, calls: int, port: int, fault: str) -> dict[str, Any]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PELLUCID", "OTEL", "LANG"))}
    command = [str(python), str(HERE / "worker.py"), client, f"http://127.0.0.1:{port}", mode, str(calls)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        out, err = process.communicate(timeout=LIMIT_S)
        is_killed = False
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        is_killed = True
    ended = time.time()
    lines = [line for line in out.splitlines() if line.startswith("{")]
    if not lines:
        return {"failed": True, "stderr": err[-500:]}
    figures: dict[str, Any] = json.loads(lines[-1])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    figures |= {
        "exit_s": ended - figures["left_at"],
        "exit_cpu_s": cpu - figures["cpu_at"],
        "is_killed": is_killed,
        "stderr_lines": len(err.splitlines()),
    }
    if fault == "ok":
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/count", timeout=60) as answer:
            figures |= json.load(answer)
    return figures


def _await(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("the sink did not start")


def median_of(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The round with the median p50: its figures belong together."""
    good = [figures for figures in rounds if "p50" in figures]
    return sorted(good, key=lambda figures: float(figures["p50"]))[len(good) // 2] if good else {"failed": True}


def main() -> None:
    """Run everything and write the tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--venvs", type=Path, default=Path(tempfile.gettempdir()) / "pellucid-sdk-benchmark")
    parser.add_argument("--clients", nargs="+", default=list(REQUIREMENTS))
    parser.add_argument("--quick", action="store_true", help="one round, fewer calls, no table")
    options = parser.parse_args()
    began = os.getloadavg()
    pythons = {client: prepare(client, options.venvs) for client in options.clients}
    rounds, burst, paced = (1, 5_000, 300) if options.quick else (ROUNDS, BURST, PACED)
    results: dict[str, dict[str, Any]] = {client: {} for client in options.clients}
    for client, python in pythons.items():
        results[client] |= {"version": version(python, client), "import": imported(python, client)}
    for mode, calls in (("burst", burst), ("paced", paced)):
        found: dict[str, list[dict[str, Any]]] = {client: [] for client in options.clients}
        for _ in range(rounds):  # clients take turns, so that a slow minute of the machine meets all of them
            for client, python in pythons.items():
                found[client].append(measure(python, client, mode, calls, "ok"))
        for client in options.clients:
            results[client][mode] = median_of(found[client])
            print(client, mode, results[client][mode], flush=True)
    for fault in () if options.quick else FAULTS:
        for client in (client for client in options.clients if client in FAULTS[fault]):
            results[client][fault] = measure(pythons[client], client, "burst", FAULT, fault)
            print(client, fault, results[client][fault], flush=True)
    if not options.quick and "pellucid" in pythons:
        own = results["pellucid"]
        own["paced faults"] = {fault: measure(pythons["pellucid"], "pellucid", "paced", paced, fault) for fault in FAULTS}
        own["beyond"] = measure(pythons["pellucid"], "pellucid", "burst", BEYOND, "down")
        print(own["paced faults"], own["beyond"], flush=True)
    if not options.quick:
        (HERE / "README.md").write_text(tables(results, began), encoding="utf-8")


def tables(results: dict[str, dict[str, Any]], began: tuple[float, float, float]) -> str:
    """The README."""
    lines = [
        "# What a recorded call costs the application",
        "",
        f"Measured {datetime.now(UTC):%Y-%m-%d} on a 2-core VM that others were using too, CPython {sys.version.split()[0]}, by",
        "`python -m benchmarks.sdk.run`: every client in an environment and a process of its own, all in one run and taking",
        "turns. Each call has 2 KB of text in and 1 KB out, no two alike; the sink is a small HTTP server in another process.",
        "",
        f"Load average {began[0]:.1f} when it began and {os.getloadavg()[0]:.1f} when it ended, on two cores: the medians hold, but",
        "the tails (p99, slowest) are the machine's as much as the client's.",
        "",
        "`otel` is plain OpenTelemetry with the same JSON encoding and attributes and its batch processor's defaults. A client",
        f"that needs more than {CALLS_LIMIT_S:.0f} s for its calls is stopped there. For Opik the sink counts records of spans, of which",
        "it sends more than there were calls.",
        "",
        f"## The server answers ({BURST:,} calls back to back; {PACED:,} calls with 2 ms between them; median of {ROUNDS} processes)",
        "",
        "| client | version | import CPU ms / MB | burst p50 / p95 / p99 µs | CPU µs a call | paced p50 / p99 µs "
        "| delivered of burst | RSS growth MB | sent MB |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for client, found in results.items():
        lines.append(_answering_row(client, found))
    lines += _own_ratios(results)
    lines += [
        "",
        f"## The server does not ({FAULT:,} calls back to back, once each)",
        "",
        "`flush` is the client's own flush, waited for 20 s at most; `exit` is the time from there to the end of the process",
        f"(ended by force after {LIMIT_S:.0f} s in all), by the clock and in processor time.",
        "",
        "| fault | client | p50 / p99 µs | slowest ms | RSS growth MB | flush s | exit s (CPU) | lines on stderr |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for fault in FAULTS:
        lines += [_fault_row(fault, client, found[fault]) for client, found in results.items() if fault in found]
    if "beyond" in results.get("pellucid", {}):
        lines += _own_faults(results["pellucid"])
    return "\n".join([*lines, ""])


def _own_ratios(results: dict[str, dict[str, Any]]) -> list[str]:
    """This client against plain OpenTelemetry and against the cheapest peer, by the medians of this run."""
    if not all(name in results and "p50" in results[name][mode] for name in ("pellucid", "otel") for mode in ("burst", "paced")):
        return []
    lines = ["", "| p50 of pellucid | burst | paced |", "| --- | --- | --- |"]
    peers = [name for name in results if name not in ("pellucid", "otel")]
    rows = {"× plain OpenTelemetry": ["otel"], "× the cheapest peer": peers}
    for title, names in rows.items():
        cells = []
        for mode in ("burst", "paced"):
            others = {name: results[name][mode]["p50"] for name in names if "p50" in results[name][mode]}
            cheapest = min(others, key=lambda name: float(others[name])) if others else ""
            cells.append(f"{results['pellucid'][mode]['p50'] / others[cheapest]:.2f} ({cheapest})" if others else "–")
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return lines


def _own_faults(own: dict[str, Any]) -> list[str]:
    """What a fault adds to the tail of this client's calls, and its memory beyond the budget."""
    lines = [
        "",
        "## What a fault adds to this client's calls",
        "",
        "p99 in µs, and beside it how much more that is than with a server that answers, in this run.",
        "",
        "| fault | burst | paced |",
        "| --- | --- | --- |",
        f"| none | {own['burst']['p99']:.1f} | {own['paced']['p99']:.1f} |",
    ]
    for fault in FAULTS:
        burst, paced = own[fault], own["paced faults"][fault]
        cells = [
            f"{found['p99']:.1f} ({found['p99'] - own[mode]['p99']:+.1f})" if "p99" in found else "did not finish"
            for mode, found in (("burst", burst), ("paced", paced))
        ]
        lines.append(f"| {fault} | {' | '.join(cells)} |")
    beyond = own["beyond"]
    lines += [
        "",
        f"{BEYOND:,} calls while the server is down, {BEYOND * 3 // 1000} MB of text against a budget of 96 MB:",
        f"{beyond['rss_mb']:.0f} MB more memory (the modules of the background thread included),",
        f"p50 {beyond['p50']:.1f} µs, p99 {beyond['p99']:.1f} µs, flush {beyond['flush_s']:.1f} s, exit {beyond['exit_s']:.1f} s"
        f" ({beyond['exit_cpu_s']:.2f} s of processor time).",
    ]
    return lines


def _answering_row(client: str, found: dict[str, Any]) -> str:
    burst, paced = found["burst"], found["paced"]
    if burst.get("failed") or paced.get("failed"):
        return f"| {client} | {found['version']} | did not finish | | | | | | |"
    delivered = f"{burst['spans']:,} of {burst['calls']:,}" if burst["spans"] else "not counted"
    return (
        f"| {client} | {found['version']} | {found['import'][0]:.0f} / {found['import'][1]:.0f} "
        f"| {burst['p50']:.1f} / {burst['p95']:.1f} / {burst['p99']:.1f} | {burst['cpu_us']:.0f} "
        f"| {paced['p50']:.1f} / {paced['p99']:.1f} | {delivered} | {burst['rss_mb']:.0f} | {burst['bytes'] / 1e6:.1f} |"
    )


def _fault_row(fault: str, client: str, found: dict[str, Any]) -> str:
    if found.get("failed"):
        return f"| {fault} | {client} | did not finish | | | | | |"
    flush = ">20" if found["flush_s"] >= 20 else f"{found['flush_s']:.1f}"
    ended = (
        f">{found['exit_s']:.0f}, ended by force" if found["is_killed"] else f"{found['exit_s']:.1f} ({found['exit_cpu_s']:.2f})"
    )
    return (
        f"| {fault} | {client} | {found['p50']:.1f} / {found['p99']:.1f} | {found['max_ms']:.1f} | {found['rss_mb']:.0f} "
        f"| {flush} | {ended} | {found['stderr_lines']} |"
    )


if __name__ == "__main__":
    main()
