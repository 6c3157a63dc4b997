"""What a data set demands of its cases: JSON Schemas of input and expected answer."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pellucid_server.datasets.drafts import ItemDraft
from pellucid_server.datasets.errors import BadDataset
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.dataset_rules import Rules

MAX_MESSAGE_CHARS = 300

Check = Callable[[ItemDraft], str | None]
"""What is wrong with a draft; None where nothing is."""


def check_rules(rules: Rules) -> None:
    """Raises `BadDataset` where a schema is none."""
    for name, schema in (("input_schema", rules.input_schema), ("expected_schema", rules.expected_schema)):
        if schema is not None:
            _check_schema(name, schema)


def checker(rules: Rules) -> Check:
    """Checks one draft after another."""
    schemas = [("input", rules.input_schema), ("expected", rules.expected_schema)]
    return partial(_fault, [(name, _validator(schema)) for name, schema in schemas if schema is not None])


def _check_schema(name: str, schema: JsonValue) -> None:
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
    from jsonschema.exceptions import SchemaError  # type: ignore[import-untyped]

    if not isinstance(schema, dict):
        raise BadDataset(f"`{name}` must be a JSON Schema: an object, such as {{'type': 'string'}}.")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise BadDataset(f"`{name}` is no JSON Schema (draft 2020-12): {error.message[:MAX_MESSAGE_CHARS]}") from error


def _validator(schema: JsonValue) -> Any:  # Any: the library has no types
    # Loaded when the first schema comes: a server whose data sets have none should not hold it.
    from jsonschema import Draft202012Validator
    from referencing import Registry

    # An empty registry: a `$ref` to an address must not make the server fetch it.
    return Draft202012Validator(schema, registry=Registry())


def _fault(parts: list[tuple[str, Any]], draft: ItemDraft) -> str | None:
    if not parts:
        return None
    from jsonschema.exceptions import best_match
    from referencing.exceptions import Unresolvable

    for name, validator in parts:
        try:
            error = best_match(validator.iter_errors(getattr(draft, name)))
        except Unresolvable as unresolvable:
            return f"the schema of `{name}` refers to {unresolvable.ref!r}, which is not in it"
        if error is not None:
            place = "".join(f"[{part!r}]" for part in error.absolute_path)
            return f"`{name}{place}` does not fit the data set's schema: {error.message[:MAX_MESSAGE_CHARS]}"
    return None
