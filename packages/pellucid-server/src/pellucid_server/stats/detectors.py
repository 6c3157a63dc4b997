"""Detectors of change: alarms whose rate is stated, however often and however long one looks.

A mixture of Shiryaev-Roberts e-detectors (Shin, Ramdas, Rinaldo 2023): each is a sum of betting products begun at every past moment. While
what is watched has mean zero or less and tails no heavier than a normal's, the sum grows by at most one in each step on average, so that
reaching B takes at least B steps on average. `allowance` is bet away beforehand: it covers what the estimate of normal gets wrong.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

STAKES: Final = (0.25, 0.5, 1.0, 2.0)
"""Small ones find small changes late, great ones great changes soon."""
ALLOWANCE: Final = 0.25
"""Standard deviations of one step."""
CLIP: Final = 4.0
"""One step counts for no more than this: a single giant value is no change."""
MOST_WEALTH: Final = 1e12
CALM_WEIGHT: Final = 0.3
"""Of the latest step in the average that says whether a change is over."""
CALM_BELOW: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One detector; a value that each step replaces."""

    wealth: tuple[float, ...] = (0.0,) * len(STAKES)
    recent: float = 0.0
    """Average strangeness of late."""
    steps: int = 0

    @property
    def evidence(self) -> float:
        """To be held against `alarm_at`."""
        return sum(self.wealth) / len(self.wealth)

    @property
    def fits(self) -> bool:
        """Whether it has the stakes of today; one that was stored may not."""
        return len(self.wealth) == len(STAKES)


def step(detector: Detector, strangeness: float) -> Detector:
    """After one more step; greater strangeness is worse."""
    now = max(-CLIP, min(CLIP, strangeness))
    bet = now - ALLOWANCE
    wealth = tuple(
        min(MOST_WEALTH, (kept + 1.0) * math.exp(stake * bet - stake * stake / 2))
        for kept, stake in zip(detector.wealth, STAKES, strict=True)
    )
    recent = (1 - CALM_WEIGHT) * detector.recent + CALM_WEIGHT * now
    return Detector(wealth=wealth, recent=recent, steps=detector.steps + 1)


def alarm_at(steps_per_day: float, false_alarm_days: float) -> float:
    """The evidence at which false alarms come at most once in so many days."""
    return max(2.0, steps_per_day * false_alarm_days)


def begin_anew(detector: Detector) -> Detector:
    """After an alarm: nothing is held against what comes, but the average of late stays."""
    return replace(detector, wealth=(0.0,) * len(STAKES))


def delay(shift: float, bound: float) -> float:
    """About how many steps a lasting shift (in standard deviations of a step) needs until the alarm; infinite where it is too small."""
    bet = shift - ALLOWANCE
    rates = [stake * bet - stake * stake / 2 for stake in STAKES]
    best = max(rates)
    return math.log(bound * len(STAKES)) / best if best > 0 else math.inf


def detectable(bound: float, steps: float) -> float:
    """The smallest shift (in standard deviations of a step) that is found within so many steps, on average."""
    low, high = 0.0, 50.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if delay(middle, bound) <= steps else (middle, high)
    return high
