"""Snapshots of what each project asks of the pipeline, read from the metadata once and again when somebody changes it."""

import threading
from datetime import UTC, datetime

from pellucid_server.enrich.price import PriceOverride
from pellucid_server.enrich.rates import Rates
from pellucid_server.ingest.enriching import DEFAULT_CONFIG, ProjectConfig
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.prices import StoredPrice


class Configs:
    """Project configurations by id."""

    def __init__(self) -> None:
        self._store: MetaStore | None = None
        self._lock = threading.Lock()
        self._known: dict[str, ProjectConfig] = {}

    def open(self, store: MetaStore) -> None:
        """Where to read from; before this every project has the defaults."""
        self._store = store

    def of(self, project_id: str) -> ProjectConfig:
        """The configuration of a project."""
        with self._lock:
            found = self._known.get(project_id)
        if found is not None:
            return found
        made = self._read(project_id)
        with self._lock:
            self._known[project_id] = made
        return made

    def forget(self, project_id: str) -> None:
        """Somebody changed it."""
        with self._lock:
            self._known.pop(project_id, None)

    def _read(self, project_id: str) -> ProjectConfig:
        if self._store is None:
            return DEFAULT_CONFIG
        with self._store.reading() as unit:
            prices = unit.prices.of_project(project_id)
        return ProjectConfig(prices=tuple(override(price) for price in prices))


def override(price: StoredPrice) -> PriceOverride:
    """A stored price as the price book takes it."""
    start = datetime.fromtimestamp(price.from_time / 1_000_000, UTC).date() if price.from_time > 0 else None
    known = {name: value for name, value in price.prices.items() if name in Rates.__dataclass_fields__}
    return PriceOverride(
        id=price.id, model=price.model_pattern, regex=True, provider=price.provider or "", start=start, rates=Rates(**known)
    )
