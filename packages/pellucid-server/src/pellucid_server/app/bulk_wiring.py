"""The actions on many traces, wired to the rooms that do them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid_server.bulk.actions import Action, AddToDataset, ScoreTraces
from pellucid_server.datasets.cases import Cases
from pellucid_server.datasets.curating import Curating
from pellucid_server.datasets.traces import Mapped
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.query.scores import Scores


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cases:
    """Makes cases as the page of one trace does; a data set that is not there is made."""

    cases: Cases
    curating: Curating

    def __call__(self, scope: Scope, dataset: str, trace_ids: Sequence[str]) -> JsonValue:
        """What became of the traces, in numbers."""
        self.cases.create(scope, name=dataset)
        made = self.curating.add_traces(scope, dataset, trace_ids, Mapped())
        return {
            "added": made.written.added,
            "unchanged": made.written.unchanged + made.written.changed + made.duplicates,
            "missing": len(made.missing),
            "empty": len(made.empty),
        }


def bulk_actions(scores: Scores, cases: Cases, curating: Curating) -> tuple[Action, ...]:
    """All that there are."""
    return (ScoreTraces(scores=scores), AddToDataset(make_cases=_Cases(cases=cases, curating=curating)))
