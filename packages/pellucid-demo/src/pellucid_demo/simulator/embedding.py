"""Embeddings without a model: hashed words and character trigrams, signed and normalised.

Texts that share words or parts of words are near, texts that share nothing are near to orthogonal. Deterministic and
the same for every seed, as a provider's embedding model would be.
"""

from array import array
from base64 import b64encode
from collections import Counter
from math import sqrt
from zlib import crc32

from pellucid_demo.simulator.mind.words import STOPWORDS, stem, words

_WORD_WEIGHT = 2.0
_TRIGRAM_WEIGHT = 0.5
_SIGN_BIT = 1 << 31


def embed(text: str, dimensions: int) -> list[float]:
    """A unit vector; the zero vector for a text without a letter."""
    vector = [0.0] * dimensions
    for feature, weight in _features(text).items():
        mark = crc32(feature.encode("utf-8", "surrogatepass"))
        vector[mark % dimensions] += weight if mark & _SIGN_BIT else -weight
    length = sqrt(sum(value * value for value in vector))
    return [value / length for value in vector] if length else vector


def packed(vector: list[float]) -> str:
    """The vector as the base64 of little-endian 32-bit floats, the form that the OpenAI SDK asks for."""
    return b64encode(array("f", vector).tobytes()).decode("ascii")


def _features(text: str) -> dict[str, float]:
    counted: Counter[str] = Counter()
    for word in words(text):
        if word in STOPWORDS:
            continue
        counted[f"w {stem(word)}"] += 1
        padded = f" {word} "
        for start in range(len(padded) - 2):
            counted[padded[start : start + 3]] += 1
    return {
        feature: (_WORD_WEIGHT if feature.startswith("w ") else _TRIGRAM_WEIGHT) * sqrt(number)
        for feature, number in counted.items()
    }
