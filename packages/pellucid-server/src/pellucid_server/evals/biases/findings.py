"""What a bias test found: each bias with its interval and number of cases, and a word that says whether it can be told. Pure."""

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pellucid_server.evals.kept import estimate_from_json, number, whole
from pellucid_server.model.json import JsonValue
from pellucid_server.stats.intervals import Estimate, mean, share

FEWEST_CASES: Final = 20
"""With fewer nothing is told, whatever the interval says."""
FAIR_WITHIN: Final = 0.05
"""A bias that surely is smaller is none that matters."""


class Word(StrEnum):
    """What can be said."""

    FAIR = "fair"
    BIASED = "biased"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One bias."""

    probe: str
    """`repeats`, `longer`, `own_style` or `lean`."""
    estimate: Estimate | None
    """0 is fair. Of `repeats`: the share of cases on which the judge contradicts itself, or the deviation between its numbers."""
    word: Word
    without: int
    """Cases where the probe came to nothing."""
    reason: str
    """Why, for one of them."""


_Kept = Mapping[str, JsonValue]


def findings(kept: Iterable[_Kept]) -> list[Finding]:
    """Of all cases that ended; always all four, in one order."""
    cases = list(kept)
    return [
        _repeats(cases),
        *(_shift(cases, probe) for probe in ("longer", "own_style", "lean")),
    ]


def _shift(cases: Sequence[_Kept], probe: str) -> Finding:
    values = [value for case in cases if (value := number(case.get(probe))) is not None]
    return _finding(cases, probe, mean(values), _two_sided)


def _repeats(cases: Sequence[_Kept]) -> Finding:
    """A share for yes, no and words; for numbers their standard deviation on the same case."""
    said = [list(repeats) for case in cases if isinstance(repeats := case.get("repeats"), list) and len(repeats) > 1]
    numbers = [[one for value in values if (one := number(value)) is not None] for values in said]
    if said and all(len(mine) == len(values) for mine, values in zip(numbers, said, strict=True)):
        estimate = mean([statistics.stdev(values) for values in numbers])
    else:
        estimate = share(sum(1 for values in said if any(value != values[0] for value in values)), len(said))
    return _finding(cases, "repeats", estimate, _one_sided)


def _finding(cases: Sequence[_Kept], probe: str, estimate: Estimate | None, word: Callable[[float, float], Word]) -> Finding:
    told = estimate is not None and estimate.n >= FEWEST_CASES and estimate.low is not None and estimate.high is not None
    reasons = [str(why[probe]) for case in cases if isinstance(why := case.get("why"), dict) and why.get(probe)]
    return Finding(
        probe=probe,
        estimate=estimate,
        word=word(estimate.low or 0.0, estimate.high or 0.0) if told and estimate is not None else Word.CANNOT_TELL,
        without=len(cases) - (0 if estimate is None else estimate.n),
        reason=reasons[0] if reasons else "",
    )


def _two_sided(low: float, high: float) -> Word:
    if low > 0 or high < 0:
        return Word.BIASED
    return Word.FAIR if max(-low, high) <= FAIR_WITHIN else Word.CANNOT_TELL


def _one_sided(low: float, high: float) -> Word:
    """Of what cannot be below 0."""
    if high <= FAIR_WITHIN:
        return Word.FAIR
    return Word.BIASED if low > FAIR_WITHIN else Word.CANNOT_TELL


def findings_from_json(value: JsonValue) -> list[Finding]:
    """What `asdict` made of findings: as they were when the run ended."""
    listed = value if isinstance(value, list) else []
    return [
        Finding(
            probe=str(one.get("probe")),
            estimate=estimate_from_json(one.get("estimate")),
            word=Word(str(one.get("word"))),
            without=whole(one, "without"),
            reason=str(one.get("reason") or ""),
        )
        for one in listed
        if isinstance(one, dict)
    ]
