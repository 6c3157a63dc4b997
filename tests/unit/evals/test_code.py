"""Code of users: what it returns is the verdict, and whatever it tries beyond that costs it the verdict and nobody anything."""

from collections.abc import Iterator

import pytest

from pellucid_server.evals.code import Sandbox, check_code
from pellucid_server.evals.errors import BadEvaluator
from pellucid_server.model.json import JsonValue
from pellucid_server.model.score import ScoreStatus


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


def body(*lines: str) -> str:
    return "def evaluate(subject):\n" + "\n".join(f"    {line}" for line in lines)


@pytest.mark.parametrize(
    ("code", "value", "comment"),
    [
        (body("return len(subject['output']) > 3"), True, ""),
        (body("return {'value': 3, 'comment': 'three'}"), 3.0, "three"),
        (body("return 'good'"), "good", ""),
        (body("import json", "return json.loads(subject['output'])['a'] == 1"), True, ""),
    ],
)
def test_verdicts(sandbox: Sandbox, code: str, value: JsonValue, comment: str) -> None:
    verdict = sandbox.run(code, {"output": '{"a": 1}', "none": None, "deep": [{"x": 1.5}]})
    assert (verdict.value, verdict.comment, verdict.status) == (value, comment, ScoreStatus.VALID)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (body("while True: pass"), "TimeoutError"),
        (body("return len('a' * 10_000_000_000)"), "MemoryError"),
        (body("return open('/etc/passwd').read()"), "PermissionError"),
        (body("import socket", "return True"), "ModuleNotFoundError"),
        (body("import subprocess", "return True"), "ModuleNotFoundError"),
        (body("return subject['absent']"), "KeyError"),
        (body("return None"), "no verdict"),
        (body("return float('nan')"), "no number"),
        (body("return [1, 2]"), "no true, false"),
        (body("return evaluate(subject)"), "RecursionError"),
        ("def evaluate(:", "stopped"),
    ],
)
def test_what_is_no_verdict(sandbox: Sandbox, code: str, why: str) -> None:
    verdict = sandbox.run(code, {"output": "x"})
    assert verdict.status is ScoreStatus.INVALID
    assert verdict.value is None
    assert why in verdict.comment
    assert sandbox.run(body("return True"), {}).value is True  # the next one is none the worse


@pytest.mark.parametrize("code", ["", "def grade(x): return 1", "def evaluate(s): pass" + "#" * 100_000, None])
def test_code_that_is_none(code: JsonValue) -> None:
    with pytest.raises(BadEvaluator):
        check_code({"code": code})
