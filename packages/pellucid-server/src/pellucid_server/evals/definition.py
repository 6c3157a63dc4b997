"""What an evaluator is: kind, target, output and a body that its kind understands. Read from JSON once, then frozen and never unchecked."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pellucid_server.evals.errors import BadEvaluator
from pellucid_server.evals.selecting import check_path
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.score import ScoreTarget, ScoreType

MAX_DEFINITION_CHARS: Final = 256_000
"""As JSON: a long rubric with examples is a tenth of it."""


class EvaluatorKind(StrEnum):
    """How an evaluator comes to its verdict."""

    RULE = "rule"
    CODE = "code"
    JUDGE = "judge"


TARGETS: Final = (ScoreTarget.SPAN, ScoreTarget.TRACE, ScoreTarget.SESSION)
OUTPUTS: Final = (ScoreType.BOOLEAN, ScoreType.NUMERIC, ScoreType.CATEGORICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One version's content."""

    kind: EvaluatorKind
    target: ScoreTarget
    output: ScoreType
    score_name: str
    variables: Mapping[str, str]
    """Name → JSONPath over the subject."""
    body: Mapping[str, JsonValue]
    """What the kind needs; see `rules`, `code` and `judges`."""

    def as_json(self) -> dict[str, JsonValue]:
        """As it is kept."""
        return {
            "kind": self.kind.value,
            "target": self.target.value,
            "output": self.output.value,
            "score_name": self.score_name,
            "variables": dict(self.variables),
            "body": dict(self.body),
        }


def read_definition(value: JsonValue) -> Definition:
    """From JSON. Raises `BadEvaluator`; whether the body fits its kind is the kind's own question."""
    if not isinstance(value, dict):
        raise BadEvaluator("An evaluator's definition is a JSON object.")
    if len(canonical(value)) > MAX_DEFINITION_CHARS:
        raise BadEvaluator(f"The definition has more than {MAX_DEFINITION_CHARS:,} characters; shorten it.")
    variables, body = value.get("variables") or {}, value.get("body")
    if not isinstance(variables, dict) or not isinstance(body, dict):
        raise BadEvaluator("`variables` maps names to JSONPath texts, and `body` is a JSON object.")
    return Definition(
        kind=EvaluatorKind(_one_of(value, "kind", [kind.value for kind in EvaluatorKind])),
        target=ScoreTarget(_one_of(value, "target", [target.value for target in TARGETS])),
        output=ScoreType(_one_of(value, "output", [output.value for output in OUTPUTS])),
        score_name=_name(value.get("score_name")),
        variables={name: _path(f"variables.{name}", path) for name, path in variables.items()},
        body=body,
    )


def _path(field: str, value: JsonValue) -> str:
    try:
        return check_path(value)
    except BadEvaluator as error:
        raise BadEvaluator(f"`{field}`: {error.message}") from error


def _one_of(value: Mapping[str, JsonValue], key: str, known: list[str]) -> str:
    found = value.get(key)
    if not isinstance(found, str) or found not in known:
        raise BadEvaluator(f"`{key}` is {found!r}; it must be one of {', '.join(known)}.")
    return found


def _name(value: JsonValue) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= 200 or not value.isprintable():
        raise BadEvaluator("`score_name` has 1 to 200 printable characters.")
    return value
