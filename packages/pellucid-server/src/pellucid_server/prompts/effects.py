"""Before and after: what a label's calls were on either side of each of its moves, metric by metric, with the difference. Pure.

Nobody was drawn: whatever else changed at that time is in the difference too. A rollout compares versions at the same time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pellucid_server.core.clock import DAY, Micros
from pellucid_server.stats import clustered
from pellucid_server.stats.intervals import Estimate
from pellucid_server.stats.sequential import Clusters
from pellucid_server.store.meta.prompts import StoredMove
from pellucid_server.store.spans.sql.rollouts import Side

REACH: Micros = 7 * DAY
"""How far each side reaches from the move, where no other move of the label ends it sooner."""
MAX_MOVES = 20
"""The newest; each costs two sides of two statements."""
COUNTED = "calls"
FEEDBACK = "feedback"
MIN_FEEDBACK = 10
"""The share of positive feedback is shown from more than this on."""
FIRST = ("feedback", "refusals", "errors", "cost", "duration")
"""The order in which metrics are read; scores come before them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricEffect:
    """One metric around one move. Costs in US dollars, durations in ms."""

    metric: str
    """`refusals`, `errors`, `feedback`, `cost`, `duration` or `score:<name>`."""
    before: Estimate | None
    after: Estimate | None
    difference: Estimate | None
    """After minus before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideSeen:
    """The calls on one side."""

    start: Micros
    end: Micros
    calls: int
    users: int
    """Users, else sessions, else traces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveEffect:
    """A move with what was before and after it."""

    move: StoredMove
    before: SideSeen
    after: SideSeen
    metrics: Sequence[MetricEffect]


def sides_of(moves: Sequence[StoredMove], now: Micros) -> dict[str, tuple[Side, Side]]:
    """Of the newest moves, by their id: the time before and after, up to `REACH` and to the label's neighbouring moves."""
    by_label: dict[str, list[StoredMove]] = {}
    for move in moves:
        by_label.setdefault(move.label, []).append(move)
    found: dict[str, tuple[Side, Side]] = {}
    for move in sorted(moves, key=lambda move: move.time)[-MAX_MOVES:]:
        line = by_label[move.label]
        place = line.index(move)
        begin = line[place - 1].time if place else 0
        end = line[place + 1].time if place + 1 < len(line) else now
        found[move.id] = (
            Side(key=f"{move.id}:before", start=max(begin, move.time - REACH), end=move.time),
            Side(key=f"{move.id}:after", start=move.time, end=min(end, move.time + REACH)),
        )
    return found


def effect_of(move: StoredMove, sides: tuple[Side, Side], sums: Mapping[str, Mapping[str, Clusters]]) -> MoveEffect:
    """What the sums say of one move."""
    before, after = (sums.get(side.key, {}) for side in sides)
    names = sorted({*before, *after} - {COUNTED}, key=_order)
    metrics = [_metric(name, before.get(name, NOTHING), after.get(name, NOTHING)) for name in names]
    return MoveEffect(
        move=move,
        before=_seen(sides[0], before),
        after=_seen(sides[1], after),
        metrics=[one for one in metrics if one.before is not None or one.after is not None],
    )


def _metric(name: str, before: Clusters, after: Clusters) -> MetricEffect:
    if name == FEEDBACK:
        before, after = (NOTHING if side.count <= MIN_FEEDBACK else side for side in (before, after))
    return MetricEffect(
        metric=name,
        before=clustered.mean(before),
        after=clustered.mean(after),
        difference=clustered.difference(after, before),
    )


def _seen(side: Side, sums: Mapping[str, Clusters]) -> SideSeen:
    counted = sums.get(COUNTED, NOTHING)
    return SideSeen(start=side.start, end=side.end, calls=round(counted.count), users=counted.clusters)


def _order(name: str) -> tuple[int, str]:
    return (FIRST.index(name) + 1 if name in FIRST else 0, name)


NOTHING = Clusters(clusters=0, count=0.0, total=0.0, count_squares=0.0, count_totals=0.0, total_squares=0.0)
