"""Cursors: where a page ended, as opaque text. A cursor names its list and order, so it cannot be handed to another one."""

import base64
import binascii
from dataclasses import dataclass

import msgspec

from pellucid_server.core.clock import Micros
from pellucid_server.core.errors import BadRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The last row of a page, and what was known when the first page was asked for."""

    list: str
    """Which list and order: `traces:-start_time`."""
    asked: Micros
    """When the first page was asked for: what arrived later does not move what was there."""
    value: float | int
    """The last row's value of the order."""
    ids: tuple[str, ...]
    """What makes the last row unique among equals."""


def write_cursor(cursor: Cursor) -> str:
    """The text that a client hands back."""
    packed = msgspec.json.encode([cursor.list, cursor.asked, cursor.value, *cursor.ids])
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str | None, list_: str) -> Cursor | None:
    """The cursor in `text`. Raises `BadRequest` where it is none, or belongs to another list or order."""
    if not text:
        return None
    try:
        name, asked, value, *ids = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=list)
        valid = isinstance(asked, int) and isinstance(value, int | float) and all(isinstance(item, str) for item in ids)
    except (binascii.Error, msgspec.MsgspecError, ValueError, TypeError):
        name, valid = None, False
    if not valid or name != list_ or not ids:
        raise BadRequest(
            "The cursor does not belong to this list and order; hand back `next_cursor` as it came, with the same order."
        )
    return Cursor(list=list_, asked=asked, value=value, ids=tuple(ids))
