"""Retention: delete what is older than a project keeps."""

from datetime import UTC, datetime

from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.writer import SpanStore


class Retention:
    """Applies every project's own."""

    def __init__(self, meta: MetaStore, spans: SpanStore) -> None:
        self._meta = meta
        self._spans = spans

    def run(self) -> None:
        """Once, as of now."""
        self.run_at(datetime.now(UTC))

    def run_at(self, now: datetime) -> None:
        """Once, as of `now`."""
        with self._meta.reading() as unit:
            projects = unit.projects.list_all()
        kept = {project.id: project.retention_days for project in projects if project.retention_days}
        if kept:
            self._spans.expire(kept, now)
