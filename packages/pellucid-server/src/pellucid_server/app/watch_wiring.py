"""Joins gates with prompts, evaluators and the ledger: what serves under a label, and who judges what it answers."""

from collections.abc import Sequence

from pellucid_server.core.clock import system_clock
from pellucid_server.core.ids import random_id
from pellucid_server.datasets.scorers import EVALUATOR
from pellucid_server.datasets.watching import ChangeRecorder, GateWatch
from pellucid_server.evals.evaluators import EvaluatorBook
from pellucid_server.evals.subject import Place
from pellucid_server.evals.trying import Trials
from pellucid_server.filters.tree import Compare, FieldRef, OneOf, Text, all_of
from pellucid_server.model.scope import Scope
from pellucid_server.model.score import ScoreTarget
from pellucid_server.prompts.rollouts import from_stored
from pellucid_server.query.asking import MAX_LIMIT, Ask
from pellucid_server.query.facets import read_filter
from pellucid_server.query.queries import Queries
from pellucid_server.store.meta.database import MetaStore

_CALLS = "kind:generation folded:false"


class LabelledVersions:
    """See `datasets.watching.LiveVersions`."""

    def __init__(self, store: MetaStore) -> None:
        self._store = store

    def of(self, project_id: str, label: str) -> Sequence[tuple[str, int]]:
        """Of a rollout the arm that most are served by."""
        with self._store.reading() as unit:
            names = {prompt.id: prompt.name for prompt in unit.prompts.of_project(project_id)}
            labels = [one for one in unit.prompts.labels_of_project(project_id) if one.label == label]
        rollouts = {one.prompt_id: from_stored(one.arms) for one in labels if one.prompt_id in names}
        return [
            (names[prompt_id], max(rollout.arms, key=lambda arm: arm.probability).version)
            for prompt_id, rollout in rollouts.items()
            if rollout is not None
        ]


class EvaluatorsOnProduction:
    """See `datasets.watching.ProductionJudges`."""

    def __init__(self, book: EvaluatorBook, trials: Trials, queries: Queries) -> None:
        self._book = book
        self._trials = trials
        self._queries = queries

    def judge(self, scope: Scope, scorers: Sequence[str], trace_ids: Sequence[str]) -> Sequence[str]:
        """An evaluator of spans judges the model calls of the traces, one of traces the traces themselves."""
        names = {name.removeprefix(EVALUATOR) for name in scorers if name.startswith(EVALUATOR)}
        wanted = [one for one in self._book.list_all(scope) if {one.evaluator.id, one.evaluator.name} & names]
        runs: list[str] = []
        for one in wanted:
            places = self._places(scope, one.definition.target, trace_ids)
            if places:
                runs.append(self._trials.evaluate(scope, one.evaluator.id, places).id)
        return runs

    def _places(self, scope: Scope, target: ScoreTarget, trace_ids: Sequence[str]) -> list[Place]:
        if target is ScoreTarget.TRACE:
            return [Place(target=target, trace_id=trace_id) for trace_id in trace_ids]
        if target is not ScoreTarget.SPAN:
            return []
        field, ids = FieldRef(name="trace_id"), tuple(Text(trace_id) for trace_id in trace_ids)
        named = OneOf(field=field, values=ids) if len(ids) > 1 else Compare(field=field, value=ids[0])
        ask = Ask(filter=all_of([named, read_filter(_CALLS)]), limit=MAX_LIMIT)
        found = self._queries.spans.list_spans(scope, ask).data
        return [Place(target=target, trace_id=row.trace_id, span_id=row.span_id) for row in found]


def gate_watch(meta: MetaStore, queries: Queries, book: EvaluatorBook, trials: Trials, recorder: ChangeRecorder) -> GateWatch:
    """Wire it."""
    judges = EvaluatorsOnProduction(book, trials, queries)
    return GateWatch(meta, queries, LabelledVersions(meta), judges, recorder, system_clock, random_id)
