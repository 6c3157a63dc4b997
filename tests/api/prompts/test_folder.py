"""`pellucid prompts pull --folder` and `push`: a folder in git and the registry, as a user runs them."""

import os
import subprocess
import sys
from pathlib import Path

from tests.api.prompts.conftest import Server


def run(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PELLUCID_URL": server.url, "PELLUCID_API_KEY": server.keys["member"]}
    command = [sys.executable, "-m", "pellucid", "prompts", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_folder_goes_out_is_changed_and_comes_back(server: Server, tmp_path: Path) -> None:
    messages = [{"role": "system", "content": "Sort ü."}, {"type": "placeholder", "name": "history"}]
    server.put("folder/tone", "Be kind.\n", "folder-test")
    server.put("folder/answer", "{{>folder/tone@folder-test}} Answer {{q}}.", "folder-test", config={"model": "m"})
    server.put("folder/triage", messages, "folder-test")
    out = run(server, "pull", "--folder", str(tmp_path), "--label", "folder-test")
    assert (out.returncode, out.stdout) == (0, f"3 prompts are in {tmp_path}.\n"), out.stderr
    assert (tmp_path / "folder/answer.txt").read_text() == "{{>folder/tone@folder-test}} Answer {{q}}."
    same = run(server, "push", str(tmp_path), "--dry-run")
    assert [line[0] for line in same.stdout.splitlines()] == ["=", "=", "="]

    (tmp_path / "folder/answer.txt").write_text("{{>folder/tone@folder-test}} Answer {{q}} shortly.")
    (tmp_path / "folder/new.txt").write_text("Hello.")
    dry = run(server, "push", str(tmp_path), "--dry-run").stdout
    assert "~ folder/answer" in dry
    assert "+{{>folder/tone@folder-test}} Answer {{q}} shortly." in dry
    assert "+ folder/new" in dry
    assert server.ask("GET", "/prompt-versions/folder/new")[0] == 404

    done = run(server, "push", str(tmp_path), "--label", "staging", "--message", "from git")
    assert done.returncode == 0, done.stderr
    got = server.ask("GET", "/prompts/folder/answer?label=staging")[1]
    assert (got["version"], got["prompt"], got["config"], got["message"]) == (
        2,
        "Be kind.\n Answer {{q}} shortly.",
        {"model": "m"},
        "from git",
    )
    assert server.ask("GET", "/prompts/folder/triage?label=staging")[1]["prompt"] == messages


def test_a_broken_file_is_named_and_nothing_is_saved(server: Server, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("fine")
    (tmp_path / "b.chat.json").write_text("[{")
    out = run(server, "push", str(tmp_path))
    assert out.returncode != 0
    assert "b.chat.json" in out.stderr
    assert server.ask("GET", "/prompt-versions/a")[0] == 404
