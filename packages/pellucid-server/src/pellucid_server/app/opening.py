"""Opening the stores that the settings name; what the server and the commands that run without it share."""

from pellucid_server.app.settings import Settings
from pellucid_server.store.spans.drivers.clickhouse import connect_embedded, connect_http
from pellucid_server.store.spans.drivers.port import Driver


def database_url(settings: Settings) -> str:
    """Where the metadata lives."""
    return settings.database_url or f"sqlite:///{settings.data / 'pellucid.db'}"


def open_driver(settings: Settings) -> Driver:
    """The analytic engine."""
    if settings.clickhouse_url:
        return connect_http(settings.clickhouse_url)
    path = settings.data / "spans"
    path.mkdir(parents=True, exist_ok=True)
    return connect_embedded(str(path))
