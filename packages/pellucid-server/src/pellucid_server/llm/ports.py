"""What this floor needs of others, wired by `app`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from pellucid_server.core.clock import Micros
from pellucid_server.llm.calls import CallRecord
from pellucid_server.model.usage import Cost, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConnection:
    """A model connection, its key unsealed. It never leaves this floor."""

    id: str
    name: str
    provider: str
    base_url: str
    """Empty: the provider's own."""
    key: str
    default_model: str
    revision: int
    """Grows with every change, so that a client that was built for an older one is not used again."""


class ConnectionSource(Protocol):
    """Where connections are kept."""

    def open(self, project_id: str, name: str) -> OpenConnection:
        """By name or id. Raises `ConnectionUnknown`, `ConnectionSealed`. It blocks."""


class Recorder(Protocol):
    """Makes a span of a call."""

    async def record(self, record: CallRecord) -> None:
        """Through the door, like anybody's. Raises members of the error family."""


PriceOf: TypeAlias = Callable[[str, str, str, Usage, Micros], Cost | None]
"""(project, provider, model, usage, time) → what it cost."""
