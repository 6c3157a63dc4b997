"""The room of evaluators as the playground sees it: pinned to a version, asked for scores of answers that are in no trace of production."""

import asyncio
from collections.abc import Sequence

from pellucid_server.evals.evaluators import EvaluatorBook
from pellucid_server.evals.running import scope_of
from pellucid_server.evals.subject import Place, Subject
from pellucid_server.evals.verdict import Verdict
from pellucid_server.llm.durable import DurableCall
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreTarget
from pellucid_server.playground.ports import Given, Judged, PinnedEvaluator


class BenchEvaluators:
    """Implements `playground.ports.Evaluators`."""

    def __init__(self, book: EvaluatorBook) -> None:
        self._book = book

    def pinned(self, scope: Scope, ids: Sequence[str]) -> list[PinnedEvaluator]:
        """Raises `NoSuchEvaluator`, and what a definition that no longer compiles raises."""
        found = [self._book.ready(scope, id_)[0] for id_ in dict.fromkeys(ids)]
        return [PinnedEvaluator(id=one.evaluator.id, version=one.version.version) for one in found]

    async def judge(self, project_id: str, evaluator: PinnedEvaluator, judged: Judged, call: DurableCall) -> Sequence[Given]:
        """A score that is missing says why; nothing is written to the store of scores."""
        found, ready = await asyncio.to_thread(self._book.ready, scope_of(project_id), evaluator.id, evaluator.version)
        place = Place(target=ScoreTarget.SPAN, trace_id=judged.trace_id, span_id=judged.span_id)
        subject = Subject(place=place, value=dict(judged.value), models=(judged.model,) if judged.model else ())
        verdicts = await asyncio.to_thread(ready.evaluate, subject) if ready.is_free else await ready.ask(subject, call)
        return [_given(found.version.score_name, verdict) for verdict in verdicts]


def _given(score_name: str, verdict: Verdict) -> Given:
    return Given(
        name=verdict.name or score_name,
        value=verdict.value,
        status=verdict.status.value,
        comment=verdict.comment,
        cost=verdict.cost,
    )
