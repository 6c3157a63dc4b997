"""What the doors refuse, how they say it, and what it costs: each refusal is a problem document that names the rule and the next act."""

import gzip
import http.client
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import zstandard
from tests.acceptance.conftest import MakeServer
from tests.acceptance.serving import Server
from tests.unit.ingest.otlp_bodies import span, traces
from tests.unit.ingest.test_hostile import BOMBS

MIB = 1024**2
PROTOBUF, JSON = "application/x-protobuf", "application/json"


@pytest.fixture(scope="module")
def door(make_module_server: MakeServer) -> Iterator[Server]:
    """A local server that also knows one key."""
    server = make_module_server(PELLUCID_INIT_PUBLIC_KEY="pk-test", PELLUCID_INIT_SECRET_KEY="sk-test").start()
    yield server
    assert server.get("/api/v1/health").status_code == 200, "it lived through all of this"
    assert "Traceback" not in server.log_text()


def expect_problem(answer: httpx.Response, status: int, code: str) -> str:
    """The detail of a problem document."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    detail: str = problem["detail"]
    assert len(detail) > 20
    return detail


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer sk-wrong"},
        {"authorization": "Basic cGstdGVzdDpzay13cm9uZw=="},
        {"authorization": "Basic !!!"},
        {"authorization": "Digest abc"},
        {"x_api_key": "sk-wrong"},
    ],
)
def test_a_wrong_key_is_401(door: Server, headers: dict[str, str]) -> None:
    answer = door.post("/v1/traces", traces(span()), **headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"]
    assert answer.json()["status"] == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer sk-test"},
        {"authorization": "Basic cGstdGVzdDpzay10ZXN0"},
        {"x_api_key": "sk-test"},
        {"authorization": "bearer  sk-test"},
        {},
    ],
)
def test_a_right_key_and_the_local_owner_are_let_in(door: Server, headers: dict[str, str]) -> None:
    assert door.post("/v1/traces", traces(span()), **headers).status_code == 200


def test_a_body_above_the_bound_is_413(door: Server) -> None:
    expect_problem(door.post("/v1/traces", bytes(32 * MIB + 1)), 413, "too_large")


def test_a_body_of_unknown_length_above_the_bound_is_413(door: Server) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(40):
            yield bytes(MIB)

    try:
        answer = httpx.post(f"{door.url}/v1/traces", content=endless(), headers={"content-type": PROTOBUF}, timeout=60)
    except httpx.WriteError:  # the server has answered and closed before everything was sent
        return
    expect_problem(answer, 413, "too_large")


def _high_water_bytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@pytest.mark.parametrize("encoding", ["gzip", "zstd", "deflate"])
def test_a_bomb_is_413_and_costs_no_memory(door: Server, encoding: str) -> None:
    packers = {"gzip": gzip.compress, "zstd": zstandard.ZstdCompressor().compress, "deflate": zlib.compress}
    bomb = packers[encoding](bytes(400 * MIB))
    assert door.post("/v1/traces", traces(span())).status_code == 200
    Path(f"/proc/{door.pid}/clear_refs").write_text("5")  # the high-water mark starts anew
    before = _high_water_bytes(door.pid)
    expect_problem(door.post("/v1/traces", bomb, content_encoding=encoding), 413, "too_large")
    assert _high_water_bytes(door.pid) - before < 64 * MIB


@pytest.mark.parametrize("bomb", ["spans", "attributes"])
def test_a_body_that_would_unfold_is_413_and_costs_no_memory(door: Server, bomb: str) -> None:
    packed = gzip.compress(BOMBS[bomb])
    assert len(packed) < 10_000
    Path(f"/proc/{door.pid}/clear_refs").write_text("5")
    before = _high_water_bytes(door.pid)
    expect_problem(door.post("/v1/traces", packed, content_encoding="gzip"), 413, "too_large")
    assert _high_water_bytes(door.pid) - before < 64 * MIB


@pytest.mark.parametrize("path", ["/v1/traces", "/v1/logs", "/v1/metrics"])
def test_another_content_type_is_415(door: Server, path: str) -> None:
    for content_type in ("application/xml", "application/octet-stream", ""):
        answer = door.post(path, b"<x/>", content_type, authorization="Bearer sk-test")
        assert "application/x-protobuf" in expect_problem(answer, 415, "unsupported_media_type")


def test_another_encoding_is_415(door: Server) -> None:
    assert "br" in expect_problem(door.post("/v1/traces", b"x", content_encoding="br"), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"\xff\xff\xff\xff", {}),
        (traces(span())[:-3], {}),
        (gzip.compress(traces(span()))[:-9], {"content_encoding": "gzip"}),
        (b"not zstd", {"content_encoding": "zstd"}),
        (zstandard.ZstdCompressor().compress(traces(span()))[:-4], {"content_encoding": "zstd"}),
        (b"not deflate at all", {"content_encoding": "deflate"}),
    ],
)  # fmt: skip
def test_protobuf_that_is_none_is_400(door: Server, body: bytes, headers: dict[str, str]) -> None:
    expect_problem(door.post("/v1/traces", body, **headers), 400, "bad_payload")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"x"', b'{"resourceSpans": 1}', b'{"resourceSpans": [1]}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": 5}]}]}]}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": "yesterday"}]}]}]}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"kind": "SPAN_KIND_MADE_UP"}]}]}]}',
        b"[" * 100_000,
        b'{"resourceSpans":' * 5_000,
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "\xff"}]}]}]}',
    ],
)  # fmt: skip
def test_json_that_is_no_otlp_is_400(door: Server, body: bytes) -> None:
    expect_problem(door.post("/v1/traces", body, JSON), 400, "bad_payload")


def test_an_empty_export_is_no_mistake(door: Server) -> None:
    assert door.post("/v1/traces", b"").status_code == 200
    assert door.post("/v1/traces", b"{}", JSON).status_code == 200
    assert door.post("/v1/logs", b'{"resourceLogs": []}', JSON).status_code == 200


def test_other_methods_and_paths_are_problems_too(door: Server) -> None:
    expect_problem(door.get("/v1/traces"), 405, "method_not_allowed")
    expect_problem(door.get("/api/v1/nothing"), 404, "not_found")
    expect_problem(door.post("/v1/nothing", b"{}", JSON, authorization="Bearer sk-test"), 404, "not_found")


# --- web pages -------------------------------------------------------------------------------------------------------------------


def test_a_page_whose_name_was_bound_to_this_machine_is_kept_out(door: Server) -> None:
    for host in ("evil.example", f"evil.example:{door.port}", "127.0.0.1:1", "localhost"):
        assert door.post("/v1/traces", traces(span()), host=host).status_code == 403
        assert door.get("/api/v1/dead-letters", host=host).status_code == 403


def test_a_request_without_a_host_is_kept_out(door: Server) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=30)
    connection.putrequest("GET", "/api/v1/dead-letters", skip_host=True)
    connection.endheaders()
    assert connection.getresponse().status in (400, 403)
    connection.close()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"])
def test_another_sites_page_cannot_send(door: Server, origin: str) -> None:
    for content_type in (PROTOBUF, JSON):
        expect_problem(door.post("/v1/traces", traces(span()), content_type, origin=origin), 403, "origin_not_allowed")


def test_this_servers_own_page_can(door: Server) -> None:
    assert door.post("/v1/traces", b"{}", JSON, origin=door.url).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""])
def test_what_a_form_could_send_is_not_taken(door: Server, content_type: str) -> None:
    expect_problem(door.post("/v1/traces", b"{}", content_type), 415, "unsupported_media_type")


# --- limits and binds ------------------------------------------------------------------------------------------------------------


def test_too_many_requests_are_429_and_told_when_to_come_back(make_server: MakeServer) -> None:
    server = make_server(PELLUCID_REQUESTS_PER_SECOND="3").start()
    answers = [server.post("/v1/traces", traces(span())) for _ in range(30)]
    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(answers) - len(refused) >= 3
    assert refused
    for answer in refused:
        assert "PELLUCID_REQUESTS_PER_SECOND" in expect_problem(answer, 429, "too_many_requests")
        assert int(answer.headers["retry-after"]) >= 1


def test_a_second_server_on_the_same_data_says_so_and_stops(door: Server, make_server: MakeServer) -> None:
    second = make_server(data=door.data)
    assert second.launch().wait(60) != 0
    second.process = None
    said = second.log_text()
    assert f"Another server owns {door.data}" in said
    assert str(door.pid) in said
    assert "--data" in said
    assert "Traceback" not in said
    assert door.post("/v1/traces", traces(span())).status_code == 200


def test_a_port_in_use_is_said_in_one_line(door: Server, make_server: MakeServer) -> None:
    second = make_server()
    second.port = door.port
    assert second.launch().wait(60) != 0
    second.process = None
    assert f"Port {door.port}" in second.log_text()
    assert "Traceback" not in second.log_text()


def test_beyond_this_machine_it_does_not_start_without_keys(make_server: MakeServer) -> None:
    server = make_server(arguments=("--no-otlp-ports", "--host", "0.0.0.0"))
    try:
        assert server.launch().wait(60) != 0
    except subprocess.TimeoutExpired:
        pytest.fail("it listens to the world without keys")
    server.process = None
    said = server.log_text()
    assert "PELLUCID_INIT_" in said
    assert "127.0.0.1" in said
    assert "Traceback" not in said


def test_beyond_this_machine_a_key_is_demanded(make_server: MakeServer) -> None:
    server = make_server(
        arguments=("--no-otlp-ports", "--host", "0.0.0.0"),
        PELLUCID_INIT_PUBLIC_KEY="pk-test", PELLUCID_INIT_SECRET_KEY="sk-test",
    ).start()  # fmt: skip
    assert server.post("/v1/traces", traces(span())).status_code == 401
    assert server.get("/api/v1/dead-letters").status_code == 401
    assert server.post("/v1/traces", traces(span()), authorization="Bearer sk-test", host="pellucid.example").status_code == 200
