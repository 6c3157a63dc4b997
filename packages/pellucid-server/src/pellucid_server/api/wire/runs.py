"""Durable runs and their items."""

import json
from typing import Any, Literal

from pydantic import BaseModel, Field

from pellucid_server.api.wire.times import WireTime
from pellucid_server.core.clock import Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.jobs.runs import Run, RunItem

RunState = Literal["queued", "running", "paused", "cancelled", "finished", "failed"]
ItemState = Literal["waiting", "running", "done", "failed", "skipped"]


class RunAnswer(BaseModel):
    """A run and how far it is."""

    id: str
    kind: str
    title: str
    state: RunState
    settings: Any  # Any: each kind has settings of its own
    max_cost: float | None
    result: Any
    error: str
    created_by: str
    created_time: WireTime
    started_time: WireTime | None
    finished_time: WireTime | None
    items: int
    waiting: int
    running: int
    done: int
    failed: int
    skipped: int
    calls: int
    interrupted: int
    """Calls whose answers nobody heard, because the server ended: only these may have been made twice."""
    cost: float
    unpriced: int


class RunItemAnswer(BaseModel):
    """An item of a run."""

    item_id: int
    state: ItemState
    input: Any
    output: Any
    error: str
    attempts: int
    interrupted: int
    started_time: WireTime | None
    finished_time: WireTime | None


class ResumeBody(BaseModel):
    """How to go on."""

    max_cost: float | None = Field(default=None, gt=0)
    """USD; left out: as before."""


def to_run(run: Run) -> RunAnswer:
    """`run` for the wire."""
    stored, counts = run.stored, run.counts
    return RunAnswer(
        **{name: getattr(stored, name) for name in _STORED},
        **{name: getattr(counts, name) for name in _COUNTS},
    )


_STORED = (
    "id",
    "kind",
    "title",
    "state",
    "settings",
    "max_cost",
    "result",
    "error",
    "created_by",
    "created_time",
    "started_time",
    "finished_time",
)
_COUNTS = ("items", "waiting", "running", "done", "failed", "skipped", "calls", "interrupted", "cost", "unpriced")


def to_run_item(item: RunItem) -> RunItemAnswer:
    """`item` for the wire."""
    stored = item.stored
    names = ("state", "input", "output", "error", "attempts", "started_time", "finished_time")
    return RunItemAnswer(item_id=stored.position, interrupted=item.interrupted, **{name: getattr(stored, name) for name in names})


def from_run_cursor(cursor: str | None) -> tuple[Micros, str] | None:
    """The place behind which a page of runs begins."""
    if cursor is None:
        return None
    try:
        time, run_id = json.loads(cursor)
        return int(time), str(run_id)
    except (ValueError, TypeError) as error:
        raise BadRequest("The cursor is not one of ours; hand `next_cursor` back as it came.") from error


def to_run_cursor(after: tuple[Micros, str] | None) -> str | None:
    """The cursor of the next page."""
    return None if after is None else json.dumps(after)
