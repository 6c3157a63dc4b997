"""What people do with incidents: acknowledge, resolve, note, snooze, say that it was benign; and maintenance windows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from pellucid_server.core.clock import DAY, MINUTE, Clock, Micros
from pellucid_server.core.ids import IdSource
from pellucid_server.model.scope import Scope
from pellucid_server.monitors.errors import (
    BadIncidentAct,
    BadMaintenance,
    IncidentChanged,
    IncidentOver,
    NoSuchIncident,
    NoSuchMaintenance,
)
from pellucid_server.monitors.incidents import QUIET
from pellucid_server.monitors.rules import SEVERITIES
from pellucid_server.monitors.telling import Telling
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.incidents import Incident, IncidentEntry, Notification
from pellucid_server.store.meta.monitors import MaintenanceWindow
from pellucid_server.store.meta.unit import UnitOfWork

STATES: Final = ("open", "acknowledged", "resolved")
MAX_PAGE: Final = 200
MAX_TEXT_CHARS: Final = 10_000
LONGEST_SNOOZE: Final = 7 * DAY
LONGEST_MAINTENANCE: Final = 30 * DAY
ESCALATED_AFTER: Final = 15 * MINUTE
"""Unacknowledged so long after people were told, a critical or high incident goes to the channels of escalation."""
REMINDED_EVERY: Final = {"critical": 60 * MINUTE, "high": 240 * MINUTE, "medium": DAY, "low": DAY}
"""While nobody has acknowledged it."""
BENIGN: Final = "benign"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPage:
    """Some incidents, and where the next ones begin."""

    incidents: list[Incident]
    next_before: tuple[Micros, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFile:
    """An incident with its history and whom it was told."""

    incident: Incident
    entries: Sequence[IncidentEntry]
    notifications: Sequence[Notification]


class IncidentBook:
    """The verbs."""

    def __init__(self, store: MetaStore, telling: Telling, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._telling = telling
        self._clock = clock
        self._new_id = new_id

    def list_incidents(
        self, scope: Scope, *, states: Sequence[str] = (), before: tuple[Micros, str] | None = None, limit: int = 50
    ) -> IncidentPage:
        """The latest first."""
        if not set(states) <= set(STATES):
            raise BadIncidentAct(f"An incident is {', '.join(STATES)}.")
        bounded = max(1, min(limit, MAX_PAGE))
        with self._store.reading() as unit:
            found = unit.incidents.page(scope.project_id, states=states, before=before, limit=bounded + 1)
        shown = found[:bounded]
        more = len(found) > bounded
        return IncidentPage(incidents=shown, next_before=(shown[-1].opened_time, shown[-1].id) if more else None)

    def get(self, scope: Scope, incident_id: str) -> IncidentFile:
        """With its history."""
        with self._store.reading() as unit:
            incident = _own(unit, scope, incident_id)
            return IncidentFile(
                incident=incident,
                entries=unit.incidents.entries(incident_id),
                notifications=unit.notifications.of_incident(scope.project_id, incident_id),
            )

    def acknowledge(self, scope: Scope, incident_id: str) -> Incident:
        """Somebody looks at it: no more reminders, no escalation."""
        now = self._clock()
        with self._store.writing() as unit:
            incident = _running(unit, scope, incident_id)
            changed = replace(incident, state="acknowledged", acknowledged_time=now, acknowledged_by=scope.actor)
            return self._put(unit, scope, incident, changed, "acknowledged", "")

    def resolve(self, scope: Scope, incident_id: str, *, benign: bool = False, text: str = "") -> Incident:
        """It is over, whatever the rules say: they stay quiet until they were back to normal once."""
        now = self._clock()
        with self._store.writing() as unit:
            incident = _running(unit, scope, incident_id)
            changed = replace(
                incident, state="resolved", resolved_time=now, resolved_by=scope.actor, feedback=BENIGN if benign else ""
            )
            for state in unit.monitors.states(scope.project_id):
                if state.incident_id == incident_id:
                    unit.monitors.put_state(replace(state, status=QUIET, incident_id=""))
            kept = self._put(unit, scope, incident, changed, BENIGN if benign else "resolved", text)
            self._telling.tell(unit, kept, "resolved", now)
            return kept

    def snooze(self, scope: Scope, incident_id: str, until: Micros) -> Incident:
        """Nobody is told of it until then."""
        now = self._clock()
        if not now < until <= now + LONGEST_SNOOZE:
            raise BadIncidentAct(f"A snooze ends in the future, within {LONGEST_SNOOZE // DAY} days.")
        with self._store.writing() as unit:
            incident = _running(unit, scope, incident_id)
            return self._put(unit, scope, incident, replace(incident, snoozed_until=until), "snoozed", "")

    def note(self, scope: Scope, incident_id: str, text: str) -> IncidentEntry:
        """Write something beside it."""
        if not 0 < len(text.strip()) <= MAX_TEXT_CHARS:
            raise BadIncidentAct(f"A note has between 1 and {MAX_TEXT_CHARS} characters.")
        with self._store.writing() as unit:
            _own(unit, scope, incident_id)
            return self._entry(unit, scope, incident_id, "note", text.strip())

    def remind(self, project_id: str, now: Micros) -> None:
        """Escalate what nobody acknowledged, and remind people of it; after a snooze too. Called by the schedule."""
        with self._store.writing() as unit:
            for incident in unit.incidents.unresolved(project_id):
                event = due_event(incident, now)
                if event:
                    told = self._telling.tell(unit, incident, event, now)
                    changed = replace(incident, told_time=now, snoozed_until=None, version=incident.version + 1)
                    if event == "escalated":
                        changed = replace(changed, escalated_time=now)
                        if told:
                            self._entry(unit, None, incident.id, "escalated", "Nobody acknowledged it in time.")
                    unit.incidents.put(changed, over_version=incident.version)

    def maintenance(self, scope: Scope) -> list[MaintenanceWindow]:
        """Running and coming windows."""
        with self._store.reading() as unit:
            return unit.maintenance.of_project(scope.project_id, ending_after=self._clock())

    def plan_maintenance(
        self, scope: Scope, *, reason: str, start: Micros, end: Micros, monitor_ids: Sequence[str] = ()
    ) -> MaintenanceWindow:
        """In this time nobody is told of new breaches; what is still wrong at its end is told then."""
        if not start < end <= start + LONGEST_MAINTENANCE or len(reason) > MAX_TEXT_CHARS:
            raise BadMaintenance
        window = MaintenanceWindow(
            id=self._new_id("maintenance"),
            project_id=scope.project_id,
            reason=reason.strip(),
            start=start,
            end=end,
            monitor_ids=list(monitor_ids),
            created_by=scope.actor,
        )
        with self._store.writing() as unit:
            unit.maintenance.add(window)
        return window

    def end_maintenance(self, scope: Scope, window_id: str) -> None:
        """Take it back."""
        with self._store.writing() as unit:
            if not unit.maintenance.remove(scope.project_id, window_id):
                raise NoSuchMaintenance

    def _put(self, unit: UnitOfWork, scope: Scope, before: Incident, changed: Incident, kind: str, text: str) -> Incident:
        kept = replace(changed, version=before.version + 1)
        if not unit.incidents.put(kept, over_version=before.version):
            raise IncidentChanged
        self._entry(unit, scope, before.id, kind, text)
        return kept

    def _entry(self, unit: UnitOfWork, scope: Scope | None, incident_id: str, kind: str, text: str) -> IncidentEntry:
        entry = IncidentEntry(
            id=self._new_id("entry"),
            incident_id=incident_id,
            time=self._clock(),
            kind=kind,
            actor="monitors" if scope is None else scope.actor,
            text=text,
        )
        unit.incidents.add_entry(entry)
        return entry


def due_event(incident: Incident, now: Micros) -> str:
    """What people must be told again of an incident: `escalated`, `reminder` or nothing."""
    if incident.state != "open":
        return ""
    if incident.snoozed_until is not None:
        return "reminder" if now >= incident.snoozed_until else ""
    grave = SEVERITIES.index(incident.severity) <= SEVERITIES.index("high")
    last = incident.told_time if incident.told_time is not None else incident.opened_time
    if grave and incident.escalated_time is None and now - last >= ESCALATED_AFTER:
        return "escalated"
    return "reminder" if now - last >= REMINDED_EVERY[incident.severity] else ""


def _own(unit: UnitOfWork, scope: Scope, incident_id: str) -> Incident:
    incident = unit.incidents.get(scope.project_id, incident_id)
    if incident is None:
        raise NoSuchIncident
    return incident


def _running(unit: UnitOfWork, scope: Scope, incident_id: str) -> Incident:
    incident = _own(unit, scope, incident_id)
    if incident.state == "resolved":
        raise IncidentOver
    return incident
