"""Signals: what monitors and drift look at, summed by stretch of time and segment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pellucid_server.core.clock import SECOND, Clock, Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.filters.tree import EVERYTHING, Filter
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import asked_in
from pellucid_server.query.facets import field_of
from pellucid_server.query.windows import Window
from pellucid_server.stats.moments import Moments
from pellucid_server.stats.weighted import WeightedSums
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import signals as sql
from pellucid_server.store.spans.sql.metrics import number_condition

MAX_SCORE_NAMES: Final = 100
MAX_ROWS: Final = 200_000
"""Of stretches times segments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What is looked at."""

    measure: str
    """A number of spans such as `cost` or `duration`, `spans` (whose values are 0 and 1), or `score:<name>`."""
    condition: Filter | None = None
    """Of `spans`: which of them count as 1."""
    filter: Filter = EVERYTHING
    per_trace: bool = False
    """Whether the numbers of a trace are summed up first."""
    dimension: str = ""
    """A field by whose values it is cut into segments."""
    quantile: float | None = None
    """Asked for beside the sums."""

    @property
    def binary(self) -> bool:
        """Whether its values are 0 and 1 by definition."""
        return self.measure == sql.SHARE


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of time in one segment."""

    segment: str = ""
    start: Micros = 0
    moments: Moments = field(default_factory=Moments)
    quantile: float | None = None


class Signals:
    """The verbs."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def stretches(self, scope: Scope, signal: Signal, window: Window, *, bucket_s: int = 0) -> Sequence[Stretch]:
        """By segment, then by time; stretches without a value are left out. Raises `BadRequest`."""
        asked = asked_in(scope, window, self._clock())
        rows = self._reader.rows(sql.moments(asked, signal.filter, _cut(signal, bucket_s), limit=MAX_ROWS))
        return [
            Stretch(
                segment=str(segment),
                start=int(start) * SECOND,
                moments=Moments(n=int(n), total=float(total), squares=float(squares)),
                quantile=None if quantile is None else float(quantile),
            )
            for segment, start, n, total, squares, quantile in rows
        ]

    def sample(self, scope: Scope, signal: Signal, window: Window, *, limit: int) -> Sequence[tuple[float, str]]:
        """Values with their segments, drawn evenly from the window; the same ones each time."""
        asked = asked_in(scope, window, self._clock())
        rows = self._reader.rows(sql.sample(asked, signal.filter, _cut(signal, 0), limit=limit))
        return [(float(value), str(segment)) for value, segment in rows]

    def weighted(self, scope: Scope, signal: Signal, window: Window) -> Sequence[tuple[str, WeightedSums]]:
        """Scores by segment, weighed by the probability with which each was drawn, on the traces with a matching span."""
        asked = asked_in(scope, window, self._clock())
        rows = self._reader.rows(sql.weighted(asked, signal.filter, _cut(signal, 0), limit=MAX_ROWS))
        names = ("weight", "total", "squares", "weight_squares", "cross", "cross_squares")
        return [
            (str(segment), WeightedSums(n=int(n), **dict(zip(names, map(float, sums), strict=True)))) for segment, n, *sums in rows
        ]

    def texts(self, scope: Scope, node: Filter, window: Window, side: str, *, limit: int) -> Sequence[str]:
        """Beginnings of inputs or outputs, drawn evenly from the window; the same ones each time."""
        rows = self._reader.rows(sql.texts(asked_in(scope, window, self._clock()), node, side, limit=limit))
        return [str(row[0]) for row in rows]

    def oldest(self, scope: Scope) -> Micros | None:
        """When the project's traffic begins."""
        ((found,),) = self._reader.rows(sql.oldest(scope.project_id))
        return int(found) or None

    def score_names(self, scope: Scope, *, since: Micros) -> Sequence[tuple[str, bool]]:
        """Names of numeric and yes-or-no scores given since a time, and whether users gave them; the most frequent first."""
        rows = self._reader.rows(sql.score_names(scope.project_id, since, limit=MAX_SCORE_NAMES))
        return [(str(name), bool(feedback)) for name, feedback in rows]


def check_signal(signal: Signal) -> None:
    """Raises `BadRequest` where the measure or the dimension is none."""
    _cut(signal, 0)


def _cut(signal: Signal, bucket_s: int) -> sql.SignalCut:
    named = signal.measure.removeprefix(sql.SCORE_PREFIX)
    scored = signal.measure.startswith(sql.SCORE_PREFIX)
    if (scored and not named) or not (scored or signal.binary or number_condition(signal.measure)):
        raise BadRequest(f"`{signal.measure}` cannot be watched; name a number of spans, `spans`, or score:<name>.")
    dimension = None
    if signal.dimension:
        dimension, found = field_of(signal.dimension)
        if found.type not in ("string", "boolean", "set", "map"):
            raise BadRequest(f"`{signal.dimension}` is a {found.type} and makes no segments; name a field with values.")
    return sql.SignalCut(
        measure=signal.measure,
        condition=signal.condition,
        per_trace=signal.per_trace and not scored,
        dimension=dimension,
        bucket_s=bucket_s,
        quantile=signal.quantile,
    )
