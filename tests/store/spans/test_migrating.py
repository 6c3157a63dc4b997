"""The analytic tables of an older data directory become those of today, and what lies in them stays."""

from collections.abc import Iterator

import pyarrow as pa
import pytest

from pellucid_server.store.spans.columns import PAYLOADS, TABLES
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver, connect_embedded
from pellucid_server.store.spans.drivers.port import Statement
from pellucid_server.store.spans.migrating import migrate, steps
from pellucid_server.store.spans.rows import arrow_schema
from pellucid_server.store.spans.schema import EMBEDDED, Topology


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    driver = connect_embedded(str(tmp_path_factory.mktemp("engine")))
    yield driver
    driver.close()


@pytest.fixture
def driver(engine: ClickHouseDriver) -> ClickHouseDriver:
    for table in (*(table.name for table in TABLES), "schema_steps"):
        engine.command(f"DROP TABLE IF EXISTS {table} SYNC")
    return engine


def _ask(driver: ClickHouseDriver, sql: str) -> list[tuple[object, ...]]:
    return list(driver.query(Statement(sql=sql, parameters={})).rows)


def _ddl(driver: ClickHouseDriver) -> list[object]:
    return [_ask(driver, f"SHOW CREATE TABLE {table.name}")[0][0] for table in TABLES]


def _first_tables(driver: ClickHouseDriver) -> None:
    for statement in steps()[0].statements(EMBEDDED):
        driver.command(statement)


def test_all_steps_together_give_the_schema_of_today(driver: ClickHouseDriver) -> None:
    migrate(driver, EMBEDDED)
    fresh = _ddl(driver)
    for table in (*(table.name for table in TABLES), "schema_steps"):
        driver.command(f"DROP TABLE {table} SYNC")
    for step in steps():
        for statement in step.statements(EMBEDDED):
            driver.command(statement)
    assert _ddl(driver) == fresh


def test_a_directory_made_before_keeps_its_rows_and_takes_each_step_once(driver: ClickHouseDriver) -> None:
    _first_tables(driver)
    schema = arrow_schema(PAYLOADS)
    row = {"project_id": "p", "start_time": 1_790_000_000_000_000, "trace_id": "a" * 32, "span_id": "b" * 16, "version": 1,
           "is_deleted": 0, "payload": "{}", "search_text": "where is my parcel"}  # fmt: skip
    driver.insert("payloads", pa.Table.from_pylist([row], schema=schema))
    migrate(driver, EMBEDDED)
    migrate(driver, EMBEDDED)
    assert _ask(driver, "SELECT number FROM schema_steps ORDER BY number") == [(step.number,) for step in steps()]
    assert _ask(driver, "SELECT span_id FROM payloads WHERE hasToken(search_text, 'parcel')") == [("b" * 16,)]


def test_a_step_that_was_cut_short_is_taken_again(driver: ClickHouseDriver) -> None:
    _first_tables(driver)
    migrate(driver, EMBEDDED)
    driver.command("TRUNCATE TABLE schema_steps")
    migrate(driver, EMBEDDED)
    assert _ask(driver, "SELECT count() FROM schema_steps") == [(len(steps()),)]


def test_steps_are_numbered_without_gaps() -> None:
    assert [step.number for step in steps()] == list(range(1, len(steps()) + 1))


@pytest.mark.parametrize("topology", [EMBEDDED, Topology(cluster="main")])
def test_the_engine_reads_every_step_for_every_topology(engine: ClickHouseDriver, topology: Topology) -> None:
    for step in steps():
        for statement in step.statements(topology):
            assert bool(topology.cluster) == ("ON CLUSTER 'main'" in statement)
            assert _ask(engine, "EXPLAIN AST " + statement)
