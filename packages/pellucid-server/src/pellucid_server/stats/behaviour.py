"""Behaviour: whether a model answers the same prompts as it did before, by how far apart its answers lie.

Answers are points in the space of `embedding`; the distance of a prompt is how much farther answers of then and now lie from each other
than those of one time from each other (the energy distance of two samples). Which answers are of now is permuted within each prompt, so
the test holds whatever the prompts are and however much the answers of one prompt vary.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pellucid_server.stats.embedding import Floats, embed
from pellucid_server.stats.intervals import Estimate, difference_of_shares, mean, share

FEWEST_PROMPTS: Final = 3
MOST_PERMUTATIONS: Final = 49_999
CHUNK: Final = 5_000
"""Permutations at once: memory for 16 prompts of six answers stays under 30 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the answers of now say against those of the reference."""

    distance: Estimate
    """Mean over the prompts, with Student's interval over them; 0: as alike as answers of one time. n counts prompts."""
    p: float
    answers: int
    """Of now."""
    exact: Estimate | None
    """Share of answers that the reference has word by word."""
    length: Estimate | None
    """Mean difference in characters, over the prompts."""


def permutations_for(level: float) -> int:
    """So many that a p-value can be well below the level."""
    return int(min(MOST_PERMUTATIONS, max(999, math.ceil(10 / level))))


def behaviour(
    reference: Sequence[Sequence[str]], now: Sequence[Sequence[str]], rng: np.random.Generator, *, level: float
) -> Behaviour | None:
    """One list of answers a prompt on either side; prompts without two answers on both are left out. None for too few prompts."""
    pairs = [(old, new) for old, new in zip(reference, now, strict=True) if len(old) >= 2 and len(new) >= 2]
    if len(pairs) < FEWEST_PROMPTS:
        return None
    points = embed([text for old, new in pairs for text in (*old, *new)])
    matrices, at = [], 0
    for old, new in pairs:
        texts = (*old, *new)
        matrices.append(_distances(points[at : at + len(texts)], texts))
        at += len(texts)
    sizes = [len(old) for old, _ in pairs]
    seen = [float(_energy(matrix, _first(matrix, size)[None, :])[0]) for matrix, size in zip(matrices, sizes, strict=True)]
    distance = mean(seen)
    assert distance is not None
    words = [text for _, new in pairs for text in new]
    known = sum(text in old for old, new in pairs for text in new)
    return Behaviour(
        distance=distance,
        p=_p(matrices, sizes, sum(seen), rng, permutations_for(level)),
        answers=len(words),
        exact=share(known, len(words)),
        length=mean([float(np.mean([*map(len, new)]) - np.mean([*map(len, old)])) for old, new in pairs]),
    )


def refused_more(before: tuple[int, int], now: tuple[int, int]) -> Estimate | None:
    """Of (refusals, answers): the difference of shares."""
    return difference_of_shares(*now, *before)


def _distances(points: Floats, texts: Sequence[str]) -> Floats:
    """Cosine distances; equal texts have none, also where nothing can be told from their pieces."""
    found = 1 - points @ points.T
    same = np.array([[one == other for other in texts] for one in texts])
    return np.asarray(np.where(same, 0.0, np.maximum(found, 0.0)))


def _first(matrix: Floats, size: int) -> Floats:
    return np.asarray((np.arange(len(matrix)) < size).astype(float))


def _energy(matrix: Floats, firsts: Floats) -> Floats:
    """For each row of `firsts` (1: of the reference): between minus the mean of within, each over pairs of different answers."""
    seconds = 1 - firsts
    n, m = firsts[0].sum(), seconds[0].sum()
    toward = firsts @ matrix
    within_first = (toward * firsts).sum(axis=1) / (n * (n - 1))
    between = (toward * seconds).sum(axis=1) / (n * m)
    within_second = ((seconds @ matrix) * seconds).sum(axis=1) / (m * (m - 1))
    return np.asarray(between - (within_first + within_second) / 2)


def _p(matrices: Sequence[Floats], sizes: Sequence[int], seen: float, rng: np.random.Generator, permutations: int) -> float:
    above, left = 0, permutations
    while left > 0:
        drawn = min(CHUNK, left)
        total = np.zeros(drawn)
        for matrix, size in zip(matrices, sizes, strict=True):
            order = rng.permuted(np.tile(np.arange(len(matrix)), (drawn, 1)), axis=1)
            total += _energy(matrix, (order < size).astype(float))
        above += int((total >= seen - 1e-12).sum())
        left -= drawn
    return (1 + above) / (1 + permutations)
