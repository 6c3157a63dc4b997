"""Joins evaluators and experiments: an evaluator of the project scores the answers of a run as it scores production."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from pellucid_server.core.errors import PellucidError
from pellucid_server.datasets.errors import BadExperiment
from pellucid_server.datasets.scorers import Answered
from pellucid_server.evals.evaluating import Ready
from pellucid_server.evals.evaluators import EvaluatorBook
from pellucid_server.evals.running import scope_of
from pellucid_server.evals.subject import Place, Subject
from pellucid_server.evals.verdict import Verdict, missing
from pellucid_server.llm.durable import ItemContext
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreTarget


class EvaluatorScorers:
    """See `datasets.scorers.EvaluatorSource`."""

    def __init__(self, book: EvaluatorBook, cost_of: Callable[[Scope, str], float | None]) -> None:
        self._book = book
        self._cost_of = cost_of
        self._ready: dict[tuple[str, str, int], Ready] = {}

    def pinned(self, scope: Scope, name: str) -> JsonValue:
        """Its id and newest version, by id or name."""
        found = next((one for one in self._book.list_all(scope) if name in (one.evaluator.id, one.evaluator.name)), None)
        if found is None:
            raise BadExperiment(f"There is no evaluator {name!r} in this project; `GET /api/v1/evaluators` lists them.")
        if found.definition.target is ScoreTarget.SESSION:
            raise BadExperiment(f"The evaluator {name!r} judges whole sessions; a case of a data set is one answer.")
        return {"id": found.evaluator.id, "version": found.version.version, "score": found.version.score_name}

    def cost_each(self, scope: Scope, pinned: JsonValue) -> float | None:
        """By its own calls of the last seven days."""
        evaluator_id, version = _read(pinned)
        if self._compiled(scope, evaluator_id, version).is_free:
            return 0.0
        return self._cost_of(scope, evaluator_id)

    async def score(self, context: ItemContext, pinned: JsonValue, answered: Answered) -> Sequence[Mapping[str, JsonValue]]:
        """What it says; an evaluator that cannot be asked is a missing score with its reason."""
        evaluator_id, version = _read(pinned)
        try:
            ready = await asyncio.to_thread(self._compiled, scope_of(context.project_id), evaluator_id, version)
            place = Place(target=ScoreTarget.TRACE, trace_id=answered.trace_id)
            subject = Subject(place=place, value=_subject(answered), models=(answered.model,))
            if ready.is_free:
                verdicts = await asyncio.to_thread(ready.evaluate, subject)
            else:
                verdicts = await ready.ask(subject, context.call)
        except PellucidError as error:
            return [_score(str(_score_name(pinned)), missing(error.message))]
        return [_score(verdict.name or ready.definition.score_name, verdict) for verdict in verdicts]

    def _compiled(self, scope: Scope, evaluator_id: str, version: int) -> Ready:
        key = (scope.project_id, evaluator_id, version)
        if key not in self._ready:
            self._ready[key] = self._book.ready(scope, evaluator_id, version)[1]
        return self._ready[key]


def _subject(answered: Answered) -> JsonValue:
    """What an evaluator sees: the fields that a trace of production has, as far as a case knows them."""
    return {
        "name": "experiment",
        "input": answered.question,
        "output": answered.text,
        "answer": answered.text,
        "expected": answered.expected,
        "context": answered.context,
        "documents": [],
        "tool_calls": [],
        "spans": [],
        "metadata": dict(answered.metadata),
        "outcome": "success",
    }


def _score(name: str, verdict: Verdict) -> Mapping[str, JsonValue]:
    value = verdict.value
    return {
        "name": name,
        "type": "categorical" if isinstance(value, str) else "boolean" if isinstance(value, bool) else "numeric",
        "value": None if value is None or isinstance(value, str) else float(value),
        "string_value": value if isinstance(value, str) else None,
        "status": verdict.status.value,
        "comment": verdict.comment,
    }


def _read(pinned: JsonValue) -> tuple[str, int]:
    found = pinned if isinstance(pinned, dict) else {}
    return str(found.get("id")), int(str(found.get("version")))


def _score_name(pinned: JsonValue) -> JsonValue:
    return pinned.get("score") if isinstance(pinned, dict) else ""
