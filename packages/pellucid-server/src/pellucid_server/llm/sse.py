"""Server-sent events as providers send them: the JSON objects of their `data` lines."""

import json
from collections.abc import AsyncIterator
from typing import Final

from pellucid_server.llm.errors import ModelUnavailable
from pellucid_server.model.json import JsonValue

END: Final = "[DONE]"
MAX_EVENT_CHARS: Final = 8 * 1024 * 1024
"""One event. A whole answer of 128,000 tokens is a tenth of it."""


async def events(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, JsonValue]]:
    """Every object; an event may be several `data` lines. Raises `ModelUnavailable` for what cannot be read."""
    data: list[str] = []
    async for line in lines:
        if line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
            if sum(map(len, data)) > MAX_EVENT_CHARS:
                raise ModelUnavailable(f"The provider sent an event of more than {MAX_EVENT_CHARS:,} characters.")
        elif not line and data:
            text, data = "\n".join(data), []
            if text.strip() != END:
                yield _object(text)
    if data and data != [END]:
        yield _object("\n".join(data))


def _object(text: str) -> dict[str, JsonValue]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise ModelUnavailable("The provider's stream broke off in the middle of an event.") from error
    if not isinstance(value, dict):
        raise ModelUnavailable("The provider sent an event that is no JSON object.")
    return value
