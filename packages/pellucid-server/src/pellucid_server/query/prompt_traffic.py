"""Prompts in the traffic, as plain records: what versions did, what served of late, which fingerprints there are and who gets them.

What a registered prompt is, is not known here: the room of prompts joins the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from pellucid_server.core.clock import DAY, MINUTE, Clock, Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.filters.tree import Filter
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import asked_in
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import prompts as sql
from pellucid_server.store.spans.sql import spans as spans_sql

DEFAULT_SPAN: Final = 30 * DAY
FIRST_SEEN_SPAN: Final = 14 * DAY
"""How far back the first time of what serves now is looked for."""
MAX_MINUTES: Final = 24 * 60
MAX_SERVED: Final = 200
"""Of each kind."""
MAX_VARIANTS: Final = 60
"""Fingerprints that are compared: each costs the payload of one call."""
MAX_VALUES: Final = 30
"""Of one attribute and one fingerprint; an attribute with more of them divides nobody into groups."""
POSITIVE: Final = 0.7
"""From this rating on, feedback is positive."""
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionTraffic:
    """What one version did. Costs in US dollars, durations in ms."""

    version: str
    """Empty: calls that belong to the prompt by their fingerprint alone."""
    calls: int
    errors: int
    refusals: int
    users: int
    cost: float
    priced: int
    """Calls of which the cost is known."""
    duration_p50: float | None
    duration_p95: float | None
    first_time: Micros
    last_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionScore:
    """Scores of one name from one source on one version."""

    version: str
    name: str
    source: str
    count: int
    mean: float
    deviation: float
    positive: int
    """Of value `POSITIVE` and above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedValue:
    """Something that served calls of late."""

    kind: str
    """`prompt`, `fingerprint`, `model`, `release` or `sdk`."""
    value: tuple[str, ...]
    """Of a prompt: name, version and label."""
    calls: int
    first_time: Micros
    last_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenVariant:
    """A fingerprint, and one call that shows what it looks like."""

    fingerprint: str
    calls: int
    first_time: Micros
    last_time: Micros
    prompts: Sequence[str]
    trace_id: str
    span_id: str
    text: str
    """The system prompt of that call; empty where its payload was not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """How often a fingerprint went to those with a value."""

    fingerprint: str
    attribute: str
    value: str
    calls: int


class PromptTraffic:
    """The verbs."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def versions(self, scope: Scope, name: str, window: Window, fingerprints: Sequence[str] = ()) -> list[VersionTraffic]:
        """What each version of a prompt did in the window, by default in the last 30 days."""
        now = self._clock()
        asked = asked_in(scope, window.or_last(DEFAULT_SPAN, now), now)
        return [VersionTraffic(**row) for row in self._reader.records(sql.versions(asked, name, fingerprints), sql.VERSION_ROW)]

    def scores(self, scope: Scope, name: str, window: Window) -> list[VersionScore]:
        """Scores on the calls of each version and on their traces."""
        now = self._clock()
        asked = asked_in(scope, window.or_last(DEFAULT_SPAN, now), now)
        return [VersionScore(**row) for row in self._reader.records(sql.version_scores(asked, name, POSITIVE), sql.SCORE_ROW)]

    def served(self, scope: Scope, minutes: int) -> list[ServedValue]:
        """What served in the last minutes; since when is looked for in the last two weeks."""
        if not 1 <= minutes <= MAX_MINUTES:
            raise BadRequest(f"`minutes` is {minutes}; it must be 1 to {MAX_MINUTES:,}.")
        now = self._clock()
        asked = asked_in(scope, Window(start=now - FIRST_SEEN_SPAN), now)
        rows = self._reader.records(sql.served(asked, now - minutes * MINUTE, limit=MAX_SERVED), sql.SERVED_ROW)
        return [ServedValue(**{**row, "value": tuple(row["value"].split(sql.SEPARATOR))}) for row in rows]

    def began(self, scope: Scope) -> Micros:
        """When the first call of the last two weeks began; now where there is none."""
        now = self._clock()
        asked = asked_in(scope, Window(start=now - FIRST_SEEN_SPAN), now)
        return int(self._reader.rows(sql.first_call(asked))[0][0]) or now

    def variants(self, scope: Scope, window: Window, node: Filter) -> list[SeenVariant]:
        """Fingerprints of rendered system prompts in the window, the most frequent first, each with one example."""
        now = self._clock()
        asked = asked_in(scope, window.or_last(DEFAULT_SPAN, now), now)
        rows = self._reader.records(sql.variants(asked, node, limit=MAX_VARIANTS), sql.VARIANT_ROW)
        keys = [(int(row["start_time"]), str(row["trace_id"]), str(row["span_id"])) for row in rows]
        texts = self._system_texts(scope.project_id, keys)
        return [
            SeenVariant(
                fingerprint=str(row["fingerprint"]),
                calls=int(row["calls"]),
                first_time=int(row["first_time"]),
                last_time=int(row["last_time"]),
                prompts=list(row["prompts"]),
                trace_id=key[1],
                span_id=key[2],
                text=texts.get(key[1:], ""),
            )
            for row, key in zip(rows, keys, strict=True)
        ]

    def receivers(self, scope: Scope, window: Window, node: Filter, fingerprints: Sequence[str]) -> list[Received]:
        """Who got which of these fingerprints, by tier, feature, release, metadata and the like."""
        if not fingerprints:
            return []
        now = self._clock()
        asked = asked_in(scope, window.or_last(DEFAULT_SPAN, now), now)
        rows = self._reader.records(sql.receivers(asked, node, fingerprints, values=MAX_VALUES + 1), sql.RECEIVER_ROW)
        return [Received(**row) for row in rows]

    def _system_texts(self, project_id: str, keys: Sequence[spans_sql.Key]) -> Mapping[tuple[str, str], str]:
        if not keys:
            return {}
        rows = self._reader.rows(spans_sql.payloads(project_id, keys))
        return {(trace_id, span_id): _system_text(_decode(payload)) for trace_id, span_id, payload in rows if payload}


def _system_text(document: JsonValue) -> str:
    """The system prompt in a payload document, as it was rendered."""
    span = document.get("span") if isinstance(document, dict) else None
    messages = span.get("messages_in") if isinstance(span, dict) else None
    found: list[str] = []
    for message in messages if isinstance(messages, list) else []:
        if isinstance(message, dict) and message.get("role") == "system":
            parts = message.get("parts")
            found += [
                str(part["text"])
                for part in (parts if isinstance(parts, list) else [])
                if isinstance(part, dict) and part.get("type", "text") == "text" and part.get("text")
            ]
    return "\n".join(found)
