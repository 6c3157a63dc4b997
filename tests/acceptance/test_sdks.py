"""Real senders: OpenTelemetry's own exporters, over HTTP and gRPC, with and without configuration, and an instrumented OpenAI client."""

import gzip
import os
import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import grpc
import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from tests.acceptance.conftest import MakeServer
from tests.acceptance.serving import Server, until
from tests.unit.ingest.otlp_bodies import span, traces

from pellucid_demo.simulator import serve_in_thread

HTTP_PORT, GRPC_PORT = 4318, 4317
PORT_LIMIT_S = 120.0
EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

COMPRESSION = {"http": "opentelemetry.exporter.otlp.proto.http", "grpc": "grpc"}
APP = """
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.exporter.otlp.proto.{protocol}.trace_exporter import OTLPSpanExporter
    from {compression} import Compression

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter({options})))
    tracer = provider.get_tracer("app")
    with tracer.start_as_current_span("turn", attributes={{"user.id": "{user}"}}):
        with tracer.start_as_current_span("chat", attributes={{"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o-mini"}}):
            pass
    assert provider.force_flush()
    provider.shutdown()
"""

INSTRUMENTED = """
    from openai import OpenAI
    from openinference.instrumentation.openai import OpenAIInstrumentor
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    OpenAIInstrumentor().instrument(tracer_provider=provider)
    tools = [{{"type": "function", "function": {{"name": "find_order", "parameters": {{"type": "object", "properties": {{}}}}}}}}]
    client = OpenAI(base_url="{simulator}/v1", api_key="sk-test")
    with provider.get_tracer("shop").start_as_current_span("turn", attributes={{"session.id": "s-1"}}):
        client.chat.completions.create(
            model="gpt-4o-mini", tools=tools, messages=[{{"role": "user", "content": "What is the refund policy?"}}]
        )
        for _ in client.chat.completions.create(
            model="gpt-4o-mini", stream=True, stream_options={{"include_usage": True}},
            messages=[{{"role": "user", "content": "And in French?"}}],
        ):
            pass
        client.embeddings.create(model="text-embedding-3-small", input="refund policy")
    assert provider.force_flush()
"""


def run(folder: Path, program: str, **environment: str) -> None:
    """Run a program of its own, as an app would, with nothing of OpenTelemetry set but what is given."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "PELLUCID_"))}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=folder, env={**clean, **environment}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Failed to export" not in done.stderr, done.stderr


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@pytest.fixture(scope="module")
def server(make_module_server: MakeServer) -> Server:
    """A server with the standard ports, as a person starts it. If somebody else has them, they are waited for."""
    until(
        lambda: _is_free(HTTP_PORT) and _is_free(GRPC_PORT),
        PORT_LIMIT_S,
        f"ports {HTTP_PORT} and {GRPC_PORT} are free",
        every_s=0.5,
    )
    return make_module_server(arguments=("--host", "127.0.0.1"), PELLUCID_REQUESTS_PER_SECOND="200").start()


def trace_of(server: Server, words: str) -> list[dict[str, object]]:
    """The spans of the newest trace that a filter finds."""
    found = until(lambda: server.get(f"/api/v1/traces?filter={words}").json()["data"], 30, f"a trace with {words}")
    spans: list[dict[str, object]] = server.get(f"/api/v1/traces/{found[0]['trace_id']}").json()["spans"]
    return spans


@pytest.mark.parametrize(
    ("protocol", "options"),
    [
        ("http", ""),
        ("http", "compression=Compression.Gzip"),
        ("grpc", "insecure=True"),
        ("grpc", "insecure=True, compression=Compression.Gzip"),
    ],
)
def test_an_app_without_configuration_is_seen(server: Server, tmp_path: Path, protocol: str, options: str) -> None:
    user = f"{protocol}-{'gzip' if 'Gzip' in options else 'plain'}"
    run(tmp_path, APP.format(protocol=protocol, options=options, compression=COMPRESSION[protocol], user=user))
    spans = {one["name"]: one for one in trace_of(server, f"user:{user}")}
    assert set(spans) == {"turn", "chat"}
    assert spans["chat"]["kind"] == "generation"
    assert spans["chat"]["parent_span_id"] == spans["turn"]["span_id"]
    assert spans["chat"]["user_id"] == user, "inherited from the root"


def test_an_instrumented_openai_client_is_one_trace(server: Server, tmp_path: Path) -> None:
    simulator, stop = serve_in_thread(seed=7)
    try:
        run(tmp_path, INSTRUMENTED.format(simulator=simulator))
    finally:
        stop()
    spans = trace_of(server, "session:s-1")
    assert sorted(str(one["kind"]) for one in spans if one["name"] != "turn") == ["embedding", "generation", "generation"]
    calls = [one for one in spans if one["kind"] == "generation"]
    assert all(one["session_id"] == "s-1" for one in spans)
    assert all(one["cost"] is not None for one in calls)
    assert any("refund policy" in str(one["input_preview"]) for one in calls)


def _export(
    target: str, body: bytes, *metadata: tuple[str, str], compression: grpc.Compression = grpc.Compression.NoCompression
) -> bytes:
    with grpc.insecure_channel(target) as channel:
        call = channel.unary_unary(EXPORT, request_serializer=bytes, response_deserializer=bytes)
        answer: bytes = call(body, timeout=30, metadata=metadata, compression=compression)
        return answer


def test_grpc_names_what_it_rejects_and_refuses_by_code(server: Server) -> None:
    target = f"127.0.0.1:{GRPC_PORT}"
    bad = _export(target, traces(span("fine", trace="9" * 32), span("nobody's", trace="0" * 32)))
    success = ExportTraceServiceResponse.FromString(bad).partial_success
    assert (success.rejected_spans, "nobody's" in success.error_message) == (1, True)
    refused = {
        grpc.StatusCode.UNAUTHENTICATED: (traces(span()), ("authorization", "Bearer sk-wrong")),
        grpc.StatusCode.INVALID_ARGUMENT: (b"\xff\xff\xff", ("x-other", "1")),
        grpc.StatusCode.RESOURCE_EXHAUSTED: (bytes(65 * 1024**2), ("x-other", "1")),
    }
    for code, (body, metadata) in refused.items():
        with pytest.raises(grpc.RpcError) as raised:
            _export(target, body, metadata)
        assert raised.value.code() is code  # type: ignore[attr-defined]  # every error of a call has one


def test_a_grpc_bomb_is_refused_and_costs_no_memory(server: Server) -> None:
    target = f"127.0.0.1:{GRPC_PORT}"
    _export(target, traces(span()), compression=grpc.Compression.Gzip)
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")
    before = _high_water_bytes(server.pid)
    with pytest.raises(grpc.RpcError) as raised:
        _export(target, bytes(400 * 1024**2), compression=grpc.Compression.Gzip)
    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED  # type: ignore[attr-defined]  # every error of a call has one
    assert _high_water_bytes(server.pid) - before < 128 * 1024**2


def _high_water_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0]) * 1024


def test_the_standard_port_is_closed_to_web_pages_too(server: Server) -> None:
    url = f"http://127.0.0.1:{HTTP_PORT}/v1/traces"
    body = gzip.compress(traces(span(trace="8" * 32)))
    plain = {"content-type": "application/x-protobuf", "content-encoding": "gzip"}
    assert httpx.post(url, content=body, headers=plain).status_code == 200
    assert httpx.post(url, content=body, headers={**plain, "origin": "https://evil.example"}).status_code == 403
    assert httpx.post(url, content=body, headers={**plain, "host": f"evil.example:{HTTP_PORT}"}).status_code == 403
    assert httpx.post(url, content=b"{}", headers={"content-type": "text/plain"}).status_code == 415
