"""What can be wrong with monitors, incidents and channels."""

from pellucid_server.core.errors import BadRequest, Conflict, NotFound


class NoSuchMonitor(NotFound):
    """There is no such monitor in this project; `GET /api/v1/monitors` lists them."""

    code = "no_such_monitor"


class BadMonitor(BadRequest):
    """The monitor is not usable; the message names the field and what it may be."""

    code = "bad_monitor"


class TooManyMonitors(BadRequest):
    """A project has at most 200 monitors; delete one, or cut one into segments by a dimension."""

    code = "too_many_monitors"


class MonitorChanged(Conflict):
    """Somebody changed this monitor meanwhile; read it again and repeat the change."""

    code = "monitor_changed"


class NoSuchIncident(NotFound):
    """There is no such incident in this project; `GET /api/v1/incidents` lists them."""

    code = "no_such_incident"


class IncidentOver(Conflict):
    """The incident is resolved; it opens again by itself if its rules are breached again."""

    code = "incident_over"


class IncidentChanged(Conflict):
    """Somebody changed this incident at the same moment; read it again and repeat the change."""

    code = "incident_changed"


class BadIncidentAct(BadRequest):
    """This cannot be done to an incident; the message says what can."""

    code = "bad_incident_act"


class NoSuchChannel(NotFound):
    """There is no such channel in this project; `GET /api/v1/alert-channels` lists them."""

    code = "no_such_channel"


class BadChannel(BadRequest):
    """The channel is not usable; the message names the field and what it may be."""

    code = "bad_channel"


class NoSuchMaintenance(NotFound):
    """There is no such maintenance window in this project; `GET /api/v1/maintenance-windows` lists them."""

    code = "no_such_maintenance"


class BadMaintenance(BadRequest):
    """A maintenance window needs a start before its end, and lasts at most 30 days."""

    code = "bad_maintenance"


class NoSuchProbeSet(NotFound):
    """There is no such probe set in this project; `GET /api/v1/probe-sets` lists them."""

    code = "no_such_probe_set"


class BadProbeSet(BadRequest):
    """The probe set is not usable; the message names the field and what it may be."""

    code = "bad_probe_set"
