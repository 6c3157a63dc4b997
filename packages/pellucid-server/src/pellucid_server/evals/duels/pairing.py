"""Who meets whom: contestants are experiments over one data set, or filters of the traffic whose spans answer the same questions."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from pellucid_server.evals.candidates import filter_of
from pellucid_server.evals.duels.contest import Meeting, Side
from pellucid_server.evals.errors import BadContest
from pellucid_server.evals.subject import Place
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreTarget
from pellucid_server.query.asking import Ask
from pellucid_server.query.queries import Queries
from pellucid_server.query.windows import Window
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.experiments import Experiment

MAX_CONTESTANTS: Final = 12
MAX_READ: Final = 500
"""Spans of one contestant that are looked at for questions in common; the newest ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """Whose answers are compared: an experiment by id or name, or what a filter of spans finds."""

    name: str = ""
    experiment: str = ""
    filter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """The meetings that were found."""

    meetings: Sequence[Meeting]
    contestants: Sequence[str]
    alone: int
    """Answers that met nobody: no other contestant answered that question."""


_Answers = Mapping[str, Sequence[Side]]
"""Question → a contestant's answers to it."""


class Pairer:
    """Finds the meetings."""

    def __init__(self, store: MetaStore, queries: Queries) -> None:
        self._store = store
        self._queries = queries

    def pair(self, scope: Scope, contestants: Sequence[Contestant], window: Window, limit: int) -> Paired:
        """At most `limit` meetings, as many of each two contestants; a draw by hash, the same for the same. Raises `BadContest`."""
        if not 2 <= len(contestants) <= MAX_CONTESTANTS:
            raise BadContest(f"`contestants` holds {len(contestants)}; duels are between 2 to {MAX_CONTESTANTS}.")
        if any(bool(one.experiment) == bool(one.filter) for one in contestants):
            raise BadContest("Each of `contestants` has either an `experiment` or a `filter`.")
        by_experiment = [one for one in contestants if one.experiment]
        if by_experiment and len(by_experiment) != len(contestants):
            raise BadContest("`contestants` are all experiments or all filters: answers to other questions cannot be compared.")
        found = self._of_experiments(scope, contestants) if by_experiment else self._of_filters(scope, contestants, window)
        if len(found) != len(contestants):
            raise BadContest("Two of `contestants` have the same name; name them differently.")
        return _met(found, limit)

    def _of_experiments(self, scope: Scope, contestants: Sequence[Contestant]) -> dict[str, _Answers]:
        answers: dict[str, _Answers] = {}
        with self._store.reading() as unit:
            experiments = [unit.experiments.find(scope.project_id, one.experiment) for one in contestants]
            for one, experiment in zip(contestants, experiments, strict=True):
                if experiment is None:
                    raise BadContest(f"There is no experiment {one.experiment!r} in this project; choose another one.")
                if experiment.dataset_id != _known(experiments[0]).dataset_id:
                    raise BadContest(f"The experiment {one.experiment!r} is over another data set than the first one.")
                name = one.name.strip() or experiment.name
                results = unit.experiments.results(experiment.id)
                answers[name] = {
                    f"{result.item_id}\0{result.repetition}": [
                        Side(contestant=name, experiment=experiment.id, item=result.item_id, repetition=result.repetition)
                    ]
                    for result in results
                    if not result.error and result.output not in (None, "")
                }
        return answers

    def _of_filters(self, scope: Scope, contestants: Sequence[Contestant], window: Window) -> dict[str, _Answers]:
        return {one.name.strip() or one.filter: self._found(scope, one, window) for one in contestants}

    def _found(self, scope: Scope, contestant: Contestant, window: Window) -> _Answers:
        name = contestant.name.strip() or contestant.filter
        asked = Ask(filter=filter_of(contestant.filter), window=window, limit=MAX_READ)
        answers: dict[str, list[Side]] = {}
        for row in self._queries.spans.list_spans(scope, asked).data:
            question = " ".join(row.input_preview.split()).casefold()
            if question and row.output_preview:
                place = Place(target=ScoreTarget.SPAN, trace_id=row.trace_id, span_id=row.span_id)
                answers.setdefault(question, []).append(Side(contestant=name, place=place))
        return answers


def _known(experiment: Experiment | None) -> Experiment:
    if experiment is None:
        raise BadContest("There is no such experiment in this project; choose another one.")
    return experiment


def _met(answers: Mapping[str, _Answers], limit: int) -> Paired:
    pairs = list(combinations(answers, 2))
    each = max(1, limit // len(pairs))
    meetings: list[Meeting] = []
    used: set[tuple[str, str]] = set()
    for one, other in pairs:
        shared = sorted(answers[one].keys() & answers[other].keys(), key=lambda key: hashlib.sha256(key.encode()).digest())
        for name in (one, other):
            used |= {(name, key) for key in shared}
        found = [
            Meeting(first=first, second=second)
            for key in shared
            for first, second in zip(answers[one][key], answers[other][key], strict=False)
        ]
        meetings += found[:each]
    alone = sum(len(sides) for name, mine in answers.items() for key, sides in mine.items() if (name, key) not in used)
    return Paired(meetings=meetings[:limit], contestants=list(answers), alone=alone)
