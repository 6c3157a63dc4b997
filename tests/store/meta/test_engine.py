"""Opening the database: which URLs are taken, what a missing server looks like, who may read the file."""

import sqlite3
import stat
from pathlib import Path

import pytest

from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.engine import open_engine
from pellucid_server.store.meta.errors import BadDatabaseUrl, DatabaseUnavailable


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://x/y", "sqlite://", "postgresql+asyncpg://x/y", "postgresql://host:port/x"]
)
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(BadDatabaseUrl, match="PELLUCID_DATABASE_URL"):
        open_engine(url)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_usual_spelling_of_postgresql_is_psycopg(scheme: str) -> None:
    engine = open_engine(f"{scheme}://u:p@h/d")
    assert engine.url.drivername == "postgresql+psycopg"
    assert engine.url.password == "p"


def test_a_server_that_is_away_is_unavailable() -> None:
    with pytest.raises(DatabaseUnavailable):
        MetaStore.open("postgresql://nobody@127.0.0.1:1/nothing")


def test_the_file_is_its_owners_only(tmp_path: Path) -> None:
    MetaStore.open(f"sqlite:///{tmp_path}/new/folder/meta.sqlite").close()
    assert stat.S_IMODE((tmp_path / "new/folder/meta.sqlite").stat().st_mode) == 0o600


def test_sqlite_has_its_pragmas(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path}/meta.sqlite")
    with engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    engine.dispose()
    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_a_locked_file_is_unavailable_not_a_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pellucid_server.store.meta.engine.BUSY_TIMEOUT_MS", 50)
    store = MetaStore.open(f"sqlite:///{tmp_path}/meta.sqlite")
    with sqlite3.connect(tmp_path / "meta.sqlite", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseUnavailable), store.writing():
            pass
        with store.reading() as unit:  # readers never wait for the writer
            assert unit.projects.list_all() == []
    other.close()
    store.close()
