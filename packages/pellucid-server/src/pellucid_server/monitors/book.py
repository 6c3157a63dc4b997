"""The book of monitors: make, change, switch off, delete; and the starter pack of a new project."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from pellucid_server.core.clock import Clock
from pellucid_server.core.ids import IdSource
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.errors import BadMonitor, MonitorChanged, NoSuchMonitor, TooManyMonitors
from pellucid_server.monitors.incidents import IncidentDesk
from pellucid_server.monitors.presets import PACK, Preset
from pellucid_server.monitors.rules import SEVERITIES, Rule, check_rule, write_rule
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.monitors import MonitorState, StoredMonitor
from pellucid_server.store.meta.unit import UnitOfWork

MAX_MONITORS: Final = 200
MAX_NAME_CHARS: Final = 200

Exists = Callable[[Scope, str], bool]
"""Whether a span that matches a filter was ever seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorContent:
    """What the one who saves decides."""

    name: str
    rule: Rule
    severity: str
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorRecord:
    """A monitor and how it stands."""

    monitor: StoredMonitor
    states: tuple[MonitorState, ...]


class MonitorBook:
    """The verbs."""

    def __init__(self, store: MetaStore, desk: IncidentDesk, exists: Exists, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._desk = desk
        self._exists = exists
        self._clock = clock
        self._new_id = new_id

    def list_monitors(self, scope: Scope) -> list[MonitorRecord]:
        """By name, with how each of them stands."""
        with self._store.reading() as unit:
            found = unit.monitors.of_project(scope.project_id)
            states = unit.monitors.states(scope.project_id)
        return [
            MonitorRecord(monitor=monitor, states=tuple(state for state in states if state.monitor_id == monitor.id))
            for monitor in found
        ]

    def get(self, scope: Scope, monitor_id: str) -> MonitorRecord:
        """One."""
        with self._store.reading() as unit:
            monitor = _own(unit, scope, monitor_id)
            return MonitorRecord(monitor=monitor, states=tuple(unit.monitors.states(scope.project_id, monitor_id)))

    def create(self, scope: Scope, content: MonitorContent, *, preset: str = "") -> StoredMonitor:
        """Watch something."""
        _check(content)
        now = self._clock()
        monitor = StoredMonitor(
            id=self._new_id("monitor"),
            project_id=scope.project_id,
            name=content.name.strip(),
            preset=preset,
            rule=write_rule(content.rule),
            severity=content.severity,
            enabled=content.enabled,
            version=1,
            created_by=scope.actor,
            created_time=now,
            updated_time=now,
        )
        with self._store.writing() as unit:
            if len(unit.monitors.of_project(scope.project_id)) >= MAX_MONITORS:
                raise TooManyMonitors
            unit.monitors.add(monitor)
            if preset:
                unit.monitors.note_installed(scope.project_id, preset)
        return monitor

    def update(self, scope: Scope, monitor_id: str, content: MonitorContent, *, version: int) -> StoredMonitor:
        """Replace version `version`. Where the rule itself changes, its open breaches are over and it begins anew."""
        _check(content)
        with self._store.writing() as unit:
            before = _own(unit, scope, monitor_id)
            changed = replace(
                before,
                name=content.name.strip(),
                rule=write_rule(content.rule),
                severity=content.severity,
                enabled=content.enabled,
                version=version + 1,
                updated_time=self._clock(),
            )
            if not unit.monitors.put(changed, over_version=version):
                raise MonitorChanged
            if (changed.rule, changed.enabled) != (before.rule, before.enabled):
                reason = "the rule was changed" if changed.enabled else "the rule was switched off"
                self._desk.release(unit, scope.project_id, monitor_id, reason)
        return changed

    def remove(self, scope: Scope, monitor_id: str) -> None:
        """Delete it; a rule of the starter pack does not come back."""
        with self._store.writing() as unit:
            _own(unit, scope, monitor_id)
            self._desk.release(unit, scope.project_id, monitor_id, "the rule was deleted")
            unit.monitors.remove(scope.project_id, monitor_id)

    def install(self, scope: Scope) -> list[StoredMonitor]:
        """What the starter pack has for the project and was never installed: some rules wait until their traffic is seen."""
        with self._store.reading() as unit:
            installed = unit.monitors.installed(scope.project_id)
        wanted = [preset for preset in PACK if preset.key not in installed and self._is_due(scope, preset)]
        return [
            self.create(
                scope,
                MonitorContent(name=preset.name, rule=preset.rule, severity=preset.severity, enabled=preset.enabled),
                preset=preset.key,
            )
            for preset in wanted
        ]

    def _is_due(self, scope: Scope, preset: Preset) -> bool:
        return not preset.needs or self._exists(scope, preset.needs)


def _own(unit: UnitOfWork, scope: Scope, monitor_id: str) -> StoredMonitor:
    monitor = unit.monitors.get(scope.project_id, monitor_id)
    if monitor is None:
        raise NoSuchMonitor
    return monitor


def _check(content: MonitorContent) -> None:
    if not 0 < len(content.name.strip()) <= MAX_NAME_CHARS:
        raise BadMonitor(f"The name of a monitor has between 1 and {MAX_NAME_CHARS} characters.")
    if content.severity not in SEVERITIES:
        raise BadMonitor(f"The severity of a monitor is one of {', '.join(SEVERITIES)}.")
    check_rule(content.rule)
