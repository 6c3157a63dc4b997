"""One trace."""

from collections.abc import Mapping, Sequence

import msgspec
from pydantic import BaseModel, TypeAdapter

from pellucid_server.api.wire.rows import SpanSummary, TraceRow
from pellucid_server.api.wire.scores import ScoreAnswer, to_score
from pellucid_server.query.traces import TraceDetail, TraceTree


class TraceWhole(TraceRow):
    """A trace's row with what only its own page shows."""

    metadata: Mapping[str, str]


class TraceAnswer(BaseModel):
    """A trace with its spans in time order, and its scores."""

    trace: TraceWhole
    spans: Sequence[SpanSummary]
    scores: Sequence[ScoreAnswer]
    comments_count: int
    complete: bool
    """False where it has more spans than are shown."""


class BriefSpanAnswer(BaseModel):
    """A span in what a tree needs of it. What has no value, or its usual one, is left out."""

    span_id: str
    parent_span_id: str = ""
    display_parent_id: str = ""
    name: str = ""
    kind: str = ""
    duration: float | None = None
    ttft: float | None = None
    outcome: str = ""
    """Left out of what succeeded."""
    status_message: str = ""
    model: str = ""
    cost: float | None = None
    tool_name: str = ""
    agent_name: str = ""
    document_count: int = 0
    folded: bool = False
    counted: bool = True
    start_time: str = ""
    end_time: str = ""
    """Left out while it runs."""
    input_preview: str = ""
    """The first words, as `output_preview`."""
    output_preview: str = ""


class TraceTreeAnswer(BaseModel):
    """A trace with its spans in brief, in time order, and its scores."""

    trace: TraceWhole
    spans: Sequence[BriefSpanAnswer]
    scores: Sequence[ScoreAnswer]
    comments_count: int
    complete: bool
    """False where it has more spans than are shown."""


_SCORES = TypeAdapter(Sequence[ScoreAnswer])


def tree_json(tree: TraceTree, comments_count: int) -> bytes:
    """`TraceTreeAnswer` of `tree`; its spans are encoded as they are, which takes a hundredth of the time."""
    parts = {
        "trace": msgspec.Raw(TraceWhole.model_validate(tree.trace).model_dump_json().encode()),
        "spans": tree.spans,
        "scores": msgspec.Raw(_SCORES.dump_json([to_score(score) for score in tree.scores])),
        "comments_count": comments_count,
        "complete": tree.complete,
    }
    return msgspec.json.encode(parts)


def to_trace(detail: TraceDetail, comments_count: int) -> TraceAnswer:
    """`detail` for the wire."""
    return TraceAnswer(
        trace=TraceWhole.model_validate(detail.trace),
        spans=[SpanSummary.model_validate(span) for span in detail.spans],
        scores=[to_score(score) for score in detail.scores],
        comments_count=comments_count,
        complete=detail.complete,
    )
