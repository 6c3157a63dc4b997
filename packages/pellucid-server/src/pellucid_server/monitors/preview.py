"""Previews: what a rule would have done in the last weeks, and how small a change it can see, before it is saved."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pellucid_server.core.clock import DAY, HOUR, SECOND, Clock, Micros
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.drifting import DriftLooker, seen_in
from pellucid_server.monitors.incidents import HOLD, describe
from pellucid_server.monitors.looking import Asks, Finding, Looker, ScoreNames, Served
from pellucid_server.monitors.memory import read_watch
from pellucid_server.monitors.past import Past
from pellucid_server.monitors.rules import DAY_S, WEEK_S, Rule, RuleKind
from pellucid_server.monitors.sequence import BLOCKS_S, SequentialLooker
from pellucid_server.monitors.verdicts import DECLINE_WEEKS, FIRING
from pellucid_server.query.windows import Window
from pellucid_server.stats.detectors import alarm_at, detectable
from pellucid_server.stats.normal import Normal
from pellucid_server.store.meta.monitors import MonitorState

DAYS: Final = 30
MAX_DAYS: Final = 90
STRETCHES_S: Final = (3_600, 1_800, 900, 600, 300)
"""In which the past is read and looked at: the longest that is a twelfth of the window at most, so that no breach of any length is
stepped over, nor the one that runs now."""
LOOKS_A_WINDOW: Final = 12
MAX_LOOKS: Final = 9_000
"""Of one preview: thirty days in steps of five minutes."""
DRIFT_EVERY_DAYS: Final = 7
FOUND_WITHIN_DAYS: Final = 2
"""The smallest change that is shown is one that is found within so many days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A time in which a rule would have fired."""

    segment: str
    start: Micros
    end: Micros | None
    """None: to this day."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """The value at one look."""

    time: Micros
    segment: str
    value: float
    bound: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would have been."""

    days: int
    firings: tuple[Firing, ...]
    points: tuple[Point, ...]
    least_effect: float | None
    """The smallest lasting change of the value that would be found; None where too little is known."""
    cases: int
    """In the window, typically."""


class Previewer:
    """The verb."""

    def __init__(self, asks: Asks, score_names: ScoreNames, served: Served, drift: DriftLooker, clock: Clock) -> None:
        self._asks = asks
        self._score_names = score_names
        self._served = served
        self._drift = drift
        self._clock = clock

    def preview(self, scope: Scope, rule: Rule, *, days: int = DAYS) -> Preview:
        """The rule on the last `days`, look by look."""
        days = max(1, min(days, MAX_DAYS))
        end = self._clock()
        if rule.kind is RuleKind.PROBES:  # what its looks found stands on the pages of the sets
            return Preview(days=days, firings=(), points=(), least_effect=None, cases=0)
        if rule.kind is RuleKind.ALWAYS_VALID:
            return self._sequential(scope, rule, end, days)
        if rule.kind is RuleKind.DRIFT:
            return self._drifting(scope, rule, end, days)
        stretch_s = _stretch_s(rule)
        step_s = math.ceil(days * DAY_S / MAX_LOOKS / stretch_s) * stretch_s
        end = end // (stretch_s * SECOND) * stretch_s * SECOND
        past = Past(self._asks, Window(start=end - days * DAY - _before(rule), end=end), stretch_s)
        looker = Looker(past, self._score_names, self._served)
        looks = [end - back * step_s * SECOND for back in range(days * DAY_S // step_s, -1, -1)]
        seen = [(now, finding) for now in looks for finding in looker.look(scope, rule, now)]
        return Preview(
            days=days,
            firings=tuple(firings(rule, seen)),
            points=tuple(_points(seen)),
            least_effect=_least_effect(rule, [finding for _, finding in seen]),
            cases=_typical([finding.verdict.n for _, finding in seen]),
        )

    def _sequential(self, scope: Scope, rule: Rule, end: Micros, days: int) -> Preview:
        past = Past(self._asks, Window(start=end - days * DAY - _before(rule), end=end), BLOCKS_S[0])
        looker = SequentialLooker.of(past, Looker(past, self._score_names, self._served))
        states: list[MonitorState] = []
        seen: list[tuple[Micros, Finding]] = []
        start = (end - days * DAY - _before(rule)) // HOUR * HOUR
        for now in range(start + DAY, end + HOUR, 6 * HOUR):
            found = looker(scope, rule, states, now)
            states = [_state(scope, one.finding, one.memory, now) for one in found]
            if now >= end - days * DAY:
                seen += [(now, one.finding) for one in found]
        watches = [read_watch(state.memory) for state in states]
        effects = [_shift(watch.normal, rule, watch.steps_per_day) for watch in watches if watch.normal is not None]
        return Preview(
            days=days,
            firings=tuple(firings(rule, seen)),
            points=tuple(_points(seen)),
            least_effect=min(effects, default=None),
            cases=_typical([finding.verdict.n for _, finding in seen]),
        )

    def _drifting(self, scope: Scope, rule: Rule, end: Micros, days: int) -> Preview:
        """Each comparison costs seconds: one a week, the latest now."""
        seen: list[tuple[Micros, Finding]] = []
        for back in range(days // DRIFT_EVERY_DAYS, -1, -1):
            now = end - back * DRIFT_EVERY_DAYS * DAY
            run = self._drift.compare(scope, rule, now)
            seen += [] if run is None else [(now, one.finding) for one in seen_in(rule, run)]
        return Preview(
            days=days,
            firings=tuple(firings(rule, seen)),
            points=(),
            least_effect=None,
            cases=_typical([finding.verdict.n for _, finding in seen]),
        )


def firings(rule: Rule, seen: Sequence[tuple[Micros, Finding]]) -> list[Firing]:
    """Stretches of looks that fired, joined where the pause was shorter than an incident's."""
    found: list[Firing] = []
    running: dict[str, tuple[Firing, Micros]] = {}
    for now, finding in seen:
        segment, known = finding.segment, running.get(finding.segment)
        if finding.verdict.status == FIRING:
            if known is None:
                known = (Firing(segment=segment, start=now, end=None, text=describe(rule, finding)), now)
            running[segment] = (known[0], now)
        elif known is not None and now - known[1] >= HOLD:
            found.append(replace(known[0], end=known[1]))
            del running[segment]
    return sorted([*found, *(firing for firing, _ in running.values())], key=lambda firing: (firing.start, firing.segment))


def _stretch_s(rule: Rule) -> int:
    return next((size for size in STRETCHES_S if size <= rule.window_s // LOOKS_A_WINDOW), STRETCHES_S[-1])


def _before(rule: Rule) -> Micros:
    """How much past a rule needs behind each look."""
    if rule.kind is RuleKind.ALWAYS_VALID:
        return rule.reference_s * SECOND
    if rule.kind is RuleKind.DECLINE:
        return (DECLINE_WEEKS + 1) * WEEK_S * SECOND
    return (rule.window_s + max(rule.reference_s, DAY_S)) * SECOND


def _points(seen: Sequence[tuple[Micros, Finding]]) -> list[Point]:
    return [
        Point(time=now, segment=finding.segment, value=finding.verdict.value, bound=finding.verdict.bound)
        for now, finding in seen
        if finding.verdict.value is not None and math.isfinite(finding.verdict.value)
    ]


def _typical(counts: Sequence[int]) -> int:
    known = sorted(count for count in counts if count)
    return known[len(known) // 2] if known else 0


def _least_effect(rule: Rule, seen: Sequence[Finding]) -> float | None:
    """How far beyond its bound the typical value must lie until its interval is wholly beyond it."""
    widths = sorted(
        finding.verdict.high - finding.verdict.low
        for finding in seen
        if finding.verdict.low is not None and finding.verdict.high is not None
    )
    if not widths or not rule.certain:
        return None
    return widths[len(widths) // 2] / 2


def _shift(normal: Normal, rule: Rule, steps_per_day: float) -> float:
    """The lasting change of the mean that is found within `FOUND_WITHIN_DAYS`, on average."""
    cases_per_step = max(1.0, normal.cases / max(1.0, 14 * steps_per_day))
    deviation = math.sqrt((normal.within / cases_per_step + normal.between) * normal.inflation)
    bound = alarm_at(steps_per_day, rule.false_alarm_days)
    return detectable(bound, max(1.0, FOUND_WITHIN_DAYS * steps_per_day)) * deviation


def _state(scope: Scope, finding: Finding, memory: object, now: Micros) -> MonitorState:
    return MonitorState(
        monitor_id="preview",
        segment=finding.segment,
        project_id=scope.project_id,
        status=finding.verdict.status,
        since=now,
        evaluated_time=now,
        memory=memory if isinstance(memory, dict) else {},
    )
