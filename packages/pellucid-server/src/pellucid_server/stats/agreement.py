"""How well two sets of verdicts on the same cases agree: a judge with people, or people with each other.

Every measure stands with its interval. Missing verdicts are left out by whoever calls; only `krippendorff_alpha` is made for them.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy  # which loads its parts when they are first used: a second, and 50 MB, that a start does not need

from pellucid_server.stats.intervals import CONFIDENCE, Estimate, normal_quantile, share, t_quantile

Level = Literal["nominal", "interval"]

FEWEST_RANKED = 4
"""Cases; the interval of a rank correlation needs one more than three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """A yes-or-no judge against people, case by case."""

    true_positive: int
    false_positive: int
    false_negative: int
    true_negative: int

    @property
    def n(self) -> int:
        """Cases."""
        return self.true_positive + self.false_positive + self.false_negative + self.true_negative

    @property
    def positives(self) -> int:
        """By the people."""
        return self.true_positive + self.false_negative

    @property
    def negatives(self) -> int:
        """By the people."""
        return self.true_negative + self.false_positive

    @property
    def sensitivity(self) -> Estimate | None:
        """The share of what people call good that the judge calls good; None without such cases."""
        return share(self.true_positive, self.positives)

    @property
    def specificity(self) -> Estimate | None:
        """The share of what people call bad that the judge calls bad; None without such cases."""
        return share(self.true_negative, self.negatives)

    @property
    def agreement(self) -> Estimate | None:
        """The share of equal verdicts, chance included."""
        return share(self.true_positive + self.true_negative, self.n)


def balanced_correlation(table: Confusion) -> float | None:
    """Pearson's correlation (φ) that the judge would have on as many good cases as bad ones, from sensitivity and specificity.

    Unlike κ it does not fall where nearly all cases are good, so it says how good the judge is and not how the traffic is. None where
    either verdict has no case.
    """
    if not table.positives or not table.negatives:
        return None
    sensitivity, alarm = table.true_positive / table.positives, table.false_positive / table.negatives
    says_yes = (sensitivity + alarm) / 2
    if says_yes in (0.0, 1.0):
        return 0.0
    return (sensitivity - alarm) / (2 * math.sqrt(says_yes * (1 - says_yes)))


def confusion(judge: Sequence[bool], people: Sequence[bool]) -> Confusion:
    """The four counts."""
    pairs = list(zip(judge, people, strict=True))
    return Confusion(
        true_positive=sum(1 for ours, truth in pairs if ours and truth),
        false_positive=sum(1 for ours, truth in pairs if ours and not truth),
        false_negative=sum(1 for ours, truth in pairs if not ours and truth),
        true_negative=sum(1 for ours, truth in pairs if not ours and not truth),
    )


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable], confidence: float = CONFIDENCE) -> Estimate | None:
    """Agreement beyond chance of two raters on nominal verdicts, with the large-sample interval of Fleiss, Cohen and Everitt (1969).

    None for no cases; no bounds where only one verdict occurs, because chance alone would agree as well.
    """
    n = len(first)
    if n == 0 or n != len(second):
        return None
    known = {verdict: index for index, verdict in enumerate(dict.fromkeys((*first, *second)))}
    table = np.zeros((len(known), len(known)))
    for ours, theirs in zip(first, second, strict=True):
        table[known[ours], known[theirs]] += 1.0 / n
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    observed, expected = float(np.trace(table)), float(rows @ columns)
    if expected >= 1.0:
        return Estimate(value=1.0, low=None, high=None, n=n)
    kappa = (observed - expected) / (1 - expected)
    half = normal_quantile(confidence) * math.sqrt(_kappa_variance(table, rows, columns, observed, expected) / n)
    return Estimate(value=kappa, low=max(-1.0, kappa - half), high=min(1.0, kappa + half), n=n)


def krippendorff_alpha(ratings: Sequence[Sequence[float | None]], level: Level = "nominal") -> Estimate | None:
    """Krippendorff's α of any number of raters (rows) on the same cases (columns), with gaps.

    The interval is the jackknife over cases. None where no case has two verdicts.
    """
    units = [[value for value in unit if value is not None] for unit in zip(*ratings, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    if not units:
        return None
    value, n = _alpha(units, level), len(units)
    if n < FEWEST_RANKED:
        return Estimate(value=value, low=None, high=None, n=n)
    left_out = np.array([_alpha(units[:index] + units[index + 1 :], level) for index in range(n)])
    deviation = math.sqrt((n - 1) / n * float(((left_out - left_out.mean()) ** 2).sum()))
    half = t_quantile(CONFIDENCE, n - 1) * deviation
    return Estimate(value=value, low=max(-1.0, value - half), high=min(1.0, value + half), n=n)


def rank_correlation(first: Sequence[float], second: Sequence[float], confidence: float = CONFIDENCE) -> Estimate | None:
    """Spearman's ρ with the interval of Bonett and Wright (2000) on Fisher's scale.

    None for fewer than two cases, or where one side always says the same: such a rater ranks nothing.
    """
    n = len(first)
    if n < 2 or n != len(second) or len(set(first)) < 2 or len(set(second)) < 2:
        return None
    value = float(scipy.stats.spearmanr(first, second).statistic)
    if n < FEWEST_RANKED:
        return Estimate(value=value, low=None, high=None, n=n)
    if abs(value) >= 1.0:
        return Estimate(value=value, low=value, high=value, n=n)
    half = normal_quantile(confidence) * math.sqrt((1 + value * value / 2) / (n - 3))
    middle = math.atanh(value)
    return Estimate(value=value, low=math.tanh(middle - half), high=math.tanh(middle + half), n=n)


def _kappa_variance(table: np.ndarray, rows: np.ndarray, columns: np.ndarray, observed: float, expected: float) -> float:
    """n times the variance of κ̂."""
    kappa = (observed - expected) / (1 - expected)
    crossed = columns[:, None] + rows[None, :]  # the formula pairs the share of column i with that of row j
    diagonal = float((np.diag(table) * (1 - np.diag(crossed) * (1 - kappa)) ** 2).sum())
    off = float((table * crossed**2).sum() - (np.diag(table) * np.diag(crossed) ** 2).sum()) * (1 - kappa) ** 2
    last = (kappa - expected * (1 - kappa)) ** 2
    return max(0.0, (diagonal + off - last) / (1 - expected) ** 2)


def _alpha(units: Sequence[Sequence[float]], level: Level) -> float:
    """1 − observed disagreement ÷ expected disagreement; 1 where nobody ever disagrees."""
    everything = np.concatenate([np.asarray(unit, dtype=float) for unit in units])
    total = len(everything)
    observed = sum(_disagreement(np.asarray(unit, dtype=float), level) / (len(unit) - 1) for unit in units) / total
    expected = _disagreement(everything, level) / (total * (total - 1))
    return 1.0 if expected == 0 else float(1 - observed / expected)


def _disagreement(values: np.ndarray, level: Level) -> float:
    """Over all ordered pairs: how many differ, or the sum of their squared differences."""
    if level == "interval":
        return float(2 * len(values) * (values**2).sum() - 2 * values.sum() ** 2)
    counts = np.unique(values, return_counts=True)[1]
    return float(len(values) ** 2 - (counts.astype(float) ** 2).sum())
