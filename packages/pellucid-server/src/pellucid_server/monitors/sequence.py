"""Always-valid rules: each segment is followed block by block, from where it was left; a rule that begins reads the past first.

What is carried on between two looks (the usual course, the detector, how far it has read) is kept as JSON with the segment's state, so that
a restart changes nothing. Blocks are hours, quarters of days or days: the shortest in which there are enough cases.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Final

from pellucid_server.core.clock import DAY, HOUR, MINUTE, SECOND, Micros
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.incidents import Seen
from pellucid_server.monitors.looking import MAX_SEGMENTS, SEPARATOR, Asks, Finding, Looker, watched
from pellucid_server.monitors.memory import Watch, read_watch, write_watch
from pellucid_server.monitors.rules import ANY_SCORES, Rule
from pellucid_server.monitors.verdicts import FIRING, OK, TOO_FEW, Verdict
from pellucid_server.query.windows import Window
from pellucid_server.stats.detectors import CALM_BELOW, Detector, alarm_at, begin_anew, step
from pellucid_server.stats.moments import Moments
from pellucid_server.stats.normal import LEAST_CASES, Stretch, learn
from pellucid_server.store.meta.monitors import MonitorState

BLOCKS_S: Final = (3_600, 21_600, 86_400)
TYPICAL_CASES: Final = 20
"""In a block; where even a day has fewer, days are joined."""
LEARNT_FROM: Final = 14 * DAY
"""The first two weeks are the baseline."""
LEARNT_AGAIN: Final = 7 * DAY
NEW_NORMAL: Final = 14 * DAY
"""A change that lasts so long is what is normal now."""
LONGEST_PAST: Final = 100 * DAY
LAG: Final = 2 * MINUTE
SCORE_LAG: Final = HOUR
"""People answer late; a block is read when most of them have."""
LATE_SHARE: Final = 0.02
LATE_CASES: Final = 10
"""So many more cases of the past between two looks are people who answer late."""
RATE_DAYS: Final = 7
"""Over which the number of steps a day is counted."""


class SequentialLooker:
    """Judges always-valid rules."""

    def __init__(self, asks: Asks, scores: Callable[[Scope, Rule], Sequence[str]]) -> None:
        self._asks = asks
        self._scores = scores

    @classmethod
    def of(cls, asks: Asks, looker: Looker) -> "SequentialLooker":
        """With the names of scores from the other looker."""
        return cls(asks, looker.scores)

    def __call__(self, scope: Scope, rule: Rule, states: Sequence[MonitorState], now: Micros) -> list[Seen]:
        """Each segment with its new memory."""
        known = {state.segment: read_watch(state.memory) for state in states}
        if rule.measure not in ANY_SCORES:
            return self._of_measure(scope, rule, known, now, "")
        return [
            seen
            for name in self._scores(scope, rule)
            for seen in self._of_measure(scope, replace(rule, measure=f"score:{name}"), known, now, name)
        ]

    def _of_measure(self, scope: Scope, rule: Rule, known: Mapping[str, Watch], now: Micros, prefix: str) -> list[Seen]:
        end = (now - (SCORE_LAG if rule.measure.startswith("score:") else LAG)) // HOUR * HOUR
        mine = {name: watch for name, watch in known.items() if not prefix or name.split(SEPARATOR)[0] == prefix}
        if mine and all(watch.read_until >= end for watch in mine.values()):
            return [_seen(rule, name, watch, now) for name, watch in mine.items()]
        signal = replace(rule.signal, filter=watched(rule.signal.filter))
        hours: dict[str, list[Stretch]] = {}
        window = Window(start=end - LONGEST_PAST, end=end)
        for part in self._asks.stretches(scope, signal, window, bucket_s=BLOCKS_S[0]):
            if part.segment or not rule.dimension:
                hours.setdefault(part.segment, []).append(Stretch(start_s=part.start // SECOND, moments=part.moments))
        busiest = sorted(hours, key=lambda name: -sum(part.moments.n for part in hours[name]))[:MAX_SEGMENTS]
        found = []
        tests = max(1, len(busiest))
        for value in sorted(busiest):
            segment = SEPARATOR.join(part for part in (prefix, value) if part)
            watch = follow(mine.get(segment, Watch()), hours[value], end, rule, tests)
            found.append(_seen(rule, segment, watch, now, value))
        return found


def follow(watch: Watch, hours: Sequence[Stretch], end: Micros, rule: Rule, tests: int) -> Watch:
    """The watch after everything until `end`; begun anew where much of the past has arrived meanwhile.

    A history that is being imported is left alone until two looks find the same past: half of it would be a strange normal.
    """
    known = sum(hour.moments.n for hour in hours if not watch.read_until or hour.start_s * SECOND < watch.read_until)
    if known > watch.cases * (1 + LATE_SHARE) + LATE_CASES:
        return Watch(cases=known)
    after = advance(watch, hours, end, rule, tests)
    return replace(after, cases=sum(hour.moments.n for hour in hours if hour.start_s * SECOND < after.read_until))


def advance(watch: Watch, hours: Sequence[Stretch], end: Micros, rule: Rule, tests: int = 1) -> Watch:
    """The watch after everything until `end`. `hours` reaches back as far as `learnt_from` where normal must be learnt.

    With several segments the allowed rate of false alarms is divided among them.
    """
    if not hours:
        return replace(watch, read_until=max(watch.read_until, end))
    if not watch.block_s:
        watch = replace(watch, block_s=_block_of(hours), learnt_from=max(watch.learnt_from, hours[0].start_s * SECOND))
    blocks = _blocks(hours, watch.block_s, end)
    for place, block in enumerate(blocks):
        start = block.start_s * SECOND
        if start < watch.read_until:
            continue
        watch = _learnt(watch, blocks[:place], start)
        watch = _stepped(watch, block, rule, tests)
        watch = replace(watch, read_until=start + watch.block_s * SECOND)
    return watch


def _learnt(watch: Watch, past: Sequence[Stretch], now: Micros) -> Watch:
    """What is normal, learnt when there are two weeks of it, again each week, and anew after a change that has come to stay."""
    if watch.alarm_time:
        if now - watch.alarm_time < NEW_NORMAL:
            return watch
        watch = replace(watch, alarm_time=0, normal=None, learnt_from=watch.alarm_time, detector=Detector())
    due = watch.learnt_time + LEARNT_AGAIN if watch.normal else watch.learnt_from + LEARNT_FROM
    if now < due:
        return watch
    since = max(watch.learnt_from, now - 2 * LEARNT_FROM)
    used = [block for block in past if block.start_s * SECOND >= since]
    normal = learn(used, watch.block_s)
    if normal is None:
        return watch
    cases = sum(block.moments.n for block in used)
    days = max(1.0, (now - since) / DAY)
    steps = min(len(used), cases / LEAST_CASES) / days
    return replace(watch, normal=normal, learnt_time=now, steps_per_day=max(steps, 1 / RATE_DAYS))


def _stepped(watch: Watch, block: Stretch, rule: Rule, tests: int) -> Watch:
    if watch.normal is None:
        return watch
    parts = (*watch.waiting, block)
    joined = sum((part.moments for part in parts), Moments())
    if joined.n < LEAST_CASES:
        return replace(watch, waiting=parts)
    sign = 1.0 if rule.direction == "above" else -1.0
    strange = sign * watch.normal.strangeness(parts)
    detector = step(watch.detector, strange)
    usual = sum(part.moments.n * watch.normal.expected(part.start_s) for part in parts) / joined.n
    watch = replace(watch, waiting=(), detector=detector, value=joined.mean, expected=usual, n=joined.n)
    if watch.alarm_time:
        return replace(watch, alarm_time=0, detector=begin_anew(detector)) if detector.recent < CALM_BELOW else watch
    bound = alarm_at(watch.steps_per_day, rule.false_alarm_days * tests)
    if detector.evidence >= bound:
        return replace(watch, alarm_time=(block.start_s + watch.block_s) * SECOND, detector=begin_anew(detector))
    return watch


def _block_of(hours: Sequence[Stretch]) -> int:
    """The shortest block in which there usually are enough cases."""
    last = hours[-1].start_s + BLOCKS_S[0]
    first = max(hours[0].start_s, last - LEARNT_FROM // SECOND)
    recent = [hour for hour in hours if hour.start_s >= first]
    for size in BLOCKS_S[:-1]:
        counts = [block.moments.n for block in _joined(recent, size)]
        empty = max(0, (last - first) // size - len(counts))
        if median([*counts, *[0] * empty]) >= TYPICAL_CASES:
            return size
    return BLOCKS_S[-1]


def _blocks(hours: Sequence[Stretch], block_s: int, end: Micros) -> list[Stretch]:
    """Whole blocks only: a day that still runs is not read."""
    return [block for block in _joined(hours, block_s) if (block.start_s + block_s) * SECOND <= end]


def _joined(hours: Sequence[Stretch], block_s: int) -> list[Stretch]:
    sums: dict[int, Moments] = {}
    for hour in hours:
        start = hour.start_s // block_s * block_s
        sums[start] = sums.get(start, Moments()) + hour.moments
    return [Stretch(start_s=start, moments=sums[start]) for start in sorted(sums)]


def _seen(rule: Rule, segment: str, watch: Watch, now: Micros, value: str | None = None) -> Seen:
    status = TOO_FEW if watch.normal is None else FIRING if watch.alarm_time else OK
    window = Window(start=watch.read_until - max(watch.block_s, BLOCKS_S[0]) * SECOND * 3, end=min(watch.read_until, now))
    name = segment.rpartition(SEPARATOR)[2] if value is None else value
    measure = f"score:{segment.split(SEPARATOR)[0]}" if rule.measure in ANY_SCORES else rule.measure
    return Seen(
        finding=Finding(
            segment=segment,
            value=name if rule.dimension else "",
            measure=measure,
            window=window,
            verdict=Verdict(status=status, value=watch.value, bound=watch.expected, n=watch.n),
        ),
        memory=write_watch(watch),
        began=watch.alarm_time or None,
    )
