"""What `pellucid doctor` looks at. Each finding says what is the case and, where something is wrong, the next act."""

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pellucid_server.app.remote import Remote, running
from pellucid_server.app.settings import Settings
from pellucid_server.core.errors import PellucidError
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.spans.drivers.clickhouse import connect_http
from pellucid_server.store.spans.drivers.port import Statement

LOW_DISK_BYTES = 2 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line."""

    ok: bool
    what: str
    next_act: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """All findings, in the order in which things depend on each other."""
    yield _python()
    yield from _packages()
    yield from _directory(settings.data)
    remote = running(settings.data)
    if remote is None:
        yield from _stopped(settings)
    else:
        yield from _running(remote)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    fine = (3, 11) <= sys.version_info[:2] <= (3, 13)
    return Finding(ok=fine, what=f"Python {found}", next_act="Use Python 3.11, 3.12 or 3.13.")


def _packages() -> Iterator[Finding]:
    for name in ("pellucid", "pellucid-server", "chdb", "clickhouse-connect"):
        try:
            yield Finding(ok=True, what=f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Finding(ok=False, what=f"{name} is not installed", next_act=f"Install it: pip install {name}")


def _directory(data: Path) -> Iterator[Finding]:
    place = data if data.exists() else data.absolute().parent
    if not os.access(place, os.W_OK):
        yield Finding(
            ok=False, what=f"{place} cannot be written", next_act="Give this user the directory, or choose another with --data."
        )
        return
    free = shutil.disk_usage(place).free
    yield Finding(
        ok=free >= LOW_DISK_BYTES,
        what=f"{data}: {free / 1024**3:.1f} GiB free",
        next_act="Free some space, set a retention in the project's settings, or move the data directory.",
    )


def _running(remote: Remote) -> Iterator[Finding]:
    try:
        ready = remote.call("GET", "/api/v1/ready")
    except PellucidError as error:
        yield Finding(
            ok=False, what=f"the server at {remote.url}: {error.message}", next_act="Look at its log; restart it if it hangs."
        )
        return
    waiting = f"{ready['journal_entries']} requests ({ready['journal_bytes']} bytes) wait for the store"
    yield Finding(
        ok=ready["journal_entries"] < 1_000, what=f"the server at {remote.url} is ready, {waiting}",
        next_act="The store is slower than the traffic, or down: its log says which.",
    )  # fmt: skip
    try:
        letters = remote.call("GET", "/api/v1/dead-letters?limit=200")["data"]
    except PellucidError as error:
        yield Finding(ok=False, what=f"dead letters: {error.message}", next_act="Set PELLUCID_API_KEY to a key of an admin.")
        return
    yield Finding(
        ok=not letters, what=f"{len(letters)} dead letters" if letters else "no dead letters",
        next_act="Open Settings › Dead letters: each has its error, and can be replayed.",
    )  # fmt: skip


def _stopped(settings: Settings) -> Iterator[Finding]:
    yield Finding(ok=True, what=f"no server owns {settings.data}")
    for port, use in ((settings.port, "the web and the API"), (4318, "OTLP/HTTP"), (4317, "OTLP/gRPC")):
        free = _is_free(settings.host, port)
        advice = "Stop what uses it, or choose another with --port."
        yield Finding(
            ok=free, what=f"port {port} ({use}) is {'free' if free else 'in use'}",
            next_act=advice if port == settings.port else "It will not be opened; use the main port.",
        )  # fmt: skip
    if settings.database_url:
        yield _reached("PostgreSQL", lambda: MetaStore.open(settings.database_url).close(), "Check PELLUCID_DATABASE_URL.")
    if settings.clickhouse_url:
        yield _reached("ClickHouse", lambda: _ask_clickhouse(settings.clickhouse_url), "Check PELLUCID_CLICKHOUSE_URL.")


def _ask_clickhouse(url: str) -> None:
    driver = connect_http(url)
    driver.query(Statement(sql="SELECT 1", parameters={}, tag="doctor"))
    driver.close()


def _reached(name: str, ask: Callable[[], None], next_act: str) -> Finding:
    try:
        ask()
    except PellucidError as error:
        return Finding(ok=False, what=f"{name}: {error.message}", next_act=next_act)
    return Finding(ok=True, what=f"{name} answers")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
