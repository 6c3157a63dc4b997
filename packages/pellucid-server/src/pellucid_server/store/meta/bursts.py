"""Bursts of judging: for which slice an evaluator draws more than usual after a change, with what probability, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, Connection, Float, ForeignKey, Index, Integer, Table, insert, select, update

from pellucid_server.core.clock import Micros
from pellucid_server.store.meta.evaluators import evaluators
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, id_column, metadata, record

judging_bursts = Table(
    "judging_bursts",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("event_id", TextColumn, nullable=False),
    Column("evaluator_id", ForeignKey(evaluators.c.id, ondelete="CASCADE"), nullable=False),
    Column("filter", TextColumn, nullable=False),
    Column("start_time", MicrosColumn, nullable=False),
    Column("until_time", MicrosColumn, nullable=False),
    Column("ended_time", MicrosColumn),
    Column("state", TextColumn, nullable=False),
    Column("steps", JsonColumn, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("judged", Integer, nullable=False),
    Column("effect", Float, nullable=False),
    Column("spread", Float, nullable=False),
    Column("base_mean", Float, nullable=False),
    Column("base_n", Float, nullable=False),
    Index("ix_judging_bursts_event", "project_id", "event_id"),
    Index("ix_judging_bursts_evaluator", "evaluator_id"),
)

RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBurst:
    """One evaluator's burst after one change."""

    id: str
    project_id: str
    event_id: str
    evaluator_id: str
    filter: str
    """Of the slice, in the filter language of spans."""
    start_time: Micros
    until_time: Micros
    """It ends here at the latest."""
    ended_time: Micros | None
    state: str
    """`running`, `reached`, `expired` or `stopped`."""
    steps: Sequence[Sequence[float]]
    """Pairs of a time and the probability from then on, in the order of time."""
    wanted: int
    """Judged cases with which the promised effect would be seen."""
    judged: int
    """At the last look."""
    effect: float
    """That was promised, in units of the score."""
    spread: float
    """Standard deviation of the score before the change."""
    base_mean: float
    base_n: float
    """Cases before the change that the comparison rests on, weighted ones by what they are worth."""

    @property
    def name(self) -> str:
        """The stratum of what is drawn because of it."""
        return f"burst:{self.event_id}"

    @property
    def probability(self) -> float:
        """The latest."""
        return float(self.steps[-1][1])

    def probability_at(self, time: Micros) -> float:
        """With which traffic of a moment is drawn: the same whenever it is looked at. 0 outside of the burst."""
        if time >= (self.until_time if self.ended_time is None else self.ended_time):
            return 0.0
        return next((float(probability) for since, probability in reversed(self.steps) if since <= time), 0.0)


class Bursts:
    """Reads and writes them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, burst: StoredBurst) -> None:
        """Begin one."""
        self._connection.execute(insert(judging_bursts).values(columns(burst)))

    def set(self, burst_id: str, **values: object) -> None:
        """Change columns."""
        self._connection.execute(update(judging_bursts).where(judging_bursts.c.id == burst_id).values(**values))

    def of_events(self, project_id: str, event_ids: Sequence[str]) -> list[StoredBurst]:
        """Of these changes, in the order of their begin."""
        where = (judging_bursts.c.project_id == project_id) & judging_bursts.c.event_id.in_(event_ids)
        return self._read(where)

    def running(self, project_id: str) -> list[StoredBurst]:
        """Of a project."""
        return self._read((judging_bursts.c.project_id == project_id) & (judging_bursts.c.state == RUNNING))

    def of_evaluator(self, evaluator_id: str, *, since: Micros) -> list[StoredBurst]:
        """Those that run, or ended after `since`."""
        over = judging_bursts.c.ended_time
        return self._read((judging_bursts.c.evaluator_id == evaluator_id) & (over.is_(None) | (over > since)))

    def _read(self, where: ColumnElement[bool]) -> list[StoredBurst]:
        query = select(judging_bursts).where(where).order_by(judging_bursts.c.start_time, judging_bursts.c.id)
        return [record(StoredBurst, row) for row in self._connection.execute(query)]
