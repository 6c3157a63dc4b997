"""Durable runs as rooms see them: how one is started, and what its items and its end are given. `jobs` does the work.

They stand below the rooms because each room that brings a kind of run needs the same shapes, and none may know `jobs`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from pellucid_server.llm.calls import ModelAnswer, ModelRequest, Origin
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope


class StartedRun(Protocol):
    """A run that was started."""

    @property
    def id(self) -> str:
        """By which it is asked for."""

    @property
    def is_active(self) -> bool:
        """Whether it goes on by itself."""


class RunStarter(Protocol):
    """Starts durable runs."""

    def start(
        self,
        scope: Scope,
        *,
        kind: str,
        title: str,
        items: Sequence[JsonValue],
        settings: JsonValue = None,
        max_cost: float | None = None,
    ) -> StartedRun:
        """Queue one; `max_cost` in USD pauses it when it is reached."""

    def get(self, scope: Scope, run_id: str) -> StartedRun:
        """One. Raises `NotFound`."""


class DurableCall(Protocol):
    """A model call of an item."""

    async def __call__(
        self, connection: str, request: ModelRequest, *, environment: str, origin: Origin | None = None
    ) -> ModelAnswer:
        """The recorded answer where there is one, else a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemContext:
    """The item's side of the run."""

    project_id: str
    run_id: str
    settings: JsonValue
    """Of the run."""
    item_id: int
    """Position in the run, from 0."""
    call: DurableCall
    """Ask a model: recorded before it is sent and when it is answered, so that an answer that was recorded is never asked for again.
    Raises as `LanguageModels.complete`."""
    is_cancelled: Callable[[], bool]

    @property
    def cancelled(self) -> bool:
        """Whether somebody cancelled the run: work that is long between calls should look now and then."""
        return self.is_cancelled()


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOutcome:
    """An item that ended."""

    item_id: int
    input: JsonValue
    output: JsonValue
    error: str
    """Empty when it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """The run, once all of its items ended."""

    project_id: str
    run_id: str
    settings: JsonValue
    outcomes: Callable[[], AsyncIterator[ItemOutcome]]
    """Every item in order, read in pages."""
    conclude: Callable[[JsonValue], Awaitable[None]]
    """Keep a result with the run."""
