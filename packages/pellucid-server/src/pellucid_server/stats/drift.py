"""Two samples: did what they are drawn from change? Tests of numbers, of categories and of points in space, each with its effect's size.

Every result carries both sample sizes; with too few of either, there is none. Several tests at once are corrected by `corrected`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy  # which loads its parts when they are first used: a second, and 50 MB, that a start does not need
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_REFERENCE: Final = 100
LEAST_CURRENT: Final = 50
WINDOW: Final = 1_000
"""Cases of each side that are compared; more make trifles significant."""
LEAST_EXPECTED: Final = 5.0
"""Of a category, by the χ² test's rule of thumb; rarer ones are counted together."""
PERMUTATIONS: Final = 199
POINTS: Final = 400
"""Of each side of a test in space, whose cost grows with the square."""
OTHER: Final = "\x00other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """What two samples say."""

    test: str
    """`ks`, `chi2`, `mmd` or `c2st`."""
    p: float
    effect: float
    """KS: the largest gap of the distributions (0 to 1). χ²: the population stability index. MMD: its unbiased estimate. C2ST: how
    often a classifier tells the sides apart (0.5: not at all)."""
    n_reference: int
    n_current: int


def numbers(reference: Sequence[float], current: Sequence[float]) -> Shift | None:
    """Kolmogorov's and Smirnov's test; exact for small samples without ties, conservative with ties."""
    if len(reference) < LEAST_REFERENCE or len(current) < LEAST_CURRENT:
        return None
    found = scipy.stats.ks_2samp(reference, current, method="auto")
    return Shift(
        test="ks", p=float(found.pvalue), effect=float(found.statistic), n_reference=len(reference), n_current=len(current)
    )


def categories(reference: Mapping[str, int], current: Mapping[str, int]) -> Shift | None:
    """Pearson's χ² of homogeneity, with the population stability index as the effect."""
    n, m = sum(reference.values()), sum(current.values())
    if n < LEAST_REFERENCE or m < LEAST_CURRENT:
        return None
    left, right = _merged(reference, current)
    table = np.array([left, right], dtype=float)
    index = _stability(table)
    if table.shape[1] < 2:
        return Shift(test="chi2", p=1.0, effect=index, n_reference=n, n_current=m)
    found = scipy.stats.chi2_contingency(table, correction=False)
    return Shift(test="chi2", p=float(found.pvalue), effect=index, n_reference=n, n_current=m)


def kernel_distance(reference: Floats, current: Floats, rng: np.random.Generator) -> Shift | None:
    """Maximum mean discrepancy (Gretton et al. 2012) with a Gaussian kernel of the median distance, tested by permutation."""
    if len(reference) < LEAST_REFERENCE or len(current) < LEAST_CURRENT:
        return None
    left, right = _thinned(reference, rng), _thinned(current, rng)
    points = np.vstack([left, right])
    squares = scipy.spatial.distance.pdist(points, "sqeuclidean")
    scale = float(np.median(squares)) or 1.0
    kernel = scipy.spatial.distance.squareform(np.exp(-squares / scale))
    n = len(left)
    seen = _discrepancy(kernel, np.arange(len(points)) < n)
    signs = np.arange(len(points)) < n
    drawn = [_discrepancy(kernel, rng.permutation(signs)) for _ in range(PERMUTATIONS)]
    above = sum(one >= seen for one in drawn)
    return Shift(test="mmd", p=(1 + above) / (1 + PERMUTATIONS), effect=seen, n_reference=len(reference), n_current=len(current))


def told_apart(reference: Floats, current: Floats, rng: np.random.Generator) -> Shift | None:
    """Classifier two-sample test (Lopez-Paz and Oquab 2017): a ridge classifier on one half, its hits on the other."""
    if len(reference) < LEAST_REFERENCE or len(current) < LEAST_CURRENT:
        return None
    size = min(len(reference), len(current), POINTS)
    points = np.vstack([_drawn(reference, size, rng), _drawn(current, size, rng)])
    sides = np.repeat([-1.0, 1.0], size)
    order = rng.permutation(2 * size)
    train, test = order[:size], order[size:]
    centre = points[train].mean(axis=0)
    design = points[train] - centre
    ridge = float((design * design).sum()) / design.shape[1] * 0.1 + 1e-9
    weights = np.linalg.solve(design.T @ design + ridge * np.eye(design.shape[1]), design.T @ (sides[train] - sides[train].mean()))
    guessed = (points[test] - centre) @ weights + sides[train].mean()
    hits = int(((guessed > 0) == (sides[test] > 0)).sum())
    p = float(scipy.stats.binomtest(hits, len(test), 0.5, alternative="greater").pvalue)
    return Shift(test="c2st", p=p, effect=hits / len(test), n_reference=len(reference), n_current=len(current))


def corrected(p_values: Sequence[float]) -> list[float]:
    """Benjamini's and Hochberg's adjusted p-values, in the order given: of what is called drift, at most that share is none."""
    order = sorted(range(len(p_values)), key=lambda place: -p_values[place])
    adjusted, running = [1.0] * len(p_values), 1.0
    for rank, place in enumerate(order):
        running = min(running, p_values[place] * len(p_values) / (len(p_values) - rank))
        adjusted[place] = running
    return adjusted


def mix_and_rate(
    reference: Mapping[str, tuple[int, float]], current: Mapping[str, tuple[int, float]]
) -> tuple[float, float] | None:
    """A mean's difference as (mix, rate), after Kitagawa 1955: how much comes of other segments, how much of other values in them.

    Each segment is (cases, sum of values). A segment that is on one side only is mix. None where a side is empty.
    """
    n, m = sum(count for count, _ in reference.values()), sum(count for count, _ in current.values())
    if not n or not m:
        return None
    mix = rate = 0.0
    for name in reference.keys() | current.keys():
        before_n, before_sum = reference.get(name, (0, 0.0))
        after_n, after_sum = current.get(name, (0, 0.0))
        before = before_sum / before_n if before_n else after_sum / after_n
        after = after_sum / after_n if after_n else before
        mix += (after_n / m - before_n / n) * (before + after) / 2
        rate += (after - before) * (after_n / m + before_n / n) / 2
    return mix, rate


def matched(
    reference: Sequence[tuple[float, str]], current: Sequence[tuple[float, str]], rng: np.random.Generator
) -> tuple[list[float], list[float]]:
    """Values of both sides drawn so that every segment has the same share on both: what still differs is no other mix.

    Each value comes with its segment. Segments that are on one side only are left out; of the others as many are drawn as both have.
    """
    before, now = _by_segment(reference), _by_segment(current)
    left: list[float] = []
    right: list[float] = []
    for name in sorted(before.keys() & now.keys()):
        size = min(len(before[name]), len(now[name]))
        left += list(rng.choice(before[name], size, replace=False))
        right += list(rng.choice(now[name], size, replace=False))
    return left, right


def _by_segment(values: Sequence[tuple[float, str]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for value, segment in values:
        found.setdefault(segment, []).append(value)
    return found


def _merged(reference: Mapping[str, int], current: Mapping[str, int]) -> tuple[list[int], list[int]]:
    n, m = sum(reference.values()), sum(current.values())
    left: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for name in reference.keys() | current.keys():
        both = reference.get(name, 0) + current.get(name, 0)
        kept = name if both * min(n, m) / (n + m) >= LEAST_EXPECTED else OTHER
        left[kept] += reference.get(name, 0)
        right[kept] += current.get(name, 0)
    names = sorted(left.keys() | right.keys())
    return [left[name] for name in names], [right[name] for name in names]


def _stability(table: Floats) -> float:
    """Half a case is added to each, so that what is new has a finite share."""
    shares = (table + 0.5) / (table + 0.5).sum(axis=1, keepdims=True)
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def _discrepancy(kernel: Floats, first: NDArray[np.bool_]) -> float:
    """Unbiased: the diagonal (zero in a condensed matrix) is left out."""
    n, m = int(first.sum()), int((~first).sum())
    weights = np.where(first, 1.0, 0.0)
    rows = kernel @ weights
    inside, across = float(rows[first].sum()), float(rows[~first].sum())
    outside = float(kernel.sum()) - inside - 2 * across
    return inside / (n * (n - 1)) + outside / (m * (m - 1)) - 2 * across / (n * m)


def _thinned(points: Floats, rng: np.random.Generator) -> Floats:
    return points if len(points) <= POINTS else _drawn(points, POINTS, rng)


def _drawn(points: Floats, size: int, rng: np.random.Generator) -> Floats:
    return points[rng.permutation(len(points))[:size]]
