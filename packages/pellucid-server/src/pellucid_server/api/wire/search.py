"""Hits of a search."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from pellucid_server.api.wire.times import WireTime


class Snippet(BaseModel):
    """A piece of a text with the places that matched, as character ranges in the piece."""

    model_config = ConfigDict(from_attributes=True)

    field: str
    text: str
    ranges: Sequence[tuple[int, int]]


class Hit(BaseModel):
    """A span with what was searched for."""

    model_config = ConfigDict(from_attributes=True)

    trace_id: str
    span_id: str
    start_time: WireTime
    name: str
    kind: str
    snippets: Sequence[Snippet]


class Scanned(BaseModel):
    """What was read to answer."""

    model_config = ConfigDict(from_attributes=True)

    spans: int
    bytes: int
    complete: bool


class HitsAnswer(BaseModel):
    """A page of hits, newest first."""

    model_config = ConfigDict(from_attributes=True)

    data: Sequence[Hit]
    next_cursor: str | None
    scanned: Scanned
