"""The bare engine, in a process of its own: what Pellucid's store can do without Pellucid. Prints JSON.

`python -m benchmarks.engine insert SPANS` encodes the benchmark's traffic beforehand and times the inserts alone: one writer, the same
tables, indexes and fsync settings, batches as ingest writes them. `python -m benchmarks.engine ask DIR TRACE` asks the query layer of a
stored data directory once, notes the statements that it sends, and times those alone.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa

from benchmarks.queries import WARM
from benchmarks.subjects.pellucid import PROJECT
from benchmarks.subjects.port import BY_USER, COST, LATENCY, NEWEST, ONE_TRACE, PAGE, TEXT
from benchmarks.traffic import DAYS, NEEDLE, Traffic
from pellucid_server.core.clock import DAY, system_clock
from pellucid_server.core.ids import random_id
from pellucid_server.ingest.enriching import DEFAULT_CONFIG
from pellucid_server.ingest.local import decode_chunk
from pellucid_server.ingest.pipeline import BATCH_RECORDS
from pellucid_server.ingest.ports import Write
from pellucid_server.ingest.spool import spool
from pellucid_server.journal.port import Entry
from pellucid_server.model.scope import Role, Scope
from pellucid_server.query.asking import Ask
from pellucid_server.query.facets import read_filter
from pellucid_server.query.metrics import Measure, MetricsAsk
from pellucid_server.query.queries import open_queries
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver, connect_embedded
from pellucid_server.store.spans.drivers.port import Limits, Result, Statement
from pellucid_server.store.spans.encode import encode
from pellucid_server.store.spans.writer import SpanStore


def insert(spans: int) -> dict[str, float]:
    """Spans a second, and processor milliseconds a span, of inserts of ready-made columns."""
    with tempfile.TemporaryDirectory(prefix="pellucid-bench-") as directory:
        driver = connect_embedded(str(Path(directory) / "spans"))
        store = SpanStore(driver)
        store.migrate()
        writes = [_ready(Path(directory), number, *tables) for number, tables in enumerate(_batches(spans))]
        store.write(writes[0])  # the engine compiles and opens what it needs
        driver.command("TRUNCATE TABLE spans")
        driver.command("TRUNCATE TABLE payloads")
        began, cpu = time.perf_counter(), time.process_time()
        for write in writes:
            store.write(write)
        took, used = time.perf_counter() - began, time.process_time() - cpu
        rows = sum(write.spans.num_rows for write in writes)
        driver.close()
    return {"spans_per_s": rows / took, "cpu_ms": used * 1000 / rows}


def _ready(folder: Path, number: int, spans: pa.Table, payloads: pa.Table) -> Write:
    """As the spine hands over whole spans of new traces: payloads in a file, narrow rows in memory."""
    return Write(spans=spans, payloads=payloads.schema.empty_table(), spooled=spool(folder, str(number), payloads), version=1)


def _batches(spans: int) -> Iterator[tuple[pa.Table, pa.Table]]:
    waiting: list[Entry] = []
    bodies = list(Traffic(spans).requests())
    size = max(1, BATCH_RECORDS * len(bodies) // spans)
    for number, body in enumerate(bodies, 1):
        waiting.append(
            Entry(id=number, project_id=PROJECT, signal="traces", content_type="application/x-protobuf", encoding="",
                  received_at=system_clock(), records=0, body=body)
        )  # fmt: skip
        if len(waiting) == size or number == len(bodies):
            chunk = decode_chunk(waiting, {PROJECT: DEFAULT_CONFIG}, encode, {})
            yield chunk.spans, chunk.payloads
            waiting = []


class _Noting:
    """The `Driver` port, passing everything on and noting the statements."""

    def __init__(self, driver: ClickHouseDriver) -> None:
        self._driver = driver
        self.noted: list[tuple[Callable[[Statement, Limits], Any], Statement, Limits]] = []

    def query(self, statement: Statement, limits: Limits = Limits()) -> Result:  # noqa: B008  # a frozen value
        self.noted.append((self._driver.query, statement, limits))
        return self._driver.query(statement, limits)

    def query_arrow(self, statement: Statement, limits: Limits = Limits()) -> pa.Table:  # noqa: B008  # a frozen value
        self.noted.append((self._driver.query_arrow, statement, limits))
        return self._driver.query_arrow(statement, limits)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)


def ask(directory: str, trace_id: str) -> dict[str, float]:
    """p50 in milliseconds of each question's own statements, one after the other, on the engine."""
    driver = connect_embedded(str(Path(directory) / "spans"))
    noting = _Noting(driver)
    queries = open_queries(noting, system_clock, random_id)
    scope = Scope(organization_id="", project_id=PROJECT, role=Role.OWNER, actor="benchmark")
    window = Window(start=system_clock() - (DAYS + 1) * DAY)

    def metrics(name: str, aggregation: str, *dimensions: str) -> Callable[[], Any]:
        measures = [Measure(name=name, aggregation=aggregation)]
        asked = MetricsAsk(measures=measures, dimensions=dimensions, interval="day", window=window, filter=read_filter(""))
        return lambda: queries.metrics.ask(scope, asked)

    questions: dict[str, Callable[[], Any]] = {
        NEWEST: lambda: queries.traces.list_traces(scope, Ask(limit=PAGE)),
        BY_USER: lambda: queries.traces.list_traces(scope, Ask(filter=read_filter("user:user-3"), limit=PAGE, window=window)),
        ONE_TRACE: lambda: queries.traces.get_trace(scope, trace_id),
        COST: metrics("cost", "sum", "model"),
        LATENCY: metrics("duration", "p99"),
        TEXT: lambda: queries.search.search(scope, NEEDLE, Ask(limit=PAGE, window=window)),
    }
    found = {}
    for name, question in questions.items():
        noting.noted.clear()
        question()
        found[name] = median(_replay(noting.noted) for _ in range(WARM))
    driver.close()
    return found


def _replay(noted: list[tuple[Callable[[Statement, Limits], Any], Statement, Limits]]) -> float:
    began = time.perf_counter()
    for run, statement, limits in noted:
        run(statement, limits)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    verb, *rest = sys.argv[1:]
    print(json.dumps(insert(int(rest[0])) if verb == "insert" else ask(*rest)))
