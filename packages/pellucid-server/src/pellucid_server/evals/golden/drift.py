"""Drift of a judge: its verdicts on a golden set today, compared case by case with those of its version's first check. Pure.

The set is frozen, so whatever moves is the judge: its provider's model behind the same name, or chance. It has *moved* where its mean (of
yes and no: the share of yes) or its agreement with people changed by more than chance explains. Each of the two is tested at half a per
cent, so a judge that stands still is suspected in at most one check of a hundred.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import Micros
from pellucid_server.stats import intervals
from pellucid_server.stats.intervals import CONFIDENCE, Estimate
from pellucid_server.stats.paired import paired_means, paired_shares
from pellucid_server.store.meta.golden import StoredCheck

MOVED_CONFIDENCE: Final = 0.995
MIDDLE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One check, as far as it can be believed."""

    id: str
    time: Micros
    version: int
    judge_model: str
    cost: float | None
    missing: int
    """Cases without a verdict; none of them is a zero."""
    mean: Estimate | None
    agreement: Estimate | None
    """With people: the share of equal verdicts, or 1 minus the mean distance."""
    shift: Estimate | None
    """The mean's change since the version's first check, case by case; None for that one itself."""
    agreement_shift: Estimate | None
    moved: bool


@dataclass(frozen=True, slots=True)
class _Case:
    now: float
    then: float | None
    wanted: float


def readings(
    expected: Sequence[float], checks: Sequence[StoredCheck], bases: Mapping[int, StoredCheck], *, binary: bool
) -> list[Reading]:
    """Each check against the first of its version, which `bases` names."""
    return [_reading(expected, check, bases.get(check.version, check), binary=binary) for check in checks]


def _reading(expected: Sequence[float], check: StoredCheck, base: StoredCheck, *, binary: bool) -> Reading:
    then = base.verdicts if base.id != check.id else [None] * len(expected)
    cases = [
        _Case(_level(now, binary), None if before is None else _level(before, binary), _level(wanted, binary))
        for now, before, wanted in zip(check.verdicts, then, expected, strict=True)
        if now is not None
    ]
    both = [(case.now, case.then, case.wanted) for case in cases if case.then is not None]
    means = [now for now, _, _ in both], [before for _, before, _ in both]
    agreed = [_agreement(now, wanted) for now, _, wanted in both], [_agreement(before, wanted) for _, before, wanted in both]
    return Reading(
        id=check.id,
        time=check.time,
        version=check.version,
        judge_model=check.judge_model,
        cost=check.cost,
        missing=len(expected) - len(cases),
        mean=_estimate([case.now for case in cases], binary),
        agreement=_estimate([_agreement(case.now, case.wanted) for case in cases], binary),
        shift=_change(*means, binary) if both else None,
        agreement_shift=_change(*agreed, binary) if both else None,
        moved=bool(both) and any(_excludes_zero(_change(*pair, binary, MOVED_CONFIDENCE)) for pair in (means, agreed)),
    )


def _level(value: float, binary: bool) -> float:
    return float(value >= MIDDLE) if binary else value


def _agreement(value: float, wanted: float) -> float:
    return 1.0 - abs(value - wanted)


def _estimate(values: Sequence[float], binary: bool) -> Estimate | None:
    return intervals.share(round(sum(values)), len(values)) if binary else intervals.mean(values)


def _change(now: Sequence[float], then: Sequence[float], binary: bool, confidence: float = CONFIDENCE) -> Estimate:
    return paired_shares(now, then, confidence) if binary else paired_means(now, then, confidence)


def _excludes_zero(change: Estimate) -> bool:
    return change.low is not None and change.high is not None and (change.low > 0 or change.high < 0)
