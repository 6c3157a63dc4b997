"""The web origins from which browsers may send to some project, in memory: asked for every request that another page makes."""

from pellucid_server.core.clock import MINUTE, Clock, Micros
from pellucid_server.core.errors import Unavailable
from pellucid_server.store.meta.database import MetaStore

FRESH_FOR: Micros = MINUTE


class Origins:
    """A snapshot of all projects' `cors_origins`. Thread-safe: the snapshot is replaced, never changed."""

    def __init__(self, store: MetaStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: frozenset[str] = frozenset()
        self._fresh_until: Micros = 0

    def cached(self) -> frozenset[str] | None:
        """The snapshot, or None if it must be loaded anew; never waits."""
        return self._known if self._clock() < self._fresh_until else None

    def load(self) -> frozenset[str]:
        """Read it from the store; while that does not answer, the last one stays."""
        until = self._clock() + FRESH_FOR
        try:
            with self._store.reading() as unit:
                self._known = frozenset(origin for project in unit.projects.list_all() for origin in project.cors_origins)
        except Unavailable:
            return self._known
        self._fresh_until = until
        return self._known

    def forget(self) -> None:
        """Some project's origins changed."""
        self._fresh_until = 0
