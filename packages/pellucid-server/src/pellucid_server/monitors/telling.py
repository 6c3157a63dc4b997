"""Telling: what channels are told of an incident, written into the outbox in the same transaction as the incident itself."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from pellucid_server.core.clock import SECOND, Micros
from pellucid_server.core.ids import IdSource
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.incidents import AlertChannel, Incident, Notification
from pellucid_server.store.meta.unit import UnitOfWork

VERBS: Final[Mapping[str, str]] = {
    "opened": "opened",
    "worse": "got worse",
    "reminder": "is still open",
    "escalated": "is not acknowledged",
    "resolved": "is resolved",
}
_SHOWN_MEMBERS: Final = 10


class Telling:
    """Plans notifications."""

    def __init__(self, new_id: IdSource, address: Callable[[str], str]) -> None:
        self._new_id = new_id
        self._address = address

    def tell(self, unit: UnitOfWork, incident: Incident, event: str, now: Micros) -> int:
        """Put one notification for each channel into the outbox; how many. A snoozed incident is silent, but for its end."""
        if event != "resolved" and incident.snoozed_until is not None and incident.snoozed_until > now:
            return 0
        told = {one.channel_id for one in unit.notifications.of_incident(incident.project_id, incident.id)}
        count = 0
        for channel in unit.channels.of_project(incident.project_id):
            if concerns(channel, incident, event, told):
                unit.notifications.add(self._notification(incident, channel.id, event, now))
                count += 1
        return count

    def _notification(self, incident: Incident, channel_id: str, event: str, now: Micros) -> Notification:
        return Notification(
            id=self._new_id("notification"),
            project_id=incident.project_id,
            incident_id=incident.id,
            channel_id=channel_id,
            event=event,
            body=body_of(incident, event, self._address(f"/incidents/{incident.id}"), now),
            state="waiting",
            created_time=now,
            due_time=now,
        )


def concerns(channel: AlertChannel, incident: Incident, event: str, told: set[str]) -> bool:
    """Whether a channel hears of an event: of an end, whoever heard of the begin; else by severity and escalation."""
    if not channel.enabled:
        return False
    if event == "resolved":
        return channel.id in told
    if incident.severity not in channel.severities:
        return False
    return not channel.escalation or event == "escalated" or channel.id in told


def body_of(incident: Incident, event: str, url: str, now: Micros) -> dict[str, JsonValue]:
    """What a receiver gets."""
    shown = [member for member in incident.members if member["recovered_time"] is None][:_SHOWN_MEMBERS]
    return {
        "event": event,
        "summary": f"[{incident.severity}] {incident.title} {VERBS[event]}",
        "url": url,
        "time": iso(now),
        "incident": {
            "id": incident.id,
            "title": incident.title,
            "severity": incident.severity,
            "state": incident.state,
            "began": iso(incident.began_time),
            "opened": iso(incident.opened_time),
        },
        "breaches": [
            {
                "monitor": member["name"],
                "segment": member["segment"],
                "text": member["text"],
                "value": member["value"],
                "bound": member["bound"],
                "n": member["n"],
                "filter": member["evidence"],
                "traces": member["traces"],
            }
            for member in shown
        ],
    }


def iso(time: Micros) -> str:
    """A time as ISO 8601."""
    return datetime.fromtimestamp(time / SECOND, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
