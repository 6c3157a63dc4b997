"""What every list is asked with, and what it answers: filter, window, order, limit and cursor; a page."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from pellucid_server.core.clock import Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.filters.tree import EVERYTHING, Filter
from pellucid_server.model.scope import Scope
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.filter_sql import Asked

MAX_LIMIT: Final = 500
"""Rows of one page."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question to a list."""

    filter: Filter = EVERYTHING
    window: Window = field(default_factory=Window)
    order: str = ""
    """A field's name, with `-` before it for descending; empty: the list's own."""
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item]):
    """Some rows, and the cursor of the next ones."""

    data: tuple[Item, ...]
    next_cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """By which value, and which end comes first."""

    name: str
    ascending: bool

    @property
    def text(self) -> str:
        """As it is written."""
        return self.name if self.ascending else f"-{self.name}"


def read_order(text: str, known: Collection[str], default: str) -> Order:
    """The order that `text` names. Raises `BadRequest` with those that are known."""
    wanted = text or default
    name = wanted.lstrip("-+ ")
    if name not in known:
        raise BadRequest(f"The list cannot be ordered by `{name}`; known: {', '.join(known)}.", expected=list(known))
    return Order(name=name, ascending=not wanted.startswith("-"))


def check_limit(limit: int) -> int:
    """`limit`, where it is one."""
    if not 1 <= limit <= MAX_LIMIT:
        raise BadRequest(f"`limit` is {limit}; it must be 1 to {MAX_LIMIT}. For more rows follow `next_cursor` or use an export.")
    return limit


def asked_in(scope: Scope, window: Window, now: Micros) -> Asked:
    """The project and window of a question, for the store."""
    return Asked(project_id=scope.project_id, start=window.start, end=window.end, now=now)
