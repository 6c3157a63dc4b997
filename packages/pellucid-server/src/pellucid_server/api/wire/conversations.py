"""Sessions together."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from pellucid_server.query.conversations import Conversations


class _FromRecord(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class MiddleAnswer(_FromRecord):
    """The median and the ninetieth percentile."""

    p50: float | None
    p90: float | None


class IntervalAnswer(_FromRecord):
    """A value with its 95 % interval and the number of cases behind it."""

    value: float
    low: float | None
    high: float | None
    n: int


class SessionLength(BaseModel):
    """How many sessions have so many turns."""

    turns: int
    sessions: int


class SessionTurn(_FromRecord):
    """What became of the sessions that reached a turn; the last of these stands for all later ones too."""

    turn: int
    reached: int
    ended: int
    """For whom it was the last turn, sessions that may go on not counted."""
    failed: int
    left: IntervalAnswer | None
    left_after_failure: IntervalAnswer | None
    duration_p50: float | None
    cost_mean: float | None
    score: IntervalAnswer | None
    """The mean of the score that was named."""


class ConversationsAnswer(BaseModel):
    """All sessions of a range; durations in milliseconds, costs in USD."""

    sessions: int
    open: int
    """Their last turn is younger than half an hour: nobody is said to have left them."""
    turns: MiddleAnswer
    duration: MiddleAnswer
    cost: MiddleAnswer
    troubled: IntervalAnswer | None
    """The share with an error or a refusal."""
    single: IntervalAnswer | None
    """The share that ended after one turn."""
    lengths: Sequence[SessionLength]
    by_turn: Sequence[SessionTurn]


def to_conversations(found: Conversations) -> ConversationsAnswer:
    """`found` for the wire."""
    return ConversationsAnswer(
        sessions=found.sessions,
        open=found.open,
        turns=MiddleAnswer.model_validate(found.turns),
        duration=MiddleAnswer.model_validate(found.duration),
        cost=MiddleAnswer.model_validate(found.cost),
        troubled=None if found.troubled is None else IntervalAnswer.model_validate(found.troubled),
        single=None if found.single is None else IntervalAnswer.model_validate(found.single),
        lengths=[SessionLength(turns=turns, sessions=sessions) for turns, sessions in found.lengths],
        by_turn=[SessionTurn.model_validate(turn) for turn in found.by_turn],
    )
