"""Roll-ups of cost: each day's calls counted anew while spans of it arrive, and kept when the spans have left."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

from pellucid_server.core.clock import DAY, MINUTE, Clock, Micros
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.cost_days import CostDays

EVERY_S = 300.0
KEPT_DAYS = 90
OVERLAP = 2 * MINUTE
"""Versions of spans are times. A write that was begun before the last look may have ended after it: each look begins this much before."""

_SEEN = "cost_days.seen.by_user"
"""Its name tells by what days are counted: where that changes, all days whose spans are there are counted anew."""
_WHOLE_FROM = "cost_days.whole_from."


class RollUps:
    """Counts the days that changed, one at a time."""

    def __init__(self, meta: MetaStore, days: CostDays, clock: Clock) -> None:
        self._meta = meta
        self._days = days
        self._clock = clock
        self._version = 0
        self._lock = threading.Lock()

    def run(self) -> None:
        """Count what changed since the last time, and forget what is older than `KEPT_DAYS`."""
        with self._lock:
            self._run()

    def recount(self, project_id: str, days: Sequence[Micros]) -> None:
        """Count these days (midnights) anew now; those whose spans have left, or are about to, stay as they are."""
        with self._lock:
            now = self._clock()
            oldest = max((now - KEPT_DAYS * DAY) // DAY * DAY, self._known(_WHOLE_FROM + project_id))
            self._version = max(self._version + 1, now, self._days.newest_version(project_id) + 1)
            for day in days:
                if oldest <= day < now + DAY:
                    self._days.count(project_id, day, self._version)

    def _run(self) -> None:
        now = self._clock()
        seen = self._known(_SEEN)
        oldest = (now - KEPT_DAYS * DAY) // DAY * DAY
        changes = self._days.changed_since(max(0, seen - OVERLAP), start=oldest, end=now + DAY)
        self._version = max(self._version + 1, now, changes.newest_version)
        for project_id, days in changes.days.items():
            whole_from = self._known(_WHOLE_FROM + project_id)
            for day in days:
                if day >= whole_from:
                    self._days.count(project_id, day, self._version)
        if changes.newest_version > seen:
            with self._meta.writing() as unit:
                unit.settings.put(_SEEN, changes.newest_version)
        self._days.forget(oldest)

    def before_expiry(self, project_id: str, cutoff: datetime) -> None:
        """Spans that started before `cutoff` are about to leave: from now on such days are not counted from what is left of them.

        Call `run` first. The cutoff only grows, also where a project keeps its spans for longer again.
        """
        micros = int(cutoff.astimezone(UTC).timestamp()) * 1_000_000
        if micros > self._known(_WHOLE_FROM + project_id):
            with self._meta.writing() as unit:
                unit.settings.put(_WHOLE_FROM + project_id, micros)

    def _known(self, key: str) -> Micros:
        with self._meta.reading() as unit:
            value = unit.settings.get(key)
        return value if isinstance(value, int) else 0
