"""Incidents with what happened in them, the channels by which people are told, and the outbox of what they are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Boolean, Column, Connection, ForeignKey, Index, Integer, Table, delete, insert, select, tuple_, update

from pellucid_server.core.clock import Micros
from pellucid_server.model.json import JsonValue
from pellucid_server.store.meta.organizations import projects
from pellucid_server.store.meta.schema import JsonColumn, MicrosColumn, TextColumn, columns, first, id_column, metadata, record

incidents = Table(
    "incidents",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("title", TextColumn, nullable=False),
    Column("severity", TextColumn, nullable=False),
    Column("state", TextColumn, nullable=False),
    Column("began_time", MicrosColumn, nullable=False),
    Column("opened_time", MicrosColumn, nullable=False),
    Column("joined_time", MicrosColumn, nullable=False),
    Column("acknowledged_time", MicrosColumn),
    Column("acknowledged_by", TextColumn, nullable=False),
    Column("resolved_time", MicrosColumn),
    Column("resolved_by", TextColumn, nullable=False),
    Column("snoozed_until", MicrosColumn),
    Column("feedback", TextColumn, nullable=False),
    Column("told_time", MicrosColumn),
    Column("escalated_time", MicrosColumn),
    Column("members", JsonColumn, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_incidents_opened_time", "project_id", "opened_time"),
)

incident_entries = Table(
    "incident_entries",
    metadata,
    id_column(),
    Column("incident_id", ForeignKey(incidents.c.id, ondelete="CASCADE"), nullable=False),
    Column("time", MicrosColumn, nullable=False),
    Column("kind", TextColumn, nullable=False),
    Column("actor", TextColumn, nullable=False),
    Column("text", TextColumn, nullable=False),
    Index("ix_incident_entries_incident_id", "incident_id", "time"),
)

alert_channels = Table(
    "alert_channels",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("name", TextColumn, nullable=False),
    Column("kind", TextColumn, nullable=False),
    Column("target", TextColumn, nullable=False),
    Column("secret", TextColumn, nullable=False),
    Column("severities", JsonColumn, nullable=False),
    Column("escalation", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_by", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
)

notifications = Table(
    "notifications",
    metadata,
    id_column(),
    Column("project_id", ForeignKey(projects.c.id, ondelete="CASCADE"), nullable=False),
    Column("incident_id", TextColumn, nullable=False),
    Column("channel_id", TextColumn, nullable=False),
    Column("event", TextColumn, nullable=False),
    Column("body", JsonColumn, nullable=False),
    Column("state", TextColumn, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", TextColumn, nullable=False),
    Column("created_time", MicrosColumn, nullable=False),
    Column("due_time", MicrosColumn, nullable=False),
    Column("sent_time", MicrosColumn),
    Index("ix_notifications_due_time", "state", "due_time"),
    Index("ix_notifications_incident_id", "project_id", "incident_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """Something that went wrong, seen by one or several monitors."""

    id: str
    project_id: str
    title: str
    severity: str
    """The greatest of its members."""
    state: str
    """`open`, `acknowledged` or `resolved`."""
    began_time: Micros
    """When the traffic first breached a rule."""
    opened_time: Micros
    joined_time: Micros
    """When the latest monitor joined."""
    acknowledged_time: Micros | None = None
    acknowledged_by: str = ""
    resolved_time: Micros | None = None
    resolved_by: str = ""
    """An actor, or `monitors` where it ended by itself."""
    snoozed_until: Micros | None = None
    feedback: str = ""
    """`benign` where somebody said so."""
    told_time: Micros | None = None
    """When people were last told."""
    escalated_time: Micros | None = None
    members: Sequence[Mapping[str, JsonValue]] = field(default_factory=tuple)
    """Monitor, segment, value, bound, n and window of each breach, in the shape of `monitors.incidents`."""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentEntry:
    """One line of an incident's history."""

    id: str
    incident_id: str
    time: Micros
    kind: str
    """`opened`, `joined`, `acknowledged`, `resolved`, `note`, `snoozed`, `benign`, `quiet`, `escalated` or `recovered`."""
    actor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertChannel:
    """A way to tell people."""

    id: str
    project_id: str
    name: str
    kind: str
    """`webhook` or `apprise`."""
    target: str
    """The webhook's URL, or what `secret` says is kept apart."""
    secret: str
    """Sealed: the key that signs webhooks, or the whole address of a service, which holds its token."""
    severities: Sequence[str]
    escalation: bool
    """Whether it is only told of what nobody acknowledged."""
    enabled: bool
    created_by: str
    created_time: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What one channel is told once: written with the incident in one transaction, sent until it is delivered or given up."""

    id: str
    project_id: str
    incident_id: str
    """Empty for a test of the channel."""
    channel_id: str
    event: str
    """`opened`, `worse`, `reminder`, `escalated`, `resolved`, `change` or `test`."""
    body: Mapping[str, JsonValue]
    state: str
    """`waiting`, `sent` or `failed`."""
    attempts: int = 0
    error: str = ""
    created_time: Micros
    due_time: Micros
    sent_time: Micros | None = None


class Incidents:
    """Reads and writes incidents."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def take_turn(self, project_id: str) -> None:
        """Wait until nobody else reports breaches of this project, to the end of the transaction: one cause must open one incident.

        SQLite lets one transaction write at a time anyway.
        """
        self._connection.execute(select(projects.c.id).where(projects.c.id == project_id).with_for_update())

    def add(self, incident: Incident) -> None:
        """Insert."""
        self._connection.execute(insert(incidents).values(columns(incident)))

    def put(self, incident: Incident, *, over_version: int) -> bool:
        """Overwrite the stored one with the same id if it still has that version; whether it had."""
        where = (incidents.c.id == incident.id) & (incidents.c.version == over_version)
        return self._connection.execute(update(incidents).where(where).values(columns(incident))).rowcount > 0

    def get(self, project_id: str, incident_id: str) -> Incident | None:
        """By id, in its project only."""
        query = select(incidents).where((incidents.c.id == incident_id) & (incidents.c.project_id == project_id))
        return first(Incident, self._connection.execute(query).all())

    def unresolved(self, project_id: str) -> list[Incident]:
        """Open and acknowledged ones, the latest first."""
        query = select(incidents).where((incidents.c.project_id == project_id) & (incidents.c.state != "resolved"))
        ordered = query.order_by(incidents.c.opened_time.desc(), incidents.c.id.desc())
        return [record(Incident, row) for row in self._connection.execute(ordered)]

    def page(self, project_id: str, *, states: Sequence[str], before: tuple[Micros, str] | None, limit: int) -> list[Incident]:
        """The latest first, beginning behind the (opened, id) `before`; of all states where none is named."""
        query = select(incidents).where(incidents.c.project_id == project_id)
        if states:
            query = query.where(incidents.c.state.in_(states))
        if before is not None:
            query = query.where(tuple_(incidents.c.opened_time, incidents.c.id) < before)
        ordered = query.order_by(incidents.c.opened_time.desc(), incidents.c.id.desc()).limit(limit)
        return [record(Incident, row) for row in self._connection.execute(ordered)]

    def add_entry(self, entry: IncidentEntry) -> None:
        """Insert."""
        self._connection.execute(insert(incident_entries).values(columns(entry)))

    def entries(self, incident_id: str) -> list[IncidentEntry]:
        """Of one incident, the oldest first."""
        query = select(incident_entries).where(incident_entries.c.incident_id == incident_id)
        ordered = query.order_by(incident_entries.c.time, incident_entries.c.id)
        return [record(IncidentEntry, row) for row in self._connection.execute(ordered)]


class AlertChannels:
    """Reads and writes channels."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, channel: AlertChannel) -> None:
        """Insert."""
        self._connection.execute(insert(alert_channels).values(columns(channel)))

    def put(self, channel: AlertChannel) -> None:
        """Overwrite the stored one with the same id."""
        self._connection.execute(update(alert_channels).where(alert_channels.c.id == channel.id).values(columns(channel)))

    def get(self, project_id: str, channel_id: str) -> AlertChannel | None:
        """By id, in its project only."""
        table = alert_channels
        query = select(table).where((table.c.id == channel_id) & (table.c.project_id == project_id))
        return first(AlertChannel, self._connection.execute(query).all())

    def of_project(self, project_id: str) -> list[AlertChannel]:
        """All, by name."""
        table = alert_channels
        query = select(table).where(table.c.project_id == project_id).order_by(table.c.name, table.c.id)
        return [record(AlertChannel, row) for row in self._connection.execute(query)]

    def remove(self, project_id: str, channel_id: str) -> bool:
        """Delete, in its project only; whether it was there."""
        where = (alert_channels.c.id == channel_id) & (alert_channels.c.project_id == project_id)
        return self._connection.execute(delete(alert_channels).where(where)).rowcount > 0


class Notifications:
    """Reads and writes the outbox."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, notification: Notification) -> None:
        """Insert."""
        self._connection.execute(insert(notifications).values(columns(notification)))

    def put(self, notification: Notification) -> None:
        """Overwrite the stored one with the same id."""
        where = notifications.c.id == notification.id
        self._connection.execute(update(notifications).where(where).values(columns(notification)))

    def due_channels(self, now: Micros) -> list[str]:
        """The channels for which something must be sent now."""
        query = select(notifications.c.channel_id).where((notifications.c.state == "waiting") & (notifications.c.due_time <= now))
        return sorted(self._connection.execute(query.distinct()).scalars())

    def waiting(self, channel_id: str, limit: int) -> list[Notification]:
        """What one channel has not got yet, the oldest first."""
        query = select(notifications).where((notifications.c.state == "waiting") & (notifications.c.channel_id == channel_id))
        ordered = query.order_by(notifications.c.created_time, notifications.c.id).limit(limit)
        return [record(Notification, row) for row in self._connection.execute(ordered)]

    def hold(self, channel_id: str, until: Micros) -> None:
        """Nothing that waits for a channel is due before then."""
        where = (
            (notifications.c.channel_id == channel_id) & (notifications.c.state == "waiting") & (notifications.c.due_time < until)
        )
        self._connection.execute(update(notifications).where(where).values(due_time=until))

    def of_incident(self, project_id: str, incident_id: str) -> list[Notification]:
        """The oldest first."""
        table = notifications
        query = select(table).where((table.c.project_id == project_id) & (table.c.incident_id == incident_id))
        return [record(Notification, row) for row in self._connection.execute(query.order_by(table.c.created_time, table.c.id))]

    def latest(self, project_id: str, limit: int) -> list[Notification]:
        """Of a project, the newest first."""
        query = select(notifications).where(notifications.c.project_id == project_id)
        ordered = query.order_by(notifications.c.created_time.desc(), notifications.c.id.desc()).limit(limit)
        return [record(Notification, row) for row in self._connection.execute(ordered)]
