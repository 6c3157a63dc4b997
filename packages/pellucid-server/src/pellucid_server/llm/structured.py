"""Whether an answer fits the schema that it was asked to fit."""

import json

from pellucid_server.llm.errors import BadConnection, ModelAnswerInvalid
from pellucid_server.model.json import JsonValue


def structured(text: str, schema: JsonValue, *, cut: bool) -> JsonValue:
    """The answer's value. Raises `ModelAnswerInvalid`, and `BadConnection` for a schema that is none."""
    # Loaded when the first schema comes: a server that asks no model should not hold them.
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
    from jsonschema.exceptions import SchemaError, ValidationError  # type: ignore[import-untyped]
    from referencing import Registry

    if not isinstance(schema, dict):
        raise BadConnection("A response schema is a JSON object.")
    try:
        value: JsonValue = json.loads(text)
    except ValueError as error:
        why = "was cut off at the token limit" if cut else "is not JSON"
        raise ModelAnswerInvalid(f"The answer {why}, so it cannot fit the response schema: {text[:200]!r}") from error
    try:
        # An empty registry: a `$ref` to an address must not make the server fetch it.
        Draft202012Validator(schema, registry=Registry()).validate(value)
    except ValidationError as error:
        where = "/".join(map(str, error.absolute_path)) or "the answer"
        raise ModelAnswerInvalid(f"The answer does not fit the response schema: {where}: {error.message[:300]}") from error
    except SchemaError as error:
        raise ModelAnswerInvalid(f"The response schema itself is not valid: {error.message[:300]}") from error
    return value
