"""`pellucid gate` and the pytest plugin: what blocks a release, and how it is told."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid import checks, cli, gate

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
        (changed(name="duration_ms", verdict="worse"), [], 0),  # measured, not judged, unless the command says so
        (changed(name="duration_ms", verdict="worse"), ["--also", "duration_ms"], 1),
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
    assert "?baseline=e1&margin=0.0" in server.requests("/api/v1/experiments/e2/compare", "GET")[0].path
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
    is_closed = checks.outcome_of(gate.decide(comparison, [], max_drop, 0)) == checks.EXIT_CLOSED
    assert is_closed == ((mean - before) / before < -max_drop)


METRIC = {
    "name": "helpfulness", "verdict": "passed", "n": 200, "mean": 0.8, "baseline_mean": 0.78, "difference": 0.02,
    "low": -0.01, "high": 0.05, "margin": 0.039, "needed": None, "lower_is_better": False,
}  # fmt: skip
STATE = {
    "open": True, "verdict": "passed", "why": "it is not worse", "live_version": 1, "metrics": [METRIC], "approved": None,
    "tried": {"done": 200}, "live": {"done": 200},
}  # fmt: skip
CLOSED = {**STATE, "open": False}


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        (STATE, 0, "| ✅ | helpfulness | 0.78 → 0.8, n = 200, difference -0.01 to +0.05, accepted down to -0.039 |"),
        ({**CLOSED, "verdict": "blocked", "metrics": [{**METRIC, "verdict": "blocked"}]}, 1, "| ❌ | helpfulness |"),
        (
            {**CLOSED, "verdict": "cannot_tell", "metrics": [{**METRIC, "verdict": "cannot_tell", "needed": 41}]},
            3,
            "cannot tell: 41 more cases needed",
        ),
        (
            {**CLOSED, "verdict": "cannot_tell", "metrics": [], "why": "version 2 has no experiment there"},
            3,
            "has no experiment there",
        ),
        ({**CLOSED, "verdict": "cannot_tell", "why": "40 more cases to go"}, 3, "| ❔ | gate | 40 more cases to go |"),
        (
            {
                **STATE,
                "verdict": "blocked",
                "approved": {"approved_by": "ann", "reason": "law"},
                "metrics": [{**METRIC, "verdict": "blocked"}],
            },
            0,
            "| ✅ | gate | by ann: law |",
        ),
        ({**STATE, "metrics": [], "why": "points nowhere yet", "live_version": None}, 0, "points nowhere yet"),
        ({**STATE, "metrics": [{**METRIC, "lower_is_better": True}]}, 0, "accepted up to +0.039"),
    ],
)
def test_a_version_at_the_gate_of_a_label_is_told_as_on_its_page(
    server: Any, state: Any, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answer_json("GET", "/api/v1/prompt-gates/support/answer", state)
    assert cli.main(["gate", "--prompt", "support/answer", "--version", "2", "--url", server.url]) == code
    (asked,) = server.requests("/api/v1/prompt-gates/support/answer", "GET")
    assert asked.path.endswith("?label=production&version=2")
    out = capsys.readouterr().out
    assert said in out
    assert f"[Compare in Pellucid]({server.url}/prompts/support/answer?tab=gate&view=2)" in out


def test_what_was_not_tried_is_run_and_waited_for(server: Any, make_reply: Any, capsys: pytest.CaptureFixture[str]) -> None:
    states = [{**CLOSED, "verdict": "cannot_tell", "metrics": [], "tried": None}, STATE]
    runs = [{"id": "r1", "state": "running", "error": ""}, {"id": "r1", "state": "finished", "error": ""}]

    def next_of(documents: list[Any]) -> Any:
        return lambda _: make_reply(200, json.dumps(documents.pop(0)).encode(), {"Content-Type": "application/json"})

    server.routes["GET", "/api/v1/prompt-gates/support"] = next_of(states)
    server.routes["GET", "/api/v1/runs/r1"] = next_of(runs)
    server.answer_json("POST", "/api/v1/prompt-gate-runs/support", {"data": [{"run_id": "r1", "calls": 200}]})
    arguments = ["gate", "--prompt", "support", "--version", "2", "--label", "staging", "--run", "--url", server.url]
    assert cli.main(arguments) == 0
    assert server.requests("/api/v1/prompt-gate-runs/support")[0].json() == {"label": "staging", "version": 2}
    assert "run r1: 200 calls" in capsys.readouterr().err
    states += [{**CLOSED, "verdict": "cannot_tell", "metrics": [], "tried": None}]
    runs += [{"id": "r1", "state": "running", "error": ""}]
    assert cli.main([*arguments, "--wait", "0"]) == 1
    assert "has not ended in 0 s" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["e1", "--prompt", "p", "--version", "1"], ["--prompt", "p"], ["e1", "--max-drop", "2"]])
def test_wrong_usage_is_told_apart(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(["gate", *arguments])
    assert left.value.code == 2


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
