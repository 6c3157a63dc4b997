"""Backups: made under load or of a stopped server, restored elsewhere, and everything that was confirmed before is there, once."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
from tests.acceptance.conftest import MakeServer
from tests.acceptance.sending import Load
from tests.acceptance.serving import Server, rows_in, until
from tests.unit.ingest.otlp_bodies import span, traces

SQL = "SELECT trace_id, span_id, count() AS times FROM {table} FINAL GROUP BY trace_id, span_id"
JSON = "application/json"


def pellucid(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of `pellucid` to its end."""
    command = [sys.executable, "-m", "pellucid", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def expect_exactly_once(server: Server, confirmed: set[tuple[str, str]], sent: set[tuple[str, str]]) -> None:
    """Each confirmed span is one row with one payload; the server must have stopped."""
    for table in ("spans", "payloads"):
        found = {(row["trace_id"], row["span_id"]): row["times"] for row in rows_in(server.data, SQL.format(table=table))}
        assert confirmed <= found.keys() <= sent
        assert set(found.values()) <= {1}


def test_a_backup_under_load_holds_everything_that_was_confirmed_before_it(make_server: MakeServer, tmp_path: Path) -> None:
    server = make_server().start()
    assert server.post("/api/v1/views", b'{"name": "mine", "page": "traces", "state": {}}', JSON).status_code < 500
    target = tmp_path / "kept"
    with Load(server.url, traces_per_batch=20) as load:
        until(lambda: server.metric("pellucid_batches_total") >= 3, 60, "rows are written")
        confirmed = set(load.acknowledged)
        done = pellucid(tmp_path, "backup", "--to", str(target), "--data", str(server.data))
        assert done.returncode == 0, done.stderr
        until(lambda: len(load.acknowledged) > len(confirmed), 60, "the server goes on")
    assert str(target) in done.stdout
    assert set(load.statuses) == {200}
    assert server.stop() == 0
    shutil.rmtree(server.data)

    restored = make_server("restored")
    done = pellucid(tmp_path, "restore", "--from", str(target), "--data", str(restored.data))
    assert done.returncode == 0, done.stderr
    assert (restored.data / "pellucid.db").stat().st_mode & 0o077 == 0, "it holds hashes of keys"
    restored.start().settle()
    assert restored.metric("pellucid_dead_letters") == 0
    # It is a server like any other: what is sent again changes nothing, what is new is taken.
    assert restored.post("/v1/traces", traces(span("new", trace="a" * 32))).status_code == 200
    restored.settle()
    assert restored.stop() == 0
    expect_exactly_once(restored, confirmed, load.sent | {("a" * 32, "b" * 16)})


def test_a_stopped_server_is_copied_without_it(make_server: MakeServer, tmp_path: Path) -> None:
    server = make_server().start()
    assert server.post("/v1/traces", traces(span(trace="a" * 32))).status_code == 200
    server.kill()  # the span may still be in the journal: it is in the copy all the same
    done = pellucid(tmp_path, "backup", "--to", "copy", "--data", str(server.data))
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "copy" / "manifest.json").read_text())
    assert {"journal.db", "pellucid.db"} <= set(manifest["parts"])
    restored = make_server("restored")
    assert pellucid(tmp_path, "restore", "--from", "copy", "--data", str(restored.data)).returncode == 0
    restored.start().settle()
    assert restored.get(f"/api/v1/traces/{'a' * 32}").status_code == 200


def test_nothing_is_overwritten_and_nothing_half_is_left(make_server: MakeServer, tmp_path: Path) -> None:
    server = make_server().start()
    (tmp_path / "taken").mkdir()
    before = sorted(path.name for path in tmp_path.iterdir())
    for place, words in (("taken", "exists already"), ("no/where", "is no folder")):
        done = pellucid(tmp_path, "backup", "--to", place, "--data", str(server.data))
        assert (done.returncode, words in done.stderr) == (1, True), done.stderr
        assert "Traceback" not in done.stderr
    assert server.post("/api/v1/backups", b'{"to": "relative"}', JSON).status_code == 400
    done = pellucid(tmp_path, "restore", "--from", "taken", "--data", str(tmp_path / "new"))
    assert (done.returncode, "is no backup" in done.stderr) == (1, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert pellucid(tmp_path, "backup", "--to", "good", "--data", str(server.data)).returncode == 0
    done = pellucid(tmp_path, "restore", "--from", "good", "--data", str(server.data))
    assert (done.returncode, "is not empty" in done.stderr) == (1, True)


def test_an_owner_may_have_backups_written_only_where_the_operator_allows_it(make_server: MakeServer, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    server = make_server(
        PELLUCID_BACKUPS=str(allowed), PELLUCID_INIT_USER_EMAIL="o@example.com", PELLUCID_INIT_USER_PASSWORD="a long enough one",
        PELLUCID_INIT_PUBLIC_KEY="pk-test", PELLUCID_INIT_SECRET_KEY="sk-test",
    ).start()  # fmt: skip
    with httpx.Client(base_url=server.url, headers={"origin": server.url}, timeout=60) as owner:

        def ask(to: str, **headers: str) -> int:
            return owner.post("/api/v1/backups", json={"to": to}, headers=headers).status_code

        assert ask(str(allowed / "inside")) == 401
        assert ask(str(allowed / "inside"), authorization="Bearer sk-test") == 403, "a key is no owner"
        signed_in = owner.post("/api/v1/sign-in", json={"email": "o@example.com", "password": "a long enough one"})
        assert signed_in.status_code == 200, signed_in.text
        assert ask(str(allowed / ".." / "outside")) == 403
        assert ask(str(tmp_path / "outside")) == 403
        assert ask(str(allowed / "inside")) == 201
    assert (allowed / "inside" / "manifest.json").is_file()
    assert not (tmp_path / "outside").exists()
