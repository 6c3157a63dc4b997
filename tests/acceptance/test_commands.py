"""The server's commands, as a person types them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pellucid_server.identity.service import Identity
from pellucid_server.store.meta.database import MetaStore


def pellucid(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [sys.executable, "-c", "from pellucid.cli import main; raise SystemExit(main())", *arguments]
    variables = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, text=True, timeout=60, input=stdin, env=variables, check=False)


def test_keys_are_made_shown_once_and_revoked_on_a_stopped_server(tmp_path: Path) -> None:
    made = pellucid("keys", "create", "my app", "--role", "ingest", "--data", str(tmp_path))
    assert made.returncode == 0, made.stderr
    assert "sk-" in made.stdout
    secret = made.stdout.split("secret key  ")[1].split()[0]
    listed = pellucid("keys", "list", "--data", str(tmp_path))
    assert "my app" in listed.stdout
    assert "ingest" in listed.stdout
    assert secret not in listed.stdout
    key_id = listed.stdout.split()[0]
    assert pellucid("keys", "revoke", key_id, "--data", str(tmp_path)).returncode == 0
    assert "my app" not in pellucid("keys", "list", "--data", str(tmp_path)).stdout


def test_an_unknown_project_is_named_with_those_that_exist(tmp_path: Path) -> None:
    answer = pellucid("keys", "list", "--project", "nope", "--data", str(tmp_path))
    assert answer.returncode == 1
    assert "'nope'" in answer.stderr
    assert "there are: default" in answer.stderr


def test_doctor_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    fine = pellucid("doctor", "--data", str(tmp_path / "data"), "--port", "0")
    assert "WRONG" not in "\n".join(line for line in fine.stdout.splitlines() if "port 43" not in line and "GiB" not in line)
    down = pellucid("doctor", "--data", str(tmp_path / "data"), PELLUCID_CLICKHOUSE_URL="http://127.0.0.1:1/default")
    assert down.returncode == 1
    assert "WRONG  ClickHouse" in down.stdout
    assert "Check PELLUCID_CLICKHOUSE_URL" in down.stdout


def test_migrate_can_be_repeated(tmp_path: Path) -> None:
    for _ in range(2):
        answer = pellucid("migrate", "--data", str(tmp_path))
        assert (answer.returncode, answer.stdout) == (0, "The databases are up to date.\n"), answer.stderr


@pytest.mark.parametrize("variable", ["PELLUCID_PORT", "PELLUCID_OTLP_PORTS"])
def test_a_setting_that_cannot_be_read_is_named(tmp_path: Path, variable: str) -> None:
    answer = pellucid("serve", "--data", str(tmp_path), **{variable: "many"})
    assert answer.returncode == 1
    assert f"{variable}='many'" in answer.stderr


def test_a_lost_password_is_replaced_at_the_command_line(tmp_path: Path) -> None:
    owner = {"PELLUCID_INIT_USER_EMAIL": "ada@example.com", "PELLUCID_INIT_USER_PASSWORD": "the first password"}
    assert pellucid("keys", "list", "--data", str(tmp_path), **owner).returncode == 0
    assert pellucid("people", "list", "--data", str(tmp_path)).stdout == "ada@example.com  ada  owner of default (all projects)\n"
    reset = ("people", "reset-password", "--data", str(tmp_path))
    assert pellucid(*reset, "ada@example.com", stdin="a better password\n").returncode == 0
    assert pellucid(*reset, "ada@example.com", stdin="short\n").returncode == 1
    unknown = pellucid(*reset, "nobody@example.com", stdin="a better password\n")
    assert (unknown.returncode, "pellucid people list" in unknown.stderr) == (1, True)
    store = MetaStore.open(f"sqlite:///{tmp_path}/pellucid.db")
    assert Identity.open(store).sign_in.sign_in("ada@example.com", "a better password", address="")
    store.close()
