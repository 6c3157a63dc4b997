"""The corpus: export requests of real instrumentors, as the parts that the door makes of them, merged per span.

A capture is one scenario of one package in one mode; its traces and its logs came in separate requests.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pellucid_server.dialects.decode import decode
from pellucid_server.ingest.merge import group
from pellucid_server.ingest.parse import parse
from pellucid_server.model.raw import RawSpan
from pellucid_server.model.span import Span

DATA = Path(__file__).parent / "data"
RECEIVED_AT = 1_767_225_660_000_000
"""A minute after the captures' own time, which is constant."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One scenario: its entries in the manifest, and its spans before and after decoding."""

    package: str
    mode: str
    scenario: str
    entries: tuple[dict[str, Any], ...]
    raw: tuple[RawSpan, ...]
    spans: tuple[Span, ...]

    @property
    def name(self) -> str:
        """`mode scenario`, or the scenario alone."""
        return f"{self.mode} {self.scenario}".strip()

    @property
    def provider_calls(self) -> list[dict[str, Any]]:
        """What the provider really served."""
        calls: list[dict[str, Any]] = self.entries[0]["provider_calls"]
        return calls

    @property
    def usage(self) -> dict[str, Any]:
        """The truth about tokens, and whether it is on the wire; on the entry of the traces."""
        usage: dict[str, Any] = next(entry["usage"] for entry in self.entries if "usage" in entry)
        return usage

    def kind(self, name: str) -> list[Span]:
        """The spans of one kind."""
        return [span for span in self.spans if span.kind.value == name]


@cache
def captures() -> tuple[Capture, ...]:
    """All captures, in the manifest's order."""
    groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for entry in manifest():
        groups.setdefault((entry["package"], entry["mode"], entry["scenario"]), []).append(entry)
    return tuple(_capture(*key, tuple(entries)) for key, entries in groups.items())


@cache
def manifest() -> list[dict[str, Any]]:
    """The manifest's entries: one an export request."""
    entries: list[dict[str, Any]] = json.loads((DATA / "manifest.json").read_text())["captures"]
    return entries


def find(package: str, name: str) -> Capture:
    """One capture by package and `mode scenario`."""
    return next(found for found in captures() if found.package == package and found.name == name)


def parts(entries: Iterable[dict[str, Any]], form: str = "pb") -> list[RawSpan]:
    """The parts in these requests, from their protobuf (`pb`) or their JSON (`json`) form."""
    content_type = {"pb": "application/x-protobuf", "json": "application/json"}[form]
    return [part for entry in entries for part in parse(entry["signal"], content_type, (DATA / entry[form]).read_bytes()).parts]


def _capture(package: str, mode: str, scenario: str, entries: tuple[dict[str, Any], ...]) -> Capture:
    raw = tuple(group(parts(entries)).values())
    return Capture(package, mode, scenario, entries, raw, tuple(decode(span, received_at=RECEIVED_AT) for span in raw))
