"""Probe sets: made, asked on their schedule, given a new reference, deleted; and how each stands, for the rule that watches them."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pellucid_server.core.clock import MINUTE, SECOND, Clock
from pellucid_server.core.errors import NotFound, PellucidError
from pellucid_server.core.ids import IdSource
from pellucid_server.llm.durable import RunStarter
from pellucid_server.model.json import JsonValue
from pellucid_server.model.scope import Role, Scope
from pellucid_server.monitors.errors import BadProbeSet, NoSuchProbeSet
from pellucid_server.monitors.incidents import Seen
from pellucid_server.monitors.looking import Finding
from pellucid_server.monitors.probing import KIND
from pellucid_server.monitors.verdicts import FIRING, OK, TOO_FEW, Verdict
from pellucid_server.query.windows import Window
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.probes import ProbeLook, ProbeSet
from pellucid_server.store.meta.unit import UnitOfWork

MAX_SETS: Final = 50
PROMPTS: Final = (3, 50)
"""Fewest and most of a set."""
MAX_PROMPT_CHARS: Final = 8_000
REPEATS: Final = (2, 10)
EVERY_S: Final = (180, 31 * 86_400)
"""Shortest and longest: looks that follow faster would need more permutations than are worth their time."""
MAX_LOOKS: Final = 500
BEHAVIOUR: Final = "behaviour"
"""The measure under which a set that moved stands in an incident."""
STANDING: Final = "evaluator:probes"
"""The actor of looks that follow the schedule, which the list of runs leaves out."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDraft:
    """A set as it was sent."""

    name: str
    connection: str
    model: str
    prompts: Sequence[str]
    parameters: Mapping[str, JsonValue]
    repeats: int = 3
    every_s: int = 86_400
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRecord:
    """A set with its latest looks, the latest first."""

    probe_set: ProbeSet
    looks: tuple[ProbeLook, ...]


class ProbeBook:
    """The verbs."""

    def __init__(self, store: MetaStore, runs: RunStarter, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._runs = runs
        self._clock = clock
        self._new_id = new_id

    def list_sets(self, scope: Scope) -> list[ProbeRecord]:
        """By name, each with its latest look."""
        with self._store.reading() as unit:
            return [
                ProbeRecord(probe_set=one, looks=tuple(unit.probes.looks(one.id, limit=1)))
                for one in unit.probes.of_project(scope.project_id)
            ]

    def get(self, scope: Scope, probe_set_id: str) -> ProbeRecord:
        """One with its looks. Raises `NoSuchProbeSet`."""
        with self._store.reading() as unit:
            found = _own(unit, scope, probe_set_id)
            return ProbeRecord(probe_set=found, looks=tuple(unit.probes.looks(found.id, limit=MAX_LOOKS)))

    def create(self, scope: Scope, draft: ProbeDraft) -> ProbeRecord:
        """Make one; it looks for the first time at once. Raises `BadProbeSet`."""
        _check(draft)
        now = self._clock()
        made = ProbeSet(
            id=self._new_id("probes"),
            project_id=scope.project_id,
            name=draft.name.strip(),
            connection=draft.connection,
            model=draft.model.strip(),
            prompts=[prompt.strip() for prompt in draft.prompts],
            parameters=dict(draft.parameters),
            repeats=draft.repeats,
            every_s=draft.every_s,
            enabled=draft.enabled,
            reference=None,
            reference_time=None,
            next_time=now,
            live_run="",
            created_by=scope.actor,
            created_time=now,
        )
        with self._store.writing() as unit:
            if len(unit.probes.of_project(scope.project_id)) >= MAX_SETS:
                raise BadProbeSet(f"A project has at most {MAX_SETS} probe sets; delete some that nobody reads.")
            unit.probes.add(made)
        return ProbeRecord(probe_set=made, looks=())

    def switch(self, scope: Scope, probe_set_id: str, *, enabled: bool) -> ProbeRecord:
        """On or off; switched on, it looks at once."""
        with self._store.writing() as unit:
            unit.probes.set(_own(unit, scope, probe_set_id).id, enabled=enabled, next_time=self._clock())
        return self.get(scope, probe_set_id)

    def renew(self, scope: Scope, probe_set_id: str) -> ProbeRecord:
        """Forget the reference: the next look is the new one. What moved is accepted by that."""
        with self._store.writing() as unit:
            unit.probes.set(_own(unit, scope, probe_set_id).id, reference=None, reference_time=None, next_time=self._clock())
        return self.get(scope, probe_set_id)

    def remove(self, scope: Scope, probe_set_id: str) -> None:
        """Delete with its looks."""
        with self._store.writing() as unit:
            if not unit.probes.remove(scope.project_id, probe_set_id):
                raise NoSuchProbeSet

    def run_due(self) -> None:
        """Start the looks whose time has come; one that cannot be started does not keep the others."""
        now = self._clock()
        with self._store.reading() as unit:
            due = unit.probes.due(now)
        for probe_set in due:
            scope = Scope(organization_id="", project_id=probe_set.project_id, role=Role.MEMBER, actor=STANDING)
            try:
                if not self._is_under_way(scope, probe_set):
                    self._look(scope, probe_set, now)
            except PellucidError as error:
                log.warning("the probe set %s could not look: %s", probe_set.name, error.message)

    def seen(self, scope: Scope) -> list[Seen]:
        """How each set stands, one segment each. Called where the rule on probe sets is evaluated."""
        return [
            _seen(record.probe_set, record.looks[0] if record.looks else None)
            for record in self.list_sets(scope)
            if record.probe_set.enabled
        ]

    def _look(self, scope: Scope, probe_set: ProbeSet, now: int) -> None:
        items: list[JsonValue] = [
            {"prompt": place, "repeat": repeat} for place in range(len(probe_set.prompts)) for repeat in range(probe_set.repeats)
        ]
        run = self._runs.start(
            scope,
            kind=KIND,
            title=f"{probe_set.name}: {probe_set.model}",
            items=items,
            settings={
                "probe_set": probe_set.id,
                "connection": probe_set.connection,
                "model": probe_set.model,
                "prompts": list(probe_set.prompts),
                "parameters": dict(probe_set.parameters),
            },
        )
        with self._store.writing() as unit:
            unit.probes.set(probe_set.id, live_run=run.id, next_time=now + probe_set.every_s * SECOND)

    def _is_under_way(self, scope: Scope, probe_set: ProbeSet) -> bool:
        if not probe_set.live_run:
            return False
        try:
            return self._runs.get(scope, probe_set.live_run).is_active
        except NotFound:
            return False


def _seen(probe_set: ProbeSet, look: ProbeLook | None) -> Seen:
    compared = look is not None and look.distance is not None and probe_set.reference is not None
    if look is None or not compared:
        verdict = Verdict(status=TOO_FEW, n=0 if look is None else look.answers)
        end = probe_set.created_time if look is None else look.time
    else:
        status = FIRING if look.moved else OK
        verdict = Verdict(status=status, value=look.distance, bound=0.0, low=look.low, high=look.high, n=look.answers)
        end = look.time
    window = Window(start=end - max(probe_set.every_s * SECOND, 10 * MINUTE), end=end + 1)
    finding = Finding(segment=probe_set.name, value=probe_set.model, measure=BEHAVIOUR, window=window, verdict=verdict)
    return Seen(finding=finding, began=end if verdict.status == FIRING else None)


def _check(draft: ProbeDraft) -> None:
    if not draft.name.strip() or len(draft.name) > 200 or not draft.connection or not draft.model.strip():
        raise BadProbeSet("A probe set needs a name of up to 200 characters, a model connection and the model that is asked for.")
    fewest, most = PROMPTS
    if not fewest <= len(draft.prompts) <= most or not all(0 < len(one.strip()) <= MAX_PROMPT_CHARS for one in draft.prompts):
        raise BadProbeSet(f"A probe set has {fewest} to {most} prompts of 1 to {MAX_PROMPT_CHARS:,} characters.")
    if not REPEATS[0] <= draft.repeats <= REPEATS[1]:
        raise BadProbeSet(f"`repeats` lies between {REPEATS[0]} and {REPEATS[1]}: a single answer shows no variety.")
    if not EVERY_S[0] <= draft.every_s <= EVERY_S[1]:
        raise BadProbeSet(f"`every_s` lies between {EVERY_S[0]} seconds and {EVERY_S[1] // 86_400} days.")


def _own(unit: UnitOfWork, scope: Scope, probe_set_id: str) -> ProbeSet:
    found = unit.probes.get(scope.project_id, probe_set_id)
    if found is None:
        raise NoSuchProbeSet
    return found
