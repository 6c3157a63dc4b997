"""The driver over the real HTTP client, and the same statements over the embedded engine: one port, one meaning."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from tests.store.http.process import ClickHouseProcess

from pellucid_server.core.errors import BadRequest, PellucidError, QueryTooExpensive, Unavailable
from pellucid_server.store.spans.columns import TABLES
from pellucid_server.store.spans.drivers.clickhouse import ClickHouseDriver, connect_embedded, connect_http
from pellucid_server.store.spans.drivers.port import Limits, Statement
from pellucid_server.store.spans.schema import Topology, schema
from pellucid_server.store.spans.writer import SpanStore

TIME = datetime(2026, 11, 24, 6, 33, 1, 123456, tzinfo=UTC)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseDriver]:
    driver = connect_embedded(str(tmp_path_factory.mktemp("embedded")))
    yield driver
    driver.close()


@pytest.fixture(scope="module")
def http(clickhouse: ClickHouseProcess) -> Iterator[ClickHouseDriver]:
    driver = connect_http(clickhouse.url)
    yield driver
    driver.close()


@pytest.fixture(params=["http", "embedded"])
def driver(request: pytest.FixtureRequest) -> ClickHouseDriver:
    made: ClickHouseDriver = request.getfixturevalue(request.param)
    made.command("DROP TABLE IF EXISTS t SYNC")
    made.command(
        "CREATE TABLE t (id UInt32, name LowCardinality(String), time DateTime64(6, 'UTC'), tags Array(String), "
        "facts Map(LowCardinality(String), String), maybe Nullable(Float64)) ENGINE = MergeTree ORDER BY id"
    )
    return made


def _rows(count: int = 3) -> pa.Table:
    return pa.table(
        {
            "id": pa.array(range(count), pa.uint32()),
            "name": pa.array([f"na'me \\ {number} é" for number in range(count)]),
            "time": pa.array([TIME] * count, pa.timestamp("us", "UTC")),
            "tags": pa.array([["a", "b'"]] * count, pa.list_(pa.string())),
            "facts": pa.array([[("k", "v")]] * count, pa.map_(pa.string(), pa.string())),
            "maybe": pa.array([None, *[0.5] * (count - 1)], pa.float64()),
        }
    )


def test_rows_go_in_as_arrow_and_come_out_as_they_were(driver: ClickHouseDriver) -> None:
    driver.insert("t", _rows())
    result = driver.query(Statement(sql="SELECT * FROM t ORDER BY id", parameters={}))
    assert result.names == ("id", "name", "time", "tags", "facts", "maybe")
    first, second = result.dicts()[:2]
    assert (first["name"], first["tags"], first["facts"], first["maybe"]) == ("na'me \\ 0 é", ["a", "b'"], {"k": "v"}, None)
    assert (second["time"].replace(tzinfo=UTC), second["maybe"]) == (TIME, 0.5)


@pytest.mark.parametrize(
    "text", ["plain", "quo'te", "back\\slash", "tab\tand\nline", "{p0:String}", "", "日本 é", "%27", "a+b&c=d"]
)
def test_parameters_are_typed_and_never_read_as_sql(driver: ClickHouseDriver, text: str) -> None:
    statement = Statement(
        sql="SELECT {p0:String} AS text, {p1:Array(String)} AS texts, {p2:UInt64} AS number, {p3:DateTime64(6, 'UTC')} AS time",
        parameters={"p0": text, "p1": [text, "x"], "p2": 2**63, "p3": TIME},
    )
    (row,) = driver.query(statement).dicts()
    assert (row["text"], row["texts"], row["number"], row["time"].replace(tzinfo=UTC)) == (text, [text, "x"], 2**63, TIME)


def test_a_file_goes_in_with_constants_in_the_place_of_what_it_says(driver: ClickHouseDriver, tmp_path: Path) -> None:
    path = tmp_path / "o'clock.arrow"
    rows = _rows()
    with pa.OSFile(str(path), "wb") as handle, pa.ipc.new_file(handle, rows.schema) as file:
        file.write_table(rows)
    driver.insert_file("t", path, rows.schema.names, {"id": 9}, {"materialize_skip_indexes_on_insert": 0})
    result = driver.query(Statement(sql="SELECT id, name, tags, facts, maybe FROM t ORDER BY name", parameters={}))
    expected = rows.drop_columns(["id", "time"]).to_pylist(maps_as_pydicts="strict")
    assert result.dicts() == [{"id": 9, **row} for row in expected]


def test_arrow_comes_whole_and_in_blocks(driver: ClickHouseDriver) -> None:
    driver.insert("t", _rows(20_000))
    statement = Statement(sql="SELECT id, name FROM t WHERE id >= {p0:UInt32} ORDER BY id", parameters={"p0": 5})
    whole = driver.query_arrow(statement)
    assert whole.num_rows == 19_995
    assert whole.column("name")[0].as_py() == "na'me \\ 5 é"
    assert sum(batch.num_rows for batch in driver.stream_arrow(statement)) == 19_995


def test_many_queries_at_once_and_from_many_threads(driver: ClickHouseDriver) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def ask(number: int) -> int:
        found: int = driver.query(Statement(sql="SELECT {p0:UInt32} + sleep(0.01)", parameters={"p0": number})).rows[0][0]
        return found

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(40))) == list(range(40))


@pytest.mark.parametrize(
    ("sql", "limits", "family"),
    [
        ("SELECT sum(number) FROM numbers(100000000000)", Limits(seconds=0.5), QueryTooExpensive),
        ("SELECT groupArray(number) FROM numbers(100000000)", Limits(memory_bytes=20_000_000), QueryTooExpensive),
        ("SELECT toUInt8('x')", Limits(), BadRequest),
        ("SELEKT 1", Limits(), BadRequest),
        ("SELECT nothing FROM t", Limits(), BadRequest),
    ],
)
def test_errors_of_a_query_are_named(driver: ClickHouseDriver, sql: str, limits: Limits, family: type[PellucidError]) -> None:
    with pytest.raises(family):
        driver.query(Statement(sql=sql, parameters={}), limits)


def test_the_tables_are_made_and_empty(driver: ClickHouseDriver) -> None:
    store = SpanStore(driver)
    store.migrate()
    store.migrate()
    assert store.newest_version() == 0
    assert list(store.recent_traces()) == []


def test_a_driver_that_was_closed_opens_no_handle_for_a_thread_that_comes_late(clickhouse: ClickHouseProcess) -> None:
    closed = connect_http(clickhouse.url)
    closed.close()
    with pytest.raises(Unavailable, match="is closed"):
        closed.command("SELECT 1")


def test_nobody_there_is_unavailable() -> None:
    driver = connect_http("http://pellucid:secret@127.0.0.1:1/default")
    with pytest.raises(Unavailable, match="cannot"):
        driver.query(Statement(sql="SELECT 1", parameters={}))


def test_a_wrong_password_is_said(clickhouse: ClickHouseProcess) -> None:
    driver = connect_http(clickhouse.url.replace("secret", "wrong"))
    with pytest.raises(Unavailable, match="Authentication failed"):
        driver.query(Statement(sql="SELECT 1", parameters={}))


def test_a_server_that_dies_and_comes_back_is_unavailable_and_then_there(tmp_path_factory: pytest.TempPathFactory) -> None:
    process = ClickHouseProcess(tmp_path_factory.mktemp("mortal")).start()
    driver = connect_http(process.url)
    driver.command("CREATE TABLE u (id UInt32) ENGINE = MergeTree ORDER BY id")
    driver.insert("u", pa.table({"id": pa.array([1], pa.uint32())}))
    process.kill()
    with pytest.raises(Unavailable):
        driver.query(Statement(sql="SELECT count() FROM u", parameters={}))
    with pytest.raises(Unavailable):
        driver.insert("u", pa.table({"id": pa.array([2], pa.uint32())}))
    process.start()
    assert driver.query(Statement(sql="SELECT count() FROM u", parameters={})).rows[0][0] == 1
    process.kill()


@pytest.mark.parametrize("topology", [Topology(), Topology(cluster="main")], ids=["one", "cluster"])
def test_the_engine_can_read_its_own_ddl(embedded: ClickHouseDriver, topology: Topology) -> None:
    for table, statement in zip(TABLES, schema(topology), strict=True):
        (row,) = embedded.query(Statement(sql="SELECT formatQuery({p0:String}) AS text", parameters={"p0": statement})).dicts()
        text = row["text"]
        assert f"CREATE TABLE IF NOT EXISTS {table.name}" in text
        assert all(name in text for name in table.names)
        assert ("ON CLUSTER main" in text.replace("'", "").replace("`", "")) == bool(topology.cluster)
        assert ("ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/" in text) == bool(topology.cluster)
