"""Trust: what people's labels say about a judge, and what that makes of its verdicts. Pure: scores in, frozen results out.

A judge is *uncalibrated* until people have labelled a hundred of its cases (and ten of the rarer verdict), then *trusted*, or *suspect*
where it correlates with people by less than 0.7. For yes and no that is φ at balanced classes, for numbers Spearman's ρ.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pellucid_server.query.scores import ScoreValue
from pellucid_server.stats import weighted
from pellucid_server.stats.agreement import (
    Confusion,
    balanced_correlation,
    cohen_kappa,
    confusion,
    krippendorff_alpha,
    rank_correlation,
)
from pellucid_server.stats.correction import FEWEST_LABELS, corrected_mean, corrected_share, judged
from pellucid_server.stats.intervals import Estimate, difference_of_means

NEEDED_LABELS: Final = 100
SUSPECT_BELOW: Final = 0.7
PROPOSED: Final = 20
MIDDLE: Final = 0.5
_Place = tuple[str, str, str, str]


class TrustState(StrEnum):
    """How far a judge can be believed."""

    UNCALIBRATED = "uncalibrated"
    TRUSTED = "trusted"
    SUSPECT = "suspect"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A case on which judge and people both spoke."""

    place: _Place
    judge: float
    people: float
    raters: int
    kin: bool
    length: float | None
    """Characters of what was judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the labels say."""

    state: TrustState
    binary: bool
    labels: int
    needed: int
    """More labels, until something can be said."""
    correlation: float | None
    table: Confusion | None
    kappa: Estimate | None
    alpha: Estimate | None
    """Krippendorff's, of judge and people as two raters."""
    rank: Estimate | None
    length_bias: Estimate | None
    """Rank correlation of what the judge gives beyond people with the length of the answer; 0 is fair."""
    kin_bias: Estimate | None
    """What the judge gives beyond people to its own family, minus what it gives to others."""
    kin: int
    """Verdicts on models of the judge's own family."""
    proposed: Sequence[_Place]
    """Judged cases to label next: a random draw, because labels that are picked by their verdict would make the calibration crooked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """A mean of a judge: as it stands, and as the labels correct it."""

    segment: str
    raw: Estimate | None
    corrected: Estimate | None
    """None where the labels do not suffice."""
    missing: int
    """Evaluations without a verdict; none of them is a zero."""


def labelled(scores: Iterable[ScoreValue], evaluator: str, version: str = "") -> list[Pair]:
    """Pairs of the judge's and the people's verdicts of the same name on the same place; several people are averaged."""
    ours: dict[_Place, ScoreValue] = {}
    people: dict[_Place, list[float]] = {}
    for score in scores:
        if score.status != "valid" or score.value is None:
            continue
        if score.source == "human":
            people.setdefault(score.place, []).append(score.value)
        elif score.evaluator == evaluator and (not version or score.evaluator_version == version):
            ours[score.place] = score
    return [
        Pair(
            place=place,
            judge=float(ours[place].value or 0.0),
            people=sum(values) / len(values),
            raters=len(values),
            kin=ours[place].metadata.get("same_family") == "true",
            length=_number(ours[place].metadata.get("length", "")),
        )
        for place, values in people.items()
        if place in ours
    ]


def trust(scores: Sequence[ScoreValue], evaluator: str, *, binary: bool, version: str = "") -> Trust:
    """Of one evaluator, by all scores of its name."""
    pairs = labelled(scores, evaluator, version)
    table = _table(pairs) if binary else None
    rank = None if binary else rank_correlation([pair.judge for pair in pairs], [pair.people for pair in pairs])
    correlation = balanced_correlation(table) if table is not None else None if rank is None else rank.value
    rarer = min(table.positives, table.negatives) if table is not None else FEWEST_LABELS
    needed = max(NEEDED_LABELS - len(pairs), FEWEST_LABELS - rarer, 0)
    kappa, alpha = _agreement(pairs, binary=binary)
    return Trust(
        state=_state(needed, correlation),
        binary=binary,
        labels=len(pairs),
        needed=needed,
        correlation=correlation,
        table=table,
        kappa=kappa,
        alpha=alpha,
        rank=rank,
        length_bias=_length_bias(pairs),
        kin_bias=_kin_bias(pairs),
        kin=sum(1 for score in scores if score.evaluator == evaluator and score.metadata.get("same_family") == "true"),
        proposed=_proposed(scores, evaluator, {pair.place for pair in pairs}),
    )


def believed(scores: Sequence[ScoreValue], calibration: Sequence[Pair], evaluator: str, *, binary: bool) -> list[Believed]:
    """The judge's mean of each segment, weighted by how each case was drawn, raw and corrected by the labels of all segments."""
    segments: dict[str, list[ScoreValue]] = {}
    for score in scores:
        if score.evaluator == evaluator and score.source == "evaluator":
            segments.setdefault(score.segment, []).append(score)
    return [believed_of(name, found, calibration, binary=binary) for name, found in sorted(segments.items())]


def believed_of(name: str, scores: Sequence[ScoreValue], calibration: Sequence[Pair], *, binary: bool) -> Believed:
    """The mean of one segment; without labels it stands as it is."""
    table = _table(calibration) if binary else None
    valid = [score for score in scores if score.status == "valid" and score.value is not None]
    values, drawn = [float(score.value or 0.0) for score in valid], [score.sample_probability for score in valid]
    corrected = None
    if table is not None:
        raw = judged([value >= MIDDLE for value in values], drawn)
        corrected = None if raw is None else corrected_share(raw, table)
    else:
        by_place = {pair.place: pair for pair in calibration}
        alone = [score for score in valid if score.place not in by_place]
        mine = [by_place[score.place] for score in valid if score.place in by_place]
        corrected = corrected_mean(
            [float(score.value or 0.0) for score in alone],
            [pair.judge for pair in mine],
            [pair.people for pair in mine],
            probabilities=[score.sample_probability for score in alone],
        )
    return Believed(segment=name, raw=weighted.mean(values, drawn), corrected=corrected, missing=len(scores) - len(valid))


def _table(pairs: Sequence[Pair]) -> Confusion:
    return confusion([pair.judge >= MIDDLE for pair in pairs], [pair.people >= MIDDLE for pair in pairs])


def _agreement(pairs: Sequence[Pair], *, binary: bool) -> tuple[Estimate | None, Estimate | None]:
    if not pairs:
        return None, None
    if binary:
        ours, people = [pair.judge >= MIDDLE for pair in pairs], [pair.people >= MIDDLE for pair in pairs]
        return cohen_kappa(ours, people), krippendorff_alpha([list(map(float, ours)), list(map(float, people))])
    return None, krippendorff_alpha([[pair.judge for pair in pairs], [pair.people for pair in pairs]], "interval")


def _state(needed: int, correlation: float | None) -> TrustState:
    if needed or correlation is None:
        return TrustState.UNCALIBRATED
    return TrustState.TRUSTED if correlation >= SUSPECT_BELOW else TrustState.SUSPECT


def _length_bias(pairs: Sequence[Pair]) -> Estimate | None:
    known = [(pair.judge - pair.people, pair.length) for pair in pairs if pair.length is not None]
    return rank_correlation([excess for excess, _ in known], [length for _, length in known])


def _kin_bias(pairs: Sequence[Pair]) -> Estimate | None:
    kin = [pair.judge - pair.people for pair in pairs if pair.kin]
    return difference_of_means(kin, [pair.judge - pair.people for pair in pairs if not pair.kin])


def _proposed(scores: Iterable[ScoreValue], evaluator: str, known: set[_Place]) -> list[_Place]:
    places = {
        score.place for score in scores if score.evaluator == evaluator and score.status == "valid" and score.place not in known
    }
    return sorted(places, key=lambda place: hashlib.sha256("\0".join(place).encode()).digest())[:PROPOSED]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def histogram(scores: Iterable[ScoreValue], bins: int = 20) -> Mapping[str, Sequence[float]]:
    """Weighted counts of valid numbers by source, in equal bins from 0 to 1 (outside of it: the edge)."""
    counts: dict[str, list[float]] = {}
    for score in scores:
        if score.status == "valid" and score.value is not None:
            row = counts.setdefault(score.source, [0.0] * bins)
            row[min(bins - 1, max(0, int(score.value * bins)))] += 1 / score.sample_probability
    return counts
