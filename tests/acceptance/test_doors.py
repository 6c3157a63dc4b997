"""The doors, as any OpenTelemetry exporter meets them: every encoding of OTLP, and what is answered to what cannot be taken.

One server takes everything; then it is stopped and the engine is asked what became of it.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import zstandard
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest, ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from tests.acceptance.conftest import MakeServer
from tests.acceptance.serving import Server
from tests.unit.ingest.otlp_bodies import T0, logs, span, traces

PROTOBUF, JSON = "application/x-protobuf", "application/json"
LLM: dict[str, Any] = {"gen_ai__operation__name": "chat", "gen_ai__request__model": "gpt-4o-mini", "gen_ai__usage__input_tokens": 7}


@dataclass(frozen=True)
class Sent:
    """A request in one of the forms of OTLP."""

    body: bytes
    headers: Mapping[str, str]


def _deflate_raw(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def _zstd_of_unknown_size(body: bytes) -> bytes:
    packer = zstandard.ZstdCompressor().compressobj()
    return packer.compress(body) + packer.flush()


def _document(trace: str, *, snake: bool = False, numbers: bool = False, names: bool = False) -> bytes:
    """A span in OTLP JSON, in one of its spellings."""
    start, end = T0, T0 + 5_000_000
    tokens: Any = 7 if numbers else "7"
    one = {
        "traceId": trace,
        "spanId": "b" * 16,
        "name": "call",
        "kind": "SPAN_KIND_CLIENT" if names else 3,
        "startTimeUnixNano": start if numbers else str(start),
        "endTimeUnixNano": end if numbers else str(end),
        "status": {"code": "STATUS_CODE_ERROR" if names else 2, "message": "no"},
        "attributes": [
            {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
            {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o-mini"}},
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": tokens}},
        ],
    }
    document = {"resourceSpans": [{"scopeSpans": [{"scope": {"name": "test"}, "spans": [one]}]}]}
    return json.dumps(_snaked(document) if snake else document).encode()


def _snaked(value: Any) -> Any:
    if isinstance(value, dict):
        return {"".join(f"_{char.lower()}" if char.isupper() else char for char in key): _snaked(one) for key, one in value.items()}
    return [_snaked(one) for one in value] if isinstance(value, list) else value


def _protobuf(trace: str) -> bytes:
    return traces(span(trace=trace, status=2, message="no", **LLM))


def _packed(pack: Callable[[bytes], bytes], encoding: str, content_type: str = PROTOBUF) -> Callable[[str], Sent]:
    source = _protobuf if content_type == PROTOBUF else _document
    return lambda trace: Sent(pack(source(trace)), {"content-type": content_type, "content-encoding": encoding})


FORMS: Mapping[str, Callable[[str], Sent]] = {
    "protobuf": lambda trace: Sent(_protobuf(trace), {"content-type": PROTOBUF}),
    "protobuf by its other name": lambda trace: Sent(_protobuf(trace), {"content-type": "application/protobuf", "x-api-key": "any"}),
    "protobuf, identity": _packed(bytes, "identity"),
    "protobuf, gzip": _packed(gzip.compress, "gzip"),
    "protobuf, gzip of two members": lambda trace: Sent(
        gzip.compress(_protobuf(trace)[:20]) + gzip.compress(_protobuf(trace)[20:]),
        {"content-type": PROTOBUF, "content-encoding": "GZIP"},
    ),
    "protobuf, zstd": _packed(zstandard.ZstdCompressor().compress, "zstd"),
    "protobuf, zstd of unknown size": _packed(_zstd_of_unknown_size, "zstd"),
    "protobuf, deflate": _packed(zlib.compress, "deflate"),
    "protobuf, raw deflate": _packed(_deflate_raw, "deflate"),
    "json": lambda trace: Sent(_document(trace), {"content-type": "application/json; charset=utf-8"}),
    "json, numbers": lambda trace: Sent(_document(trace, numbers=True), {"content-type": JSON}),
    "json, names of enums": lambda trace: Sent(_document(trace, names=True), {"content-type": JSON}),
    "json, snake case": lambda trace: Sent(_document(trace, snake=True), {"content-type": JSON}),
    "json, upper-case hex": lambda trace: Sent(_document(trace.upper()), {"content-type": JSON}),
    "json, gzip": _packed(gzip.compress, "gzip", JSON),
}  # fmt: skip
TRACE_OF = {form: f"{number:032x}" for number, form in enumerate(FORMS, start=0xA000)}
LOGS_FIRST, LOGS_LAST, NAMED, SURVIVOR = "e" * 32, "f" * 32, "d" * 32, "c" * 32


@dataclass
class Delivered:
    """The answers, and the rows after the server has stopped."""

    answers: dict[str, httpx.Response]
    rows: dict[str, list[dict[str, Any]]]
    payloads: dict[str, str]
    metrics_requests: float


def _logs(trace: str) -> bytes:
    return logs({"name": "gen_ai.user.message", "body": {"role": "user", "content": "Where is my parcel?"}}, trace=trace)


def _send_signals(server: Server, answers: dict[str, httpx.Response]) -> None:
    answers["logs before"] = server.post("/v1/logs", _logs(LOGS_FIRST))
    answers["span after"] = server.post("/v1/traces", traces(span(trace=LOGS_FIRST, **LLM)))
    answers["span before"] = server.post("/v1/traces", traces(span(trace=LOGS_LAST, **LLM)))
    server.settle()
    answers["logs after"] = server.post("/v1/logs", _logs(LOGS_LAST))
    answers["plain log"] = server.post("/v1/logs", logs({"name": "app.started", "body": "hello"}, trace=LOGS_LAST))
    answers["metrics"] = server.post("/v1/metrics", ExportMetricsServiceRequest().SerializeToString())
    answers["metrics in json"] = server.post("/v1/metrics", b'{"resourceMetrics": []}', JSON)
    bad = span("nobody's", trace="00" * 16)
    answers["partial"] = server.post("/v1/traces", traces(span("good", trace=SURVIVOR, **LLM), bad))
    document = json.loads(_document(NAMED))
    spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans.append({**spans[0], "name": "short id", "traceId": "abc"})
    answers["partial in json"] = server.post("/v1/traces", json.dumps(document).encode(), JSON)


@pytest.fixture(scope="module")
def delivered(make_module_server: MakeServer) -> Delivered:
    server = make_module_server(PELLUCID_INIT_PUBLIC_KEY="pk-test", PELLUCID_INIT_SECRET_KEY="any").start()
    answers: dict[str, httpx.Response] = {}
    for form, make in FORMS.items():
        sent = make(TRACE_OF[form])
        answers[form] = httpx.post(f"{server.url}/v1/traces", content=sent.body, headers=dict(sent.headers), timeout=60)
    _send_signals(server, answers)
    server.settle()
    metrics_requests = server.metric("pellucid_metrics_requests_total")
    assert server.stop() == 0
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in server.rows("SELECT trace_id, span_id, name, kind, outcome, input_preview, message_count FROM spans FINAL"):
        rows.setdefault(row["trace_id"], []).append(row)
    found = server.rows("SELECT trace_id, payload FROM payloads FINAL")
    return Delivered(answers, rows, {row["trace_id"]: row["payload"] for row in found}, metrics_requests)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_otlp_becomes_the_same_row(delivered: Delivered, form: str) -> None:
    answer = delivered.answers[form]
    assert answer.status_code == 200, answer.text
    assert answer.content == (b"{}" if "json" in form else b"")
    (row,) = delivered.rows[TRACE_OF[form]]
    assert (row["name"], row["kind"], row["outcome"]) == ("call", "generation", "error")


@pytest.mark.parametrize("trace", [LOGS_FIRST, LOGS_LAST])
def test_content_that_comes_in_log_records_joins_its_span_from_either_side(delivered: Delivered, trace: str) -> None:
    for name in ("logs before", "span after", "span before", "logs after"):
        assert delivered.answers[name].status_code == 200
    (row,) = delivered.rows[trace]
    assert (row["kind"], row["input_preview"]) == ("generation", "Where is my parcel?")
    assert "Where is my parcel?" in delivered.payloads[trace]


def test_ordinary_logs_are_no_mistake_of_their_sender(delivered: Delivered) -> None:
    answer = delivered.answers["plain log"]
    assert (answer.status_code, answer.content) == (200, b"")
    assert not ExportLogsServiceResponse.FromString(answer.content).HasField("partial_success")


def test_metrics_are_answered_and_counted(delivered: Delivered) -> None:
    answer = delivered.answers["metrics"]
    assert answer.status_code == 200
    assert not ExportMetricsServiceResponse.FromString(answer.content).HasField("partial_success")
    assert delivered.answers["metrics in json"].json() == {}
    assert delivered.metrics_requests == 2


def test_what_is_rejected_is_named_and_the_rest_is_kept(delivered: Delivered) -> None:
    answer = delivered.answers["partial"]
    assert answer.status_code == 200
    success = ExportTraceServiceResponse.FromString(answer.content).partial_success
    assert success.rejected_spans == 1
    assert "nobody's" in success.error_message
    assert [row["name"] for row in delivered.rows[SURVIVOR]] == ["good"]


def test_what_is_rejected_is_named_in_json_too(delivered: Delivered) -> None:
    success = delivered.answers["partial in json"].json()["partialSuccess"]
    assert success["rejectedSpans"] == "1"
    assert "short id" in success["errorMessage"]
    assert [row["name"] for row in delivered.rows[NAMED]] == ["call"]
