"""Verdicts: whether what was read breaches a rule. Pure; each verdict carries the value, what it was held against, its interval and n."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from pellucid_server.monitors.rules import DAY_S, QUANTILES, Rule
from pellucid_server.query.signals import Stretch
from pellucid_server.stats.intervals import Estimate, chance_of_share
from pellucid_server.stats.moments import Moments, difference, estimate

CHANCE_ALARM_DAYS: Final = 540
"""A rule looks again and again: at 95 % an hourly one would cry wolf each day. The error of a look is such that windows which do not
overlap would alarm by chance once in so many days; sliding ones do so about three times as often, which is twice a year."""
LARGEST_ERROR: Final = 0.01
DECLINE_WEEKS: Final = 3
DECLINE_CONFIDENCE: Final = 0.999
FEWEST_DAYS: Final = 4
DAY_CONFIDENCE: Final = 0.999
"""With which a day of a reference must stand out to be left out of it."""

OK: Final = "ok"
FIRING: Final = "firing"
NO_DATA: Final = "no_data"
TOO_FEW: Final = "too_few"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one segment stands."""

    status: str
    """`ok`, `firing`, `no_data` or `too_few`."""
    value: float | None = None
    bound: float | None = None
    """Beyond which the rule is breached."""
    low: float | None = None
    high: float | None = None
    n: int = 0


def value_of(rule: Rule, stretch: Stretch) -> float | None:
    """The statistic that the rule watches."""
    sample = stretch.moments
    if rule.statistic == "count":
        return float(sample.n)
    if rule.statistic == "sum":
        return sample.total
    if rule.statistic in QUANTILES:
        return stretch.quantile
    return sample.mean if sample.n else None


def judge_absolute(rule: Rule, now: Stretch | None, segments: int) -> Verdict:
    """Against a fixed number."""
    few = _too_few(rule, now)
    if few is not None or now is None:
        return few or Verdict(status=NO_DATA)
    interval = _interval(rule, now.moments, segments)
    return _verdict(rule, now, rule.threshold, interval, certain=_beyond(rule, interval, rule.threshold))


def judge_compared(rule: Rule, now: Stretch | None, before: Stretch | None, segments: int) -> Verdict:
    """Against a factor of what was before. A zero baseline has no multiples: of a share, its upper bound stands for it."""
    few = _too_few(rule, now)
    if few is not None or now is None:
        return few or Verdict(status=NO_DATA)
    if before is None or before.moments.n < rule.least_n:
        return Verdict(status=TOO_FEW, value=value_of(rule, now), n=now.moments.n)
    base = value_of(rule, before)
    if rule.statistic in ("sum", "count"):
        base = None if base is None else base * rule.window_s / rule.reference_s
    if base == 0 and rule.binary:
        upper = estimate(before.moments, binary=True)
        base = upper.high if upper is not None else None
    if base is None or base <= 0:
        return Verdict(status=TOO_FEW, value=value_of(rule, now), n=now.moments.n)
    bound = base * rule.threshold
    if rule.points:
        bound = min(bound, base + rule.points) if rule.direction == "above" else max(bound, base - rule.points)
    apart = None
    if rule.statistic == "mean":
        apart = difference(now.moments, before.moments, _corrected(rule, segments), binary=rule.binary)
    certain = _beyond(rule, apart, 0.0) if rule.statistic == "mean" else True
    if certain and rule.binary:
        certain = _chance(rule, now.moments, before.moments) < 1 - _corrected(rule, segments)
    return _verdict(rule, now, bound, _interval(rule, now.moments, segments), certain=certain)


def usual(rule: Rule, days: Sequence[Stretch]) -> Stretch | None:
    """The days of a reference as one stretch, without those that certainly were breaches themselves: a runaway yesterday must not hide
    the one of today. At most half of the days are left out."""
    known = [day for day in days if day.moments.n > 1]
    if rule.statistic != "mean" or len(known) < FEWEST_DAYS:
        return _joined(days)
    middle = median(day.moments.mean for day in known)
    ordinary = []
    for day in known:
        beyond = (
            day.moments.mean > middle * rule.threshold if rule.direction == "above" else day.moments.mean < middle * rule.threshold
        )
        others = _joined([other for other in known if other is not day])
        apart = difference(day.moments, others.moments, DAY_CONFIDENCE, binary=rule.binary) if others else None
        if not (beyond and middle > 0 and _beyond(rule, apart, 0.0)):
            ordinary.append(day)
    return _joined(ordinary if len(ordinary) * 2 >= len(known) else known)


def _joined(days: Sequence[Stretch]) -> Stretch | None:
    if not days:
        return None
    moments = sum((day.moments for day in days), Moments())
    weighed = sum((day.quantile or 0.0) * day.moments.n for day in days)
    quantile = weighed / moments.n if moments.n and days[0].quantile is not None else None
    return Stretch(segment=days[0].segment, start=days[0].start, moments=moments, quantile=quantile)


def judge_decline(rule: Rule, weeks: Sequence[Stretch | None]) -> Verdict:
    """Against itself, week by week: the latest week first, `DECLINE_WEEKS` + 1 of them."""
    known = [week for week in weeks if week is not None and week.moments.n >= rule.least_n]
    if len(known) <= DECLINE_WEEKS:
        return Verdict(status=TOO_FEW, n=known[0].moments.n if known else 0)
    means = [week.moments.mean for week in known[: DECLINE_WEEKS + 1]]
    worse = [_worse(rule, newer, older) for newer, older in pairwise(means)]
    kept = (1 + rule.threshold if rule.direction == "above" else 1 - rule.threshold) ** DECLINE_WEEKS
    bound = means[-1] * kept
    latest, first = known[0], known[DECLINE_WEEKS]
    apart = difference(latest.moments, first.moments, DECLINE_CONFIDENCE, binary=rule.binary)
    verdict = _verdict(rule, latest, bound, estimate(latest.moments, binary=rule.binary), certain=_beyond(rule, apart, 0.0))
    return verdict if all(worse) else replace(verdict, status=OK)


def _worse(rule: Rule, newer: float, older: float) -> bool:
    return newer > older if rule.direction == "above" else newer < older


def _verdict(rule: Rule, now: Stretch, bound: float, interval: Estimate | None, *, certain: bool) -> Verdict:
    value = value_of(rule, now)
    beyond = value is not None and (value > bound if rule.direction == "above" else value < bound)
    return Verdict(
        status=FIRING if beyond and (certain or not rule.certain) else OK,
        value=value,
        bound=bound,
        low=None if interval is None else interval.low,
        high=None if interval is None else interval.high,
        n=now.moments.n,
    )


def _too_few(rule: Rule, now: Stretch | None) -> Verdict | None:
    if now is None or now.moments.n == 0:
        return Verdict(status=NO_DATA)
    if now.moments.n < rule.least_n:
        return Verdict(status=TOO_FEW, value=value_of(rule, now), n=now.moments.n)
    return None


def _interval(rule: Rule, sample: Moments, segments: int) -> Estimate | None:
    return estimate(sample, _corrected(rule, segments), binary=rule.binary) if rule.statistic == "mean" else None


def _corrected(rule: Rule, segments: int) -> float:
    """Bonferroni: each segment gets its share of the error."""
    return 1 - min(LARGEST_ERROR, rule.window_s / DAY_S / CHANCE_ALARM_DAYS) / max(1, segments)


def _chance(rule: Rule, now: Moments, before: Moments) -> float:
    return chance_of_share(round(now.total), now.n, round(before.total), before.n, above=rule.direction == "above")


def _beyond(rule: Rule, interval: Estimate | None, bound: float) -> bool:
    """Whether the whole interval is on the bad side. Statistics without an interval are taken as they are."""
    if interval is None:
        return rule.statistic != "mean"
    edge = interval.low if rule.direction == "above" else interval.high
    return edge is not None and (edge > bound if rule.direction == "above" else edge < bound)
