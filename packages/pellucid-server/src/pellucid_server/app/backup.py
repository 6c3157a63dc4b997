"""A consistent copy of the data directory, made while the server works, and the way back.

Nothing is stopped. What makes the copy consistent is its order: the journal first, then the spans, then their payloads and blobs. An
entry leaves the journal only after its rows are durable, so what was confirmed before the copy is in one of the two, and what is
in both is written once more after the restore and changes nothing. Parts that live elsewhere (a ClickHouse server, PostgreSQL,
an object store) are named in the manifest and are backed up with their own means.
"""

import json
import os
import shutil
import sqlite3
import tempfile
import threading
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pellucid_server.app.lock import FILE as LOCK_FILE
from pellucid_server.app.lock import DirectoryLock
from pellucid_server.app.opening import open_driver
from pellucid_server.app.settings import Settings
from pellucid_server.core.errors import BadRequest, Conflict, Forbidden, Unavailable
from pellucid_server.store.spans import snapshot
from pellucid_server.store.spans.drivers.port import Driver
from pellucid_server.store.spans.writer import SpanStore

FORMAT = 1
MANIFEST = "manifest.json"
JOURNAL = "journal.db"
SPANS = "spans"
BLOBS = "blobs"


class BadBackupPlace(BadRequest):
    """A backup cannot be written there; name a folder that does not exist yet, in one that does."""

    code = "bad_backup_place"


class BackupNotAllowed(Forbidden):
    """A backup holds the data of everybody on this server, so it may be written by request only below the folder that its operator
    names; set PELLUCID_BACKUPS, or stop the server and run `pellucid backup` on its machine."""

    code = "backup_not_allowed"


class BadRestore(BadRequest):
    """This cannot be restored; name a folder that `pellucid backup` has made, and an empty data directory."""

    code = "bad_restore"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds."""

    format: int
    time: str
    """When it was begun: everything that was confirmed before is in it."""
    parts: tuple[str, ...]
    """What was copied."""
    elsewhere: tuple[str, ...]
    """What the server keeps in other systems, and what is therefore not in here."""
    bytes: int


class Backups:
    """Makes backups of one data directory."""

    def __init__(self, settings: Settings, driver: Driver) -> None:
        self._settings = settings
        self._driver = driver
        self._lock = threading.Lock()

    def make(self, to: Path, *, anywhere: bool) -> Manifest:
        """Write a backup to the new folder `to`, all or nothing; unless `anywhere`, only below PELLUCID_BACKUPS.

        Raises `BadBackupPlace`, `BackupNotAllowed`, `Conflict` or `Unavailable`.
        """
        if not anywhere and not _is_below(to, self._settings.backups):
            raise BackupNotAllowed
        if not self._lock.acquire(blocking=False):
            raise Conflict("A backup is being made already; wait for its end.")
        try:
            return self._make(_checked(to))
        except OSError as error:
            raise Unavailable(f"The backup could not be written and nothing of it was left ({error}); free some space.") from error
        finally:
            self._lock.release()

    def _make(self, to: Path) -> Manifest:
        unfinished = Path(tempfile.mkdtemp(prefix=f".{to.name}-", dir=to.parent))
        try:
            manifest = self._copy(unfinished)
            (unfinished / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2))
            os.sync()
            unfinished.rename(to)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise
        return manifest

    def _copy(self, target: Path) -> Manifest:
        began = datetime.now(UTC)
        data = self._settings.data
        databases = sorted(data.glob("*.db"), key=lambda path: (path.name != JOURNAL, path.name))
        for database in databases:
            copy_database(database, target / database.name)
        if not self._settings.clickhouse_url:
            snapshot.take(self._driver, data / SPANS, target / SPANS, f"backup_{began:%Y%m%d%H%M%S%f}")
        if (data / BLOBS).is_dir():
            shutil.copytree(data / BLOBS, target / BLOBS, copy_function=_copy_file)
        parts = tuple(sorted(path.name for path in target.iterdir()))
        size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
        return Manifest(format=FORMAT, time=began.isoformat(), parts=parts, elsewhere=_elsewhere(self._settings), bytes=size)


def restore(source: Path, settings: Settings) -> Manifest:
    """Make the data directory of `settings` from a backup. Raises `BadRestore`, or `DataDirectoryInUse` where a server runs on it."""
    manifest = read_manifest(source)
    data = settings.data
    if data.exists() and any(path.name != LOCK_FILE for path in data.iterdir()):
        raise BadRestore(f"{data} is not empty; restore into a new folder with --data, so that nothing is overwritten.")
    lock = DirectoryLock(data, "restore")
    try:
        for database in source.glob("*.db"):
            shutil.copy2(database, data / database.name)
        if (source / BLOBS).is_dir():
            shutil.copytree(source / BLOBS, data / BLOBS)
        if (source / SPANS).is_dir() and not settings.clickhouse_url:
            driver = open_driver(settings)
            SpanStore(driver).migrate()
            snapshot.put_back(driver, source / SPANS)
            driver.close()
    finally:
        lock.release()
    return manifest


def read_manifest(source: Path) -> Manifest:
    """What a backup says of itself. Raises `BadRestore`."""
    try:
        found = json.loads((source / MANIFEST).read_text())
        manifest = Manifest(**{**found, "parts": tuple(found["parts"]), "elsewhere": tuple(found["elsewhere"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise BadRestore(f"{source} is no backup: its {MANIFEST} cannot be read ({error}).") from error
    if manifest.format != FORMAT:
        raise BadRestore(
            f"{source} has format {manifest.format}, this version reads {FORMAT}; restore it with the version that made it."
        )
    return manifest


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of a SQLite database that others may be writing."""
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
    target.chmod(0o600)


def _checked(to: Path) -> Path:
    if not to.is_absolute():
        raise BadBackupPlace(f"{to} is not an absolute path; the server does not know where you are.")
    if to.exists():
        raise BadBackupPlace(f"{to} exists already; name a new folder, so that no backup overwrites another.")
    if not to.parent.is_dir():
        raise BadBackupPlace(f"{to.parent} is no folder on the server's machine; make it first.")
    return to


def _is_below(to: Path, folder: Path | None) -> bool:
    return folder is not None and to.parent.resolve().is_relative_to(folder.resolve())


def _copy_file(source: str, target: str) -> str:
    """As `shutil.copy2`; a file that was renamed or deleted meanwhile is no part of the copy."""
    try:
        return shutil.copy2(source, target)
    except FileNotFoundError:
        return target


def _elsewhere(settings: Settings) -> tuple[str, ...]:
    urls = {"clickhouse": settings.clickhouse_url, "database": settings.database_url, "blobs": settings.blobs_url}
    return tuple(name for name, url in urls.items() if url)
