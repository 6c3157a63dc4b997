"""A service whose deploys change nothing, and the always-valid rules of the starter pack, by the code that watches live traffic.

Each series is a service with daily and weekly seasons and a level of everything that wanders by itself, hour by hour. After the two weeks
from which always-valid rules learn, it is deployed once a day, at another hour each day. An alarm is false where a rule finds a change
and the deploy is blamed for it: within the hour after it. Threshold rules are not in it: they fire where the level itself is beyond the
threshold, deploy or not, so that how often says how restless the service was made, and nothing about the rule.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from pellucid_server.core.clock import DAY, HOUR, MINUTE, SECOND, Micros
from pellucid_server.model.scope import Role, Scope
from pellucid_server.monitors.incidents import Seen
from pellucid_server.monitors.kinship import CHANGE_REACH
from pellucid_server.monitors.past import Past
from pellucid_server.monitors.presets import PACK, Preset
from pellucid_server.monitors.sequence import SequentialLooker
from pellucid_server.query.signals import Signal, Stretch
from pellucid_server.query.windows import Window
from pellucid_server.stats.moments import Moments
from pellucid_server.store.meta.monitors import MonitorState

START: Final = 1_700_006_400 * SECOND // DAY * DAY
BIN: Final = 5 * MINUTE
LEARNT_DAYS: Final = 15
BLAMED: Final = CHANGE_REACH
"""So soon after a deploy an incident names it as its likely cause."""
WATCH: Final = DAY
"""Told beside it: whatever comes before the next deploy."""
RULES: Final = tuple(one for one in PACK if one.key in ("V1", "V2"))
"""V1 follows each score, V2 the length of answers by model: three monitors here. V3 needs retrieval."""
SCORES: Final = ("helpful", "thumbs")
SCOPE: Final = Scope(organization_id="", project_id="simulated", role=Role.MEMBER, actor="benchmark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How much traffic, and how restless it is."""

    an_hour: float
    hanging: float
    """How much an hour hangs together with the one before."""
    wander: float
    """Standard deviation of the level, in log odds of shares and in logarithms of times."""


SERVICES: Final = (
    Service(an_hour=400, hanging=0.7, wander=0.2),
    Service(an_hour=100, hanging=0.9, wander=0.25),
    Service(an_hour=20, hanging=0.5, wander=0.15),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was found."""

    deploys: int = 0
    blamed: int = 0
    """Deploys that an alarm would be blamed on."""
    alarmed: int = 0
    """Deploys with an alarm before the next one."""
    by_rule: tuple[str, ...] = ()
    """Each of these alarms by its rule."""

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            deploys=self.deploys + other.deploys,
            blamed=self.blamed + other.blamed,
            alarmed=self.alarmed + other.alarmed,
            by_rule=(*self.by_rule, *other.by_rule),
        )


class World:
    """Answers signals as the store would, from bins that were drawn once."""

    def __init__(self, service: Service, days: int, rng: np.random.Generator) -> None:
        bins = days * DAY // BIN
        self._starts = [START + place * BIN for place in range(bins)]
        hours = np.arange(bins) * BIN / HOUR
        weekend = ((hours // 24 + START // DAY + 3) % 7) >= 5
        busy = (1 + 0.8 * np.sin(2 * math.pi * (hours % 24 - 8) / 24)) * np.where(weekend, 0.5, 1.0)
        self._n = rng.poisson(service.an_hour * BIN / HOUR * busy)
        self.deploys = [START + day * DAY + int(rng.integers(0, DAY // BIN)) * BIN for day in range(LEARNT_DAYS, days - 1)]
        swing = np.sin(2 * math.pi * (hours % 24) / 24)

        def level() -> np.ndarray:
            return np.repeat(_wandering(rng, days * 24, service), HOUR // BIN)

        self._series = {
            "score:helpful": self._shares(rng, rng.binomial(self._n, 0.5), 1.7 + 0.15 * swing + level()),
            "score:thumbs": self._shares(rng, rng.binomial(self._n, 0.1), 1.4 + 0.1 * swing + level()),
            "output_tokens": self._sizes(rng, 250.0, 0.5, 0.05 * swing + 0.3 * level()),
        }

    def stretches(self, scope: Scope, signal: Signal, window: Window, *, bucket_s: int = 0) -> Sequence[Stretch]:
        """In bins of `BIN`; a wider bucket is put together by whoever reads the past."""
        segment = "chat" if signal.dimension else ""
        found = self._series[signal.measure]
        return [Stretch(segment=segment, start=start, moments=one) for start, one in zip(self._starts, found, strict=True) if one.n]

    def _shares(self, rng: np.random.Generator, n: np.ndarray, odds: np.ndarray) -> list[Moments]:
        hits = rng.binomial(n, 1 / (1 + np.exp(-odds)))
        return [Moments(n=int(a), total=float(b), squares=float(b)) for a, b in zip(n, hits, strict=True)]

    def _sizes(self, rng: np.random.Generator, middle: float, spread: float, shift: np.ndarray) -> list[Moments]:
        """Log-normal values, drawn one by one."""
        found = []
        for count, moved in zip(self._n, shift, strict=True):
            values = middle * np.exp(moved + spread * rng.normal(size=int(count)))
            found.append(Moments(n=int(count), total=float(values.sum()), squares=float((values**2).sum())))
        return found


def simulate(service: Service, days: int, seed: int) -> Tally:
    """One service over so many days."""
    world = World(service, days, np.random.default_rng(seed))
    whole = Window(start=START, end=START + days * DAY)
    hours = Past(Past(world, whole, BIN // SECOND), whole, HOUR // SECOND)
    looker = SequentialLooker(hours, lambda scope, rule: SCORES)
    alarms: dict[Micros, set[str]] = {deploy: set() for deploy in world.deploys}
    blamed: set[Micros] = set()
    for preset in RULES:
        for segment, began in _alarms(looker, preset, days):
            earlier = [deploy for deploy in alarms if deploy < began <= deploy + WATCH]
            if earlier:
                alarms[max(earlier)].add(f"{preset.key} {segment}")
                blamed |= {deploy for deploy in earlier if began <= deploy + BLAMED}
    return Tally(
        deploys=len(alarms),
        blamed=len(blamed),
        alarmed=sum(bool(keys) for keys in alarms.values()),
        by_rule=tuple(key for keys in alarms.values() for key in sorted(keys)),
    )


def _alarms(looker: SequentialLooker, preset: Preset, days: int) -> Iterator[tuple[str, Micros]]:
    """Segment and begin of each."""
    states: list[MonitorState] = []
    known: set[tuple[str, Micros]] = set()
    for now in range(START + DAY, START + days * DAY + 1, 6 * HOUR):
        found = looker(SCOPE, preset.rule, states, now)
        states = [_state(one, now) for one in found]
        for one in found:
            if one.began and (one.finding.segment, one.began) not in known:
                known.add((one.finding.segment, one.began))
                yield one.finding.segment, one.began


def _state(one: Seen, now: Micros) -> MonitorState:
    return MonitorState(
        monitor_id="", segment=one.finding.segment, project_id="", status=one.finding.verdict.status, value=None, bound=None, n=0,
        since=now, evaluated_time=now, memory=one.memory,
    )  # fmt: skip


def _wandering(rng: np.random.Generator, hours: int, service: Service) -> np.ndarray:
    level, found = 0.0, np.empty(hours)
    for hour, shock in enumerate(rng.normal(size=hours)):
        level = service.hanging * level + service.wander * math.sqrt(1 - service.hanging**2) * shock
        found[hour] = level
    return found
