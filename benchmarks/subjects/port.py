"""What a measured server must tell the benchmark. Starting, sending, timing and checking live elsewhere and are the same for all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.client import Client
from benchmarks.traffic import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One query, as this server's own UI or API would be asked."""

    ask: Callable[[Client], int]
    """Asks, and returns how many rows came back."""
    rows: int
    """How many must come back."""
    note: str = ""
    """What is not the same as with the others."""


NEWEST = "newest 50"
BY_USER = "by user"
ONE_TRACE = "one trace"
COST = "cost by day and model"
LATENCY = "p99 by day"
TEXT = "text search"
QUESTIONS = (NEWEST, BY_USER, ONE_TRACE, COST, LATENCY, TEXT)
"""In the order of the table."""
PAGE = 50
"""Rows a list shows."""


class Subject(Protocol):
    """A server under measurement."""

    @property
    def name(self) -> str:
        """As `--subjects` takes it."""
        ...

    @property
    def title(self) -> str:
        """As the table shows it."""
        ...

    @property
    def version(self) -> str:
        """Of what is installed."""
        ...

    @property
    def ready_path(self) -> str:
        """Answers 200 once the server serves."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """What an export needs beside its content type."""
        ...

    def command(self, port: int, data: Path) -> Sequence[str]:
        """Starts it on a loopback port with all its data below `data`."""
        ...

    def environment(self, port: int, data: Path) -> Mapping[str, str]:
        """Variables beside those of this process."""
        ...

    def count(self, client: Client) -> int:
        """How many spans a query finds now."""
        ...

    def questions(self, manifest: Manifest) -> Mapping[str, Question]:
        """The queries that it can answer, by the names above."""
        ...
