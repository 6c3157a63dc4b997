"""A pipeline over the real journal and the real engine, stepped by the test."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pellucid_server.ingest.enriching import DEFAULT_CONFIG
from pellucid_server.ingest.local import LocalDecoder
from pellucid_server.ingest.pipeline import Pipeline
from pellucid_server.ingest.settling import Settler
from pellucid_server.journal.port import Entry
from pellucid_server.journal.sqlite import SqliteJournal
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver, connect_embedded
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.encode import encode
from pellucid_server.store.spans.writer import SpanStore

RECEIVED = 1_790_000_000_000_000


@dataclass
class Line:
    """Journal, pipeline and store, and how to look into them."""

    journal: SqliteJournal
    store: SpanStore
    driver: ClickHouseDriver
    pipeline: Pipeline
    blobs: dict[tuple[str, str], bytes]
    sent: int = 0

    def send(self, body: bytes, *, project: str = "p", signal: str = "traces", content_type: str = "application/x-protobuf") -> int:
        """Journal a request."""
        self.sent += 1
        entry = Entry(
            project_id=project, signal=signal, content_type=content_type, encoding="", received_at=RECEIVED + self.sent, records=1,
            body=body,
        )  # fmt: skip
        return self.journal.append(entry).result()

    def flush(self) -> None:
        """Move everything that waits."""
        while self.pipeline.step(0):
            pass

    def forget(self) -> None:
        """As after a restart: a new settler that knows only what the store knows."""
        self.pipeline.settler = Settler(self.store, encode, lambda: RECEIVED)
        self.pipeline.settler.recall_from(self.store.recent_traces(), self.store.recent_calls())
        self.pipeline.settler.start_above(self.store.newest_version())

    def rows(self, columns: str, where: str = "1") -> list[dict[str, Any]]:
        """Visible rows of `spans`."""
        sql = f"SELECT {columns} FROM spans FINAL WHERE {where} ORDER BY start_time, span_id"
        return self.driver.query(Statement(sql=sql, parameters={})).dicts()

    def payloads(self) -> list[dict[str, Any]]:
        """Visible rows of `payloads`."""
        sql = "SELECT span_id, payload, search_text FROM payloads FINAL ORDER BY start_time, span_id"
        return self.driver.query(Statement(sql=sql, parameters={})).dicts()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    """One engine for a file: chDB allows one data directory a process at a time, and other files open their own."""
    made = connect_embedded(str(tmp_path_factory.mktemp("spans")))
    yield made
    made.close()


@pytest.fixture
def line(tmp_path: Path, driver: ClickHouseDriver) -> Iterator[Line]:
    for table in ("spans", "payloads", "scores"):
        driver.command(f"DROP TABLE IF EXISTS {table} SYNC")
    store = SpanStore(driver)
    store.migrate()
    journal = SqliteJournal(tmp_path / "journal.db")
    blobs: dict[tuple[str, str], bytes] = {}
    pipeline = Pipeline(
        journal=journal,
        decoder=LocalDecoder(encode),
        settler=Settler(store, encode, lambda: RECEIVED),
        store=store,
        config_of=lambda project_id: DEFAULT_CONFIG,
        put_blob=lambda project_id, sha256, data: blobs.__setitem__((project_id, sha256), data),
    )
    yield Line(journal=journal, store=store, driver=driver, pipeline=pipeline, blobs=blobs)
    journal.close()
