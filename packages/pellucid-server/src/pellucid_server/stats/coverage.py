"""How far the cases of a data set speak of what is asked in production: topics found without a model, and texts that say the same.

A topic is a cluster of what was asked: spherical k-means over hashed n-grams, begun from the texts that lie farthest apart, so that the
same texts give the same topics. A case belongs to the topic that it is nearest to, if it is as near as nine of ten of the topic's own
texts; a case that is near to none speaks of what nobody asked.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pellucid_server.stats.embedding import Floats, embed, grown_words
from pellucid_server.stats.intervals import Estimate, share

FEWEST: Final = 30
"""Texts of production below which no topics are told."""
MOST_TOPICS: Final = 12
ROUNDS: Final = 25
NEAR: Final = 10.0
"""Percentile of a topic's own likeness from which a case belongs to it."""
WORDS_OF_TOPIC: Final = 3
SHINGLE: Final = 3
"""Words."""
SAME: Final = 0.8
"""Share of shingles (Jaccard) from which two texts say the same."""
COMMON: Final = 200
"""A shingle of more texts than this is a turn of phrase and finds no pairs."""
_WORDS: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """Something that is asked."""

    words: tuple[str, ...]
    """That are more frequent in it than elsewhere."""
    example: str
    """The text in its middle."""
    asked: Estimate
    """Its share of production, with n texts in all."""
    cases: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How far the cases speak of it."""

    topics: tuple[Topic, ...]
    """The most frequent first."""
    covered: Estimate
    """Share of production in topics that have a case."""
    cases: int
    strays: int
    """Cases that are near to nothing that was asked."""


def coverage(asked: Sequence[str], cases: Sequence[str]) -> Coverage | None:
    """None where too little was asked."""
    if len(asked) < FEWEST:
        return None
    points = embed([*asked, *cases])
    own, others = points[: len(asked)], points[len(asked) :]
    centres = _centres(own, max(2, min(MOST_TOPICS, round((len(asked) / 2) ** 0.5))))
    likeness = own @ centres.T
    member = likeness.argmax(axis=1)
    edges = [float(np.percentile(likeness[member == place, place], NEAR)) for place in range(len(centres))]
    counts = _placed(others @ centres.T, edges)
    topics = [_topic(asked, likeness, member, place, counts[place]) for place in range(len(centres))]
    inside = sum(round(topic.asked.value * len(asked)) for topic in topics if topic.cases)
    return Coverage(
        topics=tuple(sorted(topics, key=lambda topic: -topic.asked.value)),
        covered=_share(inside, len(asked)),
        cases=len(cases),
        strays=len(cases) - counts.total(),
    )


def near_doubles(texts: Sequence[str]) -> list[tuple[int, int]]:
    """Places of texts that say the same: equal but for white space and case, or with four of five shingles in common."""
    shingled = [_shingles(text) for text in texts]
    places: dict[str, list[int]] = defaultdict(list)
    found: list[tuple[int, int]] = []
    for place, own in enumerate(shingled):
        shared: Counter[int] = Counter()
        for shingle in own:
            shared.update(places[shingle][:COMMON])
            places[shingle].append(place)
        found += [(other, place) for other, count in shared.items() if count / (len(own) + len(shingled[other]) - count) >= SAME]
    return sorted(found)


def _centres(points: Floats, wanted: int) -> Floats:
    chosen = [int((points @ points.mean(axis=0)).argmax())]
    while len(chosen) < wanted:
        nearest = (points @ points[chosen].T).max(axis=1)
        if float(nearest.min()) > 1 - 1e-9:
            break
        chosen.append(int(nearest.argmin()))
    centres = points[chosen]
    for _ in range(ROUNDS):
        member = (points @ centres.T).argmax(axis=1)
        kept = [points[member == place].mean(axis=0) for place in range(len(centres)) if (member == place).any()]
        moved = np.array([centre / max(1e-12, float(np.linalg.norm(centre))) for centre in kept])
        if moved.shape == centres.shape and np.allclose(moved, centres):
            break
        centres = moved
    return centres


def _placed(likeness: Floats, edges: Sequence[float]) -> Counter[int]:
    """Cases by topic."""
    nearest = likeness.argmax(axis=1) if likeness.size else np.array([], dtype=int)
    return Counter(int(place) for row, place in enumerate(nearest) if likeness[row, place] >= edges[int(place)])


def _topic(asked: Sequence[str], likeness: Floats, member: np.ndarray, place: int, cases: int) -> Topic:
    inside = np.flatnonzero(member == place).tolist()
    rest = [asked[at] for at in np.flatnonzero(member != place).tolist()]
    grown = grown_words(rest, [asked[at] for at in inside], limit=2 * WORDS_OF_TOPIC)
    return Topic(
        words=tuple(one.text for one in grown if one.now > one.before)[:WORDS_OF_TOPIC],
        example=asked[inside[int(likeness[inside, place].argmax())]],
        asked=_share(len(inside), len(asked)),
        cases=cases,
    )


def _share(count: int, n: int) -> Estimate:
    found = share(count, n)
    if found is None:
        raise ValueError("a share of nothing")
    return found


def _shingles(text: str) -> frozenset[str]:
    words = _WORDS.findall(text.casefold())
    if len(words) < SHINGLE:
        return frozenset({" ".join(words)} if words else ())
    return frozenset(" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1))
