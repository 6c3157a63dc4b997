"""Durable runs: a run, its items, and the model calls that were made for them.

A call is written before it is sent and again when it is answered. So after a crash it is known which answers there are, and which calls
were under way and may have to be made again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

runs = Table(
    "runs",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("kind", TextColumn, nullable=False),
    Column("title", TextColumn, nullable=False),
    Column("state", TextColumn, nullable=False),
    Column("settings", JsonColumn),
    Column("max_cost", Float),
    Column("result", JsonColumn),
    Column("error", TextColumn, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("started_time", MicrosColumn),
    Column("finished_time", MicrosColumn),
    Column("owner", TextColumn, nullable=False),
    Column("owned_until", MicrosColumn, nullable=False),
    Column("kept_counts", JsonColumn),
    Index("ix_runs_project_id", "project_id", "created_time"),
    Index("ix_runs_state", "state"),
)

run_items = Table(
    "run_items",
    metadata,
    Column("run_id", ForeignKey(runs.c.id, ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("state", TextColumn, nullable=False),
    Column("input", JsonColumn),
    Column("output", JsonColumn),
    Column("error", TextColumn, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("started_time", MicrosColumn),
    Column("finished_time", MicrosColumn),
    PrimaryKeyConstraint("run_id", "position"),
    Index("ix_run_items_state", "run_id", "state"),
)

run_calls = Table(
    "run_calls",
    metadata,
    Column("run_id", TextColumn, nullable=False),
    Column("position", Integer, nullable=False),
    Column("key", TextColumn, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("state", TextColumn, nullable=False),
    Column("answer", JsonColumn),
    Column("cost", Float),
    Column("time", MicrosColumn, nullable=False),
    PrimaryKeyConstraint("run_id", "position", "key", "attempt"),
    ForeignKeyConstraint(["run_id", "position"], ["run_items.run_id", "run_items.position"], ondelete="CASCADE"),
)

IN_FLIGHT, ANSWERED, FAILED_CALL, INTERRUPTED = "in_flight", "answered", "failed", "interrupted"
WAITING, RUNNING, DONE, FAILED, SKIPPED = "waiting", "running", "done", "failed", "skipped"
QUEUED = "queued"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRun:
    """A run as it is kept."""

    id: str
    project_id: str
    kind: str
    title: str
    state: str
    settings: JsonValue
    max_cost: float | None
    result: JsonValue
    error: str
    created_by: str
    created_time: Micros
    started_time: Micros | None
    finished_time: Micros | None
    owner: str
    """The server that works on it."""
    owned_until: Micros
    """After this time another server may take it."""
    kept_counts: Mapping[str, Any] | None = None
    """What was counted when its items expired; None while they are there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredItem:
    """One item of a run."""

    run_id: str
    position: int
    state: str
    input: JsonValue
    output: JsonValue
    error: str
    attempts: int
    """How often it was begun."""
    started_time: Micros | None
    finished_time: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCall:
    """One call that an item made."""

    run_id: str
    position: int
    key: str
    """Hash of the request, and how many equal ones came before it in the item."""
    attempt: int
    """Grows where a call was interrupted and made again."""
    state: str
    answer: JsonValue
    cost: float | None
    time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCounts:
    """What a page shows of a run."""

    run_id: str
    items: int
    waiting: int
    running: int
    done: int
    failed: int
    skipped: int
    calls: int = 0
    """Answered or failed."""
    interrupted: int = 0
    """Calls that were under way when the server ended: their answers are unknown, and they may have been made twice."""
    cost: float = 0.0
    unpriced: int = 0
    """Answered calls that nobody could price."""


class Runs:
    """Reads and writes runs."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, run: StoredRun, items: Sequence[JsonValue]) -> None:
        """Insert a run with its items, all waiting."""
        self._connection.execute(insert(runs).values(columns(run)))
        rows = [
            {"run_id": run.id, "position": place, "state": WAITING, "input": item, "error": "", "attempts": 0}
            for place, item in enumerate(items)
        ]
        if rows:
            self._connection.execute(insert(run_items), rows)

    def get(self, project_id: str, run_id: str) -> StoredRun | None:
        """By id, in its project only."""
        query = select(runs).where((runs.c.id == run_id) & (runs.c.project_id == project_id))
        return first(StoredRun, self._connection.execute(query).all())

    def page(
        self, project_id: str, *, kind: str | None, not_by: str | None = None, after: tuple[Micros, str] | None, limit: int
    ) -> list[StoredRun]:
        """The newest first, beginning behind the (time, id) `after`; without those of actors whose names begin with `not_by`."""
        query = select(runs).where(runs.c.project_id == project_id)
        if not_by is not None:
            query = query.where(~runs.c.created_by.startswith(not_by, autoescape=True))
        if kind is not None:
            query = query.where(runs.c.kind == kind)
        if after is not None:
            query = query.where(tuple_(runs.c.created_time, runs.c.id) < after)
        ordered = query.order_by(runs.c.created_time.desc(), runs.c.id.desc()).limit(limit)
        return [record(StoredRun, row) for row in self._connection.execute(ordered)]

    def counts(self, run_ids: Sequence[str]) -> dict[str, RunCounts]:
        """Of several runs at once."""
        states = (WAITING, RUNNING, DONE, FAILED, SKIPPED)
        sums = [func.sum(case((run_items.c.state == state, 1), else_=0)).label(state) for state in states]
        of_items = select(run_items.c.run_id, func.count().label("items"), *sums).where(run_items.c.run_id.in_(run_ids))
        found = {row.run_id: dict(row._mapping) for row in self._connection.execute(of_items.group_by(run_items.c.run_id))}
        answered = (run_calls.c.state == ANSWERED) & run_calls.c.cost.is_(None)
        of_calls = (
            select(
                run_calls.c.run_id,
                func.sum(case((run_calls.c.state.in_((ANSWERED, FAILED_CALL)), 1), else_=0)).label("calls"),
                func.sum(case((run_calls.c.state == INTERRUPTED, 1), else_=0)).label("interrupted"),
                func.coalesce(func.sum(run_calls.c.cost), 0.0).label("cost"),
                func.sum(case((answered, 1), else_=0)).label("unpriced"),
            )
            .where(run_calls.c.run_id.in_(run_ids))
            .group_by(run_calls.c.run_id)
        )
        for row in self._connection.execute(of_calls):
            found.setdefault(row.run_id, {}).update(row._mapping)
        expired = select(runs.c.id, runs.c.kept_counts).where(runs.c.id.in_(run_ids) & runs.c.kept_counts.is_not(None))
        found |= {row.id: dict(row.kept_counts) for row in self._connection.execute(expired)}
        empty = dict.fromkeys(("items", *states), 0)
        return {run_id: RunCounts(**{**empty, "run_id": run_id, **found.get(run_id, {})}) for run_id in run_ids}

    def expire(self, before: Micros, *, whole: str, limit: int) -> int:
        """Forget items and calls of runs that ended before then; how many runs. Their counts stay, save where the name of who started
        a run begins with `whole`: such a run goes with them."""
        ended = runs.c.state.not_in((QUEUED, RUNNING)) & (runs.c.finished_time < before) & runs.c.kept_counts.is_(None)
        query = select(runs.c.id, runs.c.created_by).where(ended).order_by(runs.c.finished_time).limit(limit)
        found = [(row.id, row.created_by) for row in self._connection.execute(query)]
        gone = [run_id for run_id, by in found if by.startswith(whole)]
        self._connection.execute(delete(runs).where(runs.c.id.in_(gone)))
        kept = [run_id for run_id, by in found if not by.startswith(whole)]
        for run_id, counts in self.counts(kept).items():
            self.set(run_id, kept_counts=asdict(counts))
        self._connection.execute(delete(run_items).where(run_items.c.run_id.in_(kept)))
        return len(found)

    def items(self, run_id: str, *, state: str | None, after: int, limit: int) -> list[StoredItem]:
        """In order, beginning behind the position `after`."""
        query = select(run_items).where((run_items.c.run_id == run_id) & (run_items.c.position > after))
        if state is not None:
            query = query.where(run_items.c.state == state)
        return [record(StoredItem, row) for row in self._connection.execute(query.order_by(run_items.c.position).limit(limit))]

    def interrupted(self, run_id: str, positions: Sequence[int]) -> dict[int, int]:
        """Position → calls of the item that were interrupted."""
        query = (
            select(run_calls.c.position, func.count())
            .where((run_calls.c.run_id == run_id) & run_calls.c.position.in_(positions) & (run_calls.c.state == INTERRUPTED))
            .group_by(run_calls.c.position)
        )
        return {row[0]: row[1] for row in self._connection.execute(query)}

    def claim(self, owner: str, *, now: Micros, until: Micros) -> list[StoredRun]:
        """Take every run that is to be worked on and that no living server has; the oldest first."""
        free = or_(runs.c.owner == "", runs.c.owned_until < now)
        wanted = runs.c.state.in_((QUEUED, RUNNING)) & free
        query = select(runs.c.id).where(wanted).order_by(runs.c.created_time).with_for_update(skip_locked=True)
        ids = [row.id for row in self._connection.execute(query)]
        if not ids:
            return []
        self._connection.execute(update(runs).where(runs.c.id.in_(ids)).values(owner=owner, owned_until=until))
        taken = select(runs).where(runs.c.id.in_(ids)).order_by(runs.c.created_time)
        return [record(StoredRun, row) for row in self._connection.execute(taken)]

    def keep(self, owner: str, until: Micros) -> None:
        """Go on owning what `owner` has."""
        self._connection.execute(update(runs).where(runs.c.owner == owner).values(owned_until=until))

    def release_all(self) -> None:
        """Nobody owns anything: for a server that knows that it is the only one, at its start."""
        self._connection.execute(update(runs).where(runs.c.owner != "").values(owner="", owned_until=0))

    def set(self, run_id: str, **values: object) -> None:
        """Change columns of a run."""
        self._connection.execute(update(runs).where(runs.c.id == run_id).values(**values))

    def begin(self, run_id: str, now: Micros) -> bool:
        """It is being worked on; False when it was cancelled meanwhile."""
        where = (runs.c.id == run_id) & runs.c.state.in_((QUEUED, RUNNING))
        begun = update(runs).where(where)
        started = func.coalesce(runs.c.started_time, now)
        return self._connection.execute(begun.values(state=RUNNING, error="", started_time=started)).rowcount > 0

    def end(self, run_id: str, *, state: str, error: str, now: Micros) -> None:
        """It came to its end; one that was cancelled meanwhile stays so."""
        where = (runs.c.id == run_id) & (runs.c.state == RUNNING)
        self._connection.execute(update(runs).where(where).values(state=state, error=error, finished_time=now))
        self.set(run_id, owner="")

    def state_of(self, run_id: str) -> str:
        """Now; empty when the run is gone."""
        return self._connection.execute(select(runs.c.state).where(runs.c.id == run_id)).scalar() or ""

    def set_items(self, run_id: str, states: Iterable[str], state: str) -> None:
        """Move all items in one of `states` to another one."""
        where = (run_items.c.run_id == run_id) & run_items.c.state.in_(tuple(states))
        self._connection.execute(update(run_items).where(where).values(state=state))

    def begin_item(self, run_id: str, position: int, now: Micros) -> None:
        """It is being worked on."""
        where = (run_items.c.run_id == run_id) & (run_items.c.position == position)
        begun = update(run_items).where(where)
        self._connection.execute(
            begun.values(state=RUNNING, attempts=run_items.c.attempts + 1, started_time=now, finished_time=None, error="")
        )

    def end_item(self, run_id: str, position: int, *, state: str, output: JsonValue, error: str, now: Micros) -> None:
        """It is done, or failed."""
        where = (run_items.c.run_id == run_id) & (run_items.c.position == position)
        ended = update(run_items).where(where)
        self._connection.execute(ended.values(state=state, output=output, error=error, finished_time=now))

    def calls_of(self, run_id: str, position: int) -> list[StoredCall]:
        """Of one item, in the order of their attempts."""
        query = select(run_calls).where((run_calls.c.run_id == run_id) & (run_calls.c.position == position))
        return [record(StoredCall, row) for row in self._connection.execute(query.order_by(run_calls.c.attempt))]

    def begin_call(self, call: StoredCall) -> None:
        """It is about to be sent."""
        self._connection.execute(insert(run_calls).values(columns(call)))

    def end_call(self, call: StoredCall) -> None:
        """What became of it."""
        where = (
            (run_calls.c.run_id == call.run_id)
            & (run_calls.c.position == call.position)
            & (run_calls.c.key == call.key)
            & (run_calls.c.attempt == call.attempt)
        )
        self._connection.execute(update(run_calls).where(where).values(state=call.state, answer=call.answer, cost=call.cost))

    def interrupt_calls(self, run_id: str) -> int:
        """Whatever is in flight will not be heard of; how many those are."""
        where = (run_calls.c.run_id == run_id) & (run_calls.c.state == IN_FLIGHT)
        return self._connection.execute(update(run_calls).where(where).values(state=INTERRUPTED)).rowcount
