"""Settings of a rule, read from an evaluator's body: by name, with their type, or a message that says what is wrong."""

from collections.abc import Mapping
from typing import Final

from pellucid_server.enrich.patterns import Pattern, compile_pattern
from pellucid_server.evals.errors import BadEvaluator
from pellucid_server.model.json import JsonValue

Settings = Mapping[str, JsonValue]

MAX_ENTRIES: Final = 1_000


def texts(settings: Settings, name: str, *, needed: bool = True) -> tuple[str, ...]:
    """A list of texts that are not empty."""
    value = settings.get(name)
    if value is None and not needed:
        return ()
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_ENTRIES:
        raise BadEvaluator(f"The rule needs `{name}`: a list of 1 to {MAX_ENTRIES} texts.")
    if not all(isinstance(item, str) and item for item in value):
        raise BadEvaluator(f"`{name}` holds something that is no text, or an empty one.")
    return tuple(str(item) for item in value)


def word(settings: Settings, name: str, known: tuple[str, ...], default: str) -> str:
    """One of several words."""
    value = settings.get(name, default)
    if not isinstance(value, str) or value not in known:
        raise BadEvaluator(f"`{name}` is {value!r}; it must be one of {', '.join(known)}.")
    return value


def flag(settings: Settings, name: str, *, default: bool = False) -> bool:
    """Yes or no."""
    value = settings.get(name, default)
    if not isinstance(value, bool):
        raise BadEvaluator(f"`{name}` is {value!r}; it must be true or false.")
    return value


def number(settings: Settings, name: str, default: float | None = None) -> float | None:
    """A number of 0 or more, or None where it is left out."""
    value = settings.get(name, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise BadEvaluator(f"`{name}` is {value!r}; it must be a number, 0 or more.")
    return float(value)


def pattern(settings: Settings, name: str) -> Pattern:
    """A regular expression of RE2: it takes linear time whatever the text. Raises `BadPattern` with RE2's own words."""
    value = settings.get(name)
    if not isinstance(value, str) or not value:
        raise BadEvaluator(f"The rule needs `{name}`: a regular expression in RE2's syntax.")
    return compile_pattern(value, ignore_case=flag(settings, "ignore_case"))
