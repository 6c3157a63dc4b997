"""Guardrails of a rollout: how far each metric of a new version may be worse than the old one's, and what the evidence says now. Pure.

The test is sequential: it may be looked at after every call, and all looks at all guardrails together stop a rollout that is not worse
with probability `ALPHA` at most, until its shares change and it begins anew.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from pellucid_server.model.json import JsonValue
from pellucid_server.prompts.errors import BadGuardrails
from pellucid_server.query.rollout_traffic import ArmSums
from pellucid_server.stats.intervals import Estimate
from pellucid_server.stats.sequential import Clusters, Evidence, ratio_rise, rise, sample_ratio

ALPHA = 0.05
"""Of rollouts that are no worse than their guardrails allow, this share is stopped all the same."""
RATIO_ALPHA = 0.001
"""Of a mismatch of samples: a bug in the assignment is rare, and suspecting one costs trust."""
MAX_GUARDRAILS = 20
MAX_NAME_CHARS = 200
SCORE = "score:"
COUNTED = "calls"
RELATIVE = ("cost", "duration")
"""Their margin is a share of the old version's value; of all others it is absolute."""
SHARES = ("refusals", "errors", "feedback")


class Worse(StrEnum):
    """Which way a metric must not go."""

    HIGHER = "higher"
    LOWER = "lower"


class Verdict(StrEnum):
    """What the evidence says of one metric."""

    WORSE = "worse"
    """By more than the margin."""
    WITHIN = "within"
    """The interval lies within the margin."""
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardrail:
    """One metric that is watched."""

    metric: str
    """`refusals`, `errors`, `feedback`, `cost`, `duration` or `score:<name>`."""
    margin: float
    """How much worse is still accepted."""
    worse: Worse
    stops: bool = True
    """Whether the rollout ends when it is broken, or it is only shown."""


DEFAULTS = (
    Guardrail(metric="refusals", margin=0.02, worse=Worse.HIGHER),
    Guardrail(metric="errors", margin=0.02, worse=Worse.HIGHER),
    Guardrail(metric="feedback", margin=0.05, worse=Worse.LOWER),
    Guardrail(metric="cost", margin=0.25, worse=Worse.HIGHER, stops=False),
    Guardrail(metric="duration", margin=0.25, worse=Worse.HIGHER, stops=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A metric on one arm."""

    value: float | None
    calls: int
    units: int
    """Users, else sessions, else traces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One metric of a new version against the old one."""

    guardrail: Guardrail
    version: int
    ours: Side
    base: Side
    difference: Estimate
    """New minus old, as a share of old where the metric is relative; the interval holds at all looks together."""
    e_value: float
    limit: float
    """The e-value from which on the guardrail is broken."""
    verdict: Verdict

    @property
    def is_broken(self) -> bool:
        """Whether the rollout must not go on."""
        return self.guardrail.stops and self.verdict is Verdict.WORSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """Whether the arms got the shares that they should."""

    counts: Mapping[int, int]
    """Version → users."""
    expected: Mapping[int, float]
    e_value: float
    limit: float = 1 / RATIO_ALPHA

    @property
    def is_off(self) -> bool:
        """Whether the assignment is not what it should be, so that no comparison can be trusted."""
        return self.e_value >= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Everything that is known of a rollout now."""

    control: int
    findings: Sequence[Finding]
    ratio: Ratio

    @property
    def broken(self) -> list[Finding]:
        """Guardrails that end it; the strongest evidence first."""
        return sorted((one for one in self.findings if one.is_broken), key=lambda one: -one.e_value)


def judge(control: int, arms: Sequence[ArmSums], shares: Mapping[int, float], guardrails: Sequence[Guardrail]) -> Judgement:
    """Compare each new version with `control`. Scores that nobody guards are compared as well, and never stop anything."""
    sums = {arm.version: arm.sums for arm in arms}
    watched = [*guardrails, *_unguarded(arms, guardrails)]
    treatments = [version for version in sums if version != control]
    tests = max(1, len(treatments) * sum(1 for one in guardrails if one.stops))
    limit = tests / ALPHA
    findings = [
        _finding(guardrail, version, sums[version], sums.get(control, {}), limit) for version in treatments for guardrail in watched
    ]
    return Judgement(control=control, findings=findings, ratio=_ratio(sums, shares))


def checked(guardrails: Sequence[Guardrail]) -> tuple[Guardrail, ...]:
    """Guardrails that can be watched. Raises `BadGuardrails`."""
    if len(guardrails) > MAX_GUARDRAILS:
        raise BadGuardrails(f"A rollout has at most {MAX_GUARDRAILS} guardrails; keep those that would stop it.")
    names = [one.metric for one in guardrails]
    if len(set(names)) != len(names):
        raise BadGuardrails("A metric is guarded once; take the second guardrail of the same metric out.")
    for one in guardrails:
        named = one.metric.removeprefix(SCORE)
        known = one.metric in (*SHARES, *RELATIVE) or (one.metric.startswith(SCORE) and 0 < len(named) <= MAX_NAME_CHARS)
        if not known:
            raise BadGuardrails(
                f"{one.metric!r} is no metric of a rollout; known are {', '.join((*SHARES, *RELATIVE))} and `score:<name>`."
            )
        if not math.isfinite(one.margin) or one.margin < 0 or (one.metric in SHARES and one.margin >= 1):
            raise BadGuardrails(f"The margin of {one.metric} is {one.margin}; it is 0 or more, and below 1 for a share.")
    return tuple(guardrails)


def from_stored(items: Sequence[JsonValue]) -> tuple[Guardrail, ...]:
    """What the database keeps."""
    found = []
    for item in items:
        match item:
            case {
                "metric": str() as metric,
                "margin": int() | float() as margin,
                "worse": str() as worse,
                "stops": bool() as stops,
            }:
                found.append(Guardrail(metric=metric, margin=float(margin), worse=Worse(worse), stops=stops))
            case _:
                raise BadGuardrails(
                    f"The database holds {item!r} where a guardrail should be; set the guardrails of the label anew."
                )
    return tuple(found)


def to_stored(guardrails: Sequence[Guardrail]) -> list[JsonValue]:
    """For the database."""
    return [{"metric": one.metric, "margin": one.margin, "worse": one.worse.value, "stops": one.stops} for one in guardrails]


def _unguarded(arms: Sequence[ArmSums], guardrails: Sequence[Guardrail]) -> list[Guardrail]:
    guarded = {one.metric for one in guardrails}
    seen = {metric for arm in arms for metric in arm.sums if metric != COUNTED and metric not in guarded}
    defaults = {one.metric: replace(one, stops=False) for one in DEFAULTS}
    return [
        defaults.get(metric, Guardrail(metric=metric, margin=0.0, worse=Worse.LOWER, stops=False)) for metric in sorted(seen)[:20]
    ]


def _finding(
    guardrail: Guardrail, version: int, ours: Mapping[str, Clusters], base: Mapping[str, Clusters], limit: float
) -> Finding:
    mine, theirs = ours.get(guardrail.metric, _NONE), base.get(guardrail.metric, _NONE)
    evidence = _evidence(guardrail, mine, theirs, confidence=1 - 1 / limit)
    return Finding(
        guardrail=guardrail,
        version=version,
        ours=_side(mine),
        base=_side(theirs),
        difference=evidence.estimate,
        e_value=evidence.e_value,
        limit=limit,
        verdict=_verdict(guardrail, evidence, limit),
    )


def _evidence(guardrail: Guardrail, ours: Clusters, base: Clusters, confidence: float) -> Evidence:
    """Against "not worse by more than the margin"; the estimate is new minus old in either direction."""
    if guardrail.metric in RELATIVE:
        return ratio_rise(ours, base, guardrail.margin, confidence=confidence)
    if guardrail.worse is Worse.HIGHER:
        return rise(ours, base, guardrail.margin, confidence=confidence)
    found = rise(base, ours, guardrail.margin, confidence=confidence)
    low, high = found.estimate.low, found.estimate.high
    turned = Estimate(
        value=-found.estimate.value,
        low=None if high is None else -high,
        high=None if low is None else -low,
        n=found.estimate.n,
    )
    return replace(found, estimate=turned)


def _verdict(guardrail: Guardrail, evidence: Evidence, limit: float) -> Verdict:
    if evidence.log_e >= math.log(limit):
        return Verdict.WORSE
    low, high = evidence.estimate.low, evidence.estimate.high
    upward = guardrail.worse is Worse.HIGHER or guardrail.metric in RELATIVE
    if upward and high is not None and high <= guardrail.margin:
        return Verdict.WITHIN
    if not upward and low is not None and low >= -guardrail.margin:
        return Verdict.WITHIN
    return Verdict.CANNOT_TELL


def _ratio(sums: Mapping[int, Mapping[str, Clusters]], shares: Mapping[int, float]) -> Ratio:
    counts = {version: found[COUNTED].clusters if COUNTED in found else 0 for version, found in sums.items()}
    evidence = sample_ratio(list(counts.values()), [shares[version] for version in counts])
    return Ratio(counts=counts, expected=shares, e_value=evidence.e_value)


def _side(sums: Clusters) -> Side:
    return Side(value=sums.mean if sums.count else None, calls=round(sums.count), units=sums.clusters)


_NONE = Clusters(clusters=0, count=0.0, total=0.0, count_squares=0.0, count_totals=0.0, total_squares=0.0)
