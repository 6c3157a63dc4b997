"""What the bench needs of other rooms, wired by `app`."""

from collections.abc import Mapping
from typing import Protocol

from pellucid_server.model.json import JsonValue
from pellucid_server.model.message import Message


class Prompts(Protocol):
    """The registry of prompts."""

    def compiled(self, project_id: str, name: str, version: int, values: Mapping[str, JsonValue]) -> tuple[Message, ...]:
        """A version with its variables filled in; values that it does not have are left out. Raises what the registry raises."""

    def filled(self, messages: tuple[Message, ...], values: Mapping[str, JsonValue]) -> tuple[Message, ...]:
        """Messages with their `{{variables}}` filled in; those without a value stay as they are."""
