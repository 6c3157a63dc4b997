"""ScoreStore: writes scores so that the same id again replaces what it was, wherever the old row lies.

Name and time are part of a row's place. A score that changes one of them is moved: the new row is written together with a tombstone
of the old one, in one insert.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from pellucid_server.core.clock import Clock, Micros
from pellucid_server.model.json import JsonValue, canonical
from pellucid_server.model.score import Score
from pellucid_server.store.spans.columns import SCORES
from pellucid_server.store.spans.drivers.port import Driver
from pellucid_server.store.spans.parameters import Parameters
from pellucid_server.store.spans.rows import arrow_schema
from pellucid_server.store.spans.sql.aggregates import micros

_PLAIN: Final = (
    "name", "time", "id", "trace_id", "span_id", "session_id", "value", "string_value", "comment", "evaluator",
    "evaluator_version", "judge_model", "evaluator_trace_id", "cost", "annotator", "config_id", "sample_probability",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Where a score lies now."""

    name: str
    time: Micros
    version: int


class ScoreStore:
    """Writes scores of any project."""

    def __init__(self, driver: Driver, clock: Clock) -> None:
        self._driver = driver
        self._clock = clock
        # Reading what is there and writing what replaces it is one step: two writers of one id must not both move it.
        self._lock = threading.Lock()

    def write(self, project_id: str, ids: Sequence[str], make: Callable[[Mapping[str, Stored]], Sequence[Score]]) -> None:
        """Write what `make` makes of the scores that have these ids now. They are durable when this returns."""
        with self._lock:
            stored = self._stored(project_id, ids)
            scores = make(stored)
            now = self._clock()
            rows = [_row(project_id, score, _version(stored.get(score.id), now), now) for score in scores]
            rows += [
                _tombstone(project_id, score.id, stored[score.id], now) for score in scores if _moves(stored.get(score.id), score)
            ]
            self._insert(rows)

    def existing(self, project_id: str, ids: Sequence[str]) -> frozenset[str]:
        """Which of these ids there are."""
        return frozenset(self._stored(project_id, ids))

    def _stored(self, project_id: str, ids: Sequence[str]) -> dict[str, Stored]:
        if not ids:
            return {}
        p = Parameters()
        sql = (
            f"SELECT id, name, {micros('time')}, version FROM scores FINAL PREWHERE id IN {p.texts(ids)}\n"
            f"WHERE project_id = {p.text(project_id)}"
        )
        rows = self._driver.query(p.statement(sql, "scores.stored")).rows
        return {id_: Stored(name=name, time=time, version=version) for id_, name, time, version in rows}

    def _insert(self, rows: Iterable[dict[str, Any]]) -> None:
        schema = arrow_schema(SCORES)
        self._driver.insert(SCORES.name, pa.Table.from_pylist(list(rows), schema=schema))


def _row(project_id: str, score: Score, version: int, now: Micros) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(score, name) for name in _PLAIN}
    row |= {name: str(getattr(score, name)) for name in ("target", "type", "status", "source")}
    row["metadata"] = [(key, _text(value)) for key, value in score.metadata.items()]
    return row | {"project_id": project_id, "version": version, "is_deleted": 0, "received_at": now}


def _tombstone(project_id: str, id_: str, old: Stored, now: Micros) -> dict[str, Any]:
    empty: dict[str, Any] = {column.name: "" for column in SCORES.columns if "String" in column.type}
    place = {"project_id": project_id, "name": old.name, "time": old.time, "id": id_}
    rest = {"version": _version(old, now), "is_deleted": 1, "received_at": now, "sample_probability": 0.0, "metadata": []}
    return empty | place | rest


def _moves(old: Stored | None, score: Score) -> bool:
    return old is not None and (old.name, old.time) != (score.name, score.time)


def _version(old: Stored | None, now: Micros) -> int:
    return max(now, old.version + 1 if old else 0)


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else canonical(value)
