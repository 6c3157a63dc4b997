"""An action on many traces, as it is asked for."""

from typing import Any

from pydantic import Field

from pellucid_server.api.wire.absent import NullIsAbsent


class BulkBody(NullIsAbsent):
    """What to do, and with which traces: by id, or all that a filter finds."""

    action: str
    """`score`, `tag`, `queue`, `dataset` or `delete`; to delete, one must be an admin of the project."""
    options: dict[str, Any] = Field(default_factory=dict)  # Any: JSON; each action has options of its own and checks them
    """Of `score`: `name`, `value` or `string_value`, `comment`. Of `tag`: the lists `add` and `remove`. Of `queue`: `queue`, its id.

    Of `dataset`: `dataset`, its name. Of `delete`: none.
    """
    trace_ids: list[str] = Field(default_factory=list, max_length=10_000)
    filter: str | None = None
    """Every trace that matches within `from` and `to` is meant; at most 10,000."""
    start: str | None = Field(default=None, alias="from")
    end: str | None = Field(default=None, alias="to")
