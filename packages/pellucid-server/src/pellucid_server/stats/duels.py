"""Strength from duels: the Bradley–Terry model. Who won how often against whom goes in; a ranking with intervals comes out."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pellucid_server.stats.intervals import CONFIDENCE, Estimate, normal_quantile

PRIOR: Final = 0.5
"""Ties added to each pair that met: who never lost gets a large strength instead of an infinite one."""
_ROUNDS: Final = 200
_SMALL: Final = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """One meeting. `won` is 1 for the first, 0 for the second, 0.5 for a tie (or two orders that contradict each other)."""

    first: str
    second: str
    won: float


def bradley_terry(duels: Sequence[Duel], confidence: float = CONFIDENCE) -> Mapping[str, Estimate]:
    """Each contestant's chance to win against an average one, strongest first; bounds from the information matrix. `n` is their duels."""
    names = sorted({name for duel in duels for name in (duel.first, duel.second)})
    if len(names) < 2:
        return {}
    place = {name: index for index, name in enumerate(names)}
    wins = np.zeros((len(names), len(names)))
    for duel in duels:
        a, b = place[duel.first], place[duel.second]
        wins[a, b] += duel.won
        wins[b, a] += 1 - duel.won
    counts = (wins + wins.T).sum(axis=1)
    wins += np.where((wins + wins.T) > 0, PRIOR / 2, 0.0)
    strength = _fit(wins)
    covariance = np.linalg.pinv(_information(wins, strength))
    z = normal_quantile(confidence)
    found = {}
    for index in sorted(range(len(names)), key=lambda index: -strength[index]):
        half = z * math.sqrt(max(0.0, float(covariance[index, index])))
        found[names[index]] = Estimate(
            value=_chance(strength[index]),
            low=_chance(strength[index] - half),
            high=_chance(strength[index] + half),
            n=int(counts[index]),
        )
    return found


def _fit(wins: np.ndarray) -> np.ndarray:
    """Newton's method on the log-strengths, which sum to zero."""
    strength = np.zeros(len(wins))
    games = wins + wins.T
    for _ in range(_ROUNDS):
        expected = games / (1 + np.exp(strength[None, :] - strength[:, None]))
        step = np.linalg.pinv(_information(wins, strength)) @ (wins - expected).sum(axis=1)
        strength = strength + np.clip(step, -1, 1)
        strength -= strength.mean()
        if float(np.abs(step).max()) < _SMALL:
            break
    return strength


def _information(wins: np.ndarray, strength: np.ndarray) -> np.ndarray:
    chance = 1 / (1 + np.exp(strength[None, :] - strength[:, None]))
    between = (wins + wins.T) * chance * (1 - chance)
    found: np.ndarray = np.diag(between.sum(axis=1)) - between
    return found


def _chance(strength: float) -> float:
    return float(1 / (1 + math.exp(-strength)))
