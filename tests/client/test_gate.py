"""`pellucid gate` and the pytest plugin: what blocks a release, and how it is told."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import cli, gate

COMPARISON = {
    "experiment": {"id": "e2", "name": "new prompt"},
    "baseline": {"id": "e1", "name": "live"},
    "items": 120,
    "errors": 0,
    "url": "http://pellucid/compare",
    "metrics": [
        {"name": "correctness", "mean": 0.9, "baseline_mean": 0.8, "low": 0.02, "high": 0.18},
        {"name": "tone", "mean": 0.78, "baseline_mean": 0.8, "low": -0.06, "high": 0.02},
    ],
}


def changed(**metric: Any) -> dict[str, Any]:
    return {**COMPARISON, "metrics": [{**COMPARISON["metrics"][0], **metric}]}  # type: ignore[index]  # a literal above


@pytest.mark.parametrize(
    ("comparison", "arguments", "code"),
    [
        (COMPARISON, [], 0),
        (changed(mean=0.7), [], 1),  # 12.5 % below the baseline
        (changed(mean=0.77), [], 0),  # 3.75 % below: within five per cent
        (changed(mean=0.77), ["--max-drop", "0.01"], 1),
        (changed(mean=0.7, verdict="not_worse"), [], 0),  # the server's test outranks the point estimate
        (changed(verdict="worse"), [], 1),
        (changed(verdict="cannot_tell", needed=80), [], 3),
        (changed(verdict="cannot_tell", needed=80), ["--unclear", "pass"], 0),
        (changed(verdict="cannot_tell", needed=80), ["--unclear", "fail"], 1),
        (COMPARISON, ["--require", "correctness>=0.95"], 1),
        (COMPARISON, ["--require", "correctness >= 0.9"], 0),
        (COMPARISON, ["--require", "nonsense>=0.9"], 3),
        ({**COMPARISON, "errors": 2}, [], 1),
        ({**COMPARISON, "errors": 2}, ["--max-errors", "2"], 0),
        ({"metrics": [], "items": 0, "errors": 0}, [], 3),
    ],
)
def test_exit_codes(server: Any, comparison: Any, arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    server.answer_json("GET", "/api/v1/experiments/e2/compare", comparison)
    assert cli.main(["gate", "e2", "--baseline", "e1", "--url", server.url, *arguments]) == code
    assert server.requests("/api/v1/experiments/e2/compare", "GET")[0].path.endswith("?baseline=e1")
    assert capsys.readouterr().err.rstrip().endswith(f"exit {code}")


def test_reports(server: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server.answer_json("GET", "/api/v1/experiments/e2/compare", changed(mean=0.7, verdict="cannot_tell", needed=80))
    junit, markdown = tmp_path / "gate.xml", tmp_path / "gate.md"
    arguments = [
        "gate",
        "e2",
        "--url",
        server.url,
        "--require",
        "correctness>=0.8",
        "--junit",
        str(junit),
        "--markdown",
        str(markdown),
    ]
    assert cli.main(arguments) == 1
    suite = ElementTree.parse(junit).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    text = markdown.read_text()
    assert text.startswith("### Gate closed: new prompt\n")
    assert "| ❌ | correctness | 0.7 (wanted >= 0.8) |" in text
    assert "cannot tell: 80 more cases needed" in text
    assert "[Compare in Pellucid](http://pellucid/compare)" in text
    assert text in capsys.readouterr().out


def test_a_server_that_is_away_closes_the_gate(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["gate", "e2", "--url", "http://127.0.0.1:9"]) == 1
    assert "Check PELLUCID_URL" in capsys.readouterr().err


def test_wrong_requirements_are_usage_errors(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["gate", "e2", "--require", "correctness"])
    assert left.value.code == 2
    assert "write for example correctness>=0.8" in capsys.readouterr().err


@given(st.floats(0.01, 1), st.floats(0, 1), st.floats(0, 0.5))
def test_without_the_servers_verdict_the_drop_decides(before: float, mean: float, max_drop: float) -> None:
    comparison = {"baseline": {"id": "b"}, "items": 9, "metrics": [{"name": "m", "mean": mean, "baseline_mean": before}]}
    is_closed = gate.outcome_of(gate.decide(comparison, [], max_drop, 0)) == gate.EXIT_CLOSED
    assert is_closed == ((mean - before) / before < -max_drop)


def test_commands_of_other_packages_are_loaded_and_a_broken_one_costs_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    class Point:
        def __init__(self, name: str, value: str, found: Any) -> None:
            self.name, self.value, self._found = name, value, found

        def load(self) -> Any:
            if isinstance(self._found, Exception):
                raise self._found
            return self._found

    def commands(subparsers: Any) -> None:
        subparsers.add_parser("hello").set_defaults(run=lambda _: 7)

    points: Any = [Point("b", "good:commands", commands), Point("a", "bad:commands", ImportError("no chdb"))]
    parser = cli.build_parser(points)
    assert parser.parse_args(["hello"]).run(None) == 7
    assert capsys.readouterr().err == "pellucid: the commands of bad:commands are not available: ImportError('no chdb')\n"


PROJECT_TEST = """
import pytest

pytest_plugins = ["pellucid.pytest_plugin"]


@pytest.mark.pellucid_dataset("squares")
def test_squares(case):
    assert case.keep(case.input["n"] ** 2) == case.expected


def test_recorded(pellucid_recorded):
    import pellucid
    with pellucid.span("x"):
        pass
    assert pellucid_recorded.span("x")
"""


def test_the_plugin_makes_a_test_of_each_item_and_keeps_the_run(server: Any, make_reply: Any, tmp_path: Path) -> None:
    items = [{"id": f"i{n}", "input": {"n": n}, "expected": n * n if n < 2 else -1} for n in range(3)]
    server.answer_json("GET", "/api/v1/datasets/squares", {"name": "squares", "version": "v1"})
    server.answer_json("GET", "/api/v1/datasets/squares/items", {"data": items, "next_cursor": None})
    server.answer_json("POST", "/api/v1/experiments", {"id": "e7", "url": "http://pellucid/e7"})
    server.answer_json("POST", "/api/v1/experiments/e7/items", {})
    (tmp_path / "test_project.py").write_text(PROJECT_TEST)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "test_project.py",
            "--pellucid-experiment",
            "nightly",
            "-p",
            "pellucid.pytest_plugin",
        ],
        cwd=tmp_path,
        env={**os.environ, "PELLUCID_URL": server.url, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    assert "pellucid: experiment nightly: 2 of 3 cases passed http://pellucid/e7" in done.stdout
    kept = {entry["item_id"]: entry for request in server.requests("/api/v1/experiments/e7/items") for entry in request.json()}
    assert [kept[f"i{n}"]["scores"][0]["value"] for n in range(3)] == [1.0, 1.0, 0.0]
    assert kept["i2"]["output"] == 4
    spans = {span.trace_id: span for span in server.spans()}
    assert spans[kept["i1"]["trace_id"]].attributes["pellucid.experiment.id"] == "e7"
    assert spans[kept["i2"]["trace_id"]].status == 2
