"""From verdicts to scores: where they belong, who gave them, and an id that makes a repeated evaluation replace and never double."""

import hashlib
from collections.abc import Sequence

from pellucid_server.evals.subject import Place
from pellucid_server.evals.verdict import Verdict
from pellucid_server.model.score import ScoreSource, ScoreStatus, ScoreType
from pellucid_server.query.score_drafts import Draft
from pellucid_server.store.meta.evaluators import EvaluatorVersion, StoredEvaluator

TYPES = {bool: ScoreType.BOOLEAN, float: ScoreType.NUMERIC, str: ScoreType.CATEGORICAL}


def score_id(evaluator_id: str, place: Place, name: str) -> str:
    """The same evaluator on the same place under the same name has one score, whatever its version: the newest verdict holds."""
    return "eval_" + hashlib.sha256(f"{evaluator_id}\0{place.key}\0{name}".encode()).hexdigest()[:32]


def drafts(evaluator: StoredEvaluator, version: EvaluatorVersion, place: Place, verdicts: Sequence[Verdict]) -> list[Draft]:
    """One score a verdict; its probability is the one with which the place was drawn."""
    return [_draft(evaluator, version, place, verdict) for verdict in verdicts]


def _draft(evaluator: StoredEvaluator, version: EvaluatorVersion, place: Place, verdict: Verdict) -> Draft:
    name = verdict.name or version.score_name
    valid = verdict.status is ScoreStatus.VALID and verdict.value is not None
    stratum = {"stratum": place.stratum} if place.stratum else {}
    return Draft(
        id=score_id(evaluator.id, place, name),
        name=name,
        value=verdict.value if valid else None,
        type=TYPES[type(verdict.value)] if valid else ScoreType(version.output),
        target=place.target,
        trace_id=place.trace_id,
        span_id=place.span_id,
        session_id=place.session_id,
        comment=verdict.comment,
        status=verdict.status if valid or verdict.status is not ScoreStatus.VALID else ScoreStatus.INVALID,
        source=ScoreSource.EVALUATOR,
        evaluator=evaluator.id,
        evaluator_version=str(version.version),
        judge_model=verdict.judge_model,
        evaluator_trace_id=verdict.trace_id,
        cost=verdict.cost,
        sample_probability=place.probability,
        metadata={**verdict.metadata, **stratum},
    )
