"""What cannot be sent goes to disk and is sent by a later process, once."""

from pathlib import Path
from typing import Any

import pellucid
from pellucid.exporting.spill import Spill
from pellucid.exporting.wire import PROTOBUF, Request


def request(body: bytes = b"body", count: int = 3) -> Request:
    return Request(path="/v1/traces", body=body, content_type=PROTOBUF, encoding="gzip", count=count)


def test_a_request_survives_the_disk(tmp_path: Path) -> None:
    spill = Spill(str(tmp_path), 1_000)
    assert spill.keep(request())
    claimed = spill.claim()
    assert claimed is not None
    assert claimed.request == request()
    assert spill.claim() is None  # nobody else gets it meanwhile
    spill.give_back(claimed)
    again = spill.claim()
    assert again is not None
    spill.done(again)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_is_bounded(tmp_path: Path) -> None:
    spill = Spill(str(tmp_path), 100)
    assert spill.keep(request(b"x" * 60))
    assert not spill.keep(request(b"x" * 60))
    assert spill.size() == 60


def test_strange_files_are_left_or_removed_and_never_sent(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "strange.ready").write_text("?")
    assert Spill(str(tmp_path), 100).claim() is None
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    spill = Spill(str(blocked), 100)
    assert not spill.keep(request())
    assert spill.claim() is None


def test_what_is_left_at_exit_is_sent_by_the_next_process(server: Any, start: Any, tmp_path: Path, wait_until: Any) -> None:
    first = start(url="http://127.0.0.1:9", strict=False, spill_dir=str(tmp_path))
    for number in range(40):
        with pellucid.span(f"span {number}"):
            pass
    pellucid.score("good", 1, trace_id="0" * 31 + "1")
    assert first.close() is True
    assert first.stats().spilled == 41
    assert first.stats().lost == {}
    start(spill_dir=str(tmp_path))
    wait_until(lambda: len(server.spans()) == 40 and len(server.requests("/api/v1/scores")) == 1, 10)
    assert {span.name for span in server.spans()} == {f"span {number}" for number in range(40)}
    wait_until(lambda: list(tmp_path.iterdir()) == [])


def test_a_long_outage_moves_to_disk_before_the_budget_is_full(
    server: Any, start: Any, make_reply: Any, tmp_path: Path, wait_until: Any
) -> None:
    start(strict=False, spill_dir=str(tmp_path), max_queue_bytes=300_000, compression="none", timeout_s=0.2)
    server.reply = make_reply(status=503)
    for number in range(300):
        with pellucid.span("work", input=f"{number}{'x' * 2_000}"):
            pass
        if number % 20 == 0:
            wait_until(lambda: pellucid.stats().queued_bytes < 140_000)
    assert pellucid.stats().lost == {}
    wait_until(lambda: pellucid.stats().spilled > 0)
    server.reply = make_reply()
    wait_until(lambda: len({span.span_id for span in server.spans()}) == 300, 20)
