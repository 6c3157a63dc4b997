"""A name of scores as several voices give it: each evaluator, people, users, code. What each says, over time and by segment, and where a
judge and people speak of the same case. Pure: scores in, frozen results out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, NamedTuple

from pellucid_server.core.clock import Micros
from pellucid_server.evals.trust import MIDDLE, Believed, believed_of, labelled
from pellucid_server.query.scores import ScoreValue
from pellucid_server.stats.agreement import cohen_kappa
from pellucid_server.stats.intervals import Estimate, share

BINS: Final = 20
GRADES: Final = 5
"""Bins of a matrix of numbers."""
PARTS: Final = 24
"""Of the time that is looked at."""
YES, NO = "yes", "no"
PEOPLE: Final = "human"


class Voice(NamedTuple):
    """Who gives scores: a source, and of evaluators which one."""

    source: str
    evaluator: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What one voice says in all."""

    voice: Voice
    mean: Believed
    refused: int
    """Of the missing ones: the judge refused."""
    bins: Sequence[float]
    """Weighted counts of numbers, in equal parts of the range."""
    words: Mapping[str, float]
    """Weighted counts of categories, the most frequent first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What one voice says in one part of the time."""

    time: Micros
    """Its start."""
    voice: Voice
    mean: Believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """A judge against people, case by case."""

    evaluator: str
    labels: Sequence[str]
    counts: Sequence[Sequence[int]]
    """A row a verdict of the judge, a column a verdict of people; of several people the most frequent one."""
    agreement: Estimate | None
    kappa: Estimate | None
    undecided: int
    """Cases on which people are evenly divided: they are in no column."""


def speaking(scores: Sequence[ScoreValue]) -> dict[Voice, list[ScoreValue]]:
    """Scores by who gave them, evaluators first, then by how many."""
    found: dict[Voice, list[ScoreValue]] = {}
    for score in scores:
        evaluator = score.evaluator if score.source == "evaluator" else ""
        found.setdefault(Voice(score.source, evaluator), []).append(score)
    ordered = sorted(found.items(), key=lambda item: (item[0].source != "evaluator", -len(item[1]), item[0]))
    return dict(ordered)


def span_of(scores: Sequence[ScoreValue]) -> tuple[float, float]:
    """The range of the numbers: 0 to 1 where they lie in it."""
    values = [score.value for score in scores if score.status == "valid" and score.value is not None]
    if not values or (min(values) >= 0 and max(values) <= 1):
        return 0.0, 1.0
    return min(values), max(values)


def spoken(
    voice: Voice, mine: Sequence[ScoreValue], everything: Sequence[ScoreValue], span: tuple[float, float], *, binary: bool
) -> Spoken:
    """`everything`: all scores of the name that there are, whose labels correct an evaluator."""
    low, high = span
    bins, words = [0.0] * BINS, dict[str, float]()
    for score in mine:
        if score.status != "valid":
            continue
        weight = 1 / score.sample_probability
        if score.value is not None:
            bins[min(BINS - 1, max(0, int(BINS * (score.value - low) / ((high - low) or 1))))] += weight
        elif score.string_value:
            words[score.string_value] = words.get(score.string_value, 0.0) + weight
    return Spoken(
        voice=voice,
        mean=_mean("", voice, mine, everything, binary=binary),
        refused=sum(1 for score in mine if score.status == "refused"),
        bins=bins if any(bins) else (),
        words=dict(sorted(words.items(), key=lambda item: -item[1])),
    )


def over_time(
    voice: Voice, mine: Sequence[ScoreValue], everything: Sequence[ScoreValue], start: Micros, end: Micros, *, binary: bool
) -> list[Moment]:
    """In equal parts of `start` to `end`; parts without scores are left out."""
    width = max(1, (end - start) // PARTS)
    parts: dict[int, list[ScoreValue]] = {}
    for score in mine:
        parts.setdefault(min(PARTS - 1, max(0, (score.moment - start) // width)), []).append(score)
    return [
        Moment(time=start + part * width, voice=voice, mean=_mean("", voice, found, everything, binary=binary))
        for part, found in sorted(parts.items())
    ]


def by_segment(
    voice: Voice, mine: Sequence[ScoreValue], everything: Sequence[ScoreValue], *, binary: bool
) -> list[tuple[Voice, Believed]]:
    """One a segment, by name."""
    segments: dict[str, list[ScoreValue]] = {}
    for score in mine:
        segments.setdefault(score.segment, []).append(score)
    return [(voice, _mean(segment, voice, found, everything, binary=binary)) for segment, found in sorted(segments.items())]


def _mean(segment: str, voice: Voice, mine: Sequence[ScoreValue], everything: Sequence[ScoreValue], *, binary: bool) -> Believed:
    """Only evaluators are corrected: people are what they are corrected by."""
    calibration = labelled(everything, voice.evaluator) if voice.evaluator else []
    return believed_of(segment, mine, calibration, binary=binary)


def matrix(scores: Sequence[ScoreValue], evaluator: str) -> Matrix | None:
    """The evaluator against people, by all their verdicts on the same cases; None where there is no such case."""
    judge: dict[tuple[str, str, str, str], str] = {}
    people: dict[tuple[str, str, str, str], Counter[str]] = {}
    span = span_of(scores)
    for score in scores:
        label = _label(score, span)
        if label is None:
            continue
        if score.source == PEOPLE:
            people.setdefault(score.place, Counter())[label] += 1
        elif score.evaluator == evaluator:
            judge[score.place] = label
    shared = [place for place in people if place in judge]
    pairs = [(judge[place], said) for place in shared if (said := _majority(people[place])) is not None]
    if not shared:
        return None
    labels = _labels({label for pair in pairs for label in pair}, scores, span)
    counts = Counter(pairs)
    ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
    return Matrix(
        evaluator=evaluator,
        labels=labels,
        counts=[[counts[row, column] for column in labels] for row in labels],
        agreement=share(sum(1 for one, other in pairs if one == other), len(pairs)),
        kappa=cohen_kappa(ours, theirs),
        undecided=len(shared) - len(pairs),
    )


def _label(score: ScoreValue, span: tuple[float, float]) -> str | None:
    if score.status != "valid":
        return None
    if score.type == "boolean" and score.value is not None:
        return YES if score.value >= MIDDLE else NO
    return score.string_value or None if score.value is None else _grade(score.value, span)


def _grade(value: float, span: tuple[float, float]) -> str:
    low, high = span
    grade = min(GRADES - 1, max(0, int(GRADES * (value - low) / ((high - low) or 1))))
    return _grades(span)[grade]


def _grades(span: tuple[float, float]) -> list[str]:
    low, high = span
    edges = [low + (high - low) * part / GRADES for part in range(GRADES + 1)]
    return [f"{one:g}–{other:g}" for one, other in pairwise(edges)]


def _labels(found: set[str], scores: Sequence[ScoreValue], span: tuple[float, float]) -> list[str]:
    if found <= {YES, NO} and any(score.type == "boolean" for score in scores):
        return [YES, NO]
    grades = _grades(span)
    return grades if found <= set(grades) else sorted(found)


def _majority(said: Counter[str]) -> str | None:
    ranked = said.most_common(2)
    return None if len(ranked) > 1 and ranked[0][1] == ranked[1][1] else ranked[0][0]
