"""Snapshots of what each project asks of the pipeline, read from the metadata once and again when somebody changes it."""

import threading
from datetime import UTC, datetime

from pellucid_server.core.errors import PellucidError
from pellucid_server.enrich.price import PriceOverride
from pellucid_server.enrich.rates import Rates
from pellucid_server.enrich.redact import policy_from
from pellucid_server.ingest.enriching import DEFAULT_CONFIG, ProjectConfig
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.prices import StoredPrice


class Configs:
    """Project configurations by id."""

    def __init__(self, store: MetaStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: dict[str, ProjectConfig] = {}

    def of(self, project_id: str) -> ProjectConfig:
        """The configuration of a project. While the metadata cannot be reached, the last one that was read holds."""
        with self._lock:
            found = self._known.get(project_id)
        if found is not None:
            return found
        made = self._read(project_id)
        with self._lock:
            self._known[project_id] = made
        return made

    def forget(self, project_id: str) -> None:
        """Somebody changed it: read it again now, so that a database that fails later does not lose the change."""
        try:
            made = self._read(project_id)
        except PellucidError:
            with self._lock:
                self._known.pop(project_id, None)
            return
        with self._lock:
            self._known[project_id] = made

    def _read(self, project_id: str) -> ProjectConfig:
        with self._store.reading() as unit:
            prices = unit.prices.of_project(project_id)
            project = unit.projects.get(project_id)
        if project is None:
            return DEFAULT_CONFIG
        return ProjectConfig(
            prices=tuple(override(price) for price in prices),
            redaction=policy_from(project.redaction),
            redact_before_journal=project.redact_before_journal,
        )


def override(price: StoredPrice) -> PriceOverride:
    """A stored price as the price book takes it."""
    start = datetime.fromtimestamp(price.from_time / 1_000_000, UTC).date() if price.from_time > 0 else None
    known = {name: value for name, value in price.prices.items() if name in Rates.__dataclass_fields__}
    return PriceOverride(
        id=price.id, model=price.model_pattern, regex=True, provider=price.provider or "", start=start, rates=Rates(**known)
    )
