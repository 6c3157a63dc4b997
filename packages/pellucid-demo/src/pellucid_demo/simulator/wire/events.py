"""Server-sent events, and how the time of a reply spreads over them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pellucid_demo.simulator.engine import Timing
from pellucid_demo.simulator.exchange import Chunk, Outgoing

EVENT_STREAM = "text/event-stream; charset=utf-8"


def event(value: Mapping[str, Any], *, named: bool = False) -> bytes:
    """One event; `named` adds the line with its type that Anthropic and the Responses API send."""
    name = f"event: {value['type']}\n" if named else ""
    return f"{name}data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


def streamed(events: Sequence[bytes], timing: Timing) -> Outgoing:
    """The events as an answer: the first waits for the first token, the others share the rest of the time."""
    rest = (timing.total_ms - timing.first_token_ms) / max(1, len(events) - 1)
    waits = [timing.first_token_ms, *[rest] * (len(events) - 1)]
    chunks = [Chunk(wait_ms=wait, data=data) for wait, data in zip(waits, events, strict=True)]
    return Outgoing(status=200, chunks=chunks, content_type=EVENT_STREAM)


def whole(value: Mapping[str, Any], wait_ms: float = 0.0, status: int = 200) -> Outgoing:
    data = json.dumps(value, ensure_ascii=False).encode()
    return Outgoing(status=status, chunks=[Chunk(wait_ms=wait_ms, data=data)])
