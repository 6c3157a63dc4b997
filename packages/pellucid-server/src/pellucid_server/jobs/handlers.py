"""What a room brings for its kind of run; what it is given stands in `llm.durable`. Rooms need not import this: the shape is enough."""

from typing import Protocol

from pellucid_server.llm.durable import ItemContext, RunContext
from pellucid_server.model.json import JsonValue


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
