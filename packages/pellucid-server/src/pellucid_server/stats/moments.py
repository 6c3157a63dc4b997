"""Count, sum and sum of squares: all that a mean and its interval need, so that the database can do the summing."""

import math
from dataclasses import dataclass

from pellucid_server.stats.intervals import CONFIDENCE, Estimate, difference_of_shares, mean_of, share, welch


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """A sample, summed."""

    n: int = 0
    total: float = 0.0
    squares: float = 0.0

    @property
    def mean(self) -> float:
        """NaN for no cases."""
        return self.total / self.n if self.n else math.nan

    @property
    def variance(self) -> float:
        """Of the sample; NaN for fewer than two cases."""
        if self.n < 2:
            return math.nan
        return max(0.0, self.squares - self.total * self.total / self.n) / (self.n - 1)

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(n=self.n + other.n, total=self.total + other.total, squares=self.squares + other.squares)


def estimate(sample: Moments, confidence: float = CONFIDENCE, *, binary: bool = False) -> Estimate | None:
    """The mean with its interval: Wilson's for shares, Student's for others; None for no cases."""
    if sample.n == 0:
        return None
    if binary:
        return share(round(sample.total), sample.n, confidence)
    return mean_of(sample.mean, math.sqrt(sample.variance) if sample.n > 1 else math.nan, sample.n, confidence)


def difference(ours: Moments, base: Moments, confidence: float = CONFIDENCE, *, binary: bool = False) -> Estimate | None:
    """A mean minus another: Newcombe's interval for shares, Welch's for others; None where either says nothing."""
    if binary:
        return difference_of_shares(round(ours.total), ours.n, round(base.total), base.n, confidence)
    if ours.n < 2 or base.n < 2:
        return None
    squared = ours.variance / ours.n, base.variance / base.n
    return welch(ours.mean - base.mean, squared, (ours.n, base.n), confidence)
