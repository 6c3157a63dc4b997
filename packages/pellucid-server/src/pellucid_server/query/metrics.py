"""Metrics: any measure × aggregation × dimensions × interval. A filter here is asked of each span by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pellucid_server.core.clock import DAY, HOUR, SECOND, Clock
from pellucid_server.core.errors import BadRequest
from pellucid_server.filters.tree import EVERYTHING, FieldRef, Filter
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import asked_in
from pellucid_server.query.facets import field_of
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.filter_sql import Asked
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import metrics as sql

MAX_MEASURES: Final = 20
MAX_DIMENSIONS: Final = 4
MAX_SERIES: Final = 1_000
MAX_ROWS: Final = 50_000
MAX_BUCKETS: Final = 5_000
DEFAULT_SPAN: Final = 7 * DAY
SCORE_PREFIX: Final = "score:"
SCORE_AGGREGATIONS: Final = tuple(name for name in sql.NUMBER_AGGREGATIONS)

Value = float | int | str | bool | None
# Longest window in which each interval is chosen by itself: up to about 180 points.
_AUTO: Final = ((3 * HOUR, "minute"), (15 * HOUR, "5minute"), (7 * DAY, "hour"), (180 * DAY, "day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """What is asked for: `cost` and `sum`, `duration` and `p99`, `score:quality` and `avg`."""

    name: str
    aggregation: str

    @property
    def key(self) -> str:
        """Its name in a row."""
        return f"{self.name}_{self.aggregation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsAsk:
    """A question."""

    measures: Sequence[Measure]
    dimensions: Sequence[str] = ()
    interval: str = ""
    """Empty: one row a series; `auto`: by the length of the window."""
    window: Window = field(default_factory=Window)
    filter: Filter = EVERYTHING
    timezone: str = "UTC"
    series: int = 50
    """How many series are shown by name; the rest are one, marked `other`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """The answer: rows with `time` (where there is an interval), the dimensions and the measures by name."""

    data: Sequence[Mapping[str, Value]]
    interval: str
    complete: bool
    """False where there were more rows than are answered."""


_Key = tuple[int, bool, tuple[str, ...]]


class MetricQueries:
    """The verb on metrics."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def ask(self, scope: Scope, ask: MetricsAsk) -> Metrics:
        """Rows by time, then by dimensions. Of the last seven days where no start is named. Raises `BadRequest`."""
        now = self._clock()
        window = ask.window.or_last(DEFAULT_SPAN, now)
        interval = _interval(ask.interval, window, now)
        check_ask(ask)
        asked = asked_in(scope, window, now)
        cut = sql.Cut(dimensions=_dimensions(ask.dimensions), interval=interval, timezone=ask.timezone)
        rows = self._rows(asked, ask, cut)
        keys = [measure.key for measure in ask.measures]
        data = [_row(key, values, ask, interval, keys) for key, values in sorted(rows.items())[:MAX_ROWS]]
        return Metrics(data=data, interval=interval, complete=len(rows) <= MAX_ROWS)

    def _rows(self, asked: Asked, ask: MetricsAsk, cut: sql.Cut) -> dict[_Key, dict[str, Value]]:
        if _is_ranked(ask, cut):
            # One more than is shown by name says whether there are others; nobody reads ten thousand users to show eight.
            rows = self._measured(asked, ask, cut, top=ask.series + 1)
            if len(rows) <= ask.series:
                return rows
            shown = tuple(key[2] for key in list(rows)[: ask.series])
        else:
            rows = self._measured(asked, ask, cut)
            if len({key[2] for key in rows}) <= ask.series:
                return rows
            shown = tuple(tuple(row) for row in self._reader.rows(_top(asked, ask, cut)))
        return self._measured(
            asked, ask, sql.Cut(dimensions=cut.dimensions, interval=cut.interval, timezone=cut.timezone, shown=shown)
        )

    def _measured(self, asked: Asked, ask: MetricsAsk, cut: sql.Cut, top: int = 0) -> dict[_Key, dict[str, Value]]:
        rows: dict[_Key, dict[str, Value]] = {}
        plain = [measure for measure in ask.measures if not measure.name.startswith(SCORE_PREFIX)]
        if plain:
            wanted = [(measure.name, measure.aggregation) for measure in plain]
            statement = sql.of_spans(asked, ask.filter, wanted, cut, limit=top or MAX_ROWS + 1, by_value=top > 0)
            _collect(rows, self._reader.rows(statement), plain, len(cut.dimensions))
        for name, measures in _by_score(ask.measures).items():
            aggregations = [measure.aggregation for measure in measures]
            statement = sql.of_score(asked, ask.filter, name, aggregations, cut, limit=MAX_ROWS + 1)
            _collect(rows, self._reader.rows(statement), measures, len(cut.dimensions))
        return rows


def _collect(
    rows: dict[_Key, dict[str, Value]], found: Sequence[tuple[object, ...]], measures: Sequence[Measure], width: int
) -> None:
    for bucket, shown, *rest in found:
        key = (int(str(bucket)), not shown, tuple(map(str, rest[:width])))
        values = rows.setdefault(key, {})
        for measure, value in zip(measures, rest[width:], strict=True):
            values[measure.key] = value if isinstance(value, float | int | str) else None


def _row(key: _Key, values: Mapping[str, Value], ask: MetricsAsk, interval: str, keys: Sequence[str]) -> dict[str, Value]:
    bucket, other, dimensions = key
    row: dict[str, Value] = {"time": _iso(bucket)} if interval else {}
    row |= {name: value or None for name, value in zip(ask.dimensions, dimensions, strict=True)}
    if other:
        row["other"] = True
    return row | {name: values.get(name) for name in keys}


def _is_ranked(ask: MetricsAsk, cut: sql.Cut) -> bool:
    """Whether the rows of one statement are the series by size: no time, and nothing of scores."""
    return bool(cut.dimensions) and not cut.interval and not any(one.name.startswith(SCORE_PREFIX) for one in ask.measures)


def _top(asked: Asked, ask: MetricsAsk, cut: sql.Cut) -> Statement:
    first = next((measure for measure in ask.measures if not measure.name.startswith(SCORE_PREFIX)), None)
    wanted = ("spans", "count") if first is None else (first.name, first.aggregation)
    return sql.top_series(asked, ask.filter, wanted, cut, limit=ask.series)


def _by_score(measures: Sequence[Measure]) -> dict[str, list[Measure]]:
    found: dict[str, list[Measure]] = {}
    for measure in measures:
        if measure.name.startswith(SCORE_PREFIX):
            found.setdefault(measure.name.removeprefix(SCORE_PREFIX), []).append(measure)
    return found


def check_ask(ask: MetricsAsk) -> None:
    """Raises `BadRequest` where a measure, its aggregation, a dimension or the time zone is none; for questions that are kept too."""
    if not 1 <= len(ask.measures) <= MAX_MEASURES or len(ask.dimensions) > MAX_DIMENSIONS or not 1 <= ask.series <= MAX_SERIES:
        raise BadRequest(
            f"Ask for 1 to {MAX_MEASURES} measures, up to {MAX_DIMENSIONS} dimensions and 1 to {MAX_SERIES} series at once."
        )
    _check_timezone(ask.timezone)
    for measure in ask.measures:
        _check_measure(measure)
    _dimensions(ask.dimensions)


def _check_timezone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadRequest(f"`{name}` is no time zone; name one like Europe/Rome.") from None


def _check_measure(measure: Measure) -> None:
    if measure.name.startswith(SCORE_PREFIX):
        known: Sequence[str] = SCORE_AGGREGATIONS
    elif measure.name in sql.MEASURES:
        known = sql.aggregations_of(measure.name)
    else:
        raise BadRequest(
            f"There is no measure `{measure.name}`; known: {', '.join(sql.MEASURES)}, score:<name>.", expected=list(sql.MEASURES)
        )
    if measure.aggregation not in known:
        raise BadRequest(f"`{measure.name}` has no `{measure.aggregation}`; known: {', '.join(known)}.", expected=list(known))


def _dimensions(names: Sequence[str]) -> tuple[FieldRef, ...]:
    refs = []
    for name in names:
        ref, found = field_of(name)
        if found.type not in ("string", "boolean", "set", "map"):
            raise BadRequest(f"`{name}` is a {found.type} and cannot be a dimension; name a field with values.")
        refs.append(ref)
    return tuple(refs)


def _interval(text: str, window: Window, now: int) -> str:
    length = (now if window.end is None else window.end) - (window.start or 0)
    if text in ("", "none"):
        return ""
    if text == "auto":
        return next((name for longest, name in _AUTO if length <= longest), "week")
    if text not in sql.INTERVALS:
        raise BadRequest(
            f"There is no interval `{text}`; known: {', '.join(sql.INTERVALS)}, auto, none.", expected=list(sql.INTERVALS)
        )
    if length > MAX_BUCKETS * sql.INTERVALS[text] * SECOND:
        raise BadRequest(
            f"The range holds more than {MAX_BUCKETS} intervals of `{text}`; take a longer interval or a shorter range."
        )
    return text


def _iso(seconds: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
