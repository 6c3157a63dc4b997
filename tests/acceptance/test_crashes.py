"""kill -9 at random moments under load: what was acknowledged is there, once, without anybody's help."""

import os
import random
import time

import psutil
import pytest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.sending import Load
from tests.acceptance.serving import Server, rows_in, until

REOPEN_S = 5.0
ROUNDS, SHORT_ROUNDS = 50, 4
KILLED_WORKERS = 3
SQL = "SELECT trace_id, span_id, count() AS times FROM {table} FINAL GROUP BY trace_id, span_id"


def expect_exactly_once(server: Server, acknowledged: set[tuple[str, str]], sent: set[tuple[str, str]]) -> None:
    """Every acknowledged span is one row with one payload; nothing is there that was never sent. The server must have stopped."""
    for table in ("spans", "payloads"):
        found = {(row["trace_id"], row["span_id"]): row["times"] for row in rows_in(server.data, SQL.format(table=table))}
        assert acknowledged <= found.keys(), f"{len(acknowledged - found.keys())} of {len(acknowledged)} are lost from {table}"
        assert found.keys() <= sent
        assert set(found.values()) <= {1}


def expect_settled(server: Server, acknowledged: set[tuple[str, str]]) -> None:
    """Children inherit, and each trace has one root, whatever was cut in two by a crash."""
    rows = rows_in(server.data, "SELECT trace_id, sum(is_root) AS roots, countIf(user_id = 'u1') = count() AS inherited "
                                "FROM spans FINAL GROUP BY trace_id")  # fmt: skip
    whole = {trace for trace, _ in acknowledged}
    wrong = [row for row in rows if row["trace_id"] in whole and (row["roots"] != 1 or not row["inherited"])]
    assert not wrong, wrong[:3]


def _survive(server: Server, rounds: int, seed: int) -> None:
    moments = random.Random(seed)
    server.start()
    acknowledged: set[tuple[str, str]] = set()
    sent: set[tuple[str, str]] = set()
    for number in range(rounds):
        with Load(server.url, seed=number + 1) as load:
            until(lambda load=load: load.acknowledged, 60, "the first acknowledgement")
            time.sleep(moments.uniform(0.0, 2.5))
            server.kill()
            load.stop()
        acknowledged |= load.acknowledged
        sent |= load.sent
        server.start()
        assert server.started_cpu_s <= REOPEN_S, f"round {number}: reopened with {server.started_cpu_s:.1f} s of processor time"
        if os.getloadavg()[0] <= (os.cpu_count() or 1):  # else the clock measures the neighbours
            assert server.started_in_s <= REOPEN_S, f"round {number}: reopened in {server.started_in_s:.1f} s"
    server.settle()
    assert server.metric("pellucid_dead_letters") == 0
    assert server.stop() == 0
    expect_exactly_once(server, acknowledged, sent)
    expect_settled(server, acknowledged)


def test_nothing_acknowledged_is_lost_or_doubled_by_kill_9(make_server: MakeServer) -> None:
    _survive(make_server(), SHORT_ROUNDS, seed=1)


@pytest.mark.long(short_form=True)
@pytest.mark.timeout(3600)
def test_nothing_acknowledged_is_lost_or_doubled_by_fifty_kills(make_server: MakeServer) -> None:
    _survive(make_server(), 2 * SHORT_ROUNDS if os.environ.get("PELLUCID_LONG") == "short" else ROUNDS, seed=2)


def test_a_worker_killed_in_mid_batch_takes_nothing_with_it(make_server: MakeServer) -> None:
    server = make_server().start()
    with Load(server.url, threads=1, traces_per_batch=80, pause_s=0.3) as load:
        for _ in range(KILLED_WORKERS):
            worker: psutil.Process = until(server.workers, 60, "a decode worker")[0]
            until(lambda worker=worker: worker.cpu_times().user > 1.0 or not worker.is_running(), 60, "it works")
            written = server.metric("pellucid_batches_total")
            worker.kill()
            worker.wait(10)
            until(lambda written=written: server.metric("pellucid_batches_total") > written, 60, "another does its work")
    server.settle()
    assert server.metric("pellucid_dead_letters") == 0
    assert server.stop() == 0
    assert set(load.statuses) == {200}
    expect_exactly_once(server, load.acknowledged, load.sent)


def test_workers_do_not_outlive_a_killed_server(make_server: MakeServer) -> None:
    server = make_server().start()
    with Load(server.url, traces_per_batch=80):
        workers = until(server.workers, 60, "a decode worker")
    server.kill()
    until(lambda: not any(worker.is_running() for worker in workers), 20, "the workers end")
