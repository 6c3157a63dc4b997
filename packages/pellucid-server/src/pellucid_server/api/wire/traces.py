"""One trace."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from pellucid_server.api.wire.rows import SpanSummary, TraceRow
from pellucid_server.api.wire.scores import ScoreAnswer, to_score
from pellucid_server.query.traces import TraceDetail


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


def to_trace(detail: TraceDetail, comments_count: int) -> TraceAnswer:
    """`detail` for the wire."""
    return TraceAnswer(
        trace=TraceWhole.model_validate(detail.trace),
        spans=[SpanSummary.model_validate(span) for span in detail.spans],
        scores=[to_score(score) for score in detail.scores],
        comments_count=comments_count,
        complete=detail.complete,
    )
