"""The migrations: applied in order they give the schema that the code declares, on both databases, once, and all or nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text

from pellucid_server.store.meta import migrate
from pellucid_server.store.meta.areas import metadata
from pellucid_server.store.meta.database import MetaStore
from pellucid_server.store.meta.engine import open_engine
from pellucid_server.store.meta.errors import SchemaTooNew


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


def shape(engine: Engine) -> dict[str, object]:
    """Everything that the database knows of its tables, comparable."""
    seen = inspect(engine)
    return {
        table: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], column["default"]) for column in seen.get_columns(table)
            },
            "primary": seen.get_pk_constraint(table),
            "foreign": sorted(seen.get_foreign_keys(table), key=str),
            "unique": sorted(seen.get_unique_constraints(table), key=str),
            "indexes": sorted(seen.get_indexes(table), key=str),
        }
        for table in sorted(seen.get_table_names())
        if table != "alembic_version"
    }


def test_all_migrations_equal_the_fresh_schema(engine: Engine) -> None:
    metadata.create_all(engine)
    fresh = shape(engine)
    metadata.drop_all(engine)
    assert shape(engine) == {}
    assert migrate.upgrade(engine)
    assert shape(engine) == fresh
    assert set(fresh) == set(metadata.tables)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_a_second_start_applies_nothing(engine: Engine) -> None:
    assert migrate.upgrade(engine) != []
    assert migrate.upgrade(engine) == []


def test_many_servers_that_start_at_once_migrate_once(url: str) -> None:
    def start(_: int) -> list[str]:
        store = MetaStore(open_engine(url))
        try:
            return store.migrate()
        finally:
            store.close()

    with ThreadPoolExecutor(8) as pool:
        applied = [names for names in pool.map(start, range(8)) if names]
    assert len(applied) == 1


def test_a_migration_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE comments (id TEXT)"))  # in the way of the first migration's last tables
    with pytest.raises(Exception, match="comments"):
        migrate.upgrade(engine)
    assert set(inspect(engine).get_table_names()) == {"comments"}
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE comments"))
    assert migrate.upgrade(engine) != []


def test_a_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_future'"))
    with pytest.raises(SchemaTooNew):
        migrate.upgrade(engine)
