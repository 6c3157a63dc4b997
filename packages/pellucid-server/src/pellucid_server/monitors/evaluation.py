"""Evaluation: every half minute, looks at what is due and reports what it found. One rule that fails does not stop the others."""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from pellucid_server.core.clock import MINUTE, SECOND, Clock, Micros
from pellucid_server.core.errors import PellucidError
from pellucid_server.model.scope import Role, Scope
from pellucid_server.monitors.book import MonitorBook
from pellucid_server.monitors.handling import IncidentBook
from pellucid_server.monitors.incidents import MONITORS, IncidentDesk, Seen
from pellucid_server.monitors.looking import Finding, Looker
from pellucid_server.monitors.rules import Rule, RuleKind, read_rule
from pellucid_server.monitors.verdicts import FIRING
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.monitors import MonitorState, StoredMonitor

AT_ONCE: Final = 3
INSTALL_EVERY: Final = 10 * MINUTE
"""How often it is looked for traffic that a rule of the starter pack waits for."""

log = logging.getLogger(__name__)


class Evidence(Protocol):
    """Finds the traces behind a breach."""

    def __call__(self, scope: Scope, rule: Rule, finding: Finding) -> tuple[str, Sequence[str]]:
        """The filter of the traffic, and some trace ids."""
        ...


class Following(Protocol):
    """Judges rules that carry something on from look to look: always-valid ones a memory, those on drift their latest run."""

    def __call__(self, scope: Scope, rule: Rule, states: Sequence[MonitorState], now: Micros) -> list[Seen]:
        """Each segment with its new memory."""
        ...


class Evaluator:
    """Runs in a thread of its own."""

    def __init__(
        self,
        store: MetaStore,
        book: MonitorBook,
        desk: IncidentDesk,
        incidents: IncidentBook,
        looker: Looker,
        evidence: Evidence,
        following: Mapping[RuleKind, Following],
        projects: Callable[[], Sequence[tuple[str, str]]],
        clock: Clock,
    ) -> None:
        self._store = store
        self._book = book
        self._desk = desk
        self._incidents = incidents
        self._looker = looker
        self._evidence = evidence
        self._following = following
        self._projects = projects
        self._clock = clock
        self._looked: dict[str, tuple[int, Micros]] = {}
        self._installed: dict[str, Micros] = {}

    def run(self) -> None:
        """Look at every project once. `projects` gives (organisation, project)."""
        for organization_id, project_id in self._projects():
            scope = Scope(organization_id=organization_id, project_id=project_id, role=Role.MEMBER, actor=MONITORS)
            try:
                self._project(scope)
            except PellucidError as error:
                log.warning("the monitors of %s could not be evaluated: %s", project_id, error.message)

    def evaluate(self, scope: Scope, monitor: StoredMonitor) -> list[str]:
        """One rule now; the incidents that it opened."""
        now = self._clock()
        rule = read_rule(monitor.rule)
        with self._store.reading() as unit:
            states = unit.monitors.states(scope.project_id, monitor.id)
        follow = self._following.get(rule.kind)
        found = self._looker.look(scope, rule, now) if follow is None else ()
        seen = [Seen(finding=finding) for finding in found] if follow is None else follow(scope, rule, states, now)
        firing = {state.segment for state in states if state.incident_id}
        return self._desk.report(monitor, rule, [self._with_evidence(scope, rule, one, firing) for one in seen], now)

    def _project(self, scope: Scope) -> None:
        now = self._clock()
        if abs(now - self._installed.get(scope.project_id, 0)) >= INSTALL_EVERY:
            self._book.install(scope)
            self._installed[scope.project_id] = now
        with self._store.reading() as unit:
            found = unit.monitors.of_project(scope.project_id)
        due = [monitor for monitor in found if monitor.enabled and self._is_due(monitor, now)]
        if due:
            with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="monitor") as pool:
                for _ in pool.map(lambda monitor: self._one(scope, monitor), due):
                    pass
        self._incidents.remind(scope.project_id, now)

    def _is_due(self, monitor: StoredMonitor, now: Micros) -> bool:
        version, looked = self._looked.get(monitor.id, (0, 0))
        # A clock that was set back must not silence a rule until it has caught up.
        return version != monitor.version or abs(now - looked) >= (read_rule(monitor.rule).evaluated_every_s - 1) * SECOND

    def _one(self, scope: Scope, monitor: StoredMonitor) -> None:
        try:
            self.evaluate(scope, monitor)
        except PellucidError as error:
            log.warning("the monitor %s (%s) could not be evaluated: %s", monitor.name, monitor.id, error.message)
        self._looked[monitor.id] = (monitor.version, self._clock())

    def _with_evidence(self, scope: Scope, rule: Rule, one: Seen, firing: set[str]) -> Seen:
        """Traces are looked for once, where a breach begins."""
        if one.finding.verdict.status != FIRING or one.finding.segment in firing:
            return one
        evidence, traces = self._evidence(scope, rule, one.finding)
        return Seen(finding=one.finding, evidence=evidence, traces=traces, memory=one.memory, began=one.began)
