"""The driver over `clickhouse-connect`, whose chDB client and HTTP client are one API.

Each thread gets a handle of its own: chDB allows one engine per data directory and many handles, and a handle is not thread-safe.
Driver errors are translated (see `failures`), with their cause kept.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect import common
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from pellucid_server.core.errors import DataDirectoryInUse, Unavailable
from pellucid_server.store.spans.drivers.failures import translate
from pellucid_server.store.spans.drivers.port import Limits, Result, Statement

_MIB = 1024**2
_EMBEDDED_OPTIONS = {
    # The engine's defaults are for a machine of its own: five gigabytes for each of a dozen caches.
    "mark_cache_size": str(128 * _MIB),
    "primary_index_cache_size": str(128 * _MIB),
    "index_mark_cache_size": str(64 * _MIB),
    "text_index_tokens_cache_size": str(64 * _MIB),
    "text_index_header_cache_size": str(64 * _MIB),
    "text_index_postings_cache_size": str(128 * _MIB),
    "vector_similarity_index_cache_size": str(64 * _MIB),
    "query_condition_cache_size": str(32 * _MIB),
    "compiled_expression_cache_size": str(32 * _MIB),
    "max_server_memory_usage_to_ram_ratio": "0.5",
    "background_pool_size": "2",
}

DEFAULT_LIMITS = Limits()
NO_SETTINGS: Mapping[str, int] = MappingProxyType({})
NO_PARAMETERS: Mapping[str, object] = MappingProxyType({})


def connect_embedded(path: str) -> "ClickHouseDriver":
    """The engine in this process on a data directory. Raises `DataDirectoryInUse` where another process owns it."""
    driver = ClickHouseDriver(
        lambda: clickhouse_connect.get_client(interface="chdb", path=path, chdb_options=_EMBEDDED_OPTIONS), reads_files=True
    )
    driver.command("SELECT 1")
    return driver


def connect_http(url: str) -> "ClickHouseDriver":
    """A ClickHouse server by URL, such as `http://user:password@host:8123/database`; it is first reached when it is first asked."""

    def connect() -> Client:
        # The client does not read the scheme of a DSN.
        return clickhouse_connect.get_client(dsn=url, interface="https" if url.startswith("https:") else "http")

    return ClickHouseDriver(connect)


class ClickHouseDriver:
    """The `Driver` port over clickhouse-connect clients, one a thread."""

    def __init__(self, connect: Callable[[], Client], *, reads_files: bool = False) -> None:
        # A session id per client would serialise queries of one thread's client on the server for nothing.
        common.set_setting("autogenerate_session_id", False)
        self._connect = connect
        self._reads_files = reads_files
        self._local = threading.local()
        self._lock = threading.Lock()
        self._clients: list[Client] = []
        self._closed = False

    def query(self, statement: Statement, limits: Limits = DEFAULT_LIMITS) -> Result:
        """Rows of a statement."""
        with _Translated(statement):
            result = self._client().query(
                statement.sql, parameters=dict(statement.parameters), settings=_settings(statement, limits)
            )
            return Result(names=tuple(result.column_names), rows=result.result_rows)

    def query_arrow(self, statement: Statement, limits: Limits = DEFAULT_LIMITS) -> pa.Table:
        """One Arrow table of a statement."""
        with _Translated(statement):
            client = self._client()
            return client.query_arrow(
                statement.sql, parameters=dict(statement.parameters), settings=_settings(statement, limits), use_strings=True
            )

    def stream_arrow(self, statement: Statement, limits: Limits = DEFAULT_LIMITS) -> Iterator[pa.RecordBatch]:
        """Arrow blocks of a statement; a client of its own, because a stream occupies it until it ends."""
        with _Translated(statement):
            client = self._connect()
            try:
                with client.query_arrow_stream(
                    statement.sql, parameters=dict(statement.parameters), settings=_settings(statement, limits), use_strings=True
                ) as stream:
                    for block in stream:
                        yield from block.to_batches() if isinstance(block, pa.Table) else (block,)
            finally:
                client.close()

    def insert(self, table: str, rows: pa.Table, settings: Mapping[str, int] = NO_SETTINGS) -> None:
        """Append rows; they are on disk when this returns (`fsync_after_insert`)."""
        with _Translated(Statement(sql=f"INSERT INTO {table}", parameters={})):
            self._client().insert_arrow(table, rows, settings=dict(settings))

    def insert_file(
        self,
        table: str,
        path: Path,
        columns: Sequence[str],
        constants: Mapping[str, int],
        settings: Mapping[str, int] = NO_SETTINGS,
    ) -> None:
        """Append the rows of an Arrow file. The embedded engine reads it itself; to a server it is sent."""
        if not self._reads_files:
            with pa.memory_map(str(path)) as file:
                rows = pa.ipc.open_file(file).read_all()
            for name, value in constants.items():
                place = rows.schema.get_field_index(name)
                kind = rows.schema.field(place)
                rows = rows.set_column(place, kind, pa.repeat(pa.scalar(value, kind.type), rows.num_rows))
            self.insert(table, rows, settings)
            return
        chosen = ", ".join(str(constants.get(name, name)) for name in columns)
        quoted = str(path.resolve()).replace("\\", "\\\\").replace("'", "\\'")
        further = f" SETTINGS {', '.join(f'{name} = {value}' for name, value in settings.items())}" if settings else ""
        self.command(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM file('{quoted}', 'Arrow'){further}")

    def command(self, sql: str, parameters: Mapping[str, object] = NO_PARAMETERS) -> None:
        """Run DDL, maintenance, or an INSERT of what a SELECT finds."""
        with _Translated(Statement(sql=sql, parameters=parameters)):
            self._client().command(sql, parameters=dict(parameters) or None)

    def close(self) -> None:
        """Close every handle. A thread that still asks gets no other one: the embedded engine lives as long as its last handle."""
        with self._lock:
            self._closed = True
            clients, self._clients = self._clients, []
        for client in clients:
            client.close()

    def _client(self) -> Client:
        client: Client | None = getattr(self._local, "client", None)
        if client is None:
            client = self._open()
            with self._lock:
                if self._closed:
                    client.close()
                    raise Unavailable("The analytic store is closed, because the server ends. Ask again when it runs.")
                self._clients.append(client)
            self._local.client = client
        return client

    def _open(self) -> Client:
        try:
            return self._connect()
        except Exception as error:
            if "Cannot lock file" in str(error) or "another" in str(error).lower():
                raise DataDirectoryInUse from error
            raise Unavailable(f"The analytic store cannot be reached: {error}. Check its address and that it runs.") from error


def _settings(statement: Statement, limits: Limits) -> dict[str, Any]:
    return {
        "max_execution_time": limits.seconds,
        "max_memory_usage": limits.memory_bytes,
        "max_threads": limits.threads,
        "log_comment": statement.tag,
        "timeout_overflow_mode": "throw",
        # A row's partition follows from its key, so two versions of it never lie in two partitions.
        "do_not_merge_across_partitions_select_final": 1,
    }


class _Translated:
    """Turn the driver's errors into ours and log slow statements."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement

    def __enter__(self) -> None:
        self._started = time.monotonic()

    def __exit__(self, _type: object, error: BaseException | None, _trace: object) -> None:
        took = time.monotonic() - self._started
        if took > 5:
            logging.getLogger(__name__).warning("slow statement: %.1f s, %s", took, self._statement.tag or self._statement.sql[:80])
        if isinstance(error, (ClickHouseError, pa.ArrowException, OSError)):
            raise translate(error) from error
