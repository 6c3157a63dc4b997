"""Fixtures of the metadata store: every test that asks for `store` or `url` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.meta_stores import migrated_file as migrated_file
from tests.meta_stores import migrated_url as migrated_url
from tests.meta_stores import postgres as postgres
from tests.meta_stores import postgres_store as postgres_store
from tests.meta_stores import sqlite_store as sqlite_store
from tests.meta_stores import store as store
from tests.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/empty.sqlite"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        with server.fresh_database() as url:
            yield url
