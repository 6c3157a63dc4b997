"""Incidents, their history, channels and what was sent to them."""

from pydantic import BaseModel, Field

from pellucid_server.api.wire.times import WireTime
from pellucid_server.monitors.channels import ChannelContent
from pellucid_server.monitors.handling import IncidentFile
from pellucid_server.store.meta.incidents import AlertChannel, Incident, IncidentEntry, Notification


class IncidentMemberAnswer(BaseModel):
    """A breach in an incident."""

    monitor_id: str
    name: str
    severity: str
    segment: str
    measure: str
    statistic: str
    value: float | None
    bound: float | None
    low: float | None
    high: float | None
    n: int
    text: str
    window_start: WireTime
    window_end: WireTime
    evidence: str
    traces: list[str]
    breached_time: WireTime
    recovered_time: WireTime | None


class IncidentAnswer(BaseModel):
    """Something that went wrong."""

    id: str
    title: str
    severity: str
    state: str
    began_time: WireTime
    opened_time: WireTime
    acknowledged_time: WireTime | None
    acknowledged_by: str
    resolved_time: WireTime | None
    resolved_by: str
    snoozed_until: WireTime | None
    feedback: str
    members: list[IncidentMemberAnswer]


class EntryAnswer(BaseModel):
    """A line of its history."""

    id: str
    time: WireTime
    kind: str
    actor: str
    text: str


class NotificationAnswer(BaseModel):
    """What a channel was told, and what became of it."""

    id: str
    incident_id: str
    channel_id: str
    event: str
    state: str
    attempts: int
    error: str
    created_time: WireTime
    due_time: WireTime
    sent_time: WireTime | None


class IncidentFileAnswer(IncidentAnswer):
    """With its history."""

    entries: list[EntryAnswer]
    notifications: list[NotificationAnswer]


class ResolveBody(BaseModel):
    """How it ended."""

    benign: bool = False
    """Whether it was no fault at all."""
    text: str = Field(default="", max_length=10_000)


class SnoozeBody(BaseModel):
    """Until when nobody is told."""

    until: WireTime


class NoteBody(BaseModel):
    """A note."""

    text: str = Field(min_length=1, max_length=10_000)


class ChannelBody(BaseModel):
    """A channel. On a change, an empty `target` or `secret` keeps the one that is saved."""

    name: str = Field(min_length=1, max_length=200)
    kind: str = "webhook"
    target: str = Field(default="", max_length=2_000)
    secret: str = Field(default="", max_length=500)
    severities: list[str] = Field(default_factory=lambda: ["critical", "high", "medium", "low"])
    escalation: bool = False
    enabled: bool = True

    def content(self) -> ChannelContent:
        """For the room."""
        return ChannelContent(
            name=self.name,
            kind=self.kind,
            target=self.target,
            secret=self.secret,
            severities=tuple(self.severities),
            escalation=self.escalation,
            enabled=self.enabled,
        )


class ChannelAnswer(BaseModel):
    """A channel as it is kept; secrets are never shown."""

    id: str
    name: str
    kind: str
    target: str
    signed: bool
    severities: list[str]
    escalation: bool
    enabled: bool
    created_by: str
    created_time: WireTime


def to_incident(incident: Incident) -> IncidentAnswer:
    """`incident` for the wire."""
    return IncidentAnswer.model_validate(_fields(incident))


def to_file(file: IncidentFile) -> IncidentFileAnswer:
    """`file` for the wire."""
    return IncidentFileAnswer.model_validate(
        {
            **_fields(file.incident),
            "entries": [to_entry(entry) for entry in file.entries],
            "notifications": [to_notification(one) for one in file.notifications],
        }
    )


def to_entry(entry: IncidentEntry) -> EntryAnswer:
    """`entry` for the wire."""
    return EntryAnswer.model_validate(entry, from_attributes=True)


def to_notification(notification: Notification) -> NotificationAnswer:
    """`notification` for the wire."""
    return NotificationAnswer.model_validate(notification, from_attributes=True)


def to_channel(channel: AlertChannel) -> ChannelAnswer:
    """`channel` for the wire."""
    return ChannelAnswer(
        id=channel.id,
        name=channel.name,
        kind=channel.kind,
        target=channel.target,
        signed=channel.kind == "webhook" and bool(channel.secret),
        severities=list(channel.severities),
        escalation=channel.escalation,
        enabled=channel.enabled,
        created_by=channel.created_by,
        created_time=channel.created_time,
    )


def _fields(incident: Incident) -> dict[str, object]:
    return {
        **{name: getattr(incident, name) for name in IncidentAnswer.model_fields if name != "members"},
        "members": [dict(member) for member in incident.members],
    }
