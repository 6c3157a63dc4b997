"""A rule, compiled from an evaluator's body `{rule, select, settings}` and run on subjects."""

from collections.abc import Callable, Mapping
from typing import Final

from pellucid_server.evals.errors import BadEvaluator
from pellucid_server.evals.rules.setting import Settings
from pellucid_server.evals.rules.text import TEXT_RULES, Check
from pellucid_server.evals.rules.trajectory import TRAJECTORY_RULES
from pellucid_server.evals.selecting import check_path, select
from pellucid_server.evals.verdict import Verdict, missing
from pellucid_server.model.json import JsonValue

DEFAULT_SELECT: Final = "$.output"
RULES: Final[Mapping[str, Callable[[Settings], Check]]] = {**TEXT_RULES, **TRAJECTORY_RULES}
"""All rules by name."""


def compile_rule(body: Mapping[str, JsonValue]) -> Callable[[JsonValue], Verdict]:
    """What gives a verdict on a subject. Raises `BadEvaluator`, `BadPattern`."""
    name, settings = body.get("rule"), body.get("settings") or {}
    if not isinstance(name, str) or name not in RULES:
        raise BadEvaluator(f"`rule` is {name!r}; known are {', '.join(RULES)}.")
    if not isinstance(settings, dict):
        raise BadEvaluator("`settings` of a rule is a JSON object.")
    try:
        path = check_path(body.get("select") or DEFAULT_SELECT)
    except BadEvaluator as error:
        raise BadEvaluator(f"`select`: {error.message}") from error
    check, needs_value = RULES[name](settings), name in TEXT_RULES

    def evaluate(subject: JsonValue) -> Verdict:
        value = select(subject, path)
        if value is None and needs_value:
            return missing(f"`{path}` finds nothing here, so there is nothing to look at.")
        return check(value, subject)

    return evaluate
