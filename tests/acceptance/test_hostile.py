"""Hostile and broken input against a running server: every request gets a clear answer, nothing is lost, nothing is set aside."""

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.acceptance.conftest import MakeServer
from tests.acceptance.serving import Server, until
from tests.unit.ingest.otlp_bodies import T0, span, traces
from tests.unit.ingest.test_hostile import VALID, nested, request_of

PROTOBUF, JSON = "application/x-protobuf", "application/json"
SECOND = 10**9
WEEK = 7 * 86_400 * SECOND
ATTEMPTS = 60


@pytest.fixture(scope="module")
def server(make_module_server: MakeServer) -> Iterator[Server]:
    """One server for all of it; at the end it is well."""
    made = make_module_server().start()
    yield made
    made.settle()
    assert made.metric("pellucid_dead_letters") == 0
    assert "Traceback" not in made.log_text()


def visible(server: Server, trace: str) -> list[dict[str, Any]]:
    """The spans of a trace, once it is there."""
    answer = until(lambda: (found := server.get(f"/api/v1/traces/{trace}")).status_code == 200 and found, 30, f"trace {trace}")
    spans: list[dict[str, Any]] = answer.json()["spans"]
    return spans


def with_ids(request: ExportTraceServiceRequest, number: int) -> tuple[bytes, str]:
    """The request with a trace id of its own."""
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for one in scope.spans:
                one.trace_id = number.to_bytes(16, "big")
    return request.SerializeToString(), f"{number:032x}"


@pytest.mark.parametrize(("signal", "content_type"), VALID)
def test_changed_and_cut_bodies_are_never_a_crash(server: Server, signal: str, content_type: str) -> None:
    source = random.Random(f"{signal} {content_type}")
    for _ in range(ATTEMPTS):
        body = bytearray(VALID[signal, content_type])
        for _ in range(source.randrange(1, 6)):
            body[source.randrange(len(body))] = source.randrange(256)
        cut = bytes(body[: source.randrange(len(body))]) if source.random() < 0.3 else bytes(body)
        answer = server.post(f"/v1/{signal}", cut, content_type)
        assert answer.status_code in (200, 400), answer.text
    for _ in range(ATTEMPTS // 4):
        assert server.post(f"/v1/{signal}", source.randbytes(source.randrange(500)), content_type).status_code in (200, 400)


CLOCKS = {
    "1970": 1 * SECOND,
    "1999": 915_148_800 * SECOND,
    "a week ahead": None,
    "2262": 9_223_372_036 * SECOND,
    "2554": 2**64 - 1,
    "zero": 0,
}


@pytest.mark.parametrize("clock", CLOCKS)
def test_a_wrong_clock_is_kept_and_flagged(server: Server, clock: str) -> None:
    start = CLOCKS[clock] if CLOCKS[clock] is not None else time.time_ns() + WEEK
    request = request_of({"user.id": clock}, start=start, end=min(2**64 - 1, start + SECOND))
    body, trace = with_ids(request, 0xC0 + list(CLOCKS).index(clock))
    assert server.post("/v1/traces", body).status_code == 200
    (one,) = visible(server, trace)
    assert one["user_id"] == clock
    if clock != "zero":
        assert "clock_suspect" in one["flags"]


ODD: dict[str, dict[str, Any]] = {
    "keys of objects": {"__proto__": {"polluted": True}, "constructor": "x", "toString": 1, "hasOwnProperty": [1]},
    "no numbers": {"gen_ai.usage.input_tokens": float("nan"), "gen_ai.request.temperature": float("inf"), "x": float("-inf")},
    "huge numbers": {"gen_ai.usage.input_tokens": 2**63 - 1, "gen_ai.usage.output_tokens": -(2**63), "gen_ai.usage.cost": 1e308},
    "a megabyte": {"gen_ai.input.messages": json.dumps([{"role": "user", "parts": [{"type": "text", "content": "x" * 10**6}]}])},
    "deep": {"deep": nested(40), "gen_ai.input.messages": "[" * 100_000},
    "index bomb": {"llm.input_messages.99999999.message.content": "x", "gen_ai.prompt.4000000000.content": "y"},
    "flood": {f"k{number}": number for number in range(20_000)},
    "text": {"user.id": "\x00\ufffd\u202e💥", "session.id": "'; DROP TABLE spans; --", "gen_ai.request.model": "\\'`\"{p0:String}"},
    "nothing": {},
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_odd_attributes_are_kept_and_shown(server: Server, name: str) -> None:
    body, trace = with_ids(request_of(ODD[name]), 0xD0 + list(ODD).index(name))
    answer = server.post("/v1/traces", body)
    assert (answer.status_code, answer.content) == (200, b"")
    (one,) = visible(server, trace)
    whole = server.get(f"/api/v1/spans/{one['span_id']}?trace_id={trace}")
    assert whole.status_code == 200, whole.text
    json.loads(whole.text, parse_constant=lambda text: pytest.fail(f"{text} is no JSON"))


def test_traces_without_spans_and_resources_without_scopes(server: Server) -> None:
    empty = ExportTraceServiceRequest()
    empty.resource_spans.add().scope_spans.add()
    empty.resource_spans.add()
    assert server.post("/v1/traces", empty.SerializeToString()).status_code == 200
    assert server.post("/v1/traces", b'{"resourceSpans": [{}, {"scopeSpans": [{}]}]}', JSON).status_code == 200


def test_a_span_that_is_its_own_parent_and_a_ring(server: Server) -> None:
    one, two, three = "1" * 16, "2" * 16, "3" * 16
    ring = traces(
        span("self", trace="e" * 32, span_id=one, parent=one),
        span("a", trace="e" * 32, span_id=two, parent=three),
        span("b", trace="e" * 32, span_id=three, parent=two),
    )
    assert server.post("/v1/traces", ring).status_code == 200
    assert len(visible(server, "e" * 32)) == 3


def test_a_chain_of_spans_deeper_than_any_stack(server: Server) -> None:
    spans = [
        span("x", trace="f" * 32, span_id=f"{n:016x}", parent=f"{n - 1:016x}" if n > 1 else "", start=n) for n in range(1, 4_001)
    ]
    assert server.post("/v1/traces", traces(*spans)).status_code == 200
    until(lambda: server.metric("pellucid_journal_entries") == 0, 60, "the chain is stored")
    assert server.metric("pellucid_dead_letters") == 0


def test_a_dead_letter_is_shown_and_replayed(make_server: MakeServer) -> None:
    """As after an upgrade: an older version could not decode what this one can, and something that no version can."""
    server = make_server().start()
    project = server.get("/api/v1/projects").json()["data"][0]["id"]
    assert server.stop() == 0
    good = traces(span("rescued", trace="a" * 32, start=0))
    row = (project, "traces", PROTOBUF, "", T0 // 1000, 1)
    with closing(sqlite3.connect(server.data / "journal.db")) as journal, journal:
        columns = "project_id, signal, content_type, encoding, received_at, records, body, attempts"
        journal.execute(
            f"INSERT INTO dead_letters (id, {columns}, error, buried_at) VALUES (500, ?, ?, ?, ?, ?, ?, ?, 1, 'KeyError', 1)",
            (*row, good),
        )
        journal.execute(f"INSERT INTO entries ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, 0)", (*row, b"\xff\xff\xff"))
    server.start().settle()
    letters = {letter["error"]: letter for letter in server.get("/api/v1/dead-letters?with_body=true").json()["data"]}
    assert len(letters) == 2
    (poison,) = [letter for error, letter in letters.items() if "protobuf" in error]
    assert poison["body"] == "////"
    for letter in letters.values():
        assert server.post(f"/api/v1/dead-letters/{letter['id']}/replay", b"{}", JSON).status_code == 200
    assert visible(server, "a" * 32)[0]["name"] == "rescued"
    server.settle()
    (left,) = server.get("/api/v1/dead-letters").json()["data"]
    assert (left["error"], left["attempts"]) == (poison["error"], poison["attempts"] + 1)
    assert server.post("/api/v1/dead-letters/999/replay", b"{}", JSON).status_code == 404
