"""Bias tests for whoever starts and reads them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.evals.biases.findings import Finding, findings, findings_from_json
from pellucid_server.evals.biases.running import KIND
from pellucid_server.evals.candidates import Candidates
from pellucid_server.evals.errors import BadEvaluator, NothingToEvaluate
from pellucid_server.evals.evaluators import EvaluatorBook
from pellucid_server.evals.kept import whole
from pellucid_server.llm.durable import RunStarter, StartedRun
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Scope
from pellucid_server.store.meta import runs as states
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.runs import StoredRun
from pellucid_server.store.meta.unit import UnitOfWork

MAX_CASES: Final = 300
MAX_REPEATS: Final = 10
PAGE: Final = 200
PAGES_READ: Final = 10
"""Of the newest runs of this kind, to find those of one evaluator: people start them by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BiasTest:
    """The newest test of an evaluator."""

    run: StoredRun
    version: int
    """Of the evaluator, when it was tested."""
    cases: int
    """That ended."""
    items: int
    findings: Sequence[Finding]


class BiasTests:
    """The verbs."""

    def __init__(self, store: MetaStore, book: EvaluatorBook, candidates: Candidates, runs: RunStarter) -> None:
        self._store = store
        self._book = book
        self._candidates = candidates
        self._runs = runs

    def start(self, scope: Scope, evaluator_id: str, *, cases: int, repeats: int, max_cost: float | None) -> StartedRun:
        """Test a judge on the newest cases that match its filter: `repeats` + 5 calls each. Raises `BadEvaluator`, `NothingToEvaluate`."""
        found, ready = self._book.ready(scope, evaluator_id)
        if ready.judge is None:
            raise BadEvaluator("Only judges are tested for bias: rules and code say the same of the same.")
        target, text = ready.definition.target, found.evaluator.filter
        places = self._candidates.newest(scope, target, text, max(1, min(cases, MAX_CASES)))
        if not places:
            raise NothingToEvaluate
        return self._runs.start(
            scope,
            kind=KIND,
            title=f"{found.evaluator.name}: bias test",
            items=[place.as_json() for place in places],
            settings={
                "evaluator": found.evaluator.id,
                "version": found.version.version,
                "repeats": max(2, min(repeats, MAX_REPEATS)),
            },
            max_cost=max_cost,
        )

    def newest(self, scope: Scope, evaluator_id: str) -> BiasTest | None:
        """With what is known of it now; None where it was never tested. Raises `NoSuchEvaluator`."""
        self._book.get(scope, evaluator_id)
        with self._store.reading() as unit:
            run = _newest(unit, scope.project_id, evaluator_id)
            if run is None:
                return None
            counts = unit.runs.counts([run.id])[run.id]
            done = _outputs(unit, run.id)
        kept = run.result if run.kept_counts is not None and isinstance(run.result, dict) else None
        return BiasTest(
            run=run,
            version=whole(_settings(run), "version"),
            cases=len(done) if kept is None else whole(kept, "cases"),
            items=counts.items,
            findings=findings(output if isinstance(output, dict) else {} for output in done)
            if kept is None
            else findings_from_json(kept.get("findings")),
        )


def _newest(unit: UnitOfWork, project_id: str, evaluator_id: str) -> StoredRun | None:
    after = None
    for _ in range(PAGES_READ):
        page = unit.runs.page(project_id, kind=KIND, after=after, limit=PAGE)
        found = next((run for run in page if _settings(run).get("evaluator") == evaluator_id), None)
        if found is not None or len(page) < PAGE:
            return found
        after = (page[-1].created_time, page[-1].id)
    return None


def _outputs(unit: UnitOfWork, run_id: str) -> list[JsonValue]:
    done = unit.runs.items(run_id, state=states.DONE, after=-1, limit=MAX_CASES)
    return [item.output for item in done]


def _settings(run: StoredRun) -> dict[str, JsonValue]:
    return run.settings if isinstance(run.settings, dict) else {}
