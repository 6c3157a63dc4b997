"""Ask what every preset dashboard asks, over a filled store: `python -m benchmarks.dashboards DIR --project ID [--days 14] [--json FILE]`.

Each question of each widget is asked in the process, below HTTP, as the page asks it: the same intervals, the period before for single
numbers, the days before the range for trailing means. Beside the wall clock stands the CPU time of all threads, which other work on the
machine does not disturb much. DIR is a copy of a data directory that no server has open. Exit code 1 where a median is above the limit.
"""

import argparse
import json
import os
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from pellucid_server.core.clock import DAY, HOUR, MINUTE, Micros, system_clock
from pellucid_server.core.ids import random_id
from pellucid_server.dashboards.document import Widget
from pellucid_server.dashboards.presets import PRESETS, Preset, fitted
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.facets import read_filter
from pellucid_server.query.metrics import Measure, MetricsAsk
from pellucid_server.query.queries import Queries, open_queries
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.drivers.clickhouse import connect_embedded
from pellucid_server.store.spans.writer import SpanStore

LIMIT_MS = 120.0
TIMES = 7
MOST_POINTS = 100
INTERVALS = {"minute": MINUTE, "5minute": 5 * MINUTE, "hour": HOUR, "day": DAY, "week": 7 * DAY}
TIMED = ("line", "area", "bar")


def asks(widget: Widget, start: Micros, end: Micros) -> Iterator[tuple[str, MetricsAsk]]:
    """What the page asks for a widget: its range, and for single numbers the range before."""
    interval = ""
    if widget.chart in TIMED:
        fitting = (name for name, width in INTERVALS.items() if (end - start) / width <= MOST_POINTS)
        interval = widget.interval if widget.interval in INTERVALS else next(fitting, "week")
    smooth = (widget.smooth - 1) * INTERVALS[interval] if interval and widget.smooth > 1 else 0
    windows = [("", Window(start=start - smooth, end=end))]
    if widget.chart == "number":
        windows.append((" (before)", Window(start=2 * start - end, end=start)))
    for note, window in windows:
        yield (
            widget.title + note,
            MetricsAsk(
                measures=measures_of(widget),
                dimensions=widget.dimensions,
                interval=interval,
                window=window,
                filter=read_filter(widget.filter),
                series=widget.series,
            ),
        )


def measures_of(widget: Widget) -> list[Measure]:
    """Segments need the number of cases beside them."""
    first = widget.measures[0]
    cases = Measure(name=first.name if first.name.startswith("score:") else "spans", aggregation="count")
    return [*widget.measures, *([cases] if widget.chart == "segments" and cases not in widget.measures else [])]


def measure(queries: Queries, scope: Scope, ask: MetricsAsk) -> dict[str, float]:
    """Milliseconds: median, first and CPU of the median call; and rows."""
    walls, cpus, rows = [], [], 0
    for _ in range(TIMES):
        wall, cpu = time.perf_counter(), _cpu()
        rows = len(queries.metrics.ask(scope, ask).data)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((_cpu() - cpu) * 1000)
    return {"p50": median(walls), "first": walls[0], "cpu": median(cpus), "rows": rows}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def preset_table(queries: Queries, scope: Scope, preset: Preset, days: float) -> dict[str, dict[str, float]]:
    """All questions of a preset."""
    end = system_clock() // MINUTE * MINUTE
    start = end - int(days * DAY)
    table = {}
    for widget in preset.document.widgets:
        for name, ask in asks(widget, start, end):
            got = table[name] = measure(queries, scope, ask)
            mark = " **" if got["p50"] > LIMIT_MS else ""
            told = f"{got['p50']:.0f} | {got['first']:.0f} | {got['cpu']:.0f} | {got['rows']}"
            print(f"| {preset.name} | {name} | {told} |{mark}", flush=True)
    return table


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory", help="of the engine: the folder `spans` of a data directory")
    arguments.add_argument("--project", required=True)
    arguments.add_argument("--days", type=float, default=14.0)
    arguments.add_argument("--only", action="append", help="a preset, by its id; may be repeated")
    arguments.add_argument("--json", type=Path)
    chosen = arguments.parse_args()
    driver = connect_embedded(chosen.directory)
    SpanStore(driver).migrate()
    queries = open_queries(driver, system_clock, random_id)
    scope = Scope(organization_id="bench", project_id=chosen.project, role=Role.OWNER, actor="bench")
    scores = queries.facets.complete(scope, "score", "", limit=200)
    print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; the last {chosen.days:g} days\n")
    print("| preset | question | p50 ms | first | CPU ms | rows |\n| --- | --- | --- | --- | --- | --- |")
    found = {}
    for preset in PRESETS:
        if not chosen.only or preset.id in chosen.only:
            found[preset.id] = preset_table(queries, scope, fitted(preset, scores), chosen.days)
    driver.close()
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1))
    answers = [got for table in found.values() for got in table.values()]
    slow = sum(got["p50"] > LIMIT_MS for got in answers)
    print(f"\n{len(answers)} questions, {slow} above {LIMIT_MS:.0f} ms; the slowest {max(got['p50'] for got in answers):.0f} ms")
    raise SystemExit(1 if slow else 0)


if __name__ == "__main__":
    main()
