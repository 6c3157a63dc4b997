"""Score analytics on the wire."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from pellucid_server.api.wire.analyses import BelievedAnswer, Interval
from pellucid_server.api.wire.times import WireTime
from pellucid_server.evals.score_views import ScoreView
from pellucid_server.evals.trust import Believed
from pellucid_server.evals.voices import Matrix, Voice


class VoiceAnswer(BaseModel):
    """Who gives scores of this name, and what they say in all."""

    key: str
    source: str
    evaluator: str
    name: str
    mean: BelievedAnswer
    refused: int
    bins: Sequence[float]
    """Weighted counts in equal parts from `low` to `high`."""
    words: Mapping[str, float]


class MomentAnswer(BaseModel):
    """What one voice says in one part of the time."""

    time: WireTime
    voice: str
    mean: BelievedAnswer


class SegmentAnswer(BaseModel):
    """What one voice says of one segment."""

    voice: str
    mean: BelievedAnswer


class MatrixAnswer(BaseModel):
    """A judge against people: a row a verdict of the judge, a column a verdict of people."""

    evaluator: str
    name: str
    labels: Sequence[str]
    counts: Sequence[Sequence[int]]
    agreement: Interval | None
    kappa: Interval | None
    undecided: int


class ScoreViewAnswer(BaseModel):
    """One name of scores in a window."""

    name: str
    type: str
    low: float
    high: float
    start: WireTime
    end: WireTime
    voices: Sequence[VoiceAnswer]
    series: Sequence[MomentAnswer]
    segments: Sequence[SegmentAnswer]
    against_people: Sequence[MatrixAnswer]
    complete: bool


def to_score_view(view: ScoreView) -> ScoreViewAnswer:
    """`view` for the wire."""
    return ScoreViewAnswer(
        name=view.name,
        type=view.type,
        low=view.span[0],
        high=view.span[1],
        start=view.start,
        end=view.end,
        voices=[
            VoiceAnswer(
                key=_key(one.voice),
                source=one.voice.source,
                evaluator=one.voice.evaluator,
                name=view.names.get(one.voice.evaluator, one.voice.evaluator or one.voice.source),
                mean=_mean(one.mean),
                refused=one.refused,
                bins=one.bins,
                words=one.words,
            )
            for one in view.voices
        ],
        series=[MomentAnswer(time=one.time, voice=_key(one.voice), mean=_mean(one.mean)) for one in view.series],
        segments=[SegmentAnswer(voice=_key(voice), mean=_mean(mean)) for voice, mean in view.segments],
        against_people=[_matrix(one, view.names) for one in view.against_people],
        complete=view.complete,
    )


def _key(voice: Voice) -> str:
    return voice.evaluator or voice.source


def _mean(mean: Believed) -> BelievedAnswer:
    return BelievedAnswer.model_validate(mean)


def _matrix(found: Matrix, names: Mapping[str, str]) -> MatrixAnswer:
    return MatrixAnswer(
        evaluator=found.evaluator,
        name=names.get(found.evaluator, found.evaluator),
        labels=found.labels,
        counts=found.counts,
        agreement=None if found.agreement is None else Interval.model_validate(found.agreement),
        kappa=None if found.kappa is None else Interval.model_validate(found.kappa),
        undecided=found.undecided,
    )
