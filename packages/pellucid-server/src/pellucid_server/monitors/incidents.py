"""Incidents: opened by breaches, joined by what breaks with them, ended when all is back to normal or by a person.

One cause pages once: a breach joins an incident that is open, still fresh and about its kin (`kinship`), and people are told again only
if it is graver. How each segment stands is kept beside (`monitor_states`), so that a restarted server neither forgets an incident nor
opens it twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pellucid_server.core.clock import MINUTE, Clock, Micros
from pellucid_server.core.ids import IdSource
from pellucid_server.model.json import JsonValue
from pellucid_server.monitors.errors import IncidentChanged
from pellucid_server.monitors.kinship import CAUSES, MOST_CHANGES, kinship_of, reach, read_kinship, write_kinship
from pellucid_server.monitors.looking import Finding
from pellucid_server.monitors.rules import SEVERITIES, Rule, gravest
from pellucid_server.monitors.telling import Telling
from pellucid_server.monitors.verdicts import FIRING, NO_DATA
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.incidents import Incident, IncidentEntry
from pellucid_server.store.meta.monitors import MaintenanceWindow, MonitorState, StoredMonitor
from pellucid_server.store.meta.unit import UnitOfWork

JOINED_WITHIN: Final = 30 * MINUTE
"""What breaks so soon after an incident's latest breach, and is kin to one of its breaches, is taken for the same cause."""
HOLD: Final = 5 * MINUTE
"""So long a segment must be back to normal before its breach is over."""
MAX_MEMBERS: Final = 100
MONITORS: Final = "monitors"
"""The actor of what happens by itself."""
QUIET: Final = "quiet"
"""Status of a segment whose incident a person ended: it is silent until it was back to normal once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A finding with what the store says about it."""

    finding: Finding
    evidence: str = ""
    """The filter of the traces behind it."""
    traces: Sequence[str] = ()
    memory: Mapping[str, JsonValue] = field(default_factory=dict)
    began: Micros | None = None
    """Where the rule knows better than the window when it began."""


class IncidentDesk:
    """What monitors do to incidents. People's verbs are in `handling`."""

    def __init__(self, store: MetaStore, telling: Telling, clock: Clock, new_id: IdSource) -> None:
        self._store = store
        self._telling = telling
        self._clock = clock
        self._new_id = new_id

    def report(self, monitor: StoredMonitor, rule: Rule, seen: Sequence[Seen], now: Micros) -> list[str]:
        """Note how the monitor's segments stand; the incidents that were opened. All of it in one transaction."""
        opened: list[str] = []
        with self._store.writing() as unit:
            unit.incidents.take_turn(monitor.project_id)
            current = unit.monitors.get(monitor.project_id, monitor.id)
            if current is None or current.version != monitor.version or not current.enabled:
                return []  # edited while it was evaluated: what was found is about a rule that is no more
            before = {state.segment: state for state in unit.monitors.states(monitor.project_id, monitor.id)}
            silenced = covered(unit.maintenance.of_project(monitor.project_id, ending_after=now), monitor.id, now)
            for one in seen:
                state = self._segment(unit, monitor, rule, one, before.pop(one.finding.segment, None), now, silenced, opened)
                unit.monitors.put_state(state)
            for state in before.values():
                unit.monitors.put_state(self._vanished(unit, monitor, state, now))
        return opened

    def release(self, unit: UnitOfWork, project_id: str, monitor_id: str, reason: str) -> None:
        """A monitor was changed, switched off or deleted: its breaches are over, and it begins anew."""
        now = self._clock()
        for incident in unit.incidents.unresolved(project_id):
            for member in incident.members:
                if member["monitor_id"] == monitor_id and member["recovered_time"] is None:
                    fresh = unit.incidents.get(project_id, incident.id)
                    if fresh is not None:
                        self._recover(unit, fresh, monitor_id, str(member["segment"]), now, reason)
        unit.monitors.forget_states(monitor_id)

    def _segment(
        self,
        unit: UnitOfWork,
        monitor: StoredMonitor,
        rule: Rule,
        one: Seen,
        before: MonitorState | None,
        now: Micros,
        silenced: bool,
        opened: list[str],
    ) -> MonitorState:
        verdict = one.finding.verdict
        state = MonitorState(
            monitor_id=monitor.id,
            segment=one.finding.segment,
            project_id=monitor.project_id,
            status=verdict.status,
            value=verdict.value,
            bound=verdict.bound,
            n=verdict.n,
            since=now,
            evaluated_time=now,
            memory=one.memory,
        )
        firing = verdict.status == FIRING
        if before is not None and before.status == state.status:
            state = replace(state, since=min(before.since, now))
        if before is not None and before.status == QUIET:
            return replace(state, status=QUIET, since=before.since) if firing else state
        incident_id = "" if before is None else before.incident_id
        if firing:
            if incident_id:
                return replace(state, incident_id=incident_id)
            return state if silenced else replace(state, incident_id=self._breach(unit, monitor, rule, one, now, opened))
        if incident_id and now - state.since >= HOLD:
            self._over(unit, state, incident_id, now)
            incident_id = ""
        return replace(state, incident_id=incident_id)

    def _vanished(self, unit: UnitOfWork, monitor: StoredMonitor, state: MonitorState, now: Micros) -> MonitorState:
        """No traffic of this segment any more: nothing is wrong with what does not happen."""
        since = state.since if state.status == NO_DATA else now
        gone = replace(state, status=NO_DATA, value=None, n=0, since=min(since, now), evaluated_time=now)
        if gone.incident_id and now - gone.since >= HOLD:
            self._over(unit, gone, gone.incident_id, now)
            return replace(gone, incident_id="")
        return gone

    def _breach(self, unit: UnitOfWork, monitor: StoredMonitor, rule: Rule, one: Seen, now: Micros, opened: list[str]) -> str:
        start, end = reach(_began(one, now))
        changes = unit.changes.page(monitor.project_id, start=start, end=end, kinds=CAUSES, before=None, limit=MOST_CHANGES)
        kin = kinship_of(rule, one.finding, changes)
        member = _member(monitor, rule, one, now) | write_kinship(kin)
        fresh = [
            incident
            for incident in unit.incidents.unresolved(monitor.project_id)
            if now - incident.joined_time <= JOINED_WITHIN
            and len(incident.members) < MAX_MEMBERS
            and kin.joins(map(read_kinship, incident.members))
        ]
        if not fresh:
            opened.append(self._open(unit, monitor, one, member, now))
            return opened[-1]
        return self._join(unit, fresh[0], monitor, member, now)

    def _open(self, unit: UnitOfWork, monitor: StoredMonitor, one: Seen, member: Mapping[str, JsonValue], now: Micros) -> str:
        incident = Incident(
            id=self._new_id("incident"),
            project_id=monitor.project_id,
            title=f"{monitor.name}: {member['segment']}" if member["segment"] else monitor.name,
            severity=monitor.severity,
            state="open",
            began_time=_began(one, now),
            opened_time=now,
            joined_time=now,
            told_time=now,
            members=[member],
        )
        unit.incidents.add(incident)
        self._note(unit, incident.id, "opened", str(member["text"]), now)
        self._telling.tell(unit, incident, "opened", now)
        return incident.id

    def _join(
        self, unit: UnitOfWork, incident: Incident, monitor: StoredMonitor, member: Mapping[str, JsonValue], now: Micros
    ) -> str:
        graver = SEVERITIES.index(monitor.severity) < SEVERITIES.index(incident.severity)
        kept = [one for one in incident.members if (one["monitor_id"], one["segment"]) != (monitor.id, member["segment"])]
        changed = replace(
            incident,
            severity=gravest([incident.severity, monitor.severity]),
            joined_time=now,
            members=[*kept, member],
            told_time=now if graver else incident.told_time,
            version=incident.version + 1,
        )
        _put(unit, changed, incident.version)
        self._note(unit, incident.id, "joined", f"{monitor.name}: {member['text']}", now)
        if graver:
            self._telling.tell(unit, changed, "worse", now)
        return incident.id

    def _over(self, unit: UnitOfWork, state: MonitorState, incident_id: str, now: Micros) -> None:
        incident = unit.incidents.get(state.project_id, incident_id)
        if incident is not None and incident.state != "resolved":
            self._recover(unit, incident, state.monitor_id, state.segment, now, "back to normal")

    def _recover(self, unit: UnitOfWork, incident: Incident, monitor_id: str, segment: str, now: Micros, reason: str) -> None:
        """One breach is over; the incident too, if it was the last one."""
        members = [
            {**member, "recovered_time": now}
            if (member["monitor_id"], member["segment"]) == (monitor_id, segment) and member["recovered_time"] is None
            else member
            for member in incident.members
        ]
        left = [member for member in members if member["recovered_time"] is None]
        name = next((str(member["name"]) for member in members if member["monitor_id"] == monitor_id), "A rule")
        self._note(unit, incident.id, "recovered", f"{name}{f' ({segment})' if segment else ''}: {reason}.", now)
        changed = replace(incident, members=members, version=incident.version + 1)
        if not left:
            changed = replace(changed, state="resolved", resolved_time=now, resolved_by=MONITORS)
            self._note(unit, incident.id, "resolved", "All rules are back to normal.", now)
            self._telling.tell(unit, changed, "resolved", now)
        _put(unit, changed, incident.version)

    def _note(self, unit: UnitOfWork, incident_id: str, kind: str, text: str, now: Micros) -> None:
        unit.incidents.add_entry(
            IncidentEntry(id=self._new_id("entry"), incident_id=incident_id, time=now, kind=kind, actor=MONITORS, text=text)
        )


def _put(unit: UnitOfWork, incident: Incident, over_version: int) -> None:
    if not unit.incidents.put(incident, over_version=over_version):
        raise IncidentChanged  # which undoes the transaction; the next evaluation finds the same and reports it again


def covered(windows: Sequence[MaintenanceWindow], monitor_id: str, now: Micros) -> bool:
    """Whether a maintenance window silences the monitor."""
    return any(
        window.start <= now < window.end and (not window.monitor_ids or monitor_id in window.monitor_ids) for window in windows
    )


def _began(one: Seen, now: Micros) -> Micros:
    return now if one.began is None else min(one.began, now)


def _member(monitor: StoredMonitor, rule: Rule, one: Seen, now: Micros) -> dict[str, JsonValue]:
    verdict, window = one.finding.verdict, one.finding.window
    return {
        "monitor_id": monitor.id,
        "name": monitor.name,
        "severity": monitor.severity,
        "segment": one.finding.segment,
        "measure": one.finding.measure,
        "statistic": rule.statistic,
        "value": verdict.value,
        "bound": verdict.bound,
        "low": verdict.low,
        "high": verdict.high,
        "n": verdict.n,
        "text": describe(rule, one.finding),
        "window_start": window.start,
        "window_end": window.end,
        "evidence": one.evidence,
        "traces": list(one.traces),
        "breached_time": now,
        "recovered_time": None,
    }


def describe(rule: Rule, finding: Finding) -> str:
    """One line for people: value, bound, interval and n."""
    if finding.text:
        return finding.text
    verdict = finding.verdict
    where = f" in {finding.value}" if finding.value else ""
    what = f"share of {rule.condition}" if rule.condition else f"{rule.statistic} of {finding.measure}"
    if rule.kind == "unexpected":
        return f"{rule.dimension} {finding.segment} was seen {verdict.n} times and is not expected"
    if rule.kind == "no_data":
        return f"no data{where} for {rule.window_s // 60} min"
    if rule.kind == "probes":
        interval = f"{_number(verdict.low)} to {_number(verdict.high)}"
        return (
            f"{finding.value} answers {finding.segment} otherwise: distance {_number(verdict.value)} ({interval}, n = {verdict.n})"
        )
    value, bound = _number(verdict.value), _number(verdict.bound)
    usual = "the usual " if rule.kind == "always_valid" else ""
    known = verdict.low is not None and verdict.high is not None
    interval = f"{_number(verdict.low)} to {_number(verdict.high)}, " if known else ""
    return f"{what}{where} is {value} ({interval}n = {verdict.n}), {rule.direction} {usual}{bound}"


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.4g}"
