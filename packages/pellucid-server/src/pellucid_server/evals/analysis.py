"""Score analyses: one name of scores, what its judge can be believed of it, segment by segment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pellucid_server.evals.doubts import Doubt, doubts
from pellucid_server.evals.evaluators import EvaluatorBook, Versioned
from pellucid_server.evals.golden.sets import GoldenBook
from pellucid_server.evals.trust import Believed, Trust, TrustState, believed, histogram, labelled, trust
from pellucid_server.model.scope import Scope
from pellucid_server.query.scores import Scores
from pellucid_server.query.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One evaluator's scores in a window."""

    name: str
    trust: Trust
    means: Sequence[Believed]
    """One a segment; one in all where no segment was asked for."""
    histogram: Mapping[str, Sequence[float]]
    doubtful: Sequence[Doubt]
    """Verdicts that are worth a person's look, for reasons of their own: never to calibrate by."""
    complete: bool
    """False where there were more scores than one analysis reads."""


class Analyses:
    """The verb."""

    def __init__(self, book: EvaluatorBook, scores: Scores, golden: GoldenBook) -> None:
        self._book = book
        self._scores = scores
        self._golden = golden

    def of(self, scope: Scope, evaluator_id: str, window: Window, segment: str = "") -> Analysis:
        """Trust and calibration by all labels that there are; means and distribution by the window."""
        found = self._book.get(scope, evaluator_id)
        name, binary = found.version.score_name, found.version.output == "boolean"
        everything, _ = self._scores.values(scope, name, Window())
        asked, complete = self._scores.values(scope, name, window, segment)
        calibration = labelled(everything, evaluator_id)
        return Analysis(
            name=name,
            trust=self._checked(scope, found, trust(everything, evaluator_id, binary=binary)),
            means=believed(asked, calibration, evaluator_id, binary=binary),
            histogram=histogram(asked),
            doubtful=doubts(everything, evaluator_id),
            complete=complete,
        )

    def _checked(self, scope: Scope, found: Versioned, said: Trust) -> Trust:
        """A judge that is another on its golden set than it was is suspect, whatever older labels say."""
        golden = self._golden.find(scope, found.evaluator.id)
        if golden is None or said.state is not TrustState.TRUSTED or not golden.moved(found.version.version):
            return said
        return replace(said, state=TrustState.SUSPECT)
