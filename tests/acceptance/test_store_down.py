"""The analytic store as a server of its own, which dies, comes late and fills the journal: nothing acknowledged is lost."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.sending import Load
from tests.acceptance.serving import until
from tests.postgres import postgres_server
from tests.store.http.process import ClickHouseProcess
from tests.unit.ingest.otlp_bodies import span, traces

from pellucid_server.store.spans.drivers.clickhouse import connect_http
from pellucid_server.store.spans.drivers.port import Statement

SQL = "SELECT trace_id, span_id, count() AS times FROM {table} FINAL GROUP BY trace_id, span_id"


@pytest.fixture
def clickhouse(tmp_path: Path) -> Iterator[ClickHouseProcess]:
    """A store that is not started yet."""
    process = ClickHouseProcess(tmp_path / "clickhouse")
    yield process
    process.kill()


def expect_exactly_once(clickhouse: ClickHouseProcess, load: Load) -> None:
    """Every acknowledged span is one row with one payload."""
    driver = connect_http(clickhouse.url)
    for table in ("spans", "payloads"):
        rows = driver.query(Statement(sql=SQL.format(table=table), parameters={})).dicts()
        found = {(row["trace_id"], row["span_id"]): row["times"] for row in rows}
        assert load.acknowledged <= found.keys() <= load.sent
        assert set(found.values()) <= {1}
    driver.close()


def test_a_store_that_dies_is_waited_for_and_the_journal_pushes_back(
    make_server: MakeServer, clickhouse: ClickHouseProcess
) -> None:
    clickhouse.start()
    server = make_server(PELLUCID_CLICKHOUSE_URL=clickhouse.url, PELLUCID_JOURNAL_BYTES="400000").start()
    with Load(server.url, traces_per_batch=20) as load:
        until(lambda: server.metric("pellucid_batches_total") >= 2, 60, "rows are written")
        clickhouse.kill()
        until(lambda: load.statuses.get(503), 120, "the journal is full")
        assert {int(wait) for wait in load.retry_after} <= set(range(1, 61))
        read = server.get("/api/v1/traces")
        assert read.status_code == 503, read.text
        assert read.headers["content-type"].startswith("application/problem+json")
        assert server.get("/api/v1/health").status_code == 200
        refused = load.statuses[503]
        clickhouse.start()
        accepted = load.statuses[200]
        until(lambda: load.statuses[200] > accepted + 5, 120, "requests are taken again")
    server.settle()
    assert refused > 0
    assert set(load.statuses) == {200, 503}
    assert server.metric("pellucid_dead_letters") == 0
    expect_exactly_once(clickhouse, load)


def test_a_store_that_comes_late_finds_everything(make_server: MakeServer, clickhouse: ClickHouseProcess) -> None:
    server = make_server(PELLUCID_CLICKHOUSE_URL=clickhouse.url)
    server.launch()

    def taken() -> bool:
        try:
            return server.post("/v1/traces", traces(span(trace="a" * 32, user__id="u1"))).status_code == 200
        except httpx.TransportError:
            return False

    until(taken, 60, "a request is taken although the store is down")
    assert server.get("/api/v1/ready").status_code == 503
    clickhouse.start()
    until(server.is_ready, 60, "the server is ready")
    server.settle()
    assert server.get(f"/api/v1/traces/{'a' * 32}").json()["spans"][0]["user_id"] == "u1"


def test_every_distributed_part_at_once(make_server: MakeServer, clickhouse: ClickHouseProcess) -> None:
    """PostgreSQL for the metadata, ClickHouse over HTTP for the spans: from a key to a trace, across a restart of the server."""
    clickhouse.start()
    with postgres_server() as postgres, postgres.fresh_database() as database:
        server = make_server(
            PELLUCID_CLICKHOUSE_URL=clickhouse.url, PELLUCID_DATABASE_URL=database,
            PELLUCID_INIT_PROJECT="shop", PELLUCID_INIT_PUBLIC_KEY="pk-shop", PELLUCID_INIT_SECRET_KEY="sk-shop",
        ).start()  # fmt: skip
        key = {"authorization": "Bearer sk-shop"}
        assert server.post("/v1/traces", traces(span(trace="b" * 32)), authorization="Bearer sk-other").status_code == 401
        assert server.post("/v1/traces", traces(span(trace="b" * 32, user__id="u9")), **key).status_code == 200
        server.settle()
        made = server.post("/api/v1/views", b'{"name": "mine", "kind": "traces", "state": {}}', "application/json", **key)
        assert server.stop() == 0
        server.start()
        trace = server.get(f"/api/v1/traces/{'b' * 32}", **key)
        assert trace.status_code == 200, trace.text
        assert trace.json()["spans"][0]["user_id"] == "u9"
        assert server.get("/api/v1/views", **key).status_code == 200
        assert made.status_code < 500, made.text
        assert not (server.data / "pellucid.db").exists()
        assert not (server.data / "spans").exists()
        assert server.stop() == 0
