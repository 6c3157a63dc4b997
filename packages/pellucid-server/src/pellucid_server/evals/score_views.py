"""Score analytics: one name of scores in a window, whoever gave them: distribution, time, segments, and judges against people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pellucid_server.core.clock import Clock, Micros
from pellucid_server.evals.evaluators import EvaluatorBook
from pellucid_server.evals.trust import Believed
from pellucid_server.evals.voices import Matrix, Moment, Spoken, Voice, by_segment, matrix, over_time, span_of, speaking, spoken
from pellucid_server.model.scope import Scope
from pellucid_server.query.scores import Scores, ScoreValue
from pellucid_server.query.windows import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """What a page of one score shows."""

    name: str
    type: str
    """Of most of them; empty where there are none."""
    span: tuple[float, float]
    """The range of the numbers."""
    start: Micros
    end: Micros
    voices: Sequence[Spoken]
    series: Sequence[Moment]
    segments: Sequence[tuple[Voice, Believed]]
    """Empty where no segment was asked for."""
    against_people: Sequence[Matrix]
    """By all labels that there are, whatever the window."""
    names: Mapping[str, str]
    """Of the evaluators, by their ids; one that was deleted has none."""
    complete: bool


class ScoreViews:
    """The verb."""

    def __init__(self, book: EvaluatorBook, scores: Scores, clock: Clock) -> None:
        self._book = book
        self._scores = scores
        self._clock = clock

    def of(self, scope: Scope, name: str, window: Window, segment: str = "") -> ScoreView:
        """Of one name. Raises `BadFilter` for a segment that is no field of spans."""
        everything, _ = self._scores.values(scope, name, Window())
        asked, complete = self._scores.values(scope, name, window)
        parted = self._scores.values(scope, name, window, segment)[0] if segment else ()
        type_, span = _type(everything), span_of(everything)
        binary, spoke = type_ == "boolean", speaking(asked)
        start = window.start if window.start is not None else min((score.moment for score in asked), default=self._clock())
        end = window.end if window.end is not None else self._clock()
        evaluators = {score.evaluator for score in everything if score.source == "evaluator"}
        return ScoreView(
            name=name,
            type=type_,
            span=span,
            start=start,
            end=end,
            voices=[spoken(voice, mine, everything, span, binary=binary) for voice, mine in spoke.items()],
            series=[
                moment for voice, mine in spoke.items() for moment in over_time(voice, mine, everything, start, end, binary=binary)
            ],
            segments=[
                row for voice, mine in speaking(parted).items() for row in by_segment(voice, mine, everything, binary=binary)
            ],
            against_people=[found for one in sorted(evaluators) if (found := matrix(everything, one)) is not None],
            names={one.evaluator.id: one.evaluator.name for one in self._book.list_all(scope)},
            complete=complete,
        )


def _type(scores: Sequence[ScoreValue]) -> str:
    counts: dict[str, int] = {}
    for score in scores:
        counts[score.type] = counts.get(score.type, 0) + 1
    return max(counts, key=lambda type_: counts[type_]) if counts else ""
