"""A case before it is kept: what it says, the id that follows from it, and the row that it becomes."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.store.meta.datasets import Item

MAX_ID_CHARS = 200
MAX_ITEM_CHARS = 2_000_000
"""Of one item as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDraft:
    """A case as it was sent. Without an id it gets one of its content, so that the same case is not there twice."""

    id: str | None = None
    input: JsonValue = None
    expected: JsonValue = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    split: str = ""
    trace_id: str = ""
    span_id: str = ""


def id_of(draft: ItemDraft) -> str:
    """Its own, else one of its content."""
    return draft.id or content_hash(draft)[:24]


def to_item(dataset_id: str, draft: ItemDraft, version: int, now: Micros) -> Item:
    """A draft as it is kept."""
    return Item(
        dataset_id=dataset_id,
        id=id_of(draft),
        since=version,
        input=draft.input,
        expected=draft.expected,
        metadata=draft.metadata,
        split=draft.split,
        trace_id=draft.trace_id,
        span_id=draft.span_id,
        content_hash=content_hash(draft),
        time=now,
    )


def content_hash(draft: ItemDraft) -> str:
    """SHA-256 of what a case says; where it came from does not count."""
    said = canonical([draft.input, draft.expected, dict(draft.metadata), draft.split])
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
