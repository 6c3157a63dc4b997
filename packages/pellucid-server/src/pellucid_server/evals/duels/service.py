"""Duels for whoever starts and reads them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from pellucid_server.core.errors import PellucidError
from pellucid_server.evals.duels.contest import DuelJudge, Meeting, Side, meeting_from_json
from pellucid_server.evals.duels.pairing import Contestant, Paired, Pairer
from pellucid_server.evals.duels.reading import Answers
from pellucid_server.evals.duels.running import KIND, outcome_of
from pellucid_server.evals.duels.standings import Outcome, Standings, standings, standings_from_json
from pellucid_server.evals.errors import BadContest, NoSuchContest
from pellucid_server.llm.durable import RunStarter, StartedRun
from pellucid_server.model.scope import Scope
from pellucid_server.query.windows import Window
from pellucid_server.store.meta import runs as states
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.runs import StoredItem

MAX_DUELS: Final = 2_000
"""Of one run: two calls each."""
PAGE: Final = 500
ENDED: Final = (states.DONE, states.FAILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestDraft:
    """What shall be compared: contestants, or named pairs of places."""

    title: str = ""
    judge: DuelJudge
    contestants: Sequence[Contestant] = ()
    meetings: Sequence[Meeting] = ()
    window: Window = field(default_factory=Window)
    limit: int = 200
    max_cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSide:
    """An answer as it is read now."""

    side: Side
    question: str = ""
    text: str = ""
    error: str = ""
    """Why it cannot be read any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDuel:
    """A duel with its texts."""

    item: StoredItem
    first: ReadSide
    second: ReadSide


class DuelRoom:
    """The verbs."""

    def __init__(self, store: MetaStore, pairer: Pairer, answers: Answers, runs: RunStarter) -> None:
        self._store = store
        self._pairer = pairer
        self._answers = answers
        self._runs = runs

    def preview(self, scope: Scope, draft: ContestDraft) -> Paired:
        """The meetings that would be fought. Raises `BadContest`, `BadFilter`."""
        limit = max(1, min(draft.limit, MAX_DUELS))
        if draft.meetings:
            named = dict.fromkeys(side.contestant for meeting in draft.meetings for side in (meeting.first, meeting.second))
            return Paired(meetings=draft.meetings[:MAX_DUELS], contestants=list(named), alone=0)
        return self._pairer.pair(scope, draft.contestants, draft.window, limit)

    def start(self, scope: Scope, draft: ContestDraft) -> StartedRun:
        """Fight them as a durable run. Raises `BadContest` where nobody meets."""
        paired = self.preview(scope, draft)
        if not paired.meetings:
            raise BadContest(
                "No question was answered by two of `contestants`, so nobody meets. Run each version as an experiment over one data set, "
                "or widen the time."
            )
        return self._runs.start(
            scope,
            kind=KIND,
            title=draft.title or " against ".join(paired.contestants),
            items=[meeting.as_json() for meeting in paired.meetings],
            settings={
                "judge": draft.judge.as_json(),
                "contestants": list(paired.contestants),
                "same_question": not draft.meetings,
            },
            max_cost=draft.max_cost,
        )

    def standings(self, scope: Scope, run_id: str) -> Standings:
        """As they are now; of a run whose duels were forgotten, as they were at its end. Raises `NoSuchContest`."""
        with self._store.reading() as unit:
            run = unit.runs.get(scope.project_id, run_id)
        if run is not None and run.kept_counts is not None:
            return standings_from_json(run.result)
        return standings(self._outcomes(scope, run_id))

    def duels(self, scope: Scope, run_id: str, *, after: int, limit: int) -> list[StoredItem]:
        """In order, beginning behind the position `after`."""
        with self._store.reading() as unit:
            run = unit.runs.get(scope.project_id, run_id)
            if run is None or run.kind != KIND:
                raise NoSuchContest
            return unit.runs.items(run_id, state=None, after=after, limit=limit)

    def duel(self, scope: Scope, run_id: str, position: int) -> ReadDuel:
        """One, with both answers as they can be read now."""
        found = self.duels(scope, run_id, after=position - 1, limit=1)
        if not found or found[0].position != position:
            raise NoSuchContest(f"These duels have no number {position}.")
        meeting = meeting_from_json(found[0].input)
        return ReadDuel(item=found[0], first=self._read(scope, meeting.first), second=self._read(scope, meeting.second))

    def _read(self, scope: Scope, side: Side) -> ReadSide:
        try:
            answer = self._answers.read(scope, side)
        except PellucidError as error:
            return ReadSide(side=side, error=error.message)
        return ReadSide(side=side, question=answer.question, text=answer.text)

    def _outcomes(self, scope: Scope, run_id: str) -> Iterator[Outcome]:
        after = -1
        while True:
            page = self.duels(scope, run_id, after=after, limit=PAGE)
            for item in page:
                if item.state in ENDED:
                    yield outcome_of(item.input, item.output, failed=item.state == states.FAILED)
            if len(page) < PAGE:
                return
            after = page[-1].position
