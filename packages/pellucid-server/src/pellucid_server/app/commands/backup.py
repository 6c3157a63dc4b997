"""`pellucid backup`: a consistent copy of the data directory, through the running server where there is one."""

from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

from pellucid_server.app.backup import Backups, Manifest
from pellucid_server.app.lock import DirectoryLock
from pellucid_server.app.opening import open_driver
from pellucid_server.app.remote import running
from pellucid_server.app.settings import Settings, read_settings
from pellucid_server.core.errors import NotFound
from pellucid_server.store.spans.writer import SpanStore

PATIENCE_S = 3_600.0


def run(arguments: Namespace, environment: Mapping[str, str]) -> int:
    """Make the backup and say what is in it."""
    settings = read_settings(environment, data=arguments.data)
    to: Path = arguments.to.absolute()
    remote = running(settings.data)
    if remote is not None:
        made = remote.call("POST", "/api/v1/backups", {"to": str(to)}, timeout_s=PATIENCE_S)
        size, elsewhere = int(made["bytes"]), tuple(made["elsewhere"])
    else:
        manifest = _make_here(settings, to)
        size, elsewhere = manifest.bytes, manifest.elsewhere
    print(
        f"{to} holds everything that was confirmed ({size / 1e6:.1f} MB). Restore it with: pellucid restore --from {to} --data NEW"
    )
    if elsewhere:
        print(f"Not in it, because kept elsewhere: {', '.join(elsewhere)}. Back those up with their own means.")
    return 0


def _make_here(settings: Settings, to: Path) -> Manifest:
    if not settings.data.is_dir():
        raise NotFound(f"There is no data directory at {settings.data}; name it with --data.")
    lock = DirectoryLock(settings.data, "backup")
    try:
        driver = open_driver(settings)
        if not settings.clickhouse_url:
            SpanStore(driver).migrate()
        try:
            return Backups(settings, driver).make(to, anywhere=True)
        finally:
            driver.close()
    finally:
        lock.release()
