"""A tiny OTLP sink: takes what a Pellucid server takes, checks that it can be read, and remembers it."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Sink:
    """What arrived. `unknown` are paths that the sink answers with 404; `busy` counts down answers of 503."""

    def __init__(self) -> None:
        self.url = ""
        self.spans: list[Span] = []
        self.scores: list[dict] = []
        self.events: list[dict] = []
        self.progress: list[dict] = []
        self.headers: list[dict[str, str]] = []
        self.unknown: set[str] = set()
        self.busy = 0
        self.lock = Lock()

    def take(self, path: str, body: bytes) -> int:
        with self.lock:
            if path in self.unknown:
                return 404
            if self.busy:
                self.busy -= 1
                return 503
            if path == "/v1/traces":
                request = ExportTraceServiceRequest.FromString(body)
                self.spans += [
                    span for resource in request.resource_spans for scope in resource.scope_spans for span in scope.spans
                ]
            elif path == "/api/v1/scores":
                self.scores += json.loads(body)
            elif path == "/api/v1/events":
                self.events.append(json.loads(body))
            elif path == "/api/v1/progress/demo-history":
                self.progress.append(json.loads(body))
            return 200


@contextmanager
def sinking() -> Iterator[Sink]:
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            sink.headers.append({name.lower(): value for name, value in self.headers.items()})
            self.answer(sink.take(self.path, body))

        do_PUT = do_POST

        def do_GET(self) -> None:
            self.answer(200)

        def answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("content-length", "0")
            if status == 503:
                self.send_header("retry-after", "0.01")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
