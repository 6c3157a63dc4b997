"""Looking: asks the store for the stretches of time that a rule compares, and judges each segment. The same for live rules and previews."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final, Protocol

from pellucid_server.core.clock import DAY, SECOND, Micros
from pellucid_server.filters.tree import Compare, FieldRef, Filter, Operator, Pattern, Text, all_of, negate
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.calendar import period_start
from pellucid_server.monitors.rules import ANY_SCORES, DAY_S, Rule, RuleKind
from pellucid_server.monitors.verdicts import (
    DECLINE_WEEKS,
    FEWEST_DAYS,
    FIRING,
    NO_DATA,
    OK,
    Verdict,
    judge_absolute,
    judge_compared,
    judge_decline,
    usual,
)
from pellucid_server.query.facets import field_of
from pellucid_server.query.signals import Signal, Stretch
from pellucid_server.query.windows import Window
from pellucid_server.stats.moments import Moments

MAX_SEGMENTS: Final = 50
"""Of one rule, those with the most cases; what is rarer is not judged by itself."""
MAX_SCORES: Final = 20
_OWN: Final = Compare(field=FieldRef(name="environment"), operator=Operator.EQ, value=Pattern(("pellucid-", "")))
"""Pellucid's own calls, of judges and of the playground, which are never judged."""
SEPARATOR: Final = " · "


class Asks(Protocol):
    """The store, as this room needs it; `query.signals.Signals` is one."""

    def stretches(self, scope: Scope, signal: Signal, window: Window, *, bucket_s: int = 0) -> Sequence[Stretch]:
        """Sums by segment and stretch."""
        ...


ScoreNames = Callable[[Scope, str], Sequence[str]]
"""Names of the scores that `score:*`, `quality:*` or `feedback:*` stands for."""
Served = Callable[[str], Mapping[str, AbstractSet[str]]]
"""For a project: prompt → versions that its labels serve, or served a little while ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one segment of a monitor's traffic stands."""

    segment: str
    verdict: Verdict
    measure: str
    """Of the segment: `score:*` is one measure for each name."""
    value: str
    """Of the dimension; empty where the rule has none."""
    window: Window
    text: str = ""
    """Where the rule has words of its own for what it found."""


class Looker:
    """The verb."""

    def __init__(self, asks: Asks, score_names: ScoreNames, served: Served) -> None:
        self._asks = asks
        self._score_names = score_names
        self._served = served

    def look(self, scope: Scope, rule: Rule, now: Micros) -> list[Finding]:
        """One finding for each segment that has traffic, now or before; one for all where the rule has no dimension."""
        if rule.kind is RuleKind.UNEXPECTED:
            return self._unexpected(scope, rule, now)
        if rule.measure not in ANY_SCORES:
            return self._of_measure(scope, rule, now, 1)
        names = self.scores(scope, rule)
        return [
            replace(finding, segment=SEPARATOR.join(part for part in (name, finding.segment) if part))
            for name in names
            for finding in self._of_measure(scope, replace(rule, measure=f"score:{name}"), now, len(names))
        ]

    def scores(self, scope: Scope, rule: Rule) -> list[str]:
        """The scores that a rule on any of them is about."""
        return list(self._score_names(scope, rule.measure))[:MAX_SCORES]

    def _of_measure(self, scope: Scope, rule: Rule, now: Micros, measures: int) -> list[Finding]:
        window = window_of(rule, now)
        if rule.kind is RuleKind.DECLINE:
            return self._declining(scope, rule, now)
        current = self._read(scope, rule, window)
        if rule.kind in (RuleKind.ABSOLUTE, RuleKind.BUDGET):
            before: Mapping[str, Stretch] = {}
        else:
            before = self._reference(scope, rule, reference_of(rule, window))
        segments = _segments(rule, current, before)
        tests = measures * sum(1 for name in segments if name in current and current[name].moments.n >= rule.least_n)
        return [
            Finding(
                segment=name,
                value=name,
                measure=rule.measure,
                window=window,
                verdict=_judge(rule, current.get(name), before.get(name), tests),
            )
            for name in segments
        ]

    def _declining(self, scope: Scope, rule: Rule, now: Micros) -> list[Finding]:
        windows = [Window(start=now - (back + 1) * 7 * DAY, end=now - back * 7 * DAY) for back in range(DECLINE_WEEKS + 1)]
        weeks = [self._read(scope, rule, window) for window in windows]
        return [
            Finding(
                segment=name,
                value=name,
                measure=rule.measure,
                window=windows[0],
                verdict=judge_decline(rule, [week.get(name) for week in weeks]),
            )
            for name in _segments(rule, weeks[0], {})
        ]

    def _unexpected(self, scope: Scope, rule: Rule, now: Micros) -> list[Finding]:
        """Versions of each served prompt, or the values of any field against those that are named."""
        if rule.expected:
            return self._among(scope, rule, now, set(rule.expected), "")
        found = []
        for prompt, versions in sorted(self._served(scope.project_id).items()):
            own = replace(rule, filter=f'{rule.filter} prompt_name:"{_escaped(prompt)}"'.strip())
            found += self._among(scope, own, now, versions, f"{prompt}{SEPARATOR}")
        return found

    def _among(self, scope: Scope, rule: Rule, now: Micros, expected: AbstractSet[str], prefix: str) -> list[Finding]:
        window = window_of(rule, now)
        seen = self._read(scope, rule, window)
        return [
            Finding(
                segment=f"{prefix}{name}",
                value=name,
                measure=rule.measure,
                window=window,
                verdict=Verdict(
                    status=OK if name in expected or not name or part.moments.n < rule.least_n else FIRING,
                    value=float(part.moments.n),
                    bound=0.0,
                    n=part.moments.n,
                ),
            )
            for name, part in seen.items()
        ]

    def _reference(self, scope: Scope, rule: Rule, window: Window) -> Mapping[str, Stretch]:
        """What was before. Of an average of days, days that were breaches themselves are left out."""
        if rule.kind is not RuleKind.RELATIVE or rule.reference_s < FEWEST_DAYS * DAY_S or rule.statistic != "mean":
            return self._read(scope, rule, window)
        signal = rule.signal
        days: dict[str, list[Stretch]] = {}
        for day in self._asks.stretches(scope, replace(signal, filter=watched(signal.filter)), window, bucket_s=DAY_S):
            days.setdefault(day.segment, []).append(day)
        found = {name: usual(rule, parts) for name, parts in days.items()}
        return {name: part for name, part in found.items() if part is not None}

    def _read(self, scope: Scope, rule: Rule, window: Window) -> dict[str, Stretch]:
        signal = rule.signal
        found = self._asks.stretches(scope, replace(signal, filter=watched(signal.filter)), window)
        return {part.segment: part for part in found}


def watched(node: Filter) -> Filter:
    """The traffic that is judged: all that matches, but for Pellucid's own."""
    return all_of([node, negate(_OWN)])


def window_of(rule: Rule, now: Micros) -> Window:
    """What a rule looks at: the last while, or the running period of a budget."""
    start = period_start(rule.period, now) if rule.period else now - rule.window_s * SECOND
    return Window(start=start, end=now)


def reference_of(rule: Rule, window: Window) -> Window:
    """What a rule compares with."""
    assert window.start is not None
    assert window.end is not None
    if rule.kind is RuleKind.DAY_OVER_DAY:
        return Window(start=window.start - DAY, end=window.end - DAY)
    if rule.kind is RuleKind.BASELINE:
        return Window(start=rule.reference_start, end=rule.reference_end)
    return Window(start=window.start - rule.reference_s * SECOND, end=window.start)


def segment_filter(node: Filter, dimension: str, value: str) -> Filter:
    """The part of the traffic that is one segment."""
    if not dimension:
        return node
    ref, _ = field_of(dimension)
    return all_of([node, Compare(field=ref, operator=Operator.EQ, value=Text(value))])


def _judge(rule: Rule, now: Stretch | None, before: Stretch | None, tests: int) -> Verdict:
    if rule.kind is RuleKind.NO_DATA:
        return _judge_silence(rule, now, before)
    if rule.kind in (RuleKind.ABSOLUTE, RuleKind.BUDGET):
        return judge_absolute(rule, now, tests)
    own = replace(rule, reference_s=rule.window_s) if rule.kind is RuleKind.DAY_OVER_DAY else rule
    if rule.kind is RuleKind.BASELINE:
        own = replace(rule, reference_s=max(1, (rule.reference_end - rule.reference_start) // SECOND))
    return judge_compared(own, now, before, tests)


def _judge_silence(rule: Rule, now: Stretch | None, before: Stretch | None) -> Verdict:
    usual = (before.moments.n if before else 0) * rule.window_s / rule.reference_s
    count = now.moments.n if now else 0
    if usual < rule.least_n:
        return Verdict(status=OK if count else NO_DATA, value=float(count), n=count)
    return Verdict(status=OK if count else FIRING, value=float(count), bound=1.0, n=count)


def _segments(rule: Rule, current: Mapping[str, Stretch], before: Mapping[str, Stretch]) -> list[str]:
    if not rule.dimension:
        return [""]
    cases: Counter[str] = Counter()
    for part in (current, before) if rule.kind is RuleKind.NO_DATA else (current,):
        for name, stretch in part.items():
            cases[name] += (stretch.moments or Moments()).n
    return sorted(name for name, _ in cases.most_common(MAX_SEGMENTS) if name)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
