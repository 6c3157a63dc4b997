"""What a room brings for its kind of run, and what it is given. Rooms need not import this: the shapes are enough."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from pellucid_server.llm.calls import ModelAnswer, ModelRequest, Origin
from pellucid_server.model.json import JsonValue


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


class Handler(Protocol):
    """A kind of run."""

    @property
    def kind(self) -> str:
        """Its name."""

    @property
    def concurrency(self) -> int:
        """Items of one run at the same time."""

    async def run_item(self, context: ItemContext, item: JsonValue) -> JsonValue:
        """Do one item; what it returns is kept. An error of the family fails the item, not the run."""

    async def finished(self, context: RunContext) -> None:
        """All items ended; called again after a restart if it did not come to its end."""
