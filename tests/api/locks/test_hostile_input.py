"""Bodies, paths and headers that nobody means well with: each is answered clearly, none with a 500, none with much memory."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient
from tests.api.locks.house import LockedHouse

from pellucid_server.api.body_limit import MAX_BODY_BYTES
from pellucid_server.api.wire.times import from_wire_time, to_wire_time

Ask = Callable[..., tuple[int, dict[str, Any]]]
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b"{", 422),
        (b"\xff\xfe", 422),
        (b"[" * 100_000, 400),
        (b'{"page":"t","name":"x","state":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001, 400),
        (b'{"name":' + b"9" * 5_000 + b"}", 400),
        (b'{"page":"t","name":"x","state":{"a":1e999}}', 400),
        (b'{"page":"t","name":"x","state":{"a":NaN}}', 400),
        (b'{"page":"t","name":"x","state":{"a":"\\ud800"}}', 400),
        (b'{"page":"t","name":"x","state":{"\\u0000":1}}', 400),
        (b'{"page":"t","name":"\\u0000"}', 400),
    ],
)
def test_bad_bodies(ask: Ask, body: bytes, status: int) -> None:
    answered, problem = ask("user:owner", "POST", "/views", content=body, headers=JSON)
    assert (answered, problem["status"]) == (status, status)
    assert problem["detail"].endswith(".")


@pytest.mark.parametrize(
    "path",
    [
        "/views/%00",
        "/views/%ff",
        f"/views/{'x' * 5_000}",
        "/views/..%2f..%2fkeys",
        "/views/__proto__",
        "/comments?trace_id=%00",
        "/comments?cursor=1.%00",
        "/comments?limit=99999999999999999999",
        "/comments?limit=-1",
        "/projects/%00",
        "/me?project=%00",
    ],
)
def test_bad_paths(ask: Ask, path: str) -> None:
    status, problem = ask("user:owner", "GET", path)
    assert status in {400, 404, 422}
    assert problem["status"] == status


@pytest.mark.parametrize("header", ["x-pellucid-project", "x-api-key", "authorization", "cookie"])
@pytest.mark.parametrize("value", [b"\xff", b"Bearer \xff\xfe", b"pellucid_session=\xff", b"=;=;", b"Basic \xff", b"x" * 8_000])
def test_bad_headers(client: TestClient, locked: LockedHouse, header: str, value: bytes) -> None:
    sent = {name.encode(): text.encode() for name, text in locked.headers["user:viewer"].items()}
    answer = client.get("/api/v1/me", headers={**sent, header.encode(): value})
    assert answer.status_code in {401, 404}


class TestBodyLimit:
    """Nobody needs a credential to send a body, so nobody may send an endless one."""

    def test_a_declared_length_is_refused_unread(self, client: TestClient) -> None:
        answer = client.post("/api/v1/sign-in", content=b"x" * (MAX_BODY_BYTES + 1), headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    def test_an_undeclared_one_is_cut(self, client: TestClient) -> None:
        sent = 0

        def endless() -> Iterator[bytes]:
            nonlocal sent
            while sent < 20 * MAX_BODY_BYTES:
                sent += 65_536
                yield b"x" * 65_536

        answer = client.post("/api/v1/sign-in", content=endless(), headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert str(MAX_BODY_BYTES)[:1] in answer.json()["detail"]

    def test_what_fits_is_read(self, client: TestClient) -> None:
        body = json.dumps({"email": "x", "password": "y"}).encode().ljust(MAX_BODY_BYTES)
        assert client.post("/api/v1/sign-in", content=body, headers=JSON).status_code == 401


class TestTimes:
    @given(st.datetimes())
    def test_round_trip(self, time: Any) -> None:
        text = time.strftime("%Y").rjust(4, "0") + time.strftime("-%m-%dT%H:%M:%S.%fZ")
        assert to_wire_time(from_wire_time(text)) == text

    @pytest.mark.parametrize(
        ("text", "same"),
        [
            ("2026-11-24", "2026-11-24T00:00:00.000000Z"),
            ("2026-11-24T06:00:00+02:00", "2026-11-24T04:00:00.000000Z"),
            ("2026-11-24T06:00:00", "2026-11-24T06:00:00.000000Z"),
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ],
    )
    def test_spellings(self, text: str, same: str) -> None:
        assert to_wire_time(from_wire_time(text)) == same

    @pytest.mark.parametrize("bad", ["", "now", None, True, 1.5, [], 10**30, -(10**30), "0001-01-01T00:00:00+23:59", "2026-13-01"])
    def test_what_is_no_time(self, bad: object) -> None:
        with pytest.raises(ValueError, match="a time"):
            from_wire_time(bad)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    path=st.sampled_from(
        ["/views", "/comments", "/keys", "/members", "/prices", "/projects", "/sign-in", "/invitations/accept", "/keys/x/rotate"]
    ),
    body=st.dictionaries(
        st.sampled_from(
            ["name", "page", "state", "shared", "trace_id", "body", "role", "email", "expires_time", "prices", "token"]
        ),
        json_values,
    ),
)
def test_no_body_is_a_crash(client: TestClient, locked: LockedHouse, path: str, body: dict[str, object]) -> None:
    headers = {**JSON, **locked.headers["user:owner"]}
    assert client.post(f"/api/v1{path}", content=json.dumps(body), headers=headers).status_code < 500
