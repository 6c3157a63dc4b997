"""The journal on SQLite: durable, ordered, bounded, and honest when it cannot write."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pellucid_server.core.errors import NotFound, Unavailable
from pellucid_server.journal.port import Entry
from pellucid_server.journal.sqlite import KEPT_BYTES, SqliteJournal


def entry(body: bytes = b"x", project: str = "p") -> Entry:
    return Entry(
        project_id=project, signal="traces", content_type="application/json", encoding="", received_at=1, records=1, body=body
    )


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    made = SqliteJournal(tmp_path / "journal.db", clock=lambda: 42)
    yield made
    made.close()


def test_what_was_appended_is_read_in_order_and_only_once_acked_gone(journal: SqliteJournal) -> None:
    ids = [journal.append(entry(bytes([n]))).result() for n in range(5)]
    read = journal.read(0, max_bytes=1_000, timeout_s=0)
    assert [(one.id, one.body) for one in read] == [(ids[n], bytes([n])) for n in range(5)]
    assert [one.id for one in journal.read(ids[1], max_bytes=2, timeout_s=0)] == ids[2:4]
    journal.ack(ids[:4])
    assert [one.id for one in journal.read(0, max_bytes=1_000, timeout_s=0)] == ids[4:]
    assert journal.statistics().entries == 1
    assert journal.statistics().bytes == 1


def test_a_backlog_is_read_from_disk_after_reopening(tmp_path: Path) -> None:
    first = SqliteJournal(tmp_path / "j.db")
    ids = [first.append(entry(b"abc")).result() for _ in range(3)]
    first.close()
    second = SqliteJournal(tmp_path / "j.db")
    assert [one.id for one in second.read(0, max_bytes=1_000, timeout_s=0)] == ids
    assert second.statistics().bytes == 9
    second.ack(ids)
    newer = second.append(entry()).result()
    assert newer > max(ids)
    second.close()


def test_a_reader_waits_for_the_next_entry(journal: SqliteJournal) -> None:
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.extend(one.body for one in journal.read(0, max_bytes=10, timeout_s=10)))
    reader.start()
    journal.append(entry(b"late")).result()
    reader.join(10)
    assert got == [b"late"]


def test_concurrent_appends_share_commits_and_none_is_lost(journal: SqliteJournal) -> None:
    def send(k: int) -> None:
        for n in range(50):
            journal.append(entry(f"{k}:{n}".encode())).result()

    threads = [threading.Thread(target=send, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    bodies = {one.body for one in journal.read(0, max_bytes=10**9, timeout_s=0)}
    assert bodies == {f"{k}:{n}".encode() for k in range(8) for n in range(50)}


def test_a_full_journal_refuses_and_takes_again_after_an_ack(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "j.db", limit_bytes=10)
    first = journal.append(entry(b"123456")).result()
    with pytest.raises(Unavailable) as refused:
        journal.append(entry(b"123456"))
    assert refused.value.retry_after_s > 0
    assert "full" in refused.value.message
    journal.ack([first])
    journal.append(entry(b"123456")).result()
    journal.close()


def test_a_closed_journal_refuses(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "j.db")
    journal.close()
    journal.close()
    with pytest.raises(Unavailable):
        journal.append(entry())


def test_buried_entries_are_kept_with_their_error_and_can_be_replayed(journal: SqliteJournal) -> None:
    bad = journal.append(entry(b"bad")).result()
    good = journal.append(entry(b"good")).result()
    (first, *_) = journal.read(0, max_bytes=10**6, timeout_s=0)
    journal.bury(first, "cannot decode")
    assert [one.id for one in journal.read(0, max_bytes=10**6, timeout_s=0)] == [good]
    (letter,) = journal.dead_letters("p")
    assert (letter.entry.id, letter.entry.body, letter.error, letter.attempts, letter.buried_at) == (
        bad,
        b"bad",
        "cannot decode",
        1,
        42,
    )
    assert journal.dead_letters("other") == []
    with pytest.raises(NotFound):
        journal.replay("other", bad)
    again = journal.replay("p", bad)
    assert journal.dead_letters("p") == []
    (replayed,) = journal.read(good, max_bytes=10**6, timeout_s=0)
    assert (replayed.id, replayed.body) == (again, b"bad")
    journal.bury(replayed, "still")
    assert journal.dead_letters("p")[0].attempts == 2


def test_a_failing_disk_is_an_unavailable_and_nothing_else_is_harmed(journal: SqliteJournal) -> None:
    # `max_page_count` is SQLite's own way to be out of space: the fault, with the real error.
    journal._writer.execute("PRAGMA max_page_count = 12")
    with pytest.raises(Unavailable) as refused:
        journal.append(entry(os.urandom(2_000_000))).result()
    assert "full" in refused.value.message
    journal.append(entry(b"small")).result()
    assert [one.body for one in journal.read(0, max_bytes=10**6, timeout_s=0)] == [b"small"]
    assert journal.statistics().bytes == 5


def test_confirmed_entries_survive_kill_9(tmp_path: Path) -> None:
    program = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        from pellucid_server.journal.port import Entry
        from pellucid_server.journal.sqlite import KEPT_BYTES, SqliteJournal
        journal = SqliteJournal(Path({str(tmp_path / "j.db")!r}))
        for n in range(10**9):
            journal.append(Entry(project_id="p", signal="traces", content_type="", encoding="", received_at=1, records=1,
                                 body=str(n).encode())).result()
            print(n, flush=True)
        """
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    confirmed = -1
    for _ in range(200):
        confirmed = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    journal = SqliteJournal(tmp_path / "j.db")
    bodies = [int(one.body) for one in journal.read(0, max_bytes=10**9, timeout_s=0)]
    assert bodies == list(range(len(bodies)))
    assert len(bodies) > confirmed
    journal.close()


def test_what_a_backlog_took_goes_back_to_the_disk(tmp_path: Path) -> None:
    journal = SqliteJournal(tmp_path / "journal.db")
    ids = [future.result() for future in [journal.append(entry(os.urandom(1024**2))) for _ in range(60)]]

    def size() -> int:
        return sum(path.stat().st_size for path in tmp_path.iterdir())

    assert size() > 60 * 1024**2
    journal.ack(ids)
    last = journal.append(entry(b"one more")).result()  # it waits for the transaction before it
    assert size() <= 2 * KEPT_BYTES
    assert [found.id for found in journal.read(0, max_bytes=10_000, timeout_s=0)] == [last]
    journal.close()
