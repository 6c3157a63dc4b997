"""What long work says of itself, so that every page can show it: a history that is being loaded, an export, a back-fill.

Kept in memory: it is about what happens now. Work that stops saying anything disappears after a while.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid_server.core.clock import MINUTE, Clock, Micros
from pellucid_server.core.errors import BadRequest
from pellucid_server.model.scope import Scope

SILENT_AFTER = 2 * MINUTE
"""Work that says nothing for so long is taken for dead."""
DONE_SHOWN = MINUTE // 4
MOST = 100
"""Of one project at a time."""


class BadProgress(BadRequest):
    """Progress needs a title, a total above zero and a part of it that is done."""

    code = "bad_progress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far some work is."""

    name: str
    title: str
    done: float
    total: float
    time: Micros
    """When it was last heard of."""


class ProgressBoard:
    """The verbs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: dict[str, dict[str, Progress]] = {}

    def tell(self, scope: Scope, *, name: str, title: str, done: float, total: float) -> Progress:
        """Work says how far it is. Raises `BadProgress`."""
        if not title.strip() or total <= 0 or not 0 <= done <= total:
            raise BadProgress
        made = Progress(name=name, title=title.strip(), done=done, total=total, time=self._clock())
        with self._lock:
            known = self._known.setdefault(scope.project_id, {})
            self._forget(known, made.time)
            if name not in known and len(known) >= MOST:
                raise BadProgress(f"A project shows at most {MOST} pieces of work at once; let some of them finish.")
            known[name] = made
        return made

    def listed(self, scope: Scope) -> Sequence[Progress]:
        """What is going on, and what has just ended."""
        with self._lock:
            known = self._known.get(scope.project_id, {})
            self._forget(known, self._clock())
            return sorted(known.values(), key=lambda one: one.title)

    def _forget(self, known: dict[str, Progress], now: Micros) -> None:
        for name, one in list(known.items()):
            if now - one.time > (DONE_SHOWN if one.done >= one.total else SILENT_AFTER):
                del known[name]
