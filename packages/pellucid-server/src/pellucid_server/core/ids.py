"""Identifiers: lower-case hex as in W3C Trace Context for traces and spans, prefixed random ids for everything else."""

import secrets
from collections.abc import Callable
from typing import TypeAlias

IdSource: TypeAlias = Callable[[str], str]
"""Takes a prefix such as `key`, returns a new unique id such as `key_5f…`."""

TRACE_ID_CHARS = 32
SPAN_ID_CHARS = 16


def random_id(prefix: str) -> str:
    """`prefix_` and 96 random bits in hex."""
    return f"{prefix}_{secrets.token_hex(12)}"


def is_hex(text: str, length: int) -> bool:
    """Whether `text` is `length` hex digits and not all zero (the invalid id of W3C Trace Context)."""
    if len(text) != length:
        return False
    try:
        return int(text, 16) != 0
    except ValueError:
        return False


def random_trace_id() -> str:
    """A new trace id: 128 random bits."""
    return secrets.token_hex(TRACE_ID_CHARS // 2)


def random_span_id() -> str:
    """A new span id: 64 random bits."""
    return secrets.token_hex(SPAN_ID_CHARS // 2)
