"""Looks at what arrived of late and writes what is new into the ledger."""

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from pellucid_server.core.clock import MINUTE, Clock, Micros
from pellucid_server.core.errors import PellucidError
from pellucid_server.monitors.ledger import Ledger, Sighting

OVERLAP = 2 * MINUTE
"""Looked at again each time: a row is stamped when its request arrived and visible a little later."""

log = logging.getLogger(__name__)


class Seen(Protocol):
    """A value of the traffic, as the store tells it."""

    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def time(self) -> int: ...
    @property
    def environment(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def model_requested(self) -> str: ...


class Watcher:
    """Remembers how far it has looked, by project."""

    def __init__(
        self,
        ledger: Ledger,
        seen_since: Callable[[str, Micros], Sequence[Seen]],
        projects: Callable[[], Sequence[str]],
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._seen_since = seen_since
        self._projects = projects
        self._clock = clock
        self._looked: dict[str, Micros] = {}

    def run(self) -> None:
        """Look once, at every project; one that fails does not stop the others and is looked at again."""
        for project_id in self._projects():
            now = self._clock()
            try:
                self._look(project_id)
            except PellucidError as error:
                log.warning("changes of %s could not be looked for: %s", project_id, error.message)
            else:
                self._looked[project_id] = now

    def _look(self, project_id: str) -> None:
        after = max(0, self._looked.get(project_id, 0) - OVERLAP)
        found = [
            Sighting(kind=one.kind, value=one.value, time=one.time, scope=_scope(one))
            for one in self._seen_since(project_id, after)
        ]
        if found:
            self._ledger.observe(project_id, found)


def _scope(seen: Seen) -> dict[str, str]:
    named = ("environment", seen.environment), ("service", seen.service), ("model_requested", seen.model_requested)
    return {name: value for name, value in named if value}
