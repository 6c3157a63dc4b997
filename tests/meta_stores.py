"""Fixtures with a migrated, empty metadata store, on SQLite and on PostgreSQL. A `conftest.py` imports those that it wants.

Migrating takes longer than most tests, so it is done once: SQLite's file is copied, PostgreSQL's tables are emptied after each test.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from pellucid_server.store.meta.areas import metadata
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.engine import open_engine
from tests.postgres import PostgresServer, postgres_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def migrated_url(postgres: PostgresServer) -> Iterator[str]:
    with postgres.fresh_database() as url:
        MetaStore.open(url).close()
        yield url


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("meta") / "migrated.sqlite"
    MetaStore.open(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite_store(migrated_file: Path, tmp_path: Path) -> Iterator[MetaStore]:
    shutil.copy(migrated_file, tmp_path / "meta.sqlite")
    store = MetaStore(open_engine(f"sqlite:///{tmp_path}/meta.sqlite"))
    yield store
    store.close()


@pytest.fixture
def postgres_store(migrated_url: str) -> Iterator[MetaStore]:
    engine = open_engine(migrated_url)
    yield MetaStore(engine)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> MetaStore:
    store: MetaStore = request.getfixturevalue("sqlite_store" if request.param == "sqlite" else "postgres_store")
    return store
