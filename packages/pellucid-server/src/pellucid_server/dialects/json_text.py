"""JSON that arrives as text inside an attribute: parsed where it is whole, kept as text where it was cut.

Emitters cut attribute values in the middle, write NaN, lone surrogates and integers of any length, and quote strings twice. What
leaves this module can always be encoded again by any strict JSON encoder. Python `repr`s, which some emitters send, end here too.
"""

import ast
import json
import math

import orjson

from pellucid_server.core.bounds import DEFAULT_BOUNDS
from pellucid_server.model.json import JsonValue

_REPR_CHARS = 64 * 1024
"""The longest Python literal that is evaluated; the parser's time grows with it and only LiteLLM sends any."""

_OPENERS = frozenset("{[")


class NotJson(ValueError):
    """The text is not one whole JSON document."""


def parse(text: str) -> JsonValue:
    """The document in `text`; raises NotJson where it is cut, broken or nested beyond the bound."""
    try:
        value: JsonValue = orjson.loads(text)
    except ValueError:
        value = _parse_leniently(text)
    if _may_be_deep(text) and _is_deeper_than(value, DEFAULT_BOUNDS.depth):
        raise NotJson
    return value


def looks_like_json(text: str) -> bool:
    """Whether the text opens like an object or a list: the only kind that is worth parsing where text is allowed too."""
    return text[:1] in _OPENERS or (text[:1].isspace() and text.lstrip()[:1] in _OPENERS)


def parse_or_text(value: JsonValue) -> JsonValue:
    """Objects and lists in text form become values; everything else stays what it is."""
    if not isinstance(value, str) or not looks_like_json(value):
        return value
    try:
        return parse(value)
    except NotJson:
        return value


def unquote(value: JsonValue) -> JsonValue:
    """The value of a JSON document that was encoded once or twice too often (`"\\"gold\\""` is `gold`)."""
    for _ in range(2):
        if not isinstance(value, str) or not value:
            break
        if value[0] != '"' and not looks_like_json(value):
            break
        try:
            value = parse(value)
        except NotJson:
            break
    return value


def parse_scalar(value: JsonValue) -> JsonValue:
    """Like `unquote`, and numbers, booleans and null in text form become themselves: where an emitter encodes every value."""
    if isinstance(value, str) and value:
        try:
            return unquote(parse(value))
        except NotJson:
            return value
    return value


def parse_python(text: str) -> JsonValue:
    """The value of a Python `repr`; raises NotJson where it is not a plain literal."""
    if len(text) > _REPR_CHARS:
        raise NotJson
    if '"' not in text and "\\" not in text:  # no quotes inside strings: the two notations differ by three words only
        swapped = text.replace("'", '"').replace("None", "null").replace("True", "true").replace("False", "false")
        try:
            return parse(swapped)
        except NotJson:
            pass
    try:
        return parse(json.dumps(ast.literal_eval(text)))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        raise NotJson from None


def _parse_leniently(text: str) -> JsonValue:
    """NaN, control characters and lone surrogates, as Python's own encoder writes them; cleaned on the way."""
    try:
        value = json.loads(text, strict=False, parse_constant=lambda _: None, parse_int=_bounded_int, parse_float=_finite_float)
        clean = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        cleaned: JsonValue = orjson.loads(clean)
    except (ValueError, RecursionError):
        raise NotJson from None
    return cleaned


def _bounded_int(digits: str) -> int | float | None:
    return int(digits) if len(digits) <= 18 else _finite_float(digits)


def _finite_float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _may_be_deep(text: str) -> bool:
    return text.count("{") + text.count("[") > DEFAULT_BOUNDS.depth


def _is_deeper_than(value: JsonValue, depth: int) -> bool:
    """Level by level, so that a document of any depth costs no stack."""
    level: list[JsonValue] = [value]
    for _ in range(depth):
        level = [child for node in level for child in _children(node)]
        if not level:
            return False
    return True


def _children(node: JsonValue) -> list[JsonValue]:
    if isinstance(node, dict):
        return [child for child in node.values() if isinstance(child, dict | list)]
    if isinstance(node, list):
        return [child for child in node if isinstance(child, dict | list)]
    return []
