"""Corrected estimates: unbiased, their intervals hold what they promise with the calibration's error counted, equal to ppi-python."""

import numpy as np
import ppi_py  # type: ignore[import-untyped]
import pytest

from pellucid_server.stats.agreement import Confusion, confusion
from pellucid_server.stats.correction import Judged, corrected_mean, corrected_share, judged

WORLDS = 2_000


def _worlds(*, rate: float, sensitivity: float, specificity: float, n: int, labels: int, seed: int) -> tuple[float, float]:
    """Coverage of the corrected interval, and the mean of the corrected value."""
    rng = np.random.default_rng(seed)
    covered, values = 0, []
    for _ in range(WORLDS):
        truth = rng.random(n) < rate
        verdicts = np.where(truth, rng.random(n) < sensitivity, rng.random(n) < 1 - specificity)
        people = rng.random(labels) < 0.5  # half good, half bad, as active sampling proposes
        judge = np.where(people, rng.random(labels) < sensitivity, rng.random(labels) < 1 - specificity)
        raw = judged(verdicts.tolist())
        assert raw is not None
        found = corrected_share(raw, confusion(judge.tolist(), people.tolist()))
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= rate <= found.high
        values.append(found.value)
    return covered / WORLDS, float(np.mean(values))


@pytest.mark.parametrize(
    ("rate", "sensitivity", "specificity", "n", "labels"),
    [(0.8, 0.92, 0.85, 500, 120), (0.6, 0.8, 0.8, 1_000, 200), (0.9, 0.95, 0.7, 300, 150), (0.5, 0.7, 0.75, 2_000, 300)],
)
def test_corrected_share_covers_the_truth(rate: float, sensitivity: float, specificity: float, n: int, labels: int) -> None:
    coverage, average = _worlds(rate=rate, sensitivity=sensitivity, specificity=specificity, n=n, labels=labels, seed=n + labels)
    assert 0.935 <= coverage <= 0.975
    assert average == pytest.approx(rate, abs=0.02)


def test_a_raw_share_is_off_where_the_corrected_one_is_right() -> None:
    labels = Confusion(true_positive=92, false_negative=8, true_negative=70, false_positive=30)
    found = corrected_share(Judged(share=0.5 * 0.92 + 0.5 * 0.30, variance=1e-6, n=10_000), labels)
    assert found is not None
    assert found.value == pytest.approx(0.5)


@pytest.mark.parametrize(
    "labels",
    [
        Confusion(true_positive=50, false_negative=50, true_negative=50, false_positive=50),
        Confusion(true_positive=9, false_negative=0, true_negative=100, false_positive=0),
        Confusion(true_positive=55, false_negative=45, true_negative=50, false_positive=50),
    ],
    ids=["a coin", "too few labels", "not surely better than a coin"],
)
def test_what_the_labels_cannot_correct_is_refused(labels: Confusion) -> None:
    assert corrected_share(Judged(share=0.5, variance=0.001, n=250), labels) is None


def test_corrected_share_of_a_weighted_sample_is_unbiased() -> None:
    """Bad answers are judged ten times as often; the weights take it back."""
    rng = np.random.default_rng(5)
    covered, values, labels = 0, [], Confusion(true_positive=180, false_negative=20, true_negative=160, false_positive=40)
    for _ in range(WORLDS):
        suspicious = rng.random(5_000) < 0.2
        good = np.where(suspicious, rng.random(5_000) < 0.4, rng.random(5_000) < 0.9)
        drawn = np.where(suspicious, 0.5, 0.05)
        kept = rng.random(5_000) < drawn
        verdicts = np.where(good, rng.random(5_000) < 0.9, rng.random(5_000) < 0.2)
        raw = judged(verdicts[kept].tolist(), drawn[kept].tolist())
        assert raw is not None
        found = corrected_share(raw, labels)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        values.append(found.value)
        covered += found.low <= 0.8 <= found.high
    assert float(np.mean(values)) == pytest.approx(0.8, abs=0.005)
    assert covered / WORLDS >= 0.935  # the labels are the truth here, so the interval has room to spare


@pytest.mark.parametrize(("bias", "noise"), [(0.1, 0.1), (-0.2, 0.3), (0.0, 2.0)], ids=["kind", "harsh", "useless"])
def test_corrected_mean_covers_the_truth(bias: float, noise: float) -> None:
    """2,000 worlds, 800 judged and 120 labelled answers, quality 0.7 ± 0.2."""
    rng = np.random.default_rng(17)
    covered, values = 0, []
    for _ in range(WORLDS):
        quality = rng.normal(0.7, 0.2, 920)
        judge = quality + bias + rng.normal(0, noise, 920)
        found = corrected_mean(judge[120:].tolist(), judge[:120].tolist(), quality[:120].tolist())
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.7 <= found.high
        values.append(found.value)
    assert 0.935 <= covered / WORLDS <= 0.975
    assert float(np.mean(values)) == pytest.approx(0.7, abs=0.003)


def test_corrected_mean_is_that_of_ppi_python() -> None:
    rng = np.random.default_rng(23)
    quality = rng.normal(0.6, 0.2, 1_300)
    judge = quality + 0.1 + rng.normal(0, 0.15, 1_300)
    found = corrected_mean(judge[300:].tolist(), judge[:300].tolist(), quality[:300].tolist())
    assert found is not None
    assert found.low is not None
    assert found.high is not None
    theirs = ppi_py.ppi_mean_pointestimate(quality[:300], judge[:300], judge[300:])
    low, high = ppi_py.ppi_mean_ci(quality[:300], judge[:300], judge[300:], alpha=0.05)
    assert found.value == pytest.approx(float(np.squeeze(theirs)), abs=2e-3)
    assert found.low == pytest.approx(float(np.squeeze(low)), abs=4e-3)
    assert found.high == pytest.approx(float(np.squeeze(high)), abs=4e-3)


def test_a_good_judge_makes_the_interval_narrower_than_the_labels_alone() -> None:
    rng = np.random.default_rng(29)
    quality = rng.normal(0.7, 0.2, 2_100)
    judge = quality + rng.normal(0, 0.05, 2_100)
    alone = corrected_mean([], judge[:100].tolist(), quality[:100].tolist())
    both = corrected_mean(judge[100:].tolist(), judge[:100].tolist(), quality[:100].tolist())
    assert alone is not None
    assert both is not None
    assert alone.high is not None
    assert alone.low is not None
    assert both.high is not None
    assert both.low is not None
    assert both.high - both.low < 0.5 * (alone.high - alone.low)
    assert corrected_mean([], [0.5] * 9, [0.5] * 9) is None
