"""Questions about values of unknown type, with answers that type checkers understand.

What lives here: `isinstance` for containers that come from outside, whose keys and items nobody has promised anything
about. What must not live here: conversions (`values`).
"""

import dataclasses
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeGuard


def is_document(value: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether the value is a mapping; documents of JSON have text keys, and others are shown by `str`."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether the value is a list or a tuple."""
    return isinstance(value, list | tuple)


def is_set(value: object) -> TypeGuard[AbstractSet[Any]]:
    """Whether the value is a set, frozen or not."""
    return isinstance(value, set | frozenset)


def is_binary(value: object) -> TypeGuard["bytes | bytearray | memoryview[int]"]:
    """Whether the value is a run of bytes."""
    return isinstance(value, bytes | bytearray | memoryview)


def is_record(value: object) -> TypeGuard[Any]:
    """Whether the value is an instance of a dataclass."""
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def is_text(value: object) -> TypeGuard[str]:
    """Whether the value is a text, whatever its declared type says: it came from the application's code."""
    return isinstance(value, str)


def document_of(value: object) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one: for parts of a document that may be missing or null."""
    return value if is_document(value) else {}
