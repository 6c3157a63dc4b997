"""JSONPath over a subject: what an evaluator's variables pick out of a span, a trace or a session. Pure."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from jsonpath import JSONPath, JSONPathEnvironment, JSONPathError

from pellucid_server.evals.errors import BadEvaluator
from pellucid_server.model.json import JsonValue, canonical

MAX_PATH_CHARS: Final = 500
KEPT_PATHS: Final = 512
_UNBOUNDED: Final = ("match", "search")
"""Functions with expressions that may backtrack for ever; rules have RE2 for that."""


def check_path(path: JsonValue) -> str:
    """The path, where it is one. Raises `BadEvaluator`."""
    if not isinstance(path, str) or len(path) > MAX_PATH_CHARS:
        raise BadEvaluator(f"A JSONPath is a text of at most {MAX_PATH_CHARS} characters, such as `$.output`.")
    try:
        _compiled(path)
    except (JSONPathError, RecursionError) as error:
        raise BadEvaluator(f"`{path}` is no JSONPath that can be used: {error}") from error
    return path


def select(subject: JsonValue, path: str) -> JsonValue:
    """The one value that is found, a list of several, None of nothing."""
    if not isinstance(subject, dict | list):
        return None
    found: list[JsonValue] = [*_values(_compiled(path).findall(subject))]
    return found[0] if len(found) == 1 else found or None


def _values(found: Iterable[object]) -> Iterator[JsonValue]:
    """The library's own types are those of JSON; this says so to whoever checks types."""
    for value in found:
        if value is None or isinstance(value, bool | int | float | str | list | dict):
            yield value


def as_text(value: JsonValue) -> str:
    """A selected value as a prompt or a rule reads it: text as it stands, the rest as JSON, nothing as nothing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else canonical(value)


def _environment() -> JSONPathEnvironment:
    made = JSONPathEnvironment()
    for name in _UNBOUNDED:
        made.function_extensions.pop(name, None)
    return made


@lru_cache(maxsize=KEPT_PATHS)
def _compiled(path: str) -> JSONPath:
    compiled = _environment().compile(path)
    if not isinstance(compiled, JSONPath):
        raise JSONPathError("several paths joined into one are not supported; use one path a variable")
    return compiled
