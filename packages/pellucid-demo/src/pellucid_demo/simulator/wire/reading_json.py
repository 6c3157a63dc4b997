"""Reading request bodies: fields with their types checked, contents flattened to text.

Any: bodies are foreign JSON, and this is the border where it gets types.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

Body = Mapping[str, Any]

_TEXT_KEYS = ("text", "refusal", "thinking", "content")


class BadRequestError(Exception):
    """The request is not valid; `param` names the field."""

    def __init__(self, message: str, param: str) -> None:
        super().__init__(message)
        self.param = param


def body_of(data: bytes) -> Body:
    try:
        value = json.loads(data)
    except ValueError as error:
        raise BadRequestError(f"We could not parse the JSON body of your request: {error}", "body") from error
    if not isinstance(value, dict):
        raise BadRequestError("The body must be a JSON object.", "body")
    return value


def required_text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise BadRequestError(f"Missing required parameter: '{name}' must be a non-empty string.", name)
    return value


def required_list(body: Body, name: str) -> list[Body]:
    value = body.get(name)
    if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
        raise BadRequestError(f"Invalid '{name}': expected a non-empty array of objects.", name)
    return value


def optional_int(body: Body, name: str, *, least: int = 1) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise BadRequestError(f"Invalid '{name}': expected an integer of at least {least}.", name)
    return value


def optional_number(body: Body, name: str, *, most: float) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= most:
        raise BadRequestError(f"Invalid '{name}': expected a number between 0 and {most:g}.", name)
    return float(value)


def text_of(content: Any) -> str:
    """The text in a message's content, which is a text or a list of parts; other parts are left out."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, Mapping):
        content = [content]
    return "\n".join(text for text in map(_part_text, content) if text)


def images_in(content: Any) -> int:
    parts: Iterable[Any] = content if isinstance(content, list) else ()
    return sum(1 for part in parts if isinstance(part, Mapping) and "image" in str(part.get("type", "")))


def _part_text(part: Any) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping) or "image" in str(part.get("type", "")):
        return ""
    return next((text_of(part[key]) for key in _TEXT_KEYS if part.get(key)), "")
