"""A disk that fills up: the doors say so, reading goes on, nothing confirmed is lost, and it recovers by itself once there is space.

Each test mounts a small file system of its own and makes it larger in the end, as an operator would.
"""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.sending import Load
from tests.acceptance.serving import Server, rows_in, until
from tests.unit.ingest.otlp_bodies import span, traces

SQL = "SELECT trace_id, span_id, count() AS times FROM {table} FINAL GROUP BY trace_id, span_id"
RETRIES = "pellucid_store_retries_total"


@contextmanager
def small_disk(folder: Path, size_mib: int) -> Iterator[Callable[[], None]]:
    """A file system of its own on `folder`; yields what makes it large."""
    if os.getuid() != 0:
        message = "a full disk can only be tried by root, who may mount a small file system"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_mib}m", "none", str(folder)], check=True)
    try:
        yield lambda: subprocess.run(["mount", "-o", "remount,size=2g", str(folder)], check=True) and None
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def expect_exactly_once(data: Path, load: Load) -> None:
    """Every acknowledged span is one row with one payload."""
    for table in ("spans", "payloads"):
        found = {(row["trace_id"], row["span_id"]): row["times"] for row in rows_in(data, SQL.format(table=table))}
        assert load.acknowledged <= found.keys() <= load.sent | {("a" * 32, "b" * 16)}
        assert set(found.values()) <= {1}


def send_first(server: Server) -> None:
    """A trace that can be read all along."""
    assert server.post("/v1/traces", traces(span(trace="a" * 32, user__id="u1"))).status_code == 200
    server.settle()


def test_a_full_disk_is_503_until_there_is_space_again(make_server: MakeServer, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 24) as grow:
        server = make_server(data=tmp_path / "disk" / "data").start()
        send_first(server)
        # Noise that does not compress, so that the disk is full soon.
        load = Load(server.url, threads=2, traces_per_batch=15, payload_chars=12_000)
        with load:
            until(lambda: load.statuses.get(503, 0) >= 3, 120, "the disk is full")
            assert set(load.statuses) == {200, 503}
            assert load.retry_after
            assert server.get(f"/api/v1/traces/{'a' * 32}").json()["spans"][0]["user_id"] == "u1"
            assert server.get("/api/v1/health").status_code == 200
        grow()
        until(
            lambda: server.post("/v1/traces", traces(span(trace="a" * 32, user__id="u1"))).status_code == 200, 60, "it takes again"
        )
        server.settle()
        assert server.metric("pellucid_dead_letters") == 0
        assert server.stop() == 0
        expect_exactly_once(server.data, load)


def test_while_only_the_stores_disk_is_full_the_journal_absorbs(make_server: MakeServer, tmp_path: Path) -> None:
    with small_disk(tmp_path / "data" / "spans", 12) as grow:
        server = make_server().start()
        send_first(server)
        load = Load(server.url, threads=2, traces_per_batch=15, payload_chars=12_000)
        with load:
            until(lambda: server.metric(RETRIES) >= 2, 120, "the store's disk is full")
            taken = load.statuses[200]
            until(lambda: load.statuses[200] >= taken + 5, 60, "the journal absorbs")
        assert set(load.statuses) == {200}
        assert server.get("/api/v1/ready").json()["journal_entries"] > 0
        assert server.get(f"/api/v1/traces/{'a' * 32}").json()["spans"][0]["user_id"] == "u1"
        grow()
        server.settle()
        assert server.metric("pellucid_dead_letters") == 0
        assert server.stop() == 0
        expect_exactly_once(server.data, load)
