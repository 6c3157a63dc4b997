"""Readers of one attribute value: each takes whatever was sent and gives the typed fact, or None where nothing was said.

Types on the wire lie: booleans and integers come as text, lists as JSON text, and "not set" as `''`, `-1`, `None` or `N/A`.
A reader never raises and never guesses: what it cannot read is not a fact.
"""

import math
from datetime import UTC, datetime

from pellucid_server.dialects.json_text import looks_like_json, parse_or_text, unquote
from pellucid_server.model.json import JsonValue

PLACEHOLDERS = frozenset(
    {"", "None", "none", "null", "undefined", "N/A", "<not specified>", "__REDACTED__", "<REDACTED>", "[]", "{}", "NOT_GIVEN"}
)
"""Texts by which emitters say that a value is not there."""

MAX_TOKENS = 10**12
"""No call has that many tokens; a larger figure is a bug of the emitter and would spoil every sum."""


def text(value: JsonValue) -> str | None:
    """A word or an id; numbers are spelled out."""
    if isinstance(value, str):
        return None if value in PLACEHOLDERS or value.isspace() else value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def quoted_text(value: JsonValue) -> str | None:
    """A word that may have been JSON-encoded once or twice."""
    return text(unquote(value))


def count(value: JsonValue) -> int | None:
    """A number of tokens: zero or more, from an integer, a whole float or digits."""
    if type(value) is int:
        return value if 0 <= value <= MAX_TOKENS else None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and 0 <= value <= MAX_TOKENS else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        return int(value)
    return None


def number(value: JsonValue) -> float | None:
    """A finite number."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, int | float):
        try:
            return float(value) if math.isfinite(value) else None
        except OverflowError:
            return None
    return None


def positive(value: JsonValue) -> float | None:
    """A finite number above zero: durations and costs, where zero means "not measured"."""
    found = number(value)
    return found if found is not None and found > 0 else None


def flag(value: JsonValue) -> bool | None:
    """A boolean, also as a word or a digit."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False, "1": True, "0": False}.get(value.lower())
    if isinstance(value, int):
        return {1: True, 0: False}.get(value)
    return None


def probability(value: JsonValue) -> float | None:
    """A number in (0, 1]."""
    found = number(value)
    return found if found is not None and 0 < found <= 1 else None


def texts(value: JsonValue) -> tuple[str, ...] | None:
    """A list of words: a list, a JSON list in text, or words with commas between."""
    value = parse_or_text(value)
    if isinstance(value, str):
        value = [] if looks_like_json(value) else [*value.split(",")]
    if not isinstance(value, list):
        return None
    found = tuple(dict.fromkeys(word.strip() for word in (text(item) for item in value) if word))
    return found or None


def mapping(value: JsonValue) -> dict[str, JsonValue] | None:
    """An object, also in text form; empty ones say nothing."""
    value = parse_or_text(value)
    return value if isinstance(value, dict) and value else None


def listing(value: JsonValue) -> list[JsonValue] | None:
    """A list, also in text form; empty ones say nothing."""
    value = parse_or_text(value)
    return value if isinstance(value, list) and value else None


def content(value: JsonValue) -> JsonValue:
    """Free content (an input, an output): text that holds JSON becomes its value, the empty text is nothing."""
    value = parse_or_text(value)
    return None if value == "" else value


def moment(value: JsonValue) -> int | None:
    """Microseconds since the epoch, from an ISO 8601 time that may have been JSON-encoded."""
    value = unquote(value)
    if not isinstance(value, str):
        return None
    try:
        when = datetime.fromisoformat(value)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    delta = when - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def first(mapping: dict[str, JsonValue], *names: str) -> JsonValue:
    """The first of these entries that is there and not null."""
    for name in names:
        value = mapping.get(name)
        if value is not None:
            return value
    return None
