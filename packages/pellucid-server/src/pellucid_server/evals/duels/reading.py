"""Reads the answers of a duel, when it is fought and when somebody looks at it."""

from pellucid_server.evals.duels.contest import Side
from pellucid_server.evals.duels.fighting import Answered
from pellucid_server.evals.errors import NoSuchAnswer, NoVerdict
from pellucid_server.evals.selecting import as_text
from pellucid_server.evals.subject import Subjects
from pellucid_server.model.scope import Scope
from pellucid_server.model.span import Link
from pellucid_server.store.meta.database import MetaStore


class Answers:
    """Reads them."""

    def __init__(self, store: MetaStore, subjects: Subjects) -> None:
        self._store = store
        self._subjects = subjects

    def read(self, scope: Scope, side: Side) -> Answered:
        """Raises `NotFound` where it is gone, `NoVerdict` where there is no text to compare."""
        found = self._of_experiment(scope, side) if side.place is None else self._of_place(scope, side)
        if not found.text:
            raise NoVerdict(f"{side.contestant} answered nothing here, so there is nothing to compare.")
        return found

    def _of_place(self, scope: Scope, side: Side) -> Answered:
        if side.place is None:
            raise NoSuchAnswer
        subject = self._subjects.read(scope, side.place)
        value = subject.value if isinstance(subject.value, dict) else {}
        link = Link(trace_id=side.place.trace_id, span_id=side.place.span_id) if side.place.span_id else None
        return Answered(
            question=as_text(value.get("input")),
            text=as_text(value.get("output") or value.get("conversation")),
            models=subject.models,
            link=link,
        )

    def _of_experiment(self, scope: Scope, side: Side) -> Answered:
        with self._store.reading() as unit:
            experiment = unit.experiments.find(scope.project_id, side.experiment)
            if experiment is None:
                raise NoSuchAnswer(f"The experiment of {side.contestant} was deleted.")
            results = unit.experiments.results(experiment.id, after=(side.item, side.repetition - 1), limit=1)
            case = unit.datasets.item(experiment.dataset_id, experiment.dataset_version, side.item)
        found = next((one for one in results if (one.item_id, one.repetition) == (side.item, side.repetition)), None)
        if found is None:
            raise NoSuchAnswer(f"{side.contestant} has no result for the case {side.item!r} any more.")
        model = experiment.metadata.get("model")
        return Answered(
            question="" if case is None else as_text(case.input),
            text=as_text(found.output),
            models=(model,) if isinstance(model, str) and model else (),
        )
