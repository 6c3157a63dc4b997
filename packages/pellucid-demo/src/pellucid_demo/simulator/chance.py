"""Chance that can be repeated: a number is a pure function of a seed and of what is asked.

No state and no order: the same request meets the same fate in every thread, process and run. Nothing here knows
providers, prompts or stories.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate
from math import cos, log, pi, sqrt
from typing import TypeVar

T = TypeVar("T")

_SPAN = float(1 << 64)


def digest(*parts: object) -> str:
    """A short stable name of the parts, 32 hex digits."""
    return _hashed(parts, 16).hex()


def chance(*parts: object) -> float:
    """A number in [0, 1), uniform over the parts."""
    return int.from_bytes(_hashed(parts, 8), "big") / _SPAN


def happens(probability: float, *parts: object) -> bool:
    return chance(*parts) < probability


def choose(options: Sequence[T], *parts: object) -> T:
    """One of the options, each as likely as the other."""
    return options[int(chance(*parts) * len(options))]


def choose_weighted(weights: Mapping[T, float], *parts: object) -> T:
    """One key of the mapping, as likely as its weight says."""
    mark = chance(*parts) * sum(weights.values())
    for option, edge in zip(weights, accumulate(weights.values()), strict=True):
        if mark < edge:
            return option
    return max(weights, key=weights.__getitem__)


def bell(*parts: object) -> float:
    """A standard normal number (Box and Muller)."""
    radius = sqrt(-2.0 * log(1.0 - chance(*parts, "radius")))
    return radius * cos(2.0 * pi * chance(*parts, "angle"))


def _hashed(parts: tuple[object, ...], size: int) -> bytes:
    return blake2b("\x1f".join(map(str, parts)).encode("utf-8", "surrogatepass"), digest_size=size).digest()
