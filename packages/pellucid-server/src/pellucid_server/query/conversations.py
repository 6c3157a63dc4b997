"""Sessions together, over the whole range: how many turns they have, what becomes of them at each, and where people leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import DAY, MINUTE, Clock
from pellucid_server.filters.tree import Filter
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import asked_in
from pellucid_server.query.records import Record
from pellucid_server.query.windows import Window
from pellucid_server.stats.intervals import Estimate, mean_of, share
from pellucid_server.store.spans.filter_sql import Asked
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import conversations as sql

OPEN_FOR: Final = 30 * MINUTE
"""A session whose last turn is younger may go on: it is counted, but nobody is said to have left it."""
DEFAULT_SPAN: Final = 30 * DAY
LAST_TURN: Final = sql.LAST_TURN


@dataclass(frozen=True, slots=True, kw_only=True)
class Middle:
    """The median and the ninetieth percentile; None where nothing was measured."""

    p50: float | None
    p90: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnFacts:
    """What became of the sessions that reached a turn."""

    turn: int
    """From 1; the last one stands for all later ones too."""
    reached: int
    ended: int
    """For whom it was the last turn; sessions that may go on are not among them."""
    failed: int
    """Turns that ended with an error or a refusal."""
    left: Estimate | None
    """The share that ended here of those that reached it."""
    left_after_failure: Estimate | None
    """The share that ended here of those whose turn failed."""
    duration_p50: float | None
    cost_mean: float | None
    score: Estimate | None
    """The mean of the score that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversations:
    """All sessions of a range."""

    sessions: int
    open: int
    """Of these, those whose last turn is younger than `OPEN_FOR`."""
    turns: Middle
    duration: Middle
    """Milliseconds from the first start to the last end."""
    cost: Middle
    troubled: Estimate | None
    """The share with an error or a refusal."""
    single: Estimate | None
    """The share that ended after one turn, of those that are not open."""
    lengths: Sequence[tuple[int, int]]
    """Turns, and how many sessions have so many; the last one stands for all longer ones too."""
    by_turn: Sequence[TurnFacts]


class ConversationQueries:
    """The verb."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def of(self, scope: Scope, node: Filter, window: Window, score: str = "") -> Conversations:
        """Sessions with a matching span in the window, with all of their turns in it; of the last 30 days where no start is named."""
        now = self._clock()
        window = window.or_last(DEFAULT_SPAN, now)
        asked = asked_in(scope, window, now)
        open_since = (now if window.end is None else min(now, window.end)) - OPEN_FOR
        (row,) = self._reader.records(sql.together(asked, node, open_since=open_since), sql.SESSIONS_ROW)
        if row["sessions"] == 0:
            nothing = Middle(p50=None, p90=None)
            return Conversations(
                sessions=0,
                open=0,
                turns=nothing,
                duration=nothing,
                cost=nothing,
                troubled=None,
                single=None,
                lengths=(),
                by_turn=(),
            )
        turns = self._reader.records(sql.by_turn(asked, node, open_since=open_since), sql.TURN_ROW)
        scores = self._scores(asked, node, score)
        return Conversations(
            sessions=row["sessions"],
            open=row["open"],
            turns=Middle(p50=row["turns_p50"], p90=row["turns_p90"]),
            duration=Middle(p50=row["duration_p50"], p90=row["duration_p90"]),
            cost=Middle(p50=row["cost_p50"], p90=row["cost_p90"]),
            troubled=share(row["troubled"], row["sessions"]),
            single=share(row["single"], row["sessions"] - row["open"]),
            lengths=[(size, count) for size, count in self._reader.rows(sql.lengths(asked, node))],
            by_turn=[_turn(turn, scores.get(turn["turn"])) for turn in turns],
        )

    def _scores(self, asked: Asked, node: Filter, name: str) -> dict[int, Estimate]:
        if not name:
            return {}
        records = self._reader.records(sql.scores_by_turn(asked, node, name), sql.SCORE_ROW)
        return {record["turn"]: mean_of(record["mean"], record["deviation"], record["n"]) for record in records}


def _turn(record: Record, score: Estimate | None) -> TurnFacts:
    return TurnFacts(
        turn=record["turn"],
        reached=record["reached"],
        ended=record["ended"],
        failed=record["failed"],
        left=share(record["ended"], record["reached"]),
        left_after_failure=share(record["ended_failed"], record["failed"]),
        duration_p50=record["duration_p50"],
        cost_mean=record["cost_mean"],
        score=score,
    )
