"""What the bench needs of other rooms, wired by `app`."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from pellucid_server.llm.calls import ModelAnswer, ModelRequest, Origin
from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message
from pellucid_server.model.scope import Scope


class Prompts(Protocol):
    """The registry of prompts."""

    def compiled(self, project_id: str, name: str, version: int, values: Mapping[str, JsonValue]) -> tuple[Message, ...]:
        """A version with its variables filled in; values that it does not have are left out. Raises what the registry raises."""

    def filled(self, messages: tuple[Message, ...], values: Mapping[str, JsonValue]) -> tuple[Message, ...]:
        """Messages with their `{{variables}}` filled in; those without a value stay as they are."""


class Started(Protocol):
    """A run that was started."""

    @property
    def id(self) -> str:
        """By which it is asked for."""


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
    ) -> Started:
        """Queue one."""


class AskModel(Protocol):
    """A durable call of an item."""

    async def __call__(
        self, connection: str, request: ModelRequest, *, environment: str, origin: Origin | None = None
    ) -> ModelAnswer:
        """The recorded answer where there is one, else a new one."""


class Item(Protocol):
    """The item's side of a run."""

    @property
    def project_id(self) -> str:
        """Whose it is."""

    @property
    def run_id(self) -> str:
        """Of the run."""

    @property
    def settings(self) -> JsonValue:
        """Of the run."""

    @property
    def call(self) -> AskModel:
        """Ask a model."""


class Outcome(Protocol):
    """An item that ended."""

    @property
    def input(self) -> JsonValue:
        """What it was."""

    @property
    def output(self) -> JsonValue:
        """What became of it."""

    @property
    def error(self) -> str:
        """Why it failed; empty when it did not."""


class Ended(Protocol):
    """The run, once its items ended."""

    @property
    def settings(self) -> JsonValue:
        """Of the run."""

    @property
    def outcomes(self) -> Callable[[], AsyncIterator[Outcome]]:
        """Of every item, in order."""

    @property
    def conclude(self) -> Callable[[JsonValue], Awaitable[None]]:
        """Keep a result with the run."""
