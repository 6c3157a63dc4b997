"""Scores: the list, and the one verb of this floor that writes.

A score is written whether or not its span is there yet. The same id again replaces what it was, also where its name or time changed;
sent again without a time, it keeps the one that it had.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import Clock, Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.core.ids import IdSource
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import Score, ScoreSource, ScoreStatus, ScoreTarget, ScoreType
from pellucid_server.query.asking import Ask, Page, asked_in, check_limit
from pellucid_server.query.cursors import Cursor, read_cursor, write_cursor
from pellucid_server.query.facets import field_of
from pellucid_server.query.records import Record
from pellucid_server.query.score_drafts import BadScore, Draft, complete
from pellucid_server.query.windows import Window
from pellucid_server.store.spans.reader import SpanReader
from pellucid_server.store.spans.scores import ScoreStore, Stored
from pellucid_server.store.spans.sql import scores as sql

MAX_BATCH: Final = 1_000
"""Scores of one request."""
MAX_VALUES: Final = 100_000
"""Scores of one analysis."""
_LIST: Final = "scores:-time"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreValue:
    """What an analysis reads of a score."""

    value: float | None
    string_value: str
    type: str
    status: str
    source: str
    target: str
    trace_id: str
    span_id: str
    session_id: str
    evaluator: str
    evaluator_version: str
    sample_probability: float
    metadata: Mapping[str, str]
    moment: Micros
    segment: str

    @property
    def place(self) -> tuple[str, str, str, str]:
        """What is scored."""
        return self.target, self.trace_id, self.span_id, self.session_id


class Scores:
    """Verbs on scores."""

    def __init__(self, reader: SpanReader, store: ScoreStore, clock: Clock, ids: IdSource) -> None:
        self._reader = reader
        self._store = store
        self._clock = clock
        self._ids = ids
        self._listeners: list[Callable[[str, Sequence[str]], None]] = []

    def listen(self, listener: Callable[[str, Sequence[str]], None]) -> None:
        """Be told of project and ids of all scores that are written from now on."""
        self._listeners.append(listener)

    def list_scores(self, scope: Scope, ask: Ask) -> Page[Score]:
        """A page of scores, the newest first. The filter names fields of scores."""
        limit = check_limit(ask.limit)
        cursor = read_cursor(ask.cursor, _LIST)
        asked = asked_in(scope, ask.window, self._clock() if cursor is None else cursor.asked)
        after = None if cursor is None else (int(cursor.value), cursor.ids[0])
        records = self._reader.records(sql.newest(asked, ask.filter, after=after, limit=limit + 1), sql.SCORE_ROW)
        page = tuple(map(score_of, records[:limit]))
        more = len(records) > limit
        last = page[-1] if page else None
        return Page(
            data=page,
            next_cursor=write_cursor(Cursor(list=_LIST, asked=asked.now, value=last.time, ids=(last.id,)))
            if more and last
            else None,
        )

    def values(self, scope: Scope, name: str, window: Window, segment: str = "") -> tuple[Sequence[ScoreValue], bool]:
        """Every score of a name, for analyses, and whether these are all. `segment`: a field of spans. Raises `BadFilter`."""
        field = None if not segment else field_of(segment)[0]
        asked = asked_in(scope, window, self._clock())
        names = (*sql.VALUE_ROW, "moment", "segment")
        rows = self._reader.rows(sql.values(asked, name, field, limit=MAX_VALUES))
        return [ScoreValue(**dict(zip(names, row, strict=True))) for row in rows], len(rows) < MAX_VALUES

    def by_ids(self, scope: Scope, ids: Sequence[str]) -> Sequence[Score]:
        """Those of these ids that there are, oldest first."""
        if not ids:
            return ()
        return [score_of(record) for record in self._reader.records(sql.by_ids(scope.project_id, ids), sql.SCORE_ROW)]

    def existing(self, scope: Scope, ids: Sequence[str]) -> frozenset[str]:
        """Which of these ids there are, whatever their status."""
        return self._store.existing(scope.project_id, ids)

    def write(self, scope: Scope, drafts: Sequence[Draft]) -> Sequence[str]:
        """Write scores, all or none, and give their ids; they are durable when this returns.

        Raises `BadScore` with the index of the one that is wrong.
        """
        if not 1 <= len(drafts) <= MAX_BATCH:
            raise BadRequest(f"{len(drafts)} scores were sent; send 1 to {MAX_BATCH} in one request.")
        ids = [draft.id or self._ids("score") for draft in drafts]
        # Of one id sent twice in a request the later one is meant.
        latest = {id_: index for index, id_ in enumerate(ids)}

        def make(stored: Mapping[str, Stored]) -> list[Score]:
            now = self._clock()
            made = [_complete(index, draft, ids[index], stored, now) for index, draft in enumerate(drafts)]
            return [made[index] for index in latest.values()]

        self._store.write(scope.project_id, [draft.id for draft in drafts if draft.id], make)
        for listener in self._listeners:
            listener(scope.project_id, ids)
        return ids


def score_of(record: Record) -> Score:
    """A score of a record named as `SCORE_ROW`."""
    kinds = {
        "target": ScoreTarget(record["target"]),
        "type": ScoreType(record["type"]),
        "status": ScoreStatus(record["status"]),
        "source": ScoreSource(record["source"]),
    }
    return Score(**{**record, **kinds})


def _complete(index: int, draft: Draft, id_: str, stored: Mapping[str, Stored], now: Micros) -> Score:
    old = stored.get(id_)
    time = draft.time if draft.time is not None else old.time if old is not None else now
    try:
        return complete(draft, id_=id_, time=time)
    except BadScore as error:
        raise BadScore(error.message, index=index) from None
