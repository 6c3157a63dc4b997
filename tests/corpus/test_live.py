"""The whole way in, alive: real provider SDKs against the simulator, recorded by our SDK and by OpenInference, decoded."""

import threading
from collections.abc import Iterator
from gzip import decompress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import anthropic
import openai
import pytest
from openinference.instrumentation.anthropic import AnthropicInstrumentor
from openinference.instrumentation.openai import OpenAIInstrumentor
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from tests.corpus.loader import RECEIVED_AT

import pellucid
from pellucid import runtime
from pellucid_demo.simulator import serve_in_thread
from pellucid_server.dialects.decode import decode
from pellucid_server.ingest.merge import group
from pellucid_server.ingest.parse import parse
from pellucid_server.model.message import text_of
from pellucid_server.model.span import Kind, Span

ASKED: Any = [{"role": "system", "content": "You are terse."}, {"role": "user", "content": "How do I download my invoices?"}]


class Door:
    """Takes OTLP requests and decodes what came."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.path == "/v1/traces":
                    outer.bodies.append(decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests print nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def spans(self) -> list[Span]:
        parts = [part for body in self.bodies for part in parse("traces", "application/x-protobuf", body).parts]
        return [decode(raw, received_at=RECEIVED_AT) for raw in group(parts).values()]

    def span(self, name: str) -> Span:
        (found,) = [span for span in self.spans() if span.name == name]
        return found

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def simulator() -> Iterator[str]:
    url, stop = serve_in_thread(seed=3)
    yield url
    stop()


@pytest.fixture
def door() -> Iterator[Door]:
    door = Door()
    yield door
    door.close()


@pytest.fixture
def client(door: Door) -> Iterator[None]:
    pellucid.init(url=door.url, api_key="sk", set_global=False, strict=True, service="shop", environment="test", release="r1")
    yield
    pellucid.shutdown()
    runtime.forget()


def only_call(door: Door) -> Span:
    pellucid.flush()
    (span,) = [span for span in door.spans() if span.kind is Kind.GENERATION]
    assert span.unmapped == ()
    assert span.flags == ()
    return span


def test_a_step_of_ours_with_every_field(door: Door, client: None) -> None:
    with pellucid.trace("visit", user_id="u", session_id="s", tags=["a"], metadata={"plan": "pro", "seats": 3}, feature="search"):
        with pellucid.span("look up", kind="retriever", input="invoices?", retrieval_index="kb", top_k=2) as step:
            step.update(
                documents=[{"id": "d1", "content": "text", "score": 0.5, "class": "faq", "used": True, "metadata": {"a": 1}}]
            )
        with pellucid.generation(
            "ask", model="gpt-4o", provider="openai", input={"question": 1}, model_parameters={"seed": 1}
        ) as step:
            step.update(
                output=42, usage={"input": 5, "cache_read": 3, "output": 2}, cost=0.25, response_id="r", finish_reason="length"
            )
    pellucid.flush()
    root, found, call = door.span("visit"), door.span("look up"), door.span("ask")
    assert (root.user_id, root.session_id, root.tags, root.feature) == ("u", "s", ("a",), "search")
    assert root.metadata == {"plan": "pro", "seats": 3}
    assert (found.kind, found.input) == (Kind.RETRIEVER, "invoices?")
    assert found.retrieval is not None
    assert (found.retrieval.index, found.retrieval.top_k) == ("kb", 2)
    (document,) = found.documents
    assert (document.id, document.score, document.doc_class, document.used, document.metadata) == ("d1", 0.5, "faq", True, {"a": 1})
    assert (call.kind, call.model, call.model_parameters) == (Kind.GENERATION, "gpt-4o", {"seed": 1})
    assert (call.input, call.output) == ({"question": 1}, 42)
    assert (call.usage.input, call.usage.cache_read, call.usage.output) == (5, 3, 2)
    assert call.reported_cost is not None
    assert (call.reported_cost.total, call.response_id, call.finish_reason) == (0.25, "r", "length")
    for span in (root, found, call):
        assert (span.dialect, span.service, span.environment, span.release) == ("pellucid", "shop", "test", "r1")
        assert (span.unmapped, span.flags) == ((), ())
        assert span.sdk.startswith("pellucid/")


def test_an_error_in_a_step_of_ours(door: Door, client: None) -> None:
    with pytest.raises(KeyError), pellucid.span("fails", kind="tool"):
        raise KeyError("missing")
    pellucid.flush()
    span = door.span("fails")
    assert (span.kind, span.outcome.value, span.error_type.rpartition(".")[2]) == (Kind.TOOL, "error", "KeyError")
    assert "missing" in span.status_message


def test_our_sdk_around_openai(door: Door, client: None, simulator: str) -> None:
    with openai.OpenAI(base_url=f"{simulator}/v1", api_key="sk", max_retries=0) as inner:
        answer = pellucid.wrap(inner).chat.completions.create(model="gpt-4o", messages=ASKED, temperature=0.5)
    span = only_call(door)
    assert (span.model_requested, span.model, span.provider, span.response_id) == ("gpt-4o", answer.model, "openai", answer.id)
    assert [message.role.value for message in span.messages_in] == ["system", "user"]
    assert text_of(span.messages_out) == answer.choices[0].message.content
    assert answer.usage is not None
    assert (span.usage.input_total, span.usage.output_total) == (answer.usage.prompt_tokens, answer.usage.completion_tokens)
    assert span.model_parameters["temperature"] == 0.5


def test_our_sdk_around_a_stream(door: Door, client: None, simulator: str) -> None:
    with openai.OpenAI(base_url=f"{simulator}/v1", api_key="sk", max_retries=0) as inner:
        stream = pellucid.wrap(inner, stream_usage=True).chat.completions.create(model="gpt-4o", messages=ASKED, stream=True)
        said = "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)
    span = only_call(door)
    assert (text_of(span.messages_out), span.streaming) == (said, True)
    assert span.first_token_time is not None
    assert span.end_time is not None
    assert span.start_time <= span.first_token_time <= span.end_time
    assert span.usage.output_total > 0


def test_our_sdk_around_anthropic(door: Door, client: None, simulator: str) -> None:
    with anthropic.Anthropic(base_url=simulator, api_key="sk", max_retries=0) as inner:
        answer = pellucid.wrap(inner).messages.create(
            model="claude-haiku-4-5", max_tokens=50, system="You are terse.", messages=[{"role": "user", "content": "Hello"}]
        )
    span = only_call(door)
    assert (span.provider, span.response_id, span.finish_reason) == ("anthropic", answer.id, "stop")
    assert [message.role.value for message in span.messages_in] == ["system", "user"]
    cached = (answer.usage.cache_read_input_tokens or 0) + (answer.usage.cache_creation_input_tokens or 0)
    assert span.usage.input_total == answer.usage.input_tokens + cached
    assert span.usage.output_total == answer.usage.output_tokens


@pytest.fixture
def openinference(door: Door) -> Iterator[None]:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter(endpoint=f"{door.url}/v1/traces")))
    instrumentors = (OpenAIInstrumentor(), AnthropicInstrumentor())
    for instrumentor in instrumentors:
        instrumentor.instrument(tracer_provider=provider)
    yield
    for instrumentor in instrumentors:
        instrumentor.uninstrument()
    provider.shutdown()


def test_openinference_around_openai(door: Door, openinference: None, simulator: str) -> None:
    with openai.OpenAI(base_url=f"{simulator}/v1", api_key="sk", max_retries=0) as inner:
        answer = inner.chat.completions.create(model="gpt-4o", messages=ASKED)
    span = only_call(door)
    assert (span.dialect, span.model_requested, span.response_id) == ("openinference", "gpt-4o", answer.id)
    assert text_of(span.messages_out) == answer.choices[0].message.content
    assert answer.usage is not None
    assert (span.usage.input_total, span.usage.output_total) == (answer.usage.prompt_tokens, answer.usage.completion_tokens)


def test_openinference_around_anthropic(door: Door, openinference: None, simulator: str) -> None:
    with anthropic.Anthropic(base_url=simulator, api_key="sk", max_retries=0) as inner:
        answer = inner.messages.create(model="claude-haiku-4-5", max_tokens=50, messages=[{"role": "user", "content": "Hello"}])
    span = only_call(door)
    assert (span.dialect, span.response_id) == ("openinference", answer.id)
    cached = (answer.usage.cache_read_input_tokens or 0) + (answer.usage.cache_creation_input_tokens or 0)
    assert span.usage.input_total == answer.usage.input_tokens + cached
