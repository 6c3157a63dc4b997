"""What crosses the wire, for any carrier: an incoming call, and an answer as timed chunks.

The ASGI app sleeps the waits; the in-process transport adds them to a virtual clock. Neither knows dialects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """One HTTP request; header names are lower case, `at` is the provider's clock."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Bytes, and how long the provider takes before it sends them."""

    wait_ms: float
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One HTTP answer. `broken` ends the connection after the chunks instead of closing it well."""

    status: int
    chunks: Sequence[Chunk]
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    broken: bool = False

    @property
    def duration_ms(self) -> float:
        return sum(chunk.wait_ms for chunk in self.chunks)
