"""From a recorded trace to a case: which of its texts is the input and which the output, by a mapping that a person chooses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pellucid_server.core.errors import NotFound
from pellucid_server.filters.tree import EVERYTHING
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import MAX_LIMIT
from pellucid_server.query.queries import Queries
from pellucid_server.query.records import SpanDetail, SpanRow, TraceRow
from pellucid_server.query.traces import TraceDetail

MOST_CALLS: Final = 5
"""Of a trace that are read to find the last one with messages."""


class Take(StrEnum):
    """Which text of a trace."""

    INPUT = "input"
    """What the trace was asked: the root's input, else the last thing that a user said to a model."""
    OUTPUT = "output"
    """What it answered: the root's output, else the last model's answer."""
    MESSAGES = "messages"
    """All messages that its last model call was given."""
    CORRECTION = "correction"
    """The newest correction of a person; without one there is none."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """What becomes of a trace."""

    input: Take = Take.INPUT
    expected: Take = Take.OUTPUT
    metadata: tuple[str, ...] = ("feature", "user_tier", "environment", "release")
    """Fields of the trace that come along."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceText:
    """The texts of a trace."""

    trace: TraceRow
    input: JsonValue = None
    output: JsonValue = None
    messages: JsonValue = None
    correction: str | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)

    def take(self, what: Take) -> JsonValue:
        """One of them."""
        match what:
            case Take.INPUT:
                return self.input
            case Take.OUTPUT:
                return self.output
            case Take.MESSAGES:
                return self.messages
            case Take.CORRECTION:
                return self.correction
            case Take.NOTHING:
                return None


class TraceTexts:
    """Reads them."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries

    def of(self, scope: Scope, trace_id: str, span_id: str = "", metadata: tuple[str, ...] = ()) -> TraceText | None:
        """Of a trace, or of one span of it; None where it is not there (any more)."""
        try:
            detail = self._queries.traces.get_trace(scope, trace_id)
            spans = [span for span in detail.spans if span.span_id == span_id] if span_id else list(detail.spans)
            return self._read(scope, detail, spans, metadata) if spans else None
        except NotFound:
            return None

    def many(self, scope: Scope, trace_ids: Sequence[str], mapping: Mapped) -> dict[str, TraceText]:
        """Of whole traces at once. Most say at their root what they were asked and what they answered; only the others are read whole."""
        rows = [
            row
            for start in range(0, len(trace_ids), MAX_LIMIT)
            for row in self._queries.traces.rows_of(scope, trace_ids[start : start + MAX_LIMIT], EVERYTHING)
        ]
        contents = self._queries.spans.contents(scope, [(row.start_time, row.trace_id, row.root_span_id) for row in rows])
        found: dict[str, TraceText] = {}
        for row in rows:
            content = contents.get((row.trace_id, row.root_span_id), {})
            text = TraceText(
                trace=row,
                input=_first(content.get("input")),
                output=_first(content.get("output")),
                metadata=_metadata(row, mapping.metadata),
            )
            whole = {Take.MESSAGES, Take.CORRECTION} & {mapping.input, mapping.expected}
            if whole or text.input is None or text.output is None:
                text = self.of(scope, row.trace_id, metadata=mapping.metadata) or text
            found[row.trace_id] = text
        return found

    def _read(self, scope: Scope, detail: TraceDetail, spans: list[SpanRow], metadata: tuple[str, ...]) -> TraceText:
        root = next((span for span in spans if span.is_root), spans[0])
        calls = [span for span in spans if span.kind == "generation" and not span.folded]
        outer = self._queries.spans.get_span(scope, root.span_id, root.trace_id)
        call = self._last_call(scope, calls)
        corrections = [score for score in detail.scores if score.type == "correction" and score.string_value]
        newest = max(corrections, key=lambda score: score.time, default=None)
        return TraceText(
            trace=detail.trace,
            input=_first(outer.content.get("input"), _last_said(call, "messages_in", "user"), root.input_preview),
            output=_first(outer.content.get("output"), _last_said(call, "messages_out", "assistant"), root.output_preview),
            messages=call.content.get("messages_in") if call is not None else None,
            correction=newest.string_value if newest is not None else None,
            metadata=_metadata(detail.trace, metadata),
        )

    def _last_call(self, scope: Scope, calls: Sequence[SpanRow]) -> SpanDetail | None:
        """The last one that says what it was given: of two instrumentations of one call, one may say nothing."""
        last: SpanDetail | None = None
        for row in calls[: -MOST_CALLS - 1 : -1]:
            found = self._queries.spans.get_span(scope, row.span_id, row.trace_id)
            if found.content.get("messages_in"):
                return found
            last = last or found
        return last


def _metadata(row: TraceRow, names: tuple[str, ...]) -> dict[str, JsonValue]:
    known = {name: getattr(row, name, "") for name in names}
    return {name: value for name, value in known.items() if isinstance(value, str) and value}


def _first(*values: JsonValue) -> JsonValue:
    return next((value for value in values if value not in (None, "", [])), None)


def _last_said(call: SpanDetail | None, name: str, role: str) -> str | None:
    """The text of the last message of a role."""
    messages = call.content.get(name) if call is not None else None
    said = [one for one in messages if isinstance(one, dict) and one.get("role") == role] if isinstance(messages, list) else []
    parts = said[-1].get("parts") if said else None
    texts = [part.get("text") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return "\n".join(text for text in texts if isinstance(text, str)) or None
