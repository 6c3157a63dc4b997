"""Texts as points, without a model and without a download: hashed character n-grams, weighed by rarity, reduced by SVD.

Near means: written with the same pieces of words, whatever the language. The space is learnt from the texts at hand, so points of two calls
cannot be compared; put both sides into one call.
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import scipy  # which loads its parts when they are first used: a second, and 50 MB, that a start does not need
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SIZES: Final = (3, 4)
BUCKETS: Final = 1 << 14
DIMENSIONS: Final = 32
MOST_CHARS: Final = 1_000
"""Of one text; the beginning says what it is about."""
_SPACE: Final = re.compile(r"\s+")
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """A piece of text that became more or less frequent."""

    text: str
    before: float
    """Share of the texts with it."""
    now: float


def embed(texts: Sequence[str], dimensions: int = DIMENSIONS) -> Floats:
    """One row a text, of length one where the text is not empty."""
    rows, columns, values = [], [], []
    seen: Counter[int] = Counter()
    for row, text in enumerate(texts):
        counts = Counter(zlib.crc32(piece.encode()) % BUCKETS for piece in _pieces(text))
        seen.update(counts.keys())
        rows += [row] * len(counts)
        columns += list(counts)
        values += [1 + math.log(count) for count in counts.values()]
    rarity = [math.log((1 + len(texts)) / (1 + seen[column])) + 1 for column in columns]
    matrix = scipy.sparse.csr_matrix(
        (np.asarray(values) * np.asarray(rarity), (rows, columns)), shape=(len(texts), BUCKETS), dtype=float
    )
    kept = max(1, min(dimensions, len(texts) - 1, BUCKETS - 1))
    if len(texts) < 3 or not values:
        return np.zeros((len(texts), kept))
    left, sizes, _ = scipy.sparse.linalg.svds(matrix, k=kept, v0=np.ones(min(matrix.shape)))
    points = left * sizes
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points / np.where(lengths > 1e-12, lengths, 1.0))


def grown_words(reference: Sequence[str], current: Sequence[str], limit: int = 10) -> list[Grown]:
    """The words and word pairs whose share of texts changed most surely, by the z of two shares: half grew, half became rare."""
    before, now = _word_counts(reference), _word_counts(current)
    n, m = max(1, len(reference)), max(1, len(current))
    grew: list[tuple[float, str, Grown]] = []
    shrank: list[tuple[float, str, Grown]] = []
    for word in before.keys() | now.keys():
        a, b = before[word] / n, now[word] / m
        pooled = (before[word] + now[word]) / (n + m)
        error = math.sqrt(max(1e-12, pooled * (1 - pooled) * (1 / n + 1 / m)))
        (grew if b > a else shrank).append((-abs(b - a) / error, word, Grown(text=word, before=a, now=b)))
    half = (limit + 1) // 2
    return [grown for side in (grew, shrank) for _, _, grown in sorted(side, key=lambda found: found[:2])[:half]][:limit]


def _pieces(text: str) -> list[str]:
    plain = f" {_SPACE.sub(' ', _DIGITS.sub('0', text[:MOST_CHARS].lower())).strip()} "
    return [plain[at : at + size] for size in SIZES for at in range(len(plain) - size + 1)]


def _word_counts(texts: Sequence[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in texts:
        words = re.findall(r"\w+", _DIGITS.sub("0", text[:MOST_CHARS].lower()))
        counts.update({*words, *(f"{a} {b}" for a, b in pairwise(words))})
    return counts
