"""`Repricer`: writes rows with new costs beside the table of spans, and adds them to it all at once.

The rows lie in a table of their own, made like `spans`, until every day is done. Then one statement adds all of its parts to `spans`: a
reader sees the old costs or the new ones, never some of both. (On a cluster it is taken partition by partition: there it is a week at a
time.) Each row is one version newer than the one that was read, so a write that came between wins; what such a write says of the cost is
looked at afterwards (`since`). Adding the same rows twice changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pellucid_server.core.clock import DAY, Micros
from pellucid_server.store.spans.columns import SPANS
from pellucid_server.store.spans.drivers.port import Driver, Limits, Statement
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.schema import EMBEDDED, Topology, create_table
from pellucid_server.store.spans.sql import repricing as sql
from pellucid_server.store.spans.sql.repricing import RateCard

_LIMITS: Final = Limits(seconds=120.0, memory_bytes=3 * 1024**3)
_PREFIX: Final = "repriced_"
MAX_SILENT: Final = 100_000
"""Traces that are settled anew because a call without any usage got or lost its price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDay:
    """A day (UTC) with model calls."""

    day: Micros
    calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallShape:
    """Calls that fall under one price."""

    key: int
    coarse: int
    """The same for all speeds and minutes."""
    provider: str
    model: str
    model_requested: str
    service_tier: str
    speed: str
    minute: Micros
    """When, where rates change within a day; else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChange:
    """What new prices change at one model's calls of a day; but for `rows`, of counted calls alone."""

    provider: str
    model: str
    calls: int
    changed: int
    before: float
    after: float
    unpriced_before: int
    unpriced_after: int
    rows: int
    """Stored calls that change, counted or not."""


class Repricer:
    """The acts; what they are for is said by `dashboards.repricing`."""

    def __init__(self, driver: Driver, topology: Topology = EMBEDDED) -> None:
        self._driver = driver
        self._topology = topology

    def days(self, project_id: str, start: Micros | None, end: Micros | None) -> Sequence[CallDay]:
        """Days with model calls, the oldest first."""
        return [CallDay(day=day, calls=calls) for day, calls in self._rows(sql.days(project_id, start, end))]

    def shapes(self, project_id: str, day: Micros, card: RateCard) -> Sequence[CallShape]:
        """The shapes of a day's calls, told apart as `card` asks."""
        return [
            CallShape(
                key=key,
                coarse=coarse,
                provider=provider,
                model=model,
                model_requested=requested,
                service_tier=tier,
                speed="fast" if fast else "",
                minute=minute,
            )
            for key, coarse, provider, model, requested, tier, fast, minute in self._rows(sql.shapes(project_id, day, card))
        ]

    def preview(self, project_id: str, day: Micros, card: RateCard) -> Sequence[ModelChange]:
        """What would change."""
        names = tuple(ModelChange.__dataclass_fields__)
        rows = self._rows(sql.preview(project_id, day, card))
        return [ModelChange(**dict(zip(names, row, strict=True))) for row in rows]

    def prepare(self, run: str) -> None:
        """Make room for the rows of a run."""
        self._driver.command(create_table(replace(SPANS, name=_table(run)), self._topology))

    def fill(self, run: str, project_id: str, day: Micros, card: RateCard, since: int = 0) -> None:
        """Write the rows of a day that change; done twice it comes to the same."""
        statement = sql.fill(_table(run), project_id, day, card, since)
        self._driver.command(statement.sql, statement.parameters)

    def count(self, run: str) -> int:
        """Rows that wait."""
        return int(self._rows(_plain(f"SELECT count() FROM {_table(run)} FINAL"))[0][0])

    def swap(self, run: str) -> None:
        """Add them to the spans, all at once. Nothing is copied: both tables name the same files."""
        self._driver.command(f"ALTER TABLE {SPANS.name} ATTACH PARTITION ALL FROM {_table(run)}")

    def silent_traces(self, run: str) -> Sequence[str]:
        """Traces of waiting rows that name no usage: whether such a call counts depends on whether it has a price."""
        where = "tokens = 0 AND isNull(usage_input) AND isNull(usage_output)"
        found = self._rows(_plain(f"SELECT DISTINCT trace_id FROM {_table(run)} WHERE {where} LIMIT {MAX_SILENT}"))
        return [row[0] for row in found]

    def count_of(self, run: str, day: Micros) -> int:
        """Rows of a day that wait."""
        p = Parameters()
        where = f"start_time >= {p.time(day)} AND start_time < {p.time(day + DAY)}"
        return int(self._rows(p.statement(f"SELECT count() FROM {_table(run)} FINAL WHERE {where}", "repricing.count"))[0][0])

    def drop(self, run: str) -> None:
        """Let go of what waits."""
        self._driver.command(f"DROP TABLE IF EXISTS {_table(run)}{self._topology.on_cluster} SYNC")

    def waiting(self) -> Sequence[str]:
        """The runs that have rows waiting, by the names of their tables."""
        statement = _plain("SELECT name FROM system.tables WHERE database = currentDatabase() AND startsWith(name, 'repriced_')")
        return [row[0].removeprefix(_PREFIX) for row in self._rows(statement)]

    def newest_version(self) -> int:
        """Of all spans."""
        return int(self._rows(_plain(f"SELECT max(version) FROM {SPANS.name}"))[0][0] or 0)

    def changed_days(self, project_id: str, since: int) -> Sequence[Micros]:
        """Days with model calls that were written after a version."""
        return [row[0] for row in self._rows(sql.days(project_id, None, None, since=since))]

    def _rows(self, statement: Statement) -> Sequence[tuple[Any, ...]]:  # Any: the statement's own types
        return self._driver.query(statement, _LIMITS).rows


def safe_name(run: str) -> str:
    """A run's id as part of a table's name."""
    return "".join(sign if sign.isalnum() else "_" for sign in run)


def _table(run: str) -> str:
    return f"{_PREFIX}{safe_name(run)}"


def _plain(text: str) -> Statement:
    return Statement(sql=text, parameters={}, tag="repricing")
