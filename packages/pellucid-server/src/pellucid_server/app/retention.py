"""Retention: delete what is older than a project keeps."""

from datetime import UTC, datetime, timedelta

from pellucid_server.app.rollups import RollUps
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.writer import SpanStore


class Retention:
    """Applies every project's own. What the spans cost is counted before they leave."""

    def __init__(self, meta: MetaStore, spans: SpanStore, rollups: RollUps) -> None:
        self._meta = meta
        self._spans = spans
        self._rollups = rollups

    def run(self) -> None:
        """Once, as of now."""
        self.run_at(datetime.now(UTC))

    def run_at(self, now: datetime) -> None:
        """Once, as of `now`."""
        with self._meta.reading() as unit:
            projects = unit.projects.list_all()
        kept = {project.id: project.retention_days for project in projects if project.retention_days}
        if kept:
            self._rollups.run()
            for project_id, days in kept.items():
                self._rollups.before_expiry(project_id, now - timedelta(days=days))
            self._spans.expire(kept, now)
