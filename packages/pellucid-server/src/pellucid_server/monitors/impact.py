"""Impact: how much of the traffic a change reached, and what quality, cost, latency and refusals were before and after it.

Two windows of one length meet at the change. Scores are weighed by the probability with which they were drawn, so that judging more of the
new traffic than of the old makes no difference of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol, TypeVar

from pellucid_server.core.clock import DAY, MINUTE, Clock, Micros
from pellucid_server.filters.tree import Filter, all_of
from pellucid_server.model.change import ChangeEvent
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.looking import Asks, ScoreNames, watched
from pellucid_server.monitors.slices import Slice, slice_of
from pellucid_server.query.facets import read_filter
from pellucid_server.query.metrics import Measure, MetricQueries, MetricsAsk
from pellucid_server.query.signals import Signal
from pellucid_server.query.windows import Window
from pellucid_server.stats.intervals import CONFIDENCE, Estimate, share
from pellucid_server.stats.moments import Moments, difference, estimate
from pellucid_server.stats.weighted import WeightedSums, difference_of, estimate_of

REACH: Final = DAY
"""After a change; what it reached later is the business of later changes."""
SHORTEST: Final = MINUTE
LONGEST: Final = 14 * DAY
MAX_SCORES: Final = 8
MAX_SEGMENTS: Final = 12
_CALLS: Final = "kind:generation folded:false"

Sample = TypeVar("Sample")


class ImpactAsks(Asks, Protocol):
    """The store, as this module needs it; `query.signals.Signals` is one."""

    def weighted(self, scope: Scope, signal: Signal, window: Window) -> Sequence[tuple[str, WeightedSums]]:
        """Scores by segment, on the traces with a matching span."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The blast radius: which share of the requests a change touched."""

    window: Window
    requests: int
    total: int
    share: Estimate | None
    """None without traffic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One measure of one segment on both sides."""

    measure: str
    """`score:<name>`, `cost`, `duration`, `refusals` or `errors`."""
    better: str
    """`more` or `less`."""
    segment: str
    before: Estimate | None
    after: Estimate | None
    difference: Estimate | None
    """None where either side has too few cases for an interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What was before and after."""

    before: Window
    after: Window
    dimension: str
    confidence: float
    """Of the intervals of differences; with segments the error is divided among them."""
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """A window and the traffic in it."""

    window: Window
    node: Filter


@dataclass(frozen=True, slots=True, kw_only=True)
class _Watched:
    """A measure that the store sums."""

    key: str
    measure: str
    filter: str = ""
    condition: str = ""
    per_trace: bool = False


class ChangeImpact:
    """The verbs."""

    def __init__(self, asks: ImpactAsks, metrics: MetricQueries, score_names: ScoreNames, clock: Clock) -> None:
        self._asks = asks
        self._metrics = metrics
        self._score_names = score_names
        self._clock = clock

    def reach(self, scope: Scope, change: ChangeEvent) -> Reach | None:
        """Of the day after the change; None where it touches no traffic that a filter can name."""
        touched = slice_of(change)
        if touched is None:
            return None
        end = min(self._clock(), change.time + REACH)
        window = Window(start=change.time, end=max(end, change.time + SHORTEST))
        hit, total = (self._requests(scope, node, window) for node in (watched(touched.after), watched(all_of([]))))
        return Reach(window=window, requests=hit, total=total, share=share(min(hit, total), total))

    def compare(self, scope: Scope, change: ChangeEvent, *, length: Micros = DAY, dimension: str = "") -> Impact:
        """Windows of `length`, or of what has passed since. Raises `BadRequest`."""
        touched = slice_of(change)
        passed = max(SHORTEST, self._clock() - change.time)
        span = max(SHORTEST, min(length, passed, LONGEST))
        before = Window(start=change.time - span, end=change.time)
        after = Window(start=change.time, end=change.time + span)
        if touched is None:
            return Impact(before=before, after=after, dimension=dimension, confidence=CONFIDENCE, effects=())
        sides = _Side(window=before, node=watched(touched.before)), _Side(window=after, node=watched(touched.after))
        segments = self._segments(scope, sides[1], dimension) if dimension else [""]
        confidence = 1 - (1 - CONFIDENCE) / max(1, len(segments))
        effects = [
            *self._scored(scope, sides, dimension, segments, confidence),
            *self._summed(scope, touched, sides, dimension, segments, confidence),
        ]
        return Impact(before=before, after=after, dimension=dimension, confidence=confidence, effects=tuple(effects))

    def _requests(self, scope: Scope, node: Filter, window: Window) -> int:
        asked = MetricsAsk(measures=(Measure(name="traces", aggregation="count"),), window=window, filter=node)
        found = self._metrics.ask(scope, asked).data
        value = found[0].get("traces_count") if found else 0
        return int(value or 0)

    def _segments(self, scope: Scope, side: _Side, dimension: str) -> list[str]:
        signal = Signal(measure="spans", filter=side.node, dimension=dimension)
        counted = {part.segment: part.moments.n for part in self._asks.stretches(scope, signal, side.window)}
        named = [name for name in counted if name]
        return sorted(named, key=lambda name: (-counted[name], name))[:MAX_SEGMENTS]

    def _scored(
        self, scope: Scope, sides: tuple[_Side, _Side], dimension: str, segments: Sequence[str], confidence: float
    ) -> list[Effect]:
        effects: list[Effect] = []
        for name in list(self._score_names(scope, "score:*"))[:MAX_SCORES]:
            measure = f"score:{name}"
            before, after = (
                dict(self._asks.weighted(scope, Signal(measure=measure, filter=side.node, dimension=dimension), side.window))
                for side in sides
            )
            effects += _effects(
                measure,
                "more",
                segments,
                (before, after),
                (estimate_of, partial(difference_of, confidence=confidence)),
            )
        return effects

    def _summed(
        self,
        scope: Scope,
        touched: Slice,
        sides: tuple[_Side, _Side],
        dimension: str,
        segments: Sequence[str],
        confidence: float,
    ) -> list[Effect]:
        effects: list[Effect] = []
        for one in _measures(touched):
            signal = Signal(
                measure=one.measure,
                condition=read_filter(one.condition) if one.condition else None,
                per_trace=one.per_trace,
                dimension=dimension,
            )
            binary = signal.binary
            before, after = (self._moments(scope, signal, one.filter, side) for side in sides)
            effects += _effects(
                one.key,
                "less",
                segments,
                (before, after),
                (partial(estimate, binary=binary), partial(difference, confidence=confidence, binary=binary)),
            )
        return effects

    def _moments(self, scope: Scope, signal: Signal, text: str, side: _Side) -> dict[str, Moments]:
        own = Signal(
            measure=signal.measure,
            condition=signal.condition,
            filter=all_of([side.node, read_filter(text)]),
            per_trace=signal.per_trace,
            dimension=signal.dimension,
        )
        return {part.segment: part.moments for part in self._asks.stretches(scope, own, side.window)}


def _measures(touched: Slice) -> tuple[_Watched, ...]:
    """Latency is that of whole requests where the slice has whole requests, else that of its calls."""
    return (
        _Watched(key="cost", measure="cost", per_trace=True),
        _Watched(key="duration", measure="duration", filter="is_root:true" if touched.requests else ""),
        _Watched(key="refusals", measure="spans", filter=_CALLS, condition="outcome:refused"),
        _Watched(key="errors", measure="spans", filter=_CALLS, condition="outcome:error"),
    )


def _effects(
    measure: str,
    better: str,
    segments: Sequence[str],
    sides: tuple[Mapping[str, Sample], Mapping[str, Sample]],
    tests: tuple[Callable[[Sample], Estimate | None], Callable[[Sample, Sample], Estimate | None]],
) -> list[Effect]:
    """Those segments that have a value on some side. `tests`: a sample's estimate, and that of a difference."""
    one, apart = tests
    found = []
    for segment in segments:
        before, after = (side.get(segment) for side in sides)
        if before is None and after is None:
            continue
        found.append(
            Effect(
                measure=measure,
                better=better,
                segment=segment,
                before=None if before is None else one(before),
                after=None if after is None else one(after),
                difference=None if before is None or after is None else apart(after, before),
            )
        )
    return found
