"""Sessions and users."""

from collections.abc import Sequence

from pydantic import BaseModel

from pellucid_server.api.wire.rows import TraceRow
from pellucid_server.api.wire.scores import ScoreAnswer, to_score
from pellucid_server.api.wire.times import WireTime
from pellucid_server.query.groups import GroupDetail
from pellucid_server.query.records import GroupRow, OutcomeCounts, ScoreSummary, UsageTotals
from pellucid_server.query.records import TraceRow as TraceRecord


class SessionRow(BaseModel):
    """A session: all of its traces together."""

    session_id: str
    first_time: WireTime
    last_time: WireTime
    duration: float
    trace_count: int
    turn_count: int
    """Equal to the traces: each is one turn of the conversation."""
    user_ids: Sequence[str]
    usage: UsageTotals
    cost: float | None
    unpriced_count: int
    outcomes: OutcomeCounts
    models: Sequence[str]
    environments: Sequence[str]
    features: Sequence[str]
    scores: Sequence[ScoreSummary]


class UserRow(BaseModel):
    """A user: all of their traces together."""

    user_id: str
    first_time: WireTime
    last_time: WireTime
    trace_count: int
    session_count: int
    usage: UsageTotals
    cost: float | None
    unpriced_count: int
    error_count: int
    refused_count: int
    user_tier: str
    models: Sequence[str]
    environments: Sequence[str]
    features: Sequence[str]
    scores: Sequence[ScoreSummary]


class Turn(BaseModel):
    """One trace of a session."""

    trace_id: str
    root_span_id: str
    name: str
    start_time: WireTime
    duration: float | None
    input: str
    """The beginning of what was asked."""
    output: str
    """The beginning of what came back."""
    outcome: str
    cost: float | None
    usage: UsageTotals
    model: str
    prompt: str
    """Name and version of the first registered prompt, as `name@version`; empty where there is none."""
    user_id: str
    scores: Sequence[ScoreSummary]


class SessionAnswer(SessionRow):
    """A session with its turns, oldest first."""

    turns: Sequence[Turn]
    session_scores: Sequence[ScoreAnswer]
    """Those on the session itself."""
    complete: bool
    """False where it has more turns than are shown."""


class UserAnswer(UserRow):
    """A user with their traces, oldest first."""

    traces: Sequence[TraceRow]
    complete: bool


def to_session_row(row: GroupRow) -> SessionRow:
    """`row` for the wire."""
    return SessionRow.model_validate(_common(row) | {"session_id": row.id, "turn_count": row.trace_count})


def to_session(detail: GroupDetail) -> SessionAnswer:
    """`detail` for the wire."""
    return SessionAnswer(
        **dict(to_session_row(detail.row)),
        turns=[_turn(trace) for trace in detail.traces],
        session_scores=[to_score(score) for score in detail.scores],
        complete=detail.complete,
    )


def to_user_row(row: GroupRow) -> UserRow:
    """`row` for the wire."""
    counts = {"error_count": row.outcomes.error, "refused_count": row.outcomes.refused}
    return UserRow.model_validate(_common(row) | counts | {"user_id": row.id})


def to_user(detail: GroupDetail) -> UserAnswer:
    """`detail` for the wire."""
    traces = [TraceRow.model_validate(trace) for trace in detail.traces]
    return UserAnswer(**dict(to_user_row(detail.row)), traces=traces, complete=detail.complete)


def _common(row: GroupRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in _SHARED}


_SHARED = (
    "first_time", "last_time", "duration", "trace_count", "session_count", "user_ids", "user_tier", "usage", "cost",
    "unpriced_count", "outcomes", "models", "environments", "features", "scores",
)  # fmt: skip


def _turn(trace: TraceRecord) -> Turn:
    prompt = f"{trace.prompts[0].name}@{trace.prompts[0].version}" if trace.prompts else ""
    return Turn(
        trace_id=trace.trace_id,
        root_span_id=trace.root_span_id,
        name=trace.name,
        start_time=trace.start_time,
        duration=trace.duration,
        input=trace.input_preview,
        output=trace.output_preview,
        outcome=trace.outcome,
        cost=trace.cost,
        usage=trace.usage,
        model=trace.models[0] if trace.models else "",
        prompt=prompt,
        user_id=trace.user_id,
        scores=trace.scores,
    )
