"""Daily roll-ups of cost: what calls cost by day, kept longer than the calls themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import DAY, Clock, Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.model.scope import Scope
from pellucid_server.query.asking import asked_in
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.columns import COST_DIMENSIONS
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.sql import cost_days as sql

MAX_ROWS: Final = 50_000
DEFAULT_DAYS: Final = 90
DIMENSIONS: Final = COST_DIMENSIONS
"""By what roll-ups are kept apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostDay:
    """The counted model calls of one day (UTC) and one value of each dimension."""

    day: Micros
    """Midnight."""
    dimensions: Mapping[str, str]
    calls: int
    unpriced: int
    """Calls with tokens that nobody can price; they are in no cost."""
    input_tokens: int
    output_tokens: int
    cost: float
    """US dollars; the three parts below sum to it."""
    cost_input: float
    cost_output: float
    cost_fixed: float


class CostDayQueries:
    """The verb."""

    def __init__(self, reader: SpanReader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock

    def by_day(self, scope: Scope, dimensions: Sequence[str], window: Window) -> Sequence[CostDay]:
        """Whole days by time, then by dimensions; of the last ninety where no start is named. Raises `BadRequest`."""
        names = tuple(dict.fromkeys(dimensions))
        unknown = [name for name in names if name not in COST_DIMENSIONS]
        if unknown:
            raise BadRequest(
                f"Roll-ups are not kept by `{unknown[0]}`; known: {', '.join(COST_DIMENSIONS)}.", expected=list(COST_DIMENSIONS)
            )
        now = self._clock()
        bounded = window.or_last(DEFAULT_DAYS * DAY, now)
        days = Window(start=(bounded.start or 0) // DAY * DAY, end=bounded.end)
        statement = sql.by_day(asked_in(scope, days, now), names, limit=MAX_ROWS)
        return [_cost_day(names, row) for row in self._reader.rows(statement)]


def _cost_day(names: Sequence[str], row: Sequence[object]) -> CostDay:
    values = dict(zip(("day", *names, *sql.SUMS), row, strict=True))
    sums = {name: values[name] for name in sql.SUMS}
    dimensions = {name: str(values[name]) for name in names}
    return CostDay(day=values["day"], dimensions=dimensions, **sums)  # type: ignore[arg-type]  # the statement's own types
