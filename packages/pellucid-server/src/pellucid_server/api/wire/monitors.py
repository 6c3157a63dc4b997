"""Monitors, maintenance windows, and how rules stand."""

from pydantic import BaseModel, Field, JsonValue

from pellucid_server.api.wire.times import WireTime
from pellucid_server.monitors.book import MonitorContent, MonitorRecord
from pellucid_server.monitors.preview import Preview
from pellucid_server.monitors.rules import Rule, read_rule
from pellucid_server.store.meta.monitors import MaintenanceWindow, MonitorState


class MonitorBody(BaseModel):
    """A monitor to be made."""

    name: str = Field(min_length=1, max_length=200)
    rule: dict[str, JsonValue]
    """Its `kind` and what differs from the defaults; `docs/guides/alerts.md` lists the fields."""
    severity: str = "medium"
    enabled: bool = True

    def content(self) -> MonitorContent:
        """For the room. Raises `BadMonitor`."""
        return MonitorContent(name=self.name, rule=self.parsed(), severity=self.severity, enabled=self.enabled)

    def parsed(self) -> Rule:
        """The rule. Raises `BadMonitor`."""
        return read_rule(self.rule)


class MonitorPut(MonitorBody):
    """A changed monitor; `version` is the one that was read."""

    version: int


class StateAnswer(BaseModel):
    """How one segment stands."""

    segment: str
    status: str
    value: float | None
    bound: float | None
    n: int
    since: WireTime
    evaluated_time: WireTime
    incident_id: str


class MonitorAnswer(BaseModel):
    """A monitor and how it stands."""

    id: str
    name: str
    preset: str
    rule: dict[str, JsonValue]
    severity: str
    enabled: bool
    version: int
    created_by: str
    created_time: WireTime
    updated_time: WireTime
    states: list[StateAnswer]


class MaintenanceBody(BaseModel):
    """A window in which nobody is told."""

    reason: str = Field(default="", max_length=2_000)
    start: WireTime
    end: WireTime
    monitor_ids: list[str] = Field(default_factory=list, max_length=200)
    """Empty: all."""


class MaintenanceAnswer(MaintenanceBody):
    """A window as it is kept."""

    id: str
    created_by: str


class PreviewBody(BaseModel):
    """A rule to be tried on the past."""

    rule: dict[str, JsonValue]
    days: int = Field(default=30, ge=1, le=90)


class FiringAnswer(BaseModel):
    """A time in which it would have fired."""

    segment: str
    start: WireTime
    end: WireTime | None
    text: str


class PointAnswer(BaseModel):
    """The value at one look."""

    time: WireTime
    segment: str
    value: float
    bound: float | None


class PreviewAnswer(BaseModel):
    """What would have been."""

    days: int
    firings: list[FiringAnswer]
    points: list[PointAnswer]
    least_effect: float | None
    cases: int


MAX_POINTS = 2_000


def to_preview(preview: Preview) -> PreviewAnswer:
    """`preview` for the wire; of very many points every n-th."""
    every = max(1, len(preview.points) // MAX_POINTS + 1)
    return PreviewAnswer(
        days=preview.days,
        firings=[FiringAnswer.model_validate(firing, from_attributes=True) for firing in preview.firings],
        points=[PointAnswer.model_validate(point, from_attributes=True) for point in preview.points[::every]],
        least_effect=preview.least_effect,
        cases=preview.cases,
    )


def to_monitor(record: MonitorRecord) -> MonitorAnswer:
    """`record` for the wire."""
    monitor = record.monitor
    return MonitorAnswer(
        id=monitor.id,
        name=monitor.name,
        preset=monitor.preset,
        rule=dict(monitor.rule),
        severity=monitor.severity,
        enabled=monitor.enabled,
        version=monitor.version,
        created_by=monitor.created_by,
        created_time=monitor.created_time,
        updated_time=monitor.updated_time,
        states=[to_state(state) for state in record.states],
    )


def to_state(state: MonitorState) -> StateAnswer:
    """`state` for the wire."""
    return StateAnswer.model_validate(state, from_attributes=True)


def to_maintenance(window: MaintenanceWindow) -> MaintenanceAnswer:
    """`window` for the wire."""
    return MaintenanceAnswer(
        id=window.id,
        reason=window.reason,
        start=window.start,
        end=window.end,
        monitor_ids=list(window.monitor_ids),
        created_by=window.created_by,
    )
