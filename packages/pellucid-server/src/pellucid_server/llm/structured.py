"""Whether an answer fits the schema that it was asked to fit."""

import json

from pellucid_server.llm.errors import BadConnection, ModelAnswerInvalid
from pellucid_server.llm.json_schema import NotASchema, fits
from pellucid_server.model.json import JsonValue


def structured(text: str, schema: JsonValue, *, cut: bool) -> JsonValue:
    """The answer's value. Raises `ModelAnswerInvalid`, and `BadConnection` for a schema that is none."""
    if not isinstance(schema, dict):
        raise BadConnection("A response schema is a JSON object.")
    try:
        value: JsonValue = json.loads(text)
    except ValueError as error:
        why = "was cut off at the token limit" if cut else "is not JSON"
        raise ModelAnswerInvalid(f"The answer {why}, so it cannot fit the response schema: {text[:200]!r}") from error
    try:
        misfit = fits(schema)(value)
    except NotASchema as error:
        raise ModelAnswerInvalid(f"The response schema itself is not valid: {error}") from error
    if misfit is not None:
        place = misfit.place or "the answer"
        raise ModelAnswerInvalid(f"The answer does not fit the response schema: {place}: {misfit.message}")
    return value
