"""Python values as text for attributes: fast for plain data, total for everything else.

What lives here: `text_of` and the fallbacks by which any object at all becomes JSON. What must not live here: masks,
capture rules, attribute names. `text_of` never raises for a value; what cannot be shown is shown as its `repr`.
"""

import dataclasses
import json
import math
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from pellucid.narrowing import is_binary, is_document, is_list, is_record, is_set

CUT_MARK = "… [cut by the client: {left} more characters]"
MAX_REPR_CHARS = 2_000
MAX_DEPTH = 40
"""Deeper nesting than this is shown as its `repr`; it also ends reference cycles."""


def _plain(value: Any) -> Any:
    """The JSON encoder's last resort: one object as something simpler."""
    for method, arguments in (("model_dump", {"mode": "json"}), ("to_dict", {}), ("dict", {})):
        convert = getattr(value, method, None)
        if callable(convert) and not isinstance(value, type):
            try:
                return convert(**arguments)
            except Exception:
                continue
    if is_record(value):
        return {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
    if is_binary(value):
        return {"type": "bytes", "size": len(value), "base64": b64encode(bytes(value[:96])).decode()}
    if is_document(value):
        return dict(value)
    if is_list(value) or is_set(value):
        return list(value)
    isoformat = getattr(value, "isoformat", None)
    if callable(isoformat):
        return isoformat()
    return _shown(value)


def _shown(value: object) -> str:
    try:
        return repr(value)[:MAX_REPR_CHARS]
    except Exception:
        return f"<{type(value).__name__}>"


_encode: Callable[[object], str] = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), default=_plain, allow_nan=False
).encode


def json_of(value: object) -> str:
    """One JSON document for any value."""
    try:
        return _encode(value)
    except (TypeError, ValueError, RecursionError, OverflowError):
        return _encode(simplify(value))


def simplify(value: object, depth: int = 0) -> Any:
    """A copy made of JSON's own types only: odd keys become text, cycles and depth end in `repr`."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no such number
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if depth >= MAX_DEPTH:
        return _shown(type(value))
    if is_document(value):
        return {str(key): simplify(item, depth + 1) for key, item in value.items()}
    if is_list(value) or is_set(value):
        return [simplify(item, depth + 1) for item in value]
    try:
        return simplify(_plain(value), depth + 1)
    except Exception:
        return _shown(value)


def text_of(value: object, max_chars: int) -> tuple[str, bool]:
    """The value's text, and whether it is JSON. A text that was cut is no longer JSON."""
    is_json = not isinstance(value, str)
    text = valid_text(json_of(value) if is_json else str(value))
    if len(text) > max_chars:
        return text[:max_chars] + CUT_MARK.format(left=len(text) - max_chars), False
    return text, is_json


def valid_text(text: str) -> str:
    """The text without lone surrogates, which UTF-8 cannot carry: they become question marks."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def scalar_of(value: object) -> str | int | float | bool:
    """One attribute value: scalars stay, everything else becomes text."""
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, bool | int | float):
        return value
    return valid_text(json_of(value))


def map_texts(value: Any, change: Callable[[str], str], depth: int = 0) -> Any:
    """The value with every text in it changed, keys left alone; odd objects are made plain first."""
    if isinstance(value, str):
        return change(value)
    if value is None or isinstance(value, int | float | bool) or depth >= MAX_DEPTH:
        return value
    if is_document(value):
        return {key: map_texts(item, change, depth + 1) for key, item in value.items()}
    if is_list(value) or is_set(value):
        return [map_texts(item, change, depth + 1) for item in value]
    return map_texts(_plain(value), change, depth + 1)
