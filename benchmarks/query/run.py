"""Ask the query layer of a filled store: `python benchmarks/query/run.py DIR [--json FILE]`.

Each question is asked in the process, below HTTP, eleven times; the first answer is shown apart. Beside the wall clock stands the CPU
time of all threads, which other work on the machine does not disturb much. `engine` is the same question as one hand-written statement.
"""

import argparse
import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from pellucid_server.core.clock import DAY, system_clock
from pellucid_server.core.ids import random_id
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.asking import Ask
from pellucid_server.query.facets import read_filter
from pellucid_server.query.metrics import Measure, MetricsAsk
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver, connect_embedded
from pellucid_server.store.spans.drivers.port import Statement

SCOPE = Scope(organization_id="bench", project_id="bench", role=Role.OWNER, actor="bench")
TIMES = 11
ENGINE = {
    "newest 50 traces": "SELECT trace_id, start_time, name, outcome FROM spans FINAL WHERE project_id = 'bench' AND is_root "
    "AND start_time > now() - INTERVAL 6 HOUR ORDER BY start_time DESC LIMIT 50",
    "traces of a user": "SELECT DISTINCT trace_id FROM spans FINAL WHERE project_id = 'bench' AND user_id = 'user-77'",
    "cost by day and model": "SELECT toStartOfDay(start_time) AS day, model, sum(cost) FROM spans FINAL WHERE project_id = 'bench' "
    "AND counted GROUP BY day, model ORDER BY day, model",
    "p99 by day": "SELECT toStartOfDay(start_time) AS day, quantileExact(0.99)(duration) FROM spans FINAL WHERE project_id = 'bench' "
    "GROUP BY day ORDER BY day",
    "search for a word": "SELECT trace_id, span_id FROM payloads FINAL WHERE project_id = 'bench' "
    "AND hasAllTokens(search_text, ['needle']) ORDER BY start_time DESC LIMIT 20",
}


def questions(queries: Queries) -> dict[str, Callable[[], Any]]:
    """What is asked."""
    newest = queries.traces.list_traces(SCOPE, Ask()).data
    one = newest[10]
    fortnight, day = Window(start=system_clock() - 20 * DAY), Window(start=system_clock() - DAY)
    sidebar = ["model", "kind", "outcome", "feature", "user_tier", "environment", "release", "name", "prompt_version", "tags"]

    def traces(text: str = "", order: str = "", window: Window | None = None) -> Callable[[], Any]:
        return lambda: queries.traces.list_traces(SCOPE, Ask(filter=read_filter(text), order=order, window=window or Window()))

    def metrics(name: str, aggregation: str, *dimensions: str, text: str = "") -> Callable[[], Any]:
        ask = MetricsAsk(
            measures=[Measure(name=name, aggregation=aggregation)],
            dimensions=dimensions,
            interval="day",
            window=fortnight,
            filter=read_filter(text),
        )
        return lambda: queries.metrics.ask(SCOPE, ask)

    return {
        "newest 50 traces": traces(),
        "traces of a user": traces("user:user-77"),
        "traces of a model": traces("model:mistral-mini"),
        "traces with a word": traces("needle"),
        "traces with a bad score": traces("score.quality<0.01"),
        "traces by cost, all 14 days": traces(order="-cost"),
        "traces by cost, one day": traces(order="-cost", window=day),
        "one trace": lambda: queries.traces.get_trace(SCOPE, one.trace_id),
        "one span": lambda: queries.spans.get_span(SCOPE, one.root_span_id, one.trace_id),
        "newest 50 spans": lambda: queries.spans.list_spans(SCOPE, Ask()),
        "spans by cost, all 14 days": lambda: queries.spans.list_spans(SCOPE, Ask(order="-cost")),
        "newest 50 sessions": lambda: queries.sessions.list_groups(SCOPE, Ask()),
        "one session": lambda: queries.sessions.get_group(SCOPE, one.session_id, Window()),
        "newest 50 users": lambda: queries.users.list_groups(SCOPE, Ask()),
        "one user": lambda: queries.users.get_group(SCOPE, one.user_id, Window()),
        "search for a word": lambda: queries.search.search(SCOPE, "needle", Ask(limit=20)),
        "search for a piece of text": lambda: queries.search.search(SCOPE, "eedl", Ask(limit=20), "substring"),
        "ten facets, all 14 days": lambda: queries.facets.count(SCOPE, sidebar, read_filter(""), fortnight),
        "ten facets, one day": lambda: queries.facets.count(SCOPE, sidebar, read_filter(""), day),
        "cost by day and model": metrics("cost", "sum", "model"),
        "p99 by day": metrics("duration", "p99"),
        "p99 of generations by day and model": metrics("duration", "p99", "model", text="kind:generation"),
        "traces by day": metrics("traces", "count"),
        "score by day and feature": metrics("score:quality", "avg", "feature"),
    }


def measure(ask: Callable[[], Any]) -> dict[str, float]:
    """Milliseconds: median, first, and CPU of the median call."""
    walls: list[float] = []
    cpus: list[float] = []
    for _ in range(TIMES):
        wall, cpu = time.perf_counter(), _cpu()
        ask()
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((_cpu() - cpu) * 1000)
    return {"p50": median(walls), "first": walls[0], "least": min(walls), "cpu": median(cpus)}


def engine(driver: ClickHouseDriver, sql: str) -> Callable[[], Any]:
    """One statement on the engine."""
    return lambda: driver.query(Statement(sql=sql, parameters={}))


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory")
    arguments.add_argument("--json", type=Path)
    arguments.add_argument("--only", action="append", help="a question, by its name; may be repeated")
    chosen = arguments.parse_args()
    driver = connect_embedded(chosen.directory)
    queries = open_queries(driver, system_clock, random_id)
    table = {}
    print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print("| question | p50 ms | first | least | CPU ms | engine p50 |\n| --- | --- | --- | --- | --- | --- |")
    for name, ask in questions(queries).items():
        if chosen.only and name not in chosen.only:
            continue
        got = table[name] = measure(ask)
        if name in ENGINE:
            got["engine"] = measure(engine(driver, ENGINE[name]))["p50"]
        bare = f"{got['engine']:.0f}" if "engine" in got else ""
        print(f"| {name} | {got['p50']:.0f} | {got['first']:.0f} | {got['least']:.0f} | {got['cpu']:.0f} | {bare} |", flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(table, indent=1))
    driver.close()


if __name__ == "__main__":
    main()
