"""`pellucid migrate`: bring the metadata and the analytic tables up to date. The server does the same when it starts."""

from argparse import Namespace
from collections.abc import Mapping

from pellucid_server.app.lock import DirectoryLock
from pellucid_server.app.opening import database_url, open_driver
from pellucid_server.app.settings import read_settings
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.schema import Topology
from pellucid_server.store.spans.writer import SpanStore


def run(arguments: Namespace, environment: Mapping[str, str]) -> int:
    """Migrate both."""
    settings = read_settings(environment, data=arguments.data)
    lock = DirectoryLock(settings.data, "migrate")
    try:
        MetaStore.open(database_url(settings)).close()
        driver = open_driver(settings)
        SpanStore(driver, Topology(cluster=settings.clickhouse_cluster)).migrate()
        driver.close()
    finally:
        lock.release()
    print("The databases are up to date.")
    return 0
