"""JSON Schemas (draft 2020-12) that people bring, for answers, cases and rules: checked once, then asked of any value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from pellucid_server.model.json import JsonValue

MAX_MESSAGE_CHARS: Final = 300


class NotASchema(Exception):
    """What was brought is no schema; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Where a value does not fit, and why."""

    path: tuple[str | int, ...]
    message: str

    @property
    def place(self) -> str:
        """The path with slashes; empty for the value as a whole."""
        return "/".join(map(str, self.path))


Fits: TypeAlias = Callable[[JsonValue], Misfit | None]


def fits(schema: JsonValue) -> Fits:
    """What asks values. Raises `NotASchema`. References to addresses are not followed: a schema must not make the server fetch."""
    # Loaded when the first schema comes: a server that has none should not hold them.
    from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # the library has no types
    from jsonschema.exceptions import SchemaError, best_match  # type: ignore[import-untyped]  # the same
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        raise NotASchema(error.message[:MAX_MESSAGE_CHARS]) from error
    validator = Draft202012Validator(schema, registry=Registry())

    def misfit(value: JsonValue) -> Misfit | None:
        try:
            error = best_match(validator.iter_errors(value))
        except Unresolvable as unresolvable:
            return Misfit(path=(), message=f"the schema refers to {unresolvable.ref!r}, which is not in it")
        return None if error is None else Misfit(path=tuple(error.absolute_path), message=error.message[:MAX_MESSAGE_CHARS])

    return misfit
