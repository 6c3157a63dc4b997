"""Opens the database: SQLite with the pragmas that make it safe under threads, or PostgreSQL through psycopg 3.

SQLite: WAL, so that readers never wait for the writer; full fsync, because this store is written rarely and must not forget;
and a writing transaction takes its lock at BEGIN, so that it waits for its turn instead of failing half-way.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from pellucid_server.store.meta.errors import BadDatabaseUrl

READS = "pellucid_reads"
"""Execution option of a connection whose transaction only reads."""

BUSY_TIMEOUT_MS = 10_000
"""How long a SQLite transaction waits for the one writer before it gives up."""
CONNECT_TIMEOUT_S = 5
POOL_SIZE = 10
"""PostgreSQL connections kept; as many again are opened under load. One per thread of the blocking pool is not needed:
transactions here take a millisecond."""


def open_engine(url: str) -> Engine:
    """An engine for `url`: `sqlite:///path` or `postgresql://user:password@host/database`."""
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    return create_engine(
        parsed,
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "pellucid"},
    )


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    except (ArgumentError, ValueError) as error:  # ValueError: a port that is no number
        raise BadDatabaseUrl from error
    if parsed.drivername in {"postgresql", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite" and parsed.database:
        return parsed
    raise BadDatabaseUrl


def _open_sqlite(url: URL) -> Engine:
    _create_private_file(Path(url.database or ""))
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _create_private_file(path: Path) -> None:
    """The file holds hashes of passwords and keys: only its owner reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _set_pragmas(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver opens no transaction by itself: `_begin_sqlite` does
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READS, False)
    connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reads else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
