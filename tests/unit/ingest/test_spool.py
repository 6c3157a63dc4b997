"""Payloads on their way from a worker to the engine: as a file where the disk takes it, otherwise as before, and never left behind."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from tests.unit.ingest.conftest import Line
from tests.unit.ingest.otlp_bodies import span, traces

from pellucid_server.app.workers import SMALL_RECORDS, WorkerPool, decode_in_worker, with_payloads
from pellucid_server.core.errors import Unavailable
from pellucid_server.ingest.enriching import DEFAULT_CONFIG, ProjectConfig
from pellucid_server.ingest.ports import EncodedChunk, Write
from pellucid_server.ingest.spool import prepare
from pellucid_server.journal.port import Entry
from pellucid_server.store.spans.drivers.port import Statement


class _Spooling:
    """What a worker does, in this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def submit(self, entries: Sequence[Entry], configs: dict[str, ProjectConfig]) -> Callable[[], EncodedChunk]:
        return lambda: with_payloads(decode_in_worker(entries, configs, self._folder))


@pytest.fixture
def folder(line: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "it's a spool"
    prepare(made)
    monkeypatch.setattr(line.pipeline, "_decoder", _Spooling(made))
    return made


def _call(number: int, **attributes: object) -> dict[str, object]:
    return span(trace=f"{number:032x}", span_id=f"{number:016x}", input__value=f"question {number}", **attributes)


def test_payloads_reach_the_store_by_their_file_and_the_file_goes(line: Line, folder: Path) -> None:
    line.send(traces(*map(_call, range(1, 4))))
    line.flush()
    assert [json.loads(row["payload"])["raw"]["attributes"]["input.value"] for row in line.payloads()] == [
        "question 1",
        "question 2",
        "question 3",
    ]
    assert {row["version"] for row in line.rows("version")} != {0}
    assert list(folder.iterdir()) == []


def test_a_merge_builds_the_text_index_and_a_search_does_not_wait_for_it(line: Line, folder: Path) -> None:
    line.send(traces(_call(1)))
    line.flush()
    sizes = "SELECT sum(secondary_indices_compressed_bytes) > 0 AS indexed FROM system.parts WHERE active AND table = 'payloads'"
    found = "SELECT span_id FROM payloads FINAL WHERE hasToken(search_text, 'question')"
    for indexed in (0, 1):
        assert line.driver.query(Statement(sql=sizes, parameters={})).rows == [(indexed,)]
        assert line.driver.query(Statement(sql=found, parameters={})).rows == [(f"{1:016x}",)]
        line.driver.command("OPTIMIZE TABLE payloads FINAL")


def test_of_a_file_with_known_spans_only_the_new_ones_are_written(line: Line, folder: Path) -> None:
    line.send(traces(_call(1)))
    line.flush()
    line.send(traces(_call(1), _call(2)))
    line.send(traces(_call(1, extra="more"), _call(3)))
    line.flush()
    documents = {row["span_id"]: json.loads(row["payload"]) for row in line.payloads()}
    assert sorted(documents) == [f"{number:016x}" for number in (1, 2, 3)]
    assert documents[f"{1:016x}"]["raw"]["attributes"]["extra"] == "more"
    assert list(folder.iterdir()) == []


def test_a_store_that_is_down_finds_the_file_when_it_comes_back(line: Line, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write, failures = line.store.write, iter([True, False])

    def flaky(rows: Write) -> None:
        if next(failures):
            raise Unavailable("away")
        write(rows)

    monkeypatch.setattr(line.store, "write", flaky)
    monkeypatch.setattr("pellucid_server.ingest.pipeline.RETRY_FIRST_S", 0.001)
    line.send(traces(_call(1)))
    line.flush()
    assert len(line.payloads()) == 1
    assert list(folder.iterdir()) == []


def test_where_the_disk_takes_no_file_the_payloads_travel_as_before(line: Line, folder: Path) -> None:
    folder.rmdir()
    line.send(traces(_call(1)))
    line.flush()
    assert len(line.payloads()) == 1


def test_a_worker_process_hands_over_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "spool"
    folder.mkdir()
    (folder / "left by a server that died.arrow").touch()
    pool = WorkerPool(1, folder)
    try:
        body = traces(*map(_call, range(1, SMALL_RECORDS + 2)))
        entry = Entry(id=7, project_id="p", signal="traces", content_type="application/x-protobuf", encoding="",
                      received_at=0, records=SMALL_RECORDS + 1, body=body)  # fmt: skip
        chunk = pool.submit([entry], {"p": DEFAULT_CONFIG})()
    finally:
        pool.close()
    assert chunk.spooled is not None
    assert list(folder.iterdir()) == [chunk.spooled]
    assert chunk.payloads.num_rows == chunk.spans.num_rows == SMALL_RECORDS + 1
    chunk.release()
    assert list(folder.iterdir()) == []
    assert json.loads(chunk.payloads.column("payload")[0].as_py())["raw"]["name"] == "call"
