"""What a judge's verdicts say about the truth, once people have labelled some cases: bias removed, and the labels' own error counted.

Two ways, by the kind of verdict: Rogan–Gladen for yes or no, after *How to Correctly Report LLM-as-a-Judge Evaluations* (arXiv 2511.21140),
and prediction-powered inference with power tuning for numbers (arXiv 2301.09633, 2311.01453). Both refuse where the labels say too little.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pellucid_server.stats import weighted
from pellucid_server.stats.agreement import Confusion
from pellucid_server.stats.intervals import CONFIDENCE, Estimate, normal_quantile, t_quantile

FEWEST_LABELS: Final = 10
"""Of each verdict for a corrected share, or in all for a corrected mean; below this nothing is corrected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A raw share of positive verdicts with its variance, so that a weighted sample fits in as well."""

    share: float
    variance: float
    n: int


def judged(verdicts: Sequence[bool], probabilities: Sequence[float] | None = None) -> Judged | None:
    """The raw share of positive verdicts; None for none. The variance is smoothed (one case of each added), so that 0 % has one too."""
    n = len(verdicts)
    if n == 0:
        return None
    drawn = [1.0] * n if probabilities is None else probabilities
    weights = 1.0 / np.asarray(drawn, dtype=float)
    value = float((weights * np.asarray(verdicts, dtype=float)).sum() / weights.sum())
    size = weighted.effective_n(drawn)
    smooth = (value * size + 1) / (size + 2)
    return Judged(share=value, variance=smooth * (1 - smooth) / (size + 2), n=n)


def corrected_share(raw: Judged, labels: Confusion, confidence: float = CONFIDENCE) -> Estimate | None:
    """Rogan–Gladen: the true share of positives, its interval holding both the sample's and the calibration's error.

    The interval is of those shares θ at which the observed raw share is no surprise: |p − θ·se − (1 − θ)(1 − sp)| ≤ z·sd(θ), which is
    quadratic in θ (Fieller) and stays honest where the plain delta method does not. None where fewer than `FEWEST_LABELS` cases of either
    verdict are labelled, or where the judge is no better than a coin (se + sp ≤ 1, or not surely above).
    """
    if min(labels.positives, labels.negatives) < FEWEST_LABELS:
        return None
    sensitivity, specificity = labels.true_positive / labels.positives, labels.true_negative / labels.negatives
    power = sensitivity + specificity - 1
    if power <= 0:
        return None
    bounds = _fieller(raw, labels, normal_quantile(confidence))
    if bounds is None:
        return None
    value = min(1.0, max(0.0, (raw.share + specificity - 1) / power))
    low, high = (min(1.0, max(0.0, bound)) for bound in bounds)
    return Estimate(value=value, low=min(low, value), high=max(high, value), n=raw.n)


def corrected_mean(
    judge: Sequence[float],
    labelled_judge: Sequence[float],
    labelled_people: Sequence[float],
    *,
    probabilities: Sequence[float] | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate | None:
    """Prediction-powered mean (PPI++): the judge's mean over everything, moved by how far it is from people where both spoke.

    `judge` are verdicts on cases that people did not label, drawn with `probabilities`; the labelled ones are a random sample of the same
    traffic. The weight of the judge is tuned to the least variance, so that a useless judge does no harm. None for fewer than
    `FEWEST_LABELS` labels.
    """
    n = len(labelled_people)
    if n < FEWEST_LABELS or n != len(labelled_judge):
        return None
    ours, people = np.asarray(labelled_judge, dtype=float), np.asarray(labelled_people, dtype=float)
    if not len(judge):
        half = t_quantile(confidence, n - 1) * float(people.std(ddof=1)) / math.sqrt(n)
        return Estimate(value=float(people.mean()), low=float(people.mean()) - half, high=float(people.mean()) + half, n=n)
    drawn = [1.0] * len(judge) if probabilities is None else probabilities
    everything = weighted.mean(judge, drawn)
    spread = weighted.variance_of_mean(judge, drawn)
    tuning = _tuning(ours, people, spread)
    rest = people - tuning * ours
    value = tuning * (everything.value if everything is not None and tuning else 0.0) + float(rest.mean())
    variance = (tuning**2 * spread if tuning else 0.0) + float(rest.var(ddof=1)) / n
    half = t_quantile(confidence, n - 1) * math.sqrt(variance)
    return Estimate(value=value, low=value - half, high=value + half, n=n + len(judge))


def _tuning(judge: np.ndarray, people: np.ndarray, spread: float) -> float:
    """How much the judge is trusted, between 0 and 1: the weight with the least variance."""
    variance = float(judge.var(ddof=1))
    if not math.isfinite(spread) or variance + spread * len(judge) <= 0:
        return 0.0
    together = float(np.cov(judge, people, ddof=1)[0, 1])
    return min(1.0, max(0.0, together / (variance + len(judge) * spread)))


def _fieller(raw: Judged, labels: Confusion, z: float) -> tuple[float, float] | None:
    """Roots of (p + sp − 1 − θ·power)² = z²·(var p + θ²·var se + (1 − θ)²·var sp); None where the labels leave every θ possible."""
    positives, negatives = labels.positives + 2, labels.negatives + 2
    se, sp = (labels.true_positive + 1) / positives, (labels.true_negative + 1) / negatives
    var_se, var_sp = z * z * se * (1 - se) / positives, z * z * sp * (1 - sp) / negatives
    power, offset = se + sp - 1, raw.share + sp - 1
    a = power * power - var_se - var_sp
    b = -2 * offset * power + 2 * var_sp
    c = offset * offset - z * z * raw.variance - var_sp
    inside = b * b - 4 * a * c
    if a <= 0 or inside < 0:
        return None
    root = math.sqrt(inside)
    return (-b - root) / (2 * a), (-b + root) / (2 * a)
