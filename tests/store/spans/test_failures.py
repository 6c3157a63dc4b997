"""Whose fault a failure of the engine is: what passes is waited for, what is wrong is refused, what is unknown is neither."""

import pytest
from clickhouse_connect.driver.exceptions import DatabaseError, DataError, OperationalError, ProgrammingError, StreamFailureError

from pellucid_server.core.errors import BadRequest, PellucidError, QueryTooExpensive, Unavailable
from pellucid_server.store.spans.drivers.failures import error_code, translate


@pytest.mark.parametrize(
    ("error", "family"),
    [
        (OperationalError("Error HTTPConnectionPool(...) Connection refused executing HTTP request"), Unavailable),
        (StreamFailureError("the connection was closed"), Unavailable),
        (DatabaseError("HTTP driver received HTTP status 502, server response: Bad Gateway"), Unavailable),
        (DatabaseError("Code: 243. DB::Exception: Cannot reserve 12 MiB, not enough space."), Unavailable),
        (DatabaseError("Code: 1000. DB::Exception: write failed, errno: 28, strerror: No space left on device."), Unavailable),
        (DatabaseError("Code: 252. DB::Exception: Too many parts."), Unavailable),
        (DatabaseError("no text", code=242), Unavailable),
        (ConnectionResetError("reset"), Unavailable),
        (DatabaseError("Code: 241. DB::Exception: Memory limit exceeded."), QueryTooExpensive),
        (DatabaseError("Code: 159. DB::Exception: Timeout exceeded."), QueryTooExpensive),
        (DatabaseError("Code: 62. DB::Exception: Syntax error."), BadRequest),
        (OperationalError("Received ClickHouse exception, code: 47", code=47), BadRequest),
    ],
)
def test_a_failure_has_its_family(error: Exception, family: type[PellucidError]) -> None:
    assert type(translate(error)) is family


@pytest.mark.parametrize(
    "error",
    [
        DatabaseError("Code: 117. DB::Exception: Incorrect data."),
        DatabaseError("Code: 1000. DB::Exception: errno: 2, strerror: No such file."),
        ProgrammingError("The client has been closed"),
        DataError("cannot be converted"),
    ],
)
def test_what_nobody_knows_is_not_waited_for(error: Exception) -> None:
    assert type(translate(error)) is PellucidError


def test_the_message_has_neither_the_version_nor_the_parameters_of_the_request() -> None:
    error = OperationalError("Max retries exceeded with url: /?param_p0=secret&query_id=1 (Caused by X) (version 26.5.1)")
    assert "secret" not in translate(error).message
    assert "version" not in translate(error).message
    assert len(translate(DatabaseError("x" * 5_000)).message) < 700


def test_the_number_is_read_from_the_error_or_its_text() -> None:
    assert error_code(DatabaseError("Code: 60. DB::Exception")) == 60
    assert error_code(DatabaseError("nothing", code=497)) == 497
    assert error_code(ValueError("Code: none")) == 0
