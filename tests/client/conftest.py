"""A real HTTP server that behaves as a test tells it, and a client that talks to it."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import pellucid
from pellucid import runtime
from pellucid.guard import GUARD


@dataclass
class Received:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """How the server answers the next requests."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang_s: float = 0.0
    reset: bool = False


def attribute_value(value: Any) -> Any:
    """One OTLP value as Python."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [attribute_value(item) for item in value.array_value.values]
    return getattr(value, kind) if kind else None


def attributes_of(holder: Any) -> dict[str, Any]:
    return {entry.key: attribute_value(entry.value) for entry in holder.attributes}


@dataclass
class SpanSeen:
    """One span that arrived, flattened."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any]
    resource: dict[str, Any]
    scope: str
    status: int
    message: str
    events: list[tuple[str, dict[str, Any]]]
    start: int
    end: int


class FakeServer:
    """The doors of a Pellucid server, on a free port of the loopback."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.reply = Reply()
        self.routes: dict[tuple[str, str], Callable[[Received], Reply]] = {}
        self.lock = threading.Lock()
        self.keep_nothing = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                outer.handle(self, "POST")

            def do_GET(self) -> None:
                outer.handle(self, "GET")

            def do_PUT(self) -> None:
                outer.handle(self, "PUT")

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                pass

        self.http = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def handle(self, handler: BaseHTTPRequestHandler, method: str) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length", "0")))
        if handler.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        received = Received(method, handler.path, {k.lower(): v for k, v in handler.headers.items()}, body)
        route = self.routes.get((method, handler.path.split("?")[0]))
        reply = route(received) if route else self.reply
        if not self.keep_nothing:
            with self.lock:
                self.received.append(received)
        if reply.hang_s:
            time.sleep(reply.hang_s)
        if reply.reset:
            handler.close_connection = True
            handler.connection.close()
            return
        try:
            handler.send_response(reply.status)
            for key, value in reply.headers.items():
                handler.send_header(key, value)
            handler.send_header("Content-Length", str(len(reply.body)))
            handler.end_headers()
            handler.wfile.write(reply.body)
        except OSError:
            handler.close_connection = True

    def answer_json(self, method: str, path: str, document: Any, status: int = 200) -> None:
        """Answer one route with a JSON document."""
        body = json.dumps(document).encode()
        self.routes[method, path] = lambda _: Reply(status, body, {"Content-Type": "application/json"})

    def requests(self, path: str, method: str = "POST") -> list[Received]:
        with self.lock:
            return [r for r in self.received if r.method == method and r.path.split("?")[0] == path]

    def export_requests(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(r.body) for r in self.requests("/v1/traces")]

    def spans(self) -> list[SpanSeen]:
        """Every span that arrived, in order of arrival."""
        return [
            SpanSeen(
                name=span.name,
                trace_id=span.trace_id.hex(),
                span_id=span.span_id.hex(),
                parent_id=span.parent_span_id.hex(),
                attributes=attributes_of(span),
                resource=attributes_of(resource_spans.resource),
                scope=scope_spans.scope.name,
                status=span.status.code,
                message=span.status.message,
                events=[(event.name, attributes_of(event)) for event in span.events],
                start=span.start_time_unix_nano,
                end=span.end_time_unix_nano,
            )
            for request in self.export_requests()
            for resource_spans in request.resource_spans
            for scope_spans in resource_spans.scope_spans
            for span in scope_spans.spans
        ]

    def span(self, name: str) -> SpanSeen:
        """The one span of that name; flushes first."""
        pellucid.flush()
        found = [span for span in self.spans() if span.name == name]
        assert len(found) == 1, f"{len(found)} spans named {name}: {[span.name for span in self.spans()]}"
        return found[0]

    def loss(self) -> dict[str, int]:
        """The newest counters that loss reports carried."""
        latest: dict[str, int] = {}
        for request in self.export_requests():
            for resource_spans in request.resource_spans:
                if not resource_spans.scope_spans:
                    latest = {
                        key: value
                        for key, value in attributes_of(resource_spans.resource).items()
                        if key.startswith("pellucid.lost.") or key == "pellucid.sampled_out"
                    }
        return latest

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


def wait_until(condition: Callable[[], bool], timeout_s: float = 5.0) -> None:
    """Poll until the condition holds."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.005)


@pytest.fixture(name="wait_until")
def _wait_until() -> Callable[..., None]:
    return wait_until


@pytest.fixture
def server() -> Iterator[FakeServer]:
    fake = FakeServer()
    yield fake
    fake.close()


@pytest.fixture
def make_reply() -> type[Reply]:
    return Reply


@pytest.fixture
def start(server: FakeServer) -> Iterator[Callable[..., Any]]:
    """`init` against the fake server, private to the test; closed afterwards."""

    def begin(**settings: Any) -> Any:
        defaults = {"url": server.url, "set_global": False, "strict": True, "flush_interval_s": 0.02, "exit_stall_s": 0.2}
        return pellucid.init(**{**defaults, **settings})

    yield begin
    GUARD.reset()
    pellucid.shutdown()
    runtime.forget()


@pytest.fixture
def client(start: Callable[..., Any]) -> Any:
    return start()
