"""Code of users as evaluators: a function `evaluate(subject)` in Python, run by Monty in processes of its own.

Monty is an interpreter without a way out: no files, no network, no import but a few pure modules of the standard library. Time and
memory are bounded by the interpreter and, should that fail, by the pool, which kills the process. A crash costs one verdict.
"""

import math
import threading
from collections.abc import Mapping
from typing import Final

import pydantic_monty as monty

from pellucid_server.evals.errors import BadEvaluator
from pellucid_server.evals.verdict import Verdict, missing
from pellucid_server.model.json import JsonValue

MAX_CODE_CHARS: Final = 64_000
MAX_SECONDS: Final = 1.0
"""Of one evaluation."""
MAX_MEMORY: Final = 64 * 1024 * 1024
"""Bytes of one evaluation."""
MAX_PROCESSES: Final = 2
MAX_PRINTED_CHARS: Final = 10_000
MAX_COMMENT_CHARS: Final = 2_000

_LIMITS: Final[monty.ResourceLimits] = {"max_feed_duration_secs": MAX_SECONDS, "max_memory": MAX_MEMORY}


def check_code(body: Mapping[str, JsonValue]) -> str:
    """The source of a body `{code}`. Raises `BadEvaluator`; whether it runs is seen when it runs."""
    code = body.get("code")
    if not isinstance(code, str) or not code.strip() or len(code) > MAX_CODE_CHARS:
        raise BadEvaluator(
            f"The evaluator needs `code`: Python with a function `evaluate(subject)`, at most {MAX_CODE_CHARS:,} characters."
        )
    if "def evaluate" not in code:
        raise BadEvaluator("The code needs a function `evaluate(subject)`; what it returns is the verdict.")
    return code


class Sandbox:
    """A pool of interpreters, started with the first evaluation."""

    def __init__(self) -> None:
        self._pool: monty.Monty | None = None
        self._lock = threading.Lock()

    def run(self, code: str, subject: JsonValue) -> Verdict:
        """The verdict of `code` on `subject`; whatever goes wrong in the code is a missing verdict with the reason."""
        try:
            with self._open().checkout(limits=_LIMITS) as session:
                printed = monty.CollectString(MAX_PRINTED_CHARS)
                found = session.feed_run(f"{code}\nevaluate(subject)", inputs={"subject": subject}, print_callback=printed)
        except monty.MontyError as error:
            return missing(f"The code stopped: {str(error)[:MAX_COMMENT_CHARS]}")
        return _verdict(found)

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.__exit__(None, None, None)

    def _open(self) -> monty.Monty:
        with self._lock:
            if self._pool is None:
                self._pool = monty.Monty(max_processes=MAX_PROCESSES).__enter__()
            return self._pool


def _verdict(found: object) -> Verdict:
    """A bare value, or `{value, comment}`; None is "no verdict"."""
    value, comment = (found.get("value"), found.get("comment", "")) if isinstance(found, dict) else (found, "")
    if value is None:
        return missing(str(comment)[:MAX_COMMENT_CHARS] or "The code came to no verdict.")
    if isinstance(value, float | int) and not isinstance(value, bool) and not math.isfinite(value):
        return missing(f"The code returned {value}, which is no number that can be counted.")
    if not isinstance(value, bool | int | float | str):
        return missing("The code returned something that is no true, false, number or word.")
    number = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
    return Verdict(value=number, comment=str(comment)[:MAX_COMMENT_CHARS])
