"""How small a difference two samples can show, and how many cases it takes: two-sided at 5 %, found four times in five."""

import math
from typing import Final

import scipy  # which loads its parts when they are first used: a second, and 50 MB, that a start does not need

ALPHA: Final = 0.05
POWER: Final = 0.8


def least_effect(spread: float, n: float, base_n: float) -> float | None:
    """The smallest difference of means that would be found; None where either side is empty."""
    if n <= 0 or base_n <= 0:
        return None
    return _reach() * spread * math.sqrt(1 / n + 1 / base_n)


def cases_for(effect: float, spread: float, base_n: float) -> int | None:
    """Cases of the new side before a difference of `effect` would be found; None where the old side has too few for it, ever."""
    if effect <= 0 or base_n <= 0:
        return None
    room = (effect / (_reach() * spread)) ** 2 - 1 / base_n if spread > 0 else math.inf
    return math.ceil(1 / room) if room > 0 else None


def _reach() -> float:
    """Standard errors between no difference and one that is found."""
    return float(scipy.stats.norm.ppf(1 - ALPHA / 2) + scipy.stats.norm.ppf(POWER))
