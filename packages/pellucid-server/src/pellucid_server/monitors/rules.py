"""Rules: what a monitor watches and what it takes to be a breach. Frozen values, read from JSON and checked once; they ask nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import lru_cache
from math import isfinite
from typing import Any, Final

from pellucid_server.core.clock import Micros
from pellucid_server.core.errors import PellucidError
from pellucid_server.filters.tree import EVERYTHING
from pellucid_server.model.json import JsonValue
from pellucid_server.monitors.errors import BadMonitor
from pellucid_server.query.facets import read_filter
from pellucid_server.query.signals import Signal, check_signal

DAY_S: Final = 86_400
WEEK_S: Final = 7 * DAY_S
SEVERITIES: Final = ("critical", "high", "medium", "low")
"""The gravest first."""
PERIODS: Final = ("", "day", "week", "month")
QUANTILES: Final = {"p50": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95, "p99": 0.99}
STATISTICS: Final = ("mean", "sum", "count", *QUANTILES)
ANY_SCORES: Final = ("score:*", "quality:*", "feedback:*")
"""Each score that was given of late, by its name: all, all but those of users, those of users."""
DRIFTS: Final = ("drift:error", "drift:warning", "drift:info", "drift:*")
"""The signals of the report on drift, by what their drift means."""
WINDOWS_S: Final = (60, 31 * DAY_S)
"""Shortest and longest."""


_parsed: Final = lru_cache(maxsize=1_024)(read_filter)
"""A rule is looked at again and again, and its texts do not change."""


class RuleKind(StrEnum):
    """What a value is held against."""

    ABSOLUTE = "absolute"
    """A fixed number."""
    RELATIVE = "relative"
    """A multiple of the average of the time before."""
    DAY_OVER_DAY = "day_over_day"
    """A multiple of what it was at the same time yesterday."""
    BASELINE = "baseline"
    """A multiple of what it was in a captured stretch of time."""
    DECLINE = "decline"
    """A small change in the same direction, week after week for three weeks."""
    BUDGET = "budget"
    """A sum that a calendar day, week or month may not exceed."""
    UNEXPECTED = "unexpected"
    """A value of the dimension that is not among those expected."""
    NO_DATA = "no_data"
    """Silence where there was traffic."""
    ALWAYS_VALID = "always_valid"
    """What was normal, with a stated rate of false alarms however often one looks."""
    DRIFT = "drift"
    """What the signals of the report on drift were drawn from in the reference: the first two weeks, or a captured baseline."""
    PROBES = "probes"
    """The answers that probe sets kept as their reference."""


COMPARED: Final = (RuleKind.RELATIVE, RuleKind.DAY_OVER_DAY, RuleKind.BASELINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What is watched."""

    kind: RuleKind
    measure: str = "spans"
    """A number of spans, `spans` (with `condition`: the share that meets it), `score:<name>` or one of `ANY_SCORES`."""
    condition: str = ""
    """In the filter language: which of the matching spans count as 1."""
    filter: str = ""
    per_trace: bool = False
    statistic: str = "mean"
    dimension: str = ""
    """Each of its values is judged by itself, with the confidence corrected for their number."""
    direction: str = "above"
    """`above` or `below`: which side is bad."""
    threshold: float = 0.0
    """A value, or a factor where the rule compares: 1.5 is half as much again, 0.9 a tenth less. Of a decline: the loss per week."""
    points: float = 0.0
    """Where it compares: so large a difference is a breach too. 0: only the factor counts."""
    window_s: int = 300
    reference_s: int = WEEK_S
    reference_start: Micros = 0
    """Of a captured baseline."""
    reference_end: Micros = 0
    period: str = ""
    """Of a budget: `day`, `week` or `month`."""
    least_n: int = 50
    """Cases in the window; with fewer, nothing is said."""
    certain: bool = True
    """Whether the interval must exclude what is allowed; otherwise the value alone decides."""
    expected: tuple[str, ...] = ()
    """Of `unexpected`; empty: what the prompts' labels serve."""
    false_alarm_days: float = 90.0
    """Of `always_valid`: at most one false alarm in so many days."""

    @property
    def signal(self) -> Signal:
        """What is asked of the store."""
        return Signal(
            measure=self.measure,
            condition=_parsed(self.condition) if self.condition else None,
            filter=_parsed(self.filter) if self.filter else EVERYTHING,
            per_trace=self.per_trace,
            dimension=self.dimension,
            quantile=QUANTILES.get(self.statistic),
        )

    @property
    def binary(self) -> bool:
        """Whether the mean is a share."""
        return self.signal.binary and self.statistic == "mean"

    @property
    def evaluated_every_s(self) -> int:
        """A sixtieth of the window, between half a minute and ten minutes: long windows move slowly. Blocks of an hour want no haste."""
        if self.kind is RuleKind.ALWAYS_VALID:
            return 120
        if self.kind is RuleKind.DRIFT:
            return 600
        return max(30, min(600, self.window_s // 60))


_FIELDS: Final = {item.name: item for item in fields(Rule)}
_NUMBERS: Final = ("threshold", "points", "false_alarm_days")
_WHOLE: Final = ("window_s", "reference_s", "reference_start", "reference_end", "least_n")
_TRUTHS: Final = ("per_trace", "certain")


def read_rule(document: Mapping[str, JsonValue]) -> Rule:
    """From JSON, checked. Raises `BadMonitor`."""
    unknown = sorted(set(document) - set(_FIELDS))
    if unknown:
        raise BadMonitor(f"A rule has no field `{unknown[0]}`; it has {', '.join(_FIELDS)}.")
    values: dict[str, Any] = {name: _field(name, value) for name, value in document.items()}  # Any: checked by _field
    if "kind" not in values:
        raise BadMonitor(f"A rule needs a `kind`: one of {', '.join(RuleKind)}.")
    rule = Rule(**values)
    check_rule(rule)
    return rule


def write_rule(rule: Rule) -> dict[str, JsonValue]:
    """As JSON: what differs from the defaults, and the kind."""
    document: dict[str, JsonValue] = {"kind": rule.kind.value}
    for name, item in _FIELDS.items():
        value = getattr(rule, name)
        if name != "kind" and value != item.default:
            document[name] = list(value) if isinstance(value, tuple) else value
    return document


def check_rule(rule: Rule) -> None:
    """Raises `BadMonitor` where no store could answer it or no value could breach it."""
    _check_words(rule)
    _check_numbers(rule)
    try:
        if rule.kind is RuleKind.DRIFT:
            read_filter(rule.filter)
        elif rule.measure not in ANY_SCORES:
            check_signal(rule.signal)
        else:
            read_filter(rule.filter)
    except PellucidError as error:
        raise BadMonitor(error.message, **dict(error.details)) from error


def _check_words(rule: Rule) -> None:
    if rule.statistic not in STATISTICS:
        raise BadMonitor(f"`statistic` is {rule.statistic!r}; it may be {', '.join(STATISTICS)}.")
    if rule.direction not in ("above", "below"):
        raise BadMonitor("`direction` is `above` or `below`: the side that is bad.")
    if rule.period not in PERIODS or (rule.kind is RuleKind.BUDGET) != bool(rule.period):
        raise BadMonitor("A budget, and nothing else, has a `period`: day, week or month.")
    if rule.kind is RuleKind.UNEXPECTED and not rule.dimension:
        raise BadMonitor("`unexpected` needs a `dimension`: the field whose values are checked.")
    if (rule.kind is RuleKind.DRIFT) != (rule.measure in DRIFTS):
        raise BadMonitor(f"A rule on drift, and nothing else, has a `measure` of {', '.join(DRIFTS)}.")
    if rule.condition and rule.measure != "spans":
        raise BadMonitor("A `condition` goes with the measure `spans`; put other limits into `filter`.")


def _check_numbers(rule: Rule) -> None:
    shortest, longest = WINDOWS_S
    for name in ("window_s", "reference_s"):
        if not shortest <= getattr(rule, name) <= longest:
            raise BadMonitor(f"`{name}` lies between {shortest} seconds and {longest // DAY_S} days.")
    if rule.kind in COMPARED and not (0 < rule.threshold <= 1_000_000):
        raise BadMonitor("`threshold` is a factor above 0 here: 1.5 is half as much again, 0.9 a tenth less.")
    if rule.kind is RuleKind.DECLINE and not 0 < rule.threshold < 1:
        raise BadMonitor("`threshold` is the loss per week here, between 0 and 1: 0.02 is two per cent.")
    captured = rule.kind is RuleKind.BASELINE or (rule.kind is RuleKind.DRIFT and rule.reference_end)
    if captured and not 0 < rule.reference_start < rule.reference_end:
        raise BadMonitor("A baseline needs `reference_start` before `reference_end`; capture one.")
    if rule.kind is RuleKind.ALWAYS_VALID and not 1 <= rule.false_alarm_days <= 3_650:
        raise BadMonitor("`false_alarm_days` lies between 1 and 3650: at most one false alarm in so many days.")
    if not 1 <= rule.least_n <= 1_000_000 or rule.points < 0:
        raise BadMonitor("`least_n` is at least 1, and `points` not negative.")


def _field(name: str, value: JsonValue) -> Any:  # Any: each field has a type of its own
    if name == "kind":
        if value not in tuple(RuleKind):
            raise BadMonitor(f"`kind` is {value!r}; it may be {', '.join(RuleKind)}.")
        return RuleKind(str(value))
    if name == "expected":
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BadMonitor("`expected` is a list of texts.")
        return tuple(str(item) for item in value)
    truth = isinstance(value, bool)
    if name in _TRUTHS:
        if not truth:
            raise BadMonitor(f"`{name}` is true or false.")
        return value
    if name in _NUMBERS or name in _WHOLE:
        if truth or not isinstance(value, int | float) or not isfinite(value):
            raise BadMonitor(f"`{name}` is a number.")
        return int(value) if name in _WHOLE else float(value)
    if not isinstance(value, str):
        raise BadMonitor(f"`{name}` is a text.")
    return value


def gravest(severities: tuple[str, ...] | list[str]) -> str:
    """The gravest of some."""
    return min(severities, key=SEVERITIES.index)
