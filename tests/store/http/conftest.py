"""A ClickHouse test server for the tests of the HTTP path."""

from collections.abc import Iterator

import pytest
from tests.store.http.process import ClickHouseProcess


@pytest.fixture(scope="session")
def clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseProcess]:
    """A running server, shared by the session."""
    process = ClickHouseProcess(tmp_path_factory.mktemp("clickhouse")).start()
    yield process
    process.kill()
