"""What the service of runs refuses."""

from pellucid_server.core.errors import BadRequest, Conflict, NotFound


class NoSuchRun(NotFound):
    """There is no such run in this project; `GET /api/v1/runs` lists them."""

    code = "no_such_run"


class BadRun(BadRequest):
    """The run is not usable; it has a known kind, a title, and between 1 and 100,000 items."""

    code = "bad_run"


class RunEnded(Conflict):
    """The run has ended or goes on already, so this cannot be done to it now; look at its state."""

    code = "run_ended"
