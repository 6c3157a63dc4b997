"""What must be done now and then: delete what is older than a project keeps."""

import logging
import threading
from datetime import UTC, datetime

from pellucid_server.core.errors import PellucidError
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.writer import SpanStore

EVERY_S = 3_600.0
FIRST_AFTER_S = 60.0

log = logging.getLogger(__name__)


class Upkeep:
    """A thread that looks after the stores once an hour."""

    def __init__(self, meta: MetaStore, spans: SpanStore) -> None:
        self._meta = meta
        self._spans = spans
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(10)

    def run_once(self, now: datetime) -> None:
        """Apply each project's retention."""
        with self._meta.reading() as unit:
            projects = unit.projects.list_all()
        kept = {project.id: project.retention_days for project in projects if project.retention_days}
        if kept:
            self._spans.expire(kept, now)

    def _run(self) -> None:
        wait = FIRST_AFTER_S
        while not self._stop.wait(wait):
            wait = EVERY_S
            try:
                self.run_once(datetime.now(UTC))
            except PellucidError as error:
                log.warning("upkeep did not finish and will try again in an hour: %s", error.message)
