"""Doubts: verdicts that are worth a person's look next, each with its reason. Pure.

What is picked by its verdict is no random sample, so labels of these cases must not calibrate the judge: they are asked for under a name of
their own. They show where the prompt is unclear, which a random draw of a good judge hardly ever does.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.evals.trust import MIDDLE
from pellucid_server.query.scores import ScoreValue

MOST: Final = 20
MOST_ALIKE: Final = 8
"""For one kind of reason, before the others have had their turn."""
NEAR: Final = 0.15
"""Of the middle: a number that says neither."""
_Place = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A case to look at."""

    place: _Place
    reason: str


def doubts(scores: Sequence[ScoreValue], evaluator: str) -> list[Doubt]:
    """The most doubtful first: the judge contradicts itself, gives no verdict, says neither, or says what it seldom says."""
    seen = {score.place for score in scores if score.source == "human"}
    mine = {score.place: score for score in scores if score.evaluator == evaluator and score.source == "evaluator"}
    open_ = [score for place, score in sorted(mine.items()) if place not in seen]
    rare = _rare(mine.values())
    found = [(doubt, score) for score in open_ if (doubt := _doubt(score, rare)) is not None]
    ranked = sorted(found, key=lambda item: item[0][0])
    kinds = Counter[int]()
    chosen: list[Doubt] = []
    rest: list[Doubt] = []
    for (rank, reason), score in ranked:
        kinds[rank[0]] += 1
        few = kinds[rank[0]] <= MOST_ALIKE
        (chosen if few else rest).append(Doubt(place=score.place, reason=reason))
    return [*chosen, *rest][:MOST]


def _doubt(score: ScoreValue, rare: float | None) -> tuple[tuple[int, float], str] | None:
    """How doubtful (smaller is more), and why."""
    agreeing, repeats = _whole(score, "agreeing"), _whole(score, "repeats")
    if repeats > 1 and 0 < agreeing < repeats:
        return (0, agreeing / repeats), f"asked {repeats} times, the judge said this {agreeing} times"
    if score.status != "valid":
        return (1, 0.0), "the judge refused" if score.status == "refused" else "the judge came to no verdict"
    if score.value is None:
        return None
    distance = abs(score.value - MIDDLE)
    if score.type == "numeric" and distance <= NEAR:
        return (2, distance), f"{score.value:.2f} says neither"
    if score.type == "boolean" and score.value == rare:
        return (3, 0.0), "the verdict that the judge seldom gives"
    return None


def _rare(scores: Iterable[ScoreValue]) -> float | None:
    """Of yes and no, what is said less often; None where it is never said."""
    said = [score.value for score in scores if score.status == "valid" and score.value is not None]
    yes = sum(1 for value in said if value >= MIDDLE)
    if not 0 < yes < len(said):
        return None
    return 1.0 if 2 * yes < len(said) else 0.0


def _whole(score: ScoreValue, name: str) -> int:
    text = score.metadata.get(name, "")
    return int(text) if text.isdigit() else 0
